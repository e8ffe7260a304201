// src/channel/rendezvous.cpp - how partners at a rendezvous find each other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/detail/rendezvous.hpp>

#include <mutex>

namespace weft::detail::channels {

void rendezvous_base::add(bool sending, waiter& w) noexcept
{
    w.ticket = ++tickets_;
    line(sending).add(w);
}

waiter* rendezvous_base::find(std::uint64_t ticket) noexcept
{
    for (waiter* w = receivers_.first(); w != nullptr; w = w->next) {
        if (w->ticket == ticket) return w;
    }
    return nullptr;
}

/// With the lock: the first waiter of the other side that could be claimed. If it is late it is stored in `late`
/// instead, for the caller to engage `w` to it.
waiter* rendezvous_base::claim_other(bool sending, waiter& w, waiter*& late) noexcept
{
    wait_list& others = line(!sending);
    for (waiter* other = others.first(); other != nullptr;) {
        waiter* const next = other->next;
        if (!other->observer && !other->engaged && other->token != w.token) {
            others.remove(*other);
            if (other->token->claim()) {
                if (other->place != nullptr) return other;
                late = other;
                return nullptr;
            }
        }
        other = next;
    }
    return nullptr;
}

channel_status rendezvous_base::start(bool sending, waiter*& partner) noexcept
{
    wait_list& others = line(!sending);
    if (others.empty())  // O3
        return closed_.load(order::acquire) ? channel_status::closed : channel_status::blocked;
    const std::lock_guard hold(lock_);
    if (closed_.load(order::relaxed)) return channel_status::closed;
    for (waiter* other = others.first(); other != nullptr;) {
        waiter* const next = other->next;
        if (!other->observer && !other->engaged && other->place != nullptr) {
            others.remove(*other);
            if (other->token->claim()) {
                partner = other;
                return channel_status::done;
            }
        }
        other = next;
    }
    return channel_status::blocked;
}

channel_status rendezvous_base::start_or_register(bool sending, waiter*& partner, waiter& w) noexcept
{
    waiter* late = nullptr;
    {
        const std::lock_guard hold(lock_);
        if (closed_.load(order::relaxed)) return channel_status::closed;
        if ((partner = claim_other(sending, w, late)) != nullptr) return channel_status::done;
        w.engaged = late != nullptr;
        add(sending, w);
        if (late != nullptr) {
            late->partner = w.ticket;
        } else {
            line(!sending).tell_observers();
        }
    }
    if (late != nullptr) late->token->settle(verdict::meet, late);
    partner = late;
    return channel_status::blocked;
}

registration rendezvous_base::register_waiter(bool sending, waiter*& partner, waiter& w) noexcept
{
    waiter* late = nullptr;
    {
        const std::lock_guard hold(lock_);
        if (closed_.load(order::relaxed)) return registration::ready;
        wait_list& others = line(!sending);
        backoff pause;
        for (waiter* other = others.first(); other != nullptr && late == nullptr;) {
            if (other->observer || other->engaged || other->token == w.token) {
                other = other->next;
                continue;
            }
            if (w.observer || w.place == nullptr) return registration::ready;
            if (!w.token->begin_busy()) return registration::chosen;
            bool other_busy = false;
            if (other->token->try_claim(other_busy)) {
                others.remove(*other);
                if (other->place != nullptr) {
                    w.token->retire();
                    partner = other;
                    return registration::engaged;
                }
                late = other;
            }
            w.token->end_busy();
            if (other_busy) {
                pause.snooze();  // each is trying to claim the other: one of them must give way
            } else {
                other = other->next;
            }
        }
        w.engaged = late != nullptr;
        add(sending, w);
        if (late != nullptr) {
            late->partner = w.ticket;
        } else if (!w.observer) {
            others.tell_observers();
        }
    }
    if (late != nullptr) late->token->settle(verdict::meet, late);
    return registration::queued;
}

void rendezvous_base::unregister(bool sending, waiter& w) noexcept
{
    const std::lock_guard hold(lock_);
    line(sending).remove(w);
}

bool rendezvous_base::is_ready(bool sending, const wait_token* self) noexcept
{
    if (closed_.load(order::acquire)) return true;  // order: the caller then looks again, under the lock
    wait_list& others = line(!sending);
    if (others.empty()) return false;  // O3
    const std::lock_guard hold(lock_);
    for (const waiter* w = others.first(); w != nullptr; w = w->next) {
        if (!w->observer && !w->engaged && w->token != self) return true;
    }
    return false;
}

channel_status rendezvous_base::engage(std::uint64_t& ticket, waiter* w) noexcept
{
    const std::lock_guard hold(lock_);
    if (closed_.load(order::relaxed)) return channel_status::closed;
    for (waiter* other = receivers_.first(); other != nullptr; other = other->next) {
        if (other->observer || other->engaged) continue;
        other->engaged = true;
        ticket = other->ticket;
        return channel_status::done;
    }
    if (w != nullptr) {
        add(true, *w);
        receivers_.tell_observers();
    }
    return channel_status::blocked;
}

waiter* rendezvous_base::claim_engaged(std::uint64_t ticket) noexcept
{
    const std::lock_guard hold(lock_);
    waiter* const w = find(ticket);
    if (w == nullptr) return nullptr;
    receivers_.remove(*w);
    return w->token->claim() ? w : nullptr;
}

void rendezvous_base::disengage(std::uint64_t ticket) noexcept
{
    waiter* const w = claim_engaged(ticket);
    if (w != nullptr) w->token->settle(verdict::notified, w);
}

void rendezvous_base::close() noexcept
{
    {
        const std::lock_guard hold(lock_);
        if (closed_.exchange(true, order::release)) return;
    }
    for (const bool sending : {true, false}) {
        for (;;) {
            waiter* w = nullptr;
            {
                const std::lock_guard hold(lock_);
                w = line(sending).claim_first();
            }
            if (w == nullptr) break;
            w->token->settle(verdict::notified, w);
        }
    }
}

}  // namespace weft::detail::channels
