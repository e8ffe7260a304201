// src/pool/scope.cpp - scopes and their tasks.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/detail/task.hpp>

#include "pool/notes.hpp"
#include "pool/pool_core.hpp"

#include <algorithm>
#include <utility>

namespace weft::detail {

scope_core::scope_core(worker& home) noexcept
    : home_(home),
      parent_(static_cast<place&>(home).top ? static_cast<place&>(home).top->scope : nullptr),
      here_{this, 0, nullptr},
      outer_low_(static_cast<place&>(home).low.read())
{
    static_cast<place&>(home_).low.write() = static_cast<place&>(home_).level.read();
    ticket_.run = &scope_core::run_oldest;
    ticket_.scope = this;
    enter_activation(static_cast<place&>(home_), here_);
    note(event_kind::scope_open, static_cast<place&>(home_), this);
}

std::size_t scope_core::num_threads() const noexcept { return home_.pool.num_threads(); }

bool scope_core::descends_from(const scope_core& ancestor) const noexcept
{
    // Every scope on the way is alive: each one waits at its end for the one below it.
    const scope_core* s = this;
    while (s != nullptr && s != &ancestor) s = s->parent_;
    return s != nullptr;
}

void scope_core::hand_over(task* t, worker* here)
{
    pool_core& pool = home_.pool;
    const bool inside = here != nullptr && &here->pool == &pool;
    if (inside) {
        pool.push_task(static_cast<place&>(*here), t);
    } else {
        pool.share_task(t);
    }
    // The scope is still there: its body or one of its tasks called this.
    if (inside && here->in_test_pool) return;
    full_fence();  // docs/sleep.md, PushFence
    if (wants_news.load(order::relaxed) && pool.tell(static_cast<place&>(home_))) return;
    pool.work_shown(inside ? here->index : 0);
}

void scope_core::spawn(task* t)
{
    worker* const here = current_worker::get();
    t->scope = this;
    t->mode = mode_of_spawner(here);
    count_one_more(here);
    try {
        hand_over(t, here);
    } catch (...) {
        count_one_less(here);  // it is not the last: the caller is the body, or a task
        t->run(t, nullptr);
        throw;
    }
}

void scope_core::spawn_fifo(task* t)
{
    worker* const here = current_worker::get();
    t->scope = this;
    t->mode = mode_of_spawner(here);
    count_one_more(here);
    fifo_lock_.lock();
    task* const previous = std::exchange(fifo_last_, t);
    (previous != nullptr ? previous->next : fifo_first_) = t;
    fifo_lock_.unlock();
    try {
        hand_over(&ticket_, here);
    } catch (...) {
        // No room for a ticket: run the oldest here, so that there are still as many tickets as tasks.
        task* const oldest = take_oldest();
        oldest->run(oldest, here != nullptr ? here : &home_);
    }
}

task* scope_core::take_oldest() noexcept
{
    fifo_lock_.lock();
    task* const oldest = fifo_first_;
    fifo_first_ = oldest->next;
    if (fifo_first_ == nullptr) fifo_last_ = nullptr;
    fifo_lock_.unlock();
    return oldest;
}

void scope_core::run_oldest(task* ticket, worker* here) noexcept
{
    here->pool.run_next(static_cast<place&>(*here), ticket->scope->take_oldest());
}

void scope_core::spawn_to_each(task* const* tasks, std::size_t count) noexcept
{
    const float_mode mode = mode_of_spawner(current_worker::get());
    elsewhere_.fetch_add(static_cast<std::int64_t>(count), order::relaxed);
    for (std::size_t i = 0; i < count; ++i) {
        tasks[i]->scope = this;
        tasks[i]->mode = mode;
        home_.pool.deliver(static_cast<std::uint32_t>(i), tasks[i]);
    }
}

void scope_core::fail(std::exception_ptr error) noexcept
{
    if (!failed_.exchange(true, order::relaxed)) error_.write() = std::move(error);  // O2
}

/// Whether `here` is a thread in its own loop that runs a task of this scope, or a job of one: it comes back to the loop
/// before the scope can end, and counts there what it owes.
bool scope_core::counts_later(const place& here) const noexcept
{
    return here.in_loop && here.top != nullptr && here.top->outer == nullptr && here.top->scope == this &&
           here.yields.load(order::relaxed) == 0 && (here.uncounted_of == nullptr || here.uncounted_of == this);
}

void scope_core::count_one_more(worker* worker_here) noexcept
{
    place* const here = static_cast<place*>(worker_here);
    if (here == &home_) {
        ++at_home_.write();
        return;
    }
    if (here == nullptr || !counts_later(*here)) {
        elsewhere_.fetch_add(1, order::relaxed);
        return;
    }
    // Counts several at once, for those that it is going to spawn. What has ended here without being counted is as good.
    constexpr std::uint32_t in_advance = 16;
    if (here->uncounted == 0) {
        elsewhere_.fetch_add(in_advance, order::relaxed);
        here->uncounted_of = this;
        here->uncounted = in_advance;
    }
    --here->uncounted;
}

void scope_core::count_one_less(worker* here) noexcept
{
    if (here == &home_) {
        --at_home_.write();
    } else {
        elsewhere_.fetch_sub(1, order::relaxed);
    }
}

void scope_core::task_done() noexcept
{
    place* const here = static_cast<place*>(current_worker::get());
    if (here == &home_) {
        --at_home_.write();
        return;
    }
    if (here == nullptr || !counts_later(*here)) return tasks_done(1);
    // If another task lies here, it is most likely of this scope: this one is counted later, with it.
    here->uncounted_of = this;
    ++here->uncounted;
    if (here->tasks.empty()) pool_core::count_what_has_ended(*here);
}

void scope_core::tasks_done(std::uint32_t n) noexcept
{
    place& home = static_cast<place&>(home_);
    if (elsewhere_.fetch_sub(n, order::release) == n) home.wait_spot.unpark();  // O1; the scope may be gone
}

bool scope_core::count_elsewhere() noexcept
{
    const std::int64_t mine = std::exchange(at_home_.write(), 0);
    return elsewhere_.fetch_add(mine, order::acquire) + mine == 0;  // O1
}

void scope_core::close(worker& home) noexcept
{
    place& s = static_cast<place&>(home);
    s.low.write() = std::min(s.low.read(), outer_low_);
    leave_activation(s);
}

void scope_core::finish()
{
    place& home = static_cast<place&>(home_);
    try {
        home.pool.wait_for_scope(home, *this);
    } catch (...) {
        close(home);
        throw;
    }
    close(home);
    if (failed_.load(order::relaxed)) std::rethrow_exception(std::exchange(error_.write(), nullptr));
}

void pool_core::push_task(place& me, task* t)
{
    if (me.in_test_pool) return schedule_spawn(me, t);
    me.tasks.push(t);
    ++me.level.write();
}

}  // namespace weft::detail
