// src/channel/rendezvous.cpp - coming to a meeting and leaving it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/detail/rendezvous.hpp>

#include <mutex>

namespace weft::detail::channels {

waiter* rendezvous_base::claim_other(bool sending, const wait_token* self) noexcept
{
    wait_list& others = line(!sending);
    for (waiter* w = others.first(); w != nullptr;) {
        waiter* const next = w->next;
        if (w->observer) {
            w = next;
            continue;
        }
        if (w->token != self) {
            others.remove(*w);
            if (w->token->claim()) return w;
        }
        w = next;
    }
    return nullptr;
}

channel_status rendezvous_base::start(bool sending, encounter& e) noexcept
{
    if (line(!sending).empty())  // O3
        return closed_.load(order::acquire) ? channel_status::closed : channel_status::blocked;
    const std::lock_guard hold(lock_);
    if (closed_.load(order::relaxed)) return channel_status::closed;
    waiter* const partner = claim_other(sending, nullptr);
    if (partner == nullptr) return channel_status::blocked;
    e = {partner, nullptr};
    return channel_status::done;
}

channel_status rendezvous_base::start_or_enlist(bool sending, encounter& e, waiter& w) noexcept
{
    const std::lock_guard hold(lock_);
    if (closed_.load(order::relaxed)) return channel_status::closed;
    if (waiter* const partner = claim_other(sending, w.token)) {
        e = {partner, nullptr};
        return channel_status::done;
    }
    line(sending).add(w);
    line(!sending).tell_observers();
    return channel_status::blocked;
}

enlisted rendezvous_base::enlist(bool sending, encounter& e, waiter& w) noexcept
{
    const std::lock_guard hold(lock_);
    if (closed_.load(order::relaxed)) return enlisted::worth;
    wait_list& others = line(!sending);
    backoff pause;
    for (waiter* other = others.first(); other != nullptr;) {
        if (other->observer || other->token == w.token) {
            other = other->next;
            continue;
        }
        if (w.observer) return enlisted::worth;
        if (!w.token->begin_busy()) return enlisted::chosen;
        bool other_busy = false;
        if (other->token->try_claim(other_busy)) {
            others.remove(*other);
            e = {other, nullptr};
            w.token->retire();
            return enlisted::engaged;
        }
        w.token->end_busy();
        if (other_busy) {
            pause.snooze();  // both are looking: one of them must let the other through
        } else {
            other = other->next;
        }
    }
    line(sending).add(w);
    if (!w.observer) others.tell_observers();
    return enlisted::queued;
}

void rendezvous_base::delist(bool sending, waiter& w) noexcept
{
    const std::lock_guard hold(lock_);
    line(sending).remove(w);
}

bool rendezvous_base::worth(bool sending, const wait_token* self) noexcept
{
    if (closed_.load(order::acquire)) return true;  // order: who is told so looks again, under the lock
    wait_list& others = line(!sending);
    if (others.empty()) return false;  // O3
    const std::lock_guard hold(lock_);
    for (const waiter* w = others.first(); w != nullptr; w = w->next) {
        if (!w->observer && w->token != self) return true;
    }
    return false;
}

bool rendezvous_base::meet(waiter& partner, void* place) noexcept
{
    meeting here;
    here.place = place;
    partner.peer = &here;
    partner.token->settle(verdict::meet, &partner);
    spin_budget spin;
    return here.token.wait(no_deadline, &spin) == verdict::done;
}

void rendezvous_base::cancel(const encounter& e) noexcept
{
    if (e.peer != nullptr) {
        e.peer->token.settle(verdict::refused, nullptr);
    } else if (e.partner != nullptr) {
        e.partner->token->settle(verdict::refused, e.partner);
    }
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
