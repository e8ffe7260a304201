// src/async/channel_wait.cpp - getting in line, being woken, looking again.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_select.hpp>
#include <weft/async/detail/channel_wait.hpp>
#include <weft/async/detail/timer.hpp>
#include <weft/async/sleep.hpp>
#include <weft/channel/detail/random_order.hpp>
#include <weft/pool/detail/short_lived.hpp>

#include "async/async_core.hpp"
#include "async/notes.hpp"
#include "pool/test_schedule.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace weft::detail {

using channels::arm;
using channels::no_deadline;
using channels::random_order;
using channels::registration;
using channels::verdict;

// --- time ------------------------------------------------------------------------------------------------------------

clock::time_point channels::select_time::of(const strand& s) noexcept
{
    if (!end) end = until::after(limit).of(s.core->now());
    return *end;
}

clock::time_point channels::awaited_choice::end_of_a_try(const strand& s) const noexcept
{
    // A partner whose message has yet to be made answers only who is in line, and it does so soon or not at all.
    const auto may_come = [](arm* a) { return a->hand_to_hand() && a->is_ready(); };
    if (std::any_of(arms_.begin(), arms_.end(), may_come)) return s.core->now() + channels::rendezvous_base::grace;
    return clock::time_point::min();
}

void channels::draw_first_look(const strand& s) noexcept
{
    if (test_schedule* const seeded = pool_of(*s.core).schedule())
        channels::begin_random_words(seeded->draw(std::size_t{1} << 31) + 1);
}

// --- the alarm -------------------------------------------------------------------------------------------------------

/// Ends a wait when its time is up: a strand that sleeps, since that is what the sleepers' queue can wake.
class channel_alarm final : public strand {
public:
    channel_alarm(channels::called_token& token, strand& waits) noexcept : token_(token), waits_(waits)
    {
        prepare(*this, *waits.core, nullptr, {});
        run = &channel_alarm::ring;
    }

    static channel_alarm* make(channels::called_token& token, strand& waits)
    {
        return ::new (detail::allocate_short_lived(sizeof(channel_alarm))) channel_alarm(token, waits);
    }
    static void end(channel_alarm* a) noexcept
    {
        a->~channel_alarm();
        detail::free_short_lived(a, sizeof(channel_alarm));
    }

    void set(timer_queue& sleepers, clock::time_point due) noexcept { sleepers.add(timer_, *this, due); }

    /// Takes it out of the sleepers' queue. False: it is about to ring, or has rung.
    bool cancel(timer_queue& sleepers) noexcept { return sleepers.leave(timer_); }

    [[nodiscard]] bool has_rung() const noexcept { return word_.load(order::acquire) == word::rung; }  // O2

    /// The owner, which is suspended, is to go on after the ring. False: it has rung.
    bool await_ring() noexcept
    {
        word expected = word::idle;
        return word_.compare_exchange_strong(expected, word::awaited, order::release, order::acquire);  // O2
    }

private:
    enum class word : std::uint8_t { idle, awaited, rung };

    static void ring(task* self, worker*) noexcept
    {
        auto& a = static_cast<channel_alarm&>(static_cast<strand&>(*self));
        channels::called_token& token = a.token_;
        strand& waits = a.waits_;
        const bool claimed = token.claim();
        // order: plain fields: whoever goes on sees what the owner, on its way here, has written into the strand
        const bool awaited = a.word_.exchange(word::rung, order::acq_rel) == word::awaited;  // O2; gone, unless claimed
        if (claimed) {
            token.settle(verdict::aborted, nullptr);  // I3
        } else if (awaited) {
            make_ready(waits);
        }
    }

    channels::called_token& token_;
    strand& waits_;
    timer timer_;
    atomic<word> word_{word::idle};
};

/// False: the time has come already.
bool channel_wait::set_alarm(clock::time_point due)
{
    if (due <= who->core->now()) return false;
    if (sleepers_ == nullptr) sleepers_ = &who->core->timers();
    alarm_ = channel_alarm::make(*this, *who);
    alarm_->set(*sleepers_, due);
    return true;
}

/// At the end of a wait. False: the owner is suspended until the alarm has rung.
bool channel_wait::is_alarm_over() noexcept
{
    if (alarm_ == nullptr) return true;
    if (!alarm_->cancel(*sleepers_) && !alarm_->has_rung()) {
        suspend_in(*who);
        if (alarm_->await_ring()) return false;
        resume_from(*who);
    }
    channel_alarm::end(std::exchange(alarm_, nullptr));
    return true;
}

// --- the wait --------------------------------------------------------------------------------------------------------

void channel_wait::wake(called_token& self) noexcept { make_ready(*static_cast<channel_wait&>(self).who); }

bool channel_wait::claim_stopped(stop_wait& self) noexcept
{
    auto& w = static_cast<channel_wait&>(self);
    if (!w.abort()) return false;
    w.stopped_ = true;
    return true;
}

void channel_wait::fail()
{
    if (error_ != nullptr) std::rethrow_exception(std::exchange(error_, nullptr));
    throw_stopped();
}

