// src/pool/detached.cpp - tasks that nobody waits for.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/spawn.hpp>

#include "pool/pool_core.hpp"

#include <exception>
#include <utility>

namespace weft::detail {

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

void pool_core::spawn_detached(task* t)
{
    worker* const here = current_worker::get();
    t->mode = mode_of_spawner(here);
    if (!has_threads()) {  // the child of a fork: nobody else will ever run it
        const visit stay(*this);
        const keeps_float_registers kept(static_cast<place&>(stay.place()));
        run_task(static_cast<place&>(stay.place()), t);
    } else if (here != nullptr && &here->pool == this) {
        if (here->in_test_pool) return schedule_spawn(static_cast<place&>(*here), t);
        static_cast<place*>(here)->detached.push(t);
        work_available(here->index);
    } else {
        detached_.push(t);
        work_available(0);
    }
}

}  // namespace weft::detail
