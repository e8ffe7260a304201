// src/async/timer.cpp - the queue of those who sleep, and its keeper.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/detail/timer.hpp>
#include <weft/async/sleep.hpp>
#include <weft/seam/this_thread.hpp>

#include "async/async_core.hpp"
#include "async/keeper.hpp"
#include "async/notes.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace weft::detail {
namespace {

/// The queue of all pools but test_pools, with its keeper. Never destroyed: tasks may sleep when the process ends.
struct kept_queue {
    timer_queue queue;
    const unsigned born_in =
        fork_generation();  ///< the child of a fork has no keeper; who slept in the parent sleeps there
};
constinit atomic<kept_queue*> queue_of_all{nullptr};

[[gnu::noinline]] timer_queue& make_common_queue()
{
    static auto* const making = new std::mutex;
    const std::lock_guard hold(*making);
    kept_queue* const there = queue_of_all.load(order::relaxed);
    if (there != nullptr && there->born_in == fork_generation()) return there->queue;
    auto fresh = std::make_unique<kept_queue>();
    start_keeper("weft-timer", [&queue = fresh->queue] { queue.keep(); });
    // order: shows the queue; no scenario has its keeper
    queue_of_all.store(fresh.get(), order::release);
    return fresh.release()->queue;
}

[[nodiscard]] timer_queue& common_queue()
{
    // order: as above
    kept_queue* const there = queue_of_all.load(order::acquire);
    if (there != nullptr && there->born_in == fork_generation()) [[likely]]
        return there->queue;
    return make_common_queue();
}

}  // namespace

// --- a sleeper -------------------------------------------------------------------------------------------------------

bool sleep_awaiter::sleep(strand& sleeper, std::coroutine_handle<> where)
{
    who_ = nullptr;
    const clock::time_point now = sleeper.core->now();
    const clock::time_point deadline = until(deadline_.time_since_epoch()).of(now);
    if (deadline <= now) {
        if (sleeper.take_step()) return false;
        give_way(sleeper, where);
        return true;
    }
    return sleeper.core->timers().join(*this, sleeper, where, deadline);
}

bool sleep_awaiter::wake() noexcept
{
    // The strand is in the pool where it fell asleep, whose queue is there.
    return who_ == nullptr || who_->core->timers().wake(*this);
}

// --- a limit ---------------------------------------------------------------------------------------------------------

time_limit::time_limit() noexcept
{
    asker_.limit = this;
    asker_.run = [](task* self, worker*) noexcept { static_cast<asker*>(self)->limit->ask(); };
}

void time_limit::begin(strand& owner, until when)
{
    const clock::time_point now = owner.core->now();
    const clock::time_point deadline = when.of(now);
    if (deadline <= now) {
        open(owner);
        is_up_ = true;
        mine_.request();
    } else {
        begin_in(deadline != clock::time_point::max() ? &owner.core->timers() : nullptr, owner, deadline);
    }
}

void time_limit::begin_in(timer_queue* queue, strand& owner, clock::time_point deadline) noexcept
{
    open(owner);
    queue_ = queue;
    if (queue == nullptr) return;
    asker_.core = home_;
    queue->add(*this, asker_, deadline);
}

void time_limit::open(strand& owner) noexcept
{
    owner_ = &owner;
    home_ = owner.core;
    before_ = owner.stop;
    mine_.open(before_, &owner);
    owner.stop = &mine_;
}

bool time_limit::end() noexcept
{
    owner_->stop = before_;
    bool asks = false;
    if (queue_ != nullptr && !queue_->leave(*this)) {
        is_up_ = true;
        asks = asked_.load(order::acquire) != asking::over;  // O1
    }
    if (asks || owner_->core != home_) return false;
    mine_.close();
    return true;
}

bool time_limit::settle(std::coroutine_handle<> where) noexcept
{
    strand& s = *owner_;
    const bool is_away = std::exchange(s.core, home_) != home_;
    const bool fired = queue_ != nullptr && is_up_;
    s.next = where;
    if (fired && asked_.exchange(asking::awaited, order::acq_rel) != asking::over) return true;  // I4, O1, O2
    if (is_away) make_ready(s);
    return is_away;
}

void time_limit::ask() noexcept
{
    mine_.request();
    strand& s = *owner_;
    // order: acquiring, where the owner is suspended: a plain field, which the checker does not watch
    if (asked_.exchange(asking::over, order::acq_rel) == asking::awaited) make_ready(s);  // I4, O1, O2
}

// --- the queue -------------------------------------------------------------------------------------------------------

bool timer_queue::join(timer& t, strand& who, std::coroutine_handle<> where, clock::time_point deadline) noexcept
{
    note_task_waits("time");
    who.next = where;
    t.who_ = &who;
    lock_.lock();
    // From here on a requester may make it ready; it takes our lock before it goes on.
    if (!stop_state::begin_wait(who)) {
        lock_.unlock();
        note_task_waits(nullptr);
        return false;
    }
    insert_and_unlock(t, deadline);  // I2: nothing of the coroutine is touched from here on
    return true;
}

bool timer_queue::wake(timer& t) noexcept
{
    if (!stop_state::was_stopped(*t.who_)) return true;
    static_cast<void>(leave(t));
    return false;
}