/// Shows the arms to `f` in the order in which they are looked at, until it says no.
template <class F>
void channel_wait::each_arm(F f) const
{
    if (arms_.size() == 1) {
        static_cast<void>(f(*arms_.front()));
        return;
    }
    random_order at(arms_.size(), channels::prime_from(arms_.size()), fair_);
    for (std::size_t i = 0; i < arms_.size(); ++i, at.next()) {
        if (!f(*arms_[at.current()])) return;
    }
}

arm* channel_wait::start_any() const
{
    const auto now = pool_of(*who->core).schedule() != nullptr ? who->core->now() : clock::time_point::min();
    arm* started = nullptr;
    each_arm([&](arm& a) {
        a.time = now;
        if (a.start(true)) started = &a;
        return started == nullptr;
    });
    return started;
}

bool channel_wait::wait(std::span<arm* const> arms, strand& waits, std::coroutine_handle<> where,
                        clock::time_point deadline)
{
    who = &waits;
    arms_ = arms;
    found_ = start_any();
    if (found_ != nullptr || (deadline != no_deadline && deadline <= waits.core->now())) return at_once(waits, where);
    return wait_in_line(arms, waits, where, deadline);
}

bool channel_wait::wait_in_line(std::span<arm* const> arms, strand& waits, std::coroutine_handle<> where,
                                clock::time_point deadline) noexcept
{
    who = &waits;
    turn_ = waits.now;
    stop_wait::claim = &channel_wait::claim_stopped;
    arms_ = arms;
    deadline_ = deadline;
    waits.next = where;
    return enrol() || proceed() || at_once(waits, where);
}

/// Gets in line with all arms, and is suspended there. False: that is over already.
bool channel_wait::enrol() noexcept
{
    strand& waits = *who;
    called_token::begin();
    engaged_ = nullptr;
    clock::time_point due = deadline_;
    bool look = false;
    each_arm([&](arm& a) {
        a.token = this;
        switch (a.register_waiter()) {
            case registration::queued:
                due = std::min(due, a.due());
                break;
            case registration::ready:
                look = abort();
                break;
            case registration::engaged:
                engaged_ = &a;
                look = true;
                break;
            case registration::chosen:
                break;  // the token has been claimed: it is about to be settled
        }
        return !look;
    });
    if (look) return false;

    if (due != no_deadline) {
        try {
            if (!set_alarm(due) && abort()) return false;
        } catch (...) {
            error_ = std::current_exception();
            if (abort()) return false;
            error_ = nullptr;  // the wait is about to end without an alarm
        }
    }
    return sleep_in(waits);
}

/// From here on the strand may go on, elsewhere, in look_again.
void channel_wait::suspend_in(strand& waits) noexcept
{
    waits.wait = this;
    waits.run = &channel_wait::look_again;
}

void channel_wait::resume_from(strand& waits) const noexcept
{
    waits.run = run_strand;
    waits.now = turn_;
}

bool channel_wait::sleep_in(strand& waits) noexcept
{
    note_task_waits("channel");
    stop_link* const held = stop_state::hold(waits);
    if (!stop_state::show(held, *this) && abort()) {
        stopped_ = true;
        stop_state::let_go(held);
        note_task_waits(nullptr);
        return false;
    }
    suspend_in(waits);
    const bool suspended = suspend();
    if (!suspended) {
        resume_from(waits);
        stop_state::take_back(held);
    }
    stop_state::let_go(held);  // I2: nothing of the coroutine is touched from here on
    if (!suspended) note_task_waits(nullptr);
    return suspended;
}

/// The wait has ended: leaves the lines, and looks what has come of it. False: nothing, and there is time left.
bool channel_wait::conclude() noexcept
{
    const verdict how = why();
    arm* const first = how != verdict::aborted ? static_cast<arm*>(chosen()) : nullptr;
    for (arm* const a : arms_) {
        if (a != first) a->unregister();  // I1; whoever has chosen that one has taken it out of its line
    }
    if (stopped_ || error_ != nullptr) return true;
    if (engaged_ != nullptr) {
        found_ = engaged_;
        return true;
    }
    if (how == verdict::done || how == verdict::meet) {
        found_ = first;
        found_->accept(how);
        return true;
    }
    try {
        found_ = first != nullptr && first->start(true) ? first : start_any();
    } catch (...) {
        error_ = std::current_exception();
        return true;
    }
    return found_ != nullptr || (deadline_ != no_deadline && deadline_ <= who->core->now());
}

/// After a wait. True: the owner is suspended again.
bool channel_wait::proceed() noexcept
{
    for (;;) {
        if (!is_alarm_over()) return true;
        if (conclude()) return false;
        if (enrol()) return true;
    }
}

void channel_wait::look_again(task* self, worker* here) noexcept
{
    strand& s = static_cast<strand&>(*self);
    channel_wait& w = *s.wait;
    stop_state::take_back(s);  // I1, I2
    if (w.proceed()) return;
    s.run = run_strand;
    run_strand(self, here);
}

}  // namespace weft::detail
