// src/pool/scope.cpp - scopes and their tasks, detached tasks, broadcasts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/detail/task.hpp>

#include "pool/pool_core.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace weft::detail {

scope_core::scope_core(worker& home) noexcept
    : home_(home),
      parent_(static_cast<seat&>(home).top ? static_cast<seat&>(home).top->scope : nullptr),
      here_{this, 0, nullptr},
      outer_low_(static_cast<seat&>(home).low)
{
    static_cast<seat&>(home_).low = static_cast<seat&>(home_).level;
    ticket_.run = &scope_core::run_oldest;
    ticket_.scope = this;
    enter_activation(static_cast<seat&>(home_), here_);
}

std::size_t scope_core::num_threads() const noexcept { return home_.pool.num_threads(); }

bool scope_core::descends_from(const scope_core& ancestor) const noexcept
{
    // Every scope on the way is alive: each waits, at its end, for the one below it.
    const scope_core* s = this;
    while (s != nullptr && s != &ancestor) s = s->parent_;
    return s != nullptr;
}

void scope_core::hand_over(task* t)
{
    worker* const here = current_worker::get();
    pool_core& pool = home_.pool;
    if (here != nullptr && &here->pool == &pool) {
        pool.push_task(static_cast<seat&>(*here), t);
    } else {
        pool.share_task(t, nullptr);
    }
    // The scope is still there: its body or one of its tasks is what called this.
    pool.work_available(here != nullptr && &here->pool == &pool ? here->index : 0);
    if (wants_news.load(order::relaxed)) static_cast<seat&>(home_).wait_spot.unpark();
}

void scope_core::spawn(task* t)
{
    t->scope = this;
    pending_.fetch_add(1, order::relaxed);
    try {
        hand_over(t);
    } catch (...) {
        pending_.fetch_sub(1, order::relaxed);  // the caller's own work keeps it above 0, or it is the body
        t->run(t, nullptr);
        throw;
    }
}

void scope_core::spawn_fifo(task* t)
{
    t->scope = this;
    pending_.fetch_add(1, order::relaxed);
    fifo_lock_.lock();
    task* const previous = std::exchange(fifo_last_, t);
    (previous != nullptr ? previous->next : fifo_first_) = t;
    fifo_lock_.unlock();
    try {
        hand_over(&ticket_);
    } catch (...) {
        // No room for a ticket: run the oldest here, so that tickets and tasks stay the same in number.
        ticket_.run(&ticket_, current_worker::get() != nullptr ? current_worker::get() : &home_);
    }
}

void scope_core::run_oldest(task* ticket, worker* here) noexcept
{
    scope_core& self = *ticket->scope;
    self.fifo_lock_.lock();
    task* const oldest = self.fifo_first_;
    self.fifo_first_ = oldest->next;
    if (self.fifo_first_ == nullptr) self.fifo_last_ = nullptr;
    self.fifo_lock_.unlock();
    oldest->run(oldest, here);
}

void scope_core::spawn_to_each(task* const* tasks, std::size_t count) noexcept
{
    pending_.fetch_add(count, order::relaxed);
    for (std::size_t i = 0; i < count; ++i) {
        tasks[i]->scope = this;
        home_.pool.deliver(static_cast<std::uint32_t>(i), tasks[i]);
    }
}

void scope_core::fail(std::exception_ptr error) noexcept
{
    if (!failed_.exchange(true, order::relaxed)) error_.write() = std::move(error);  // O2
}

void scope_core::task_done() noexcept
{
    seat& home = static_cast<seat&>(home_);
    if (pending_.fetch_sub(1, order::release) == 1) home.wait_spot.unpark();  // O1; the scope may be gone
}

void scope_core::close(worker& home) noexcept
{
    seat& s = static_cast<seat&>(home);
    s.low = std::min(s.low, outer_low_);
    leave_activation(s);
}

