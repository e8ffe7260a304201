// src/channel/waiter.cpp - waiting on channels: tokens and lines. Nothing here runs while nobody has to wait.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/noted_block.hpp>
#include <weft/channel/detail/spin_budget.hpp>
#include <weft/channel/detail/waiter.hpp>
#include <weft/seam/timed_wait.hpp>

#include <mutex>

namespace weft::detail::channels {

bool wait_token::try_claim(bool& other_busy) noexcept
{
    other_busy = false;
    std::uint32_t seen = state_.load(order::relaxed);
    for (;;) {
        const std::uint32_t phase = seen & phase_mask;
        if (phase == busy) {
            other_busy = true;
            return false;
        }
        if (phase != waiting) return false;
        if (state_.compare_exchange_weak(seen, claimed | (seen & ~phase_mask), order::relaxed, order::relaxed))  // O3
            return true;
    }
}

bool wait_token::claim() noexcept
{
    backoff pause;
    for (;;) {
        bool other_busy = false;
        if (try_claim(other_busy)) return true;
        if (!other_busy) return false;
        pause.snooze();  // the owner is some instructions away from a decision
    }
}

void wait_token::settle(verdict why, waiter* which) noexcept
{
    chosen_.write() = which;
    const atomic<std::uint32_t>* const address = &state_;
    const std::uint32_t old = state_.exchange(static_cast<std::uint32_t>(why), order::acq_rel);  // O1, O4
    if ((old & asleep) != 0) return wake_one(address);
    if ((old & called) != 0) {  // I3
        auto& self = static_cast<called_token&>(*this);
        self.wake_(self);
    }
}

bool wait_token::abort() noexcept
{
    std::uint32_t seen = state_.load(order::relaxed);
    while ((seen & phase_mask) == waiting) {
        const auto aborted = static_cast<std::uint32_t>(verdict::aborted);
        if (state_.compare_exchange_weak(seen, aborted, order::relaxed, order::relaxed)) return true;  // O3
    }
    return false;
}

bool wait_token::begin_busy() noexcept
{
    std::uint32_t expected = waiting;  // the owner is awake
    return state_.compare_exchange_strong(expected, busy, order::relaxed, order::relaxed);
}

void wait_token::end_busy() noexcept { state_.store(waiting, order::relaxed); }

void wait_token::retire() noexcept { state_.store(static_cast<std::uint32_t>(verdict::aborted), order::relaxed); }

verdict wait_token::wait(clock::time_point deadline, spin_budget* spin) noexcept
{
    if (spin != nullptr) {
        unsigned round = 0;
        for (spin->begin(); spin->wait(round); ++round) {
            // order: O1, as below; in the scenarios no thread spins
            const std::uint32_t seen = state_.load(order::acquire);
            if ((seen & phase_mask) > claimed) {
                spin->came(round);
                return static_cast<verdict>(seen & phase_mask);
            }
        }
        spin->slept();
    }
    const noted_block blocked("channel");
    for (;;) {
        std::uint32_t seen = state_.load(order::acquire);  // O1
        if ((seen & phase_mask) > claimed) return static_cast<verdict>(seen & phase_mask);
        if ((seen & asleep) == 0) {
            if (!state_.compare_exchange_weak(seen, seen | asleep, order::relaxed, order::relaxed)) continue;
            seen |= asleep;
        }
        if (deadline == no_deadline) {
            wait_on(state_, seen);
        } else if (!wait_on_until(state_, seen, deadline)) {
            if (abort()) return verdict::aborted;
            deadline = no_deadline;  // claimed: the verdict is on its way
        }
    }
}

void called_token::begin() noexcept { state_.store(waiting, order::relaxed); }

bool called_token::suspend() noexcept
{
    std::uint32_t seen = state_.load(order::acquire);  // O1
    while ((seen & phase_mask) <= claimed) {
        if (state_.compare_exchange_weak(seen, seen | called, order::release, order::acquire)) return true;  // O1, O4
    }
    return false;
}

verdict called_token::why() const noexcept
{
    return static_cast<verdict>(state_.load(order::relaxed) &
                                phase_mask);  // suspend, or whoever called, has ordered it
}

void wait_list::add(waiter& w) noexcept
{
    w.linked = true;
    if (w.observer) {  // in front, so that claim_first meets all of them
        w.previous = nullptr;
        w.next = head_;
        (head_ != nullptr ? head_->previous : tail_) = &w;
        head_ = &w;
    } else {
        w.next = nullptr;
        w.previous = tail_;
        (tail_ != nullptr ? tail_->next : head_) = &w;
        tail_ = &w;
    }
    size_.store(size_.load(order::relaxed) + 1, order::seq_cst);  // O2
}

void wait_list::remove(waiter& w) noexcept
{
    if (!w.linked) return;
    w.linked = false;
    (w.previous != nullptr ? w.previous->next : head_) = w.next;
    (w.next != nullptr ? w.next->previous : tail_) = w.previous;
    size_.store(size_.load(order::relaxed) - 1, order::relaxed);  // a thread that reads the old size looks for nothing
}

waiter* wait_list::claim_first() noexcept
{
    waiter* w = head_;
    while (w != nullptr) {
        waiter* const next = w->next;
        const bool observer = w->observer;
        wait_token& token = *w->token;
        remove(*w);
        if (token.claim()) {
            if (!observer) return w;
            token.settle(verdict::notified, w);
        }
        w = next;
    }
    return nullptr;
}

void wait_list::tell_observers() noexcept
{
    while (head_ != nullptr && head_->observer) {
        waiter* const w = head_;
        wait_token& token = *w->token;
        remove(*w);
        if (token.claim()) token.settle(verdict::notified, w);
    }
}

void wait_line::register_waiter(waiter& w) noexcept
{
    const std::lock_guard hold(lock_);
    list_.add(w);
}

void wait_line::unregister(waiter& w) noexcept
{
    const std::lock_guard hold(lock_);
    list_.remove(w);
}

void wait_line::wake_first() noexcept
{
    waiter* w = nullptr;
    {
        const std::lock_guard hold(lock_);
        w = list_.claim_first();
    }
    if (w != nullptr) w->token->settle(verdict::notified, w);
}

void wait_line::notify_all() noexcept
{
    for (;;) {
        waiter* w = nullptr;
        {
            const std::lock_guard hold(lock_);
            w = list_.claim_first();
        }
        if (w == nullptr) return;
        w->token->settle(verdict::notified, w);
    }
}

void nap() noexcept
{
    const atomic<std::uint32_t> nobody{0};
    wait_on_until(nobody, 0, clock::now() + std::chrono::microseconds(50));
}

}  // namespace weft::detail::channels
