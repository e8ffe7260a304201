// src/simulated/thread_pool.cpp - pool/thread_pool.cpp; its global pool ends with the program, so that the next simulation has
// one of its own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/thread_pool.cpp"

#include "model/simulation.hpp"
#include "pool/driver.hpp"

namespace weft::detail {
namespace {

void end_global_pool() { delete global.exchange(nullptr, std::memory_order_relaxed); }

void forget_global_pool() noexcept
{
    global.store(nullptr, std::memory_order_relaxed);
    driver_of_all.store(nullptr, std::memory_order_relaxed);
    drivers_wanted.store(0, std::memory_order_relaxed);
}

[[maybe_unused]] const bool is_part = [] {
    // Made now, so that the first simulation does not differ from the others by it.
    static_cast<void>(global_lock());
    model::detail::parts_of_program.end_program = &end_global_pool;
    model::detail::parts_of_program.forget = &forget_global_pool;
    return true;
}();

}  // namespace
}  // namespace weft::detail
