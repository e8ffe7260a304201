// src/pool/broadcast.cpp - a part for each seat, which whoever has the seat runs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/broadcast.hpp>

#include "pool/pool_core.hpp"

#include <mutex>
#include <stdexcept>

namespace weft::detail {

std::size_t thread_count(const pool_core& pool) noexcept { return pool.num_threads(); }

void deliver_and_wait(pool_core& pool, task* const* mail, std::size_t count, mail_counter& counter)
{
    if (!pool.has_threads())
        throw std::runtime_error("weft::broadcast: this process is the child of a fork, and lacks the pool's threads");
    worker* const here = current_worker::get();
    const bool inside = here != nullptr && &here->pool == &pool;
    const float_mode mode = mode_of_spawner(here);
    for (std::size_t i = 0; i < count; ++i) mail[i]->mode = mode;
    counter.waiter = inside ? &static_cast<place&>(*here).wait_spot : &counter.outsider;
    counter.pending.store(count, order::relaxed);
    // Whoever holds a seat runs its own part here: that is the only mail that it may run while it waits.
    const std::uint32_t own = inside ? pool.seat_number(static_cast<place&>(*here)) : no_seat;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != own) pool.deliver(static_cast<std::uint32_t>(i), mail[i]);
    }
    if (own != no_seat) {
        const keeps_float_registers kept(static_cast<place&>(*here));
        pool.run_task(static_cast<place&>(*here), mail[own]);
    }
    if (inside) {
        pool.wait_for_mail(static_cast<place&>(*here), counter);
    } else {
        const blocking_section elsewhere;  // a thread of another pool has a seat there
        counter.outsider.park();  // there is exactly one token, left by the last part: its last access to the counter
    }
}

void mail_done(mail_counter& counter) noexcept
{
    parking_spot* const waiter = counter.waiter;
    if (counter.pending.fetch_sub(1, order::acq_rel) == 1) waiter->unpark();
}

std::uint32_t pool_core::seat_number(const place& me) const noexcept
{
    return schedule_ == nullptr ? me.own_seat() : no_seat;
}

void pool_core::deliver(std::uint32_t seat_number, task* mail) noexcept
{
    mailbox& box = seats_[seat_number].mail;
    box.push(mail);
    if (schedule_) return;  // run when the caller waits, or before
    full_fence();           // against go_to_sleep, leave, stand_up and the end of thread_main
    // order: finds the place, which may be new; scenarios have too few threads to need it
    place& to = *table_.at(seats_[seat_number].holder.load(order::acquire));
    if (claim_for_thread(to, to.index) || relieve(to) == relief::given) return;
    if (to.status.load(order::relaxed) != place_status::gone) return;
    // The pool is being destroyed, and this is one of the last to work in it: it does what that thread no longer can.
    const visit here(*this);
    const keeps_float_registers kept(static_cast<place&>(here.place()));
    const auto next = [&] {
        const std::lock_guard hold(seating_);  // there may be several, and none of them holds the seat
        const bool gone = to.status.load(order::relaxed) == place_status::gone;
        return gone ? box.pop() : nullptr;
    };
    while (task* const t = next()) run_task(static_cast<place&>(here.place()), t);
}

}  // namespace weft::detail