void timer_queue::add(timer& t, strand& who, clock::time_point deadline) noexcept
{
    t.who_ = &who;
    static_cast<void>(stop_state::begin_wait(who));  // nobody can
    lock_.lock();
    insert_and_unlock(t, deadline);
}

bool timer_queue::leave(timer& t) noexcept
{
    lock_.lock();
    const bool queued = t.back_ != &t;
    if (queued) remove_locked(t);
    lock_.unlock();
    return queued;
}

clock::time_point timer_queue::first_deadline() noexcept
{
    lock_.lock();
    const auto first = root_ != nullptr ? root_->deadline_ : clock::time_point::max();
    lock_.unlock();
    return first;
}

clock::time_point timer_queue::fire(clock::time_point now) noexcept
{
    constexpr int batch = 64;
    for (;;) {
        timer* list = nullptr;
        timer** last = &list;
        lock_.lock();
        for (int n = 0; n < batch && root_ != nullptr && root_->deadline_ <= now; ++n) {
            timer& t = *root_;
            remove_locked(t);
            if (!stop_state::serve(*t.who_)) continue;  // I1
            *last = &t;
            last = &t.sibling_;
        }
        const bool more = root_ != nullptr && root_->deadline_ <= now;
        const auto next = root_ != nullptr ? root_->deadline_ : clock::time_point::max();
        // When its first timer has left, the keeper keeps the time all the same: where one after the other is set and leaves
        // again, each of them would have to wake it.
        const auto then = next - now < slack ? now + slack : next;
        if (then < wakes_at_ || wakes_at_ <= now) wakes_at_ = then;
        const auto looks_at = wakes_at_;
        lock_.unlock();
        *last = nullptr;
        const ready_batch all;
        while (list != nullptr) {
            timer& t = *list;
            list = t.sibling_;
            make_ready(*t.who_);
        }
        if (!more) return looks_at;
    }
}

void timer_queue::keep() noexcept
{
    for (;;) {
        const auto next = fire(clock::now());
        if (next == clock::time_point::max()) {
            keeper_.park();
        } else {
            static_cast<void>(keeper_.park_until(next));
        }
    }
}

// --- the heap --------------------------------------------------------------------------------------------------------

timer* timer_queue::merge(timer* a, timer* b) noexcept
{
    if (a == nullptr) return b;
    if (b == nullptr) return a;
    if (b->deadline_ < a->deadline_) {
        timer* const first = b;
        b = a;
        a = first;
    }
    b->back_ = a;
    b->sibling_ = a->child_;
    if (a->child_ != nullptr) a->child_->back_ = b;
    a->child_ = b;
    a->sibling_ = nullptr;
    a->back_ = nullptr;
    return a;
}

timer* timer_queue::merge_all(timer* first) noexcept
{
    // In pairs from the left, then all of these from the right.
    timer* pairs = nullptr;
    while (first != nullptr) {
        timer* const a = first;
        timer* const b = a->sibling_;
        first = b != nullptr ? b->sibling_ : nullptr;
        a->sibling_ = nullptr;
        if (b != nullptr) b->sibling_ = nullptr;
        timer* const both = merge(a, b);
        both->sibling_ = pairs;
        pairs = both;
    }
    timer* root = nullptr;
    while (pairs != nullptr) {
        timer* const next = pairs->sibling_;
        pairs->sibling_ = nullptr;
        root = merge(root, pairs);
        pairs = next;
    }
    if (root != nullptr) root->back_ = nullptr;
    return root;
}

void timer_queue::insert_and_unlock(timer& t, clock::time_point deadline) noexcept
{
    t.deadline_ = deadline;
    t.child_ = t.sibling_ = t.back_ = nullptr;
    root_ = merge(root_, &t);
    const bool earlier = wakes_at_ - deadline > slack;  // I3
    if (earlier) wakes_at_ = deadline;
    lock_.unlock();
    if (earlier) keeper_.unpark();
}

void timer_queue::remove_locked(timer& t) noexcept
{
    timer* const back = std::exchange(t.back_, &t);
    timer* const below = merge_all(std::exchange(t.child_, nullptr));
    if (&t == root_) {
        root_ = below;
        return;
    }
    (back->child_ == &t ? back->child_ : back->sibling_) = t.sibling_;
    if (t.sibling_ != nullptr) t.sibling_->back_ = back;
    root_ = merge(root_, below);
}

// --- the queue of a pool ---------------------------------------------------------------------------------------------

clock::time_point async_core::now() const noexcept { return play_ != nullptr ? play_->now : clock::now(); }

timer_queue& async_core::timers() { return play_ != nullptr ? play_->sleepers : common_queue(); }

bool async_core::pass_time() noexcept
{
    if (play_ == nullptr) return false;
    const auto next = play_->sleepers.first_deadline();
    if (next == clock::time_point::max()) {
        // The end of the pool waits for its tasks, as that of a thread_pool does: what is left may be on other pools, and
        // come back.
        if (!ends_.load(order::relaxed) || is_idle()) return false;
        yield_thread();
        return true;
    }
    play_->now = next;
    static_cast<void>(play_->sleepers.fire(next));
    return true;
}

}  // namespace weft::detail