void scope_core::finish()
{
    seat& home = static_cast<seat&>(home_);
    try {
        home.pool.wait_for_scope(home, *this);
    } catch (...) {
        close(home);
        throw;
    }
    close(home);
    if (failed_.load(order::relaxed)) std::rethrow_exception(std::exchange(error_.write(), nullptr));
}

// --- tasks that nobody waits for, and broadcasts ---------------------------------------------------------------------

void spawn_detached(pool_core& pool, task* t)
{
    try {
        pool.spawn_detached(t);
    } catch (...) {
        t->run(t, nullptr);
        throw;
    }
}

void report_unhandled(pool_core& pool, std::exception_ptr error) noexcept { pool.unhandled(std::move(error)); }

std::size_t thread_count(const pool_core& pool) noexcept { return pool.num_threads(); }

void deliver_and_wait(pool_core& pool, task* const* mail, std::size_t count, mail_counter& counter)
{
    if (!pool.has_threads())
        throw std::runtime_error("weft::broadcast: this process is a fork's child, which lacks the pool's threads");
    worker* const here = current_worker::get();
    const bool inside = here != nullptr && &here->pool == &pool;
    counter.waiter = inside ? &static_cast<seat&>(*here).wait_spot : &counter.outsider;
    counter.pending.store(count, order::relaxed);
    for (std::size_t i = 0; i < count; ++i) pool.deliver(static_cast<std::uint32_t>(i), mail[i]);
    if (inside) {
        pool.wait_for_mail(static_cast<seat&>(*here), counter);
    } else {
        counter.outsider.park();  // there is exactly one token, left by the last part: its last access to the counter
    }
}

void mail_done(mail_counter& counter) noexcept
{
    parking_spot* const waiter = counter.waiter;
    if (counter.pending.fetch_sub(1, order::acq_rel) == 1) waiter->unpark();
}

void pool_core::push_task(seat& me, task* t)
{
    if (me.rehearsed) return rehearse_spawn(me, t);
    me.tasks.push(t);
    ++me.level;
}

void pool_core::deliver(std::uint32_t index, task* mail) noexcept
{
    seat& to = *seat_at(index);
    to.mail.push(mail);
    if (play_) return;  // run when the caller waits, or before
    full_fence();       // against go_to_sleep, stand_up and the end of thread_main
    if (claim_for_thread(to)) return;
    to.wait_spot.unpark();
    if (to.status.load(order::relaxed) != seat_status::gone) return;
    // The pool is being destroyed, and this is one of the last to work in it: it does what that thread no longer can.
    const visit here(*this);
    seat& me = static_cast<seat&>(here.place());
    for (task* next = to.mail.take_all(); next != nullptr;) {
        task* const t = next;
        next = t->next;
        if (me.index < num_threads_) {
            me.mail.push(t);  // until it waits or is idle, as ever
        } else {
            run_task(me, t);  // an extra seat is left without a look at its mail
        }
    }
}

void pool_core::spawn_detached(task* t)
{
    worker* const here = current_worker::get();
    if (!has_threads()) {  // a fork's child: nobody else will ever run it
        const visit stay(*this);
        run_task(static_cast<seat&>(stay.place()), t);
    } else if (here != nullptr && &here->pool == this) {
        if (here->rehearsed) return rehearse_spawn(static_cast<seat&>(*here), t);
        static_cast<seat*>(here)->strays.push(t);
        work_available(here->index);
    } else {
        strays_.push(t);
        work_available(0);
    }
}

yield_result pool_core::yield_local(seat& me) noexcept
{
    if (me.rehearsed) return rehearse_yield(me, true);
    if (run_mail(me)) return yield_result::executed;
    task* t = pop_task(me);
    if (t == nullptr) {
        const auto stray = me.strays.pop();
        if (!stray) return yield_result::idle;
        t = *stray;
    }
    run_task(me, t);
    return yield_result::executed;
}

}  // namespace weft::detail
