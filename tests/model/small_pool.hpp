// tests/model/small_pool.hpp - what the scenarios of the shipped pool have in common.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/pool_options.hpp>

#include <cstddef>

#include "scenarios.hpp"

namespace scenarios {

/// Threads that sleep as soon as they find nothing to do: a wake-up that is lost is a deadlock.
inline weft::pool_options threads(std::size_t n)
{
    weft::pool_options how;
    how.num_threads = n;
    how.idle = weft::idle_policy::frugal;
    return how;
}

/// Random executions first, and many: what goes wrong in a pool is rarely near the first execution of the search.
inline weft::model::options large(int preemptions)
{
    weft::model::options how = bounded(preemptions);
    how.random_executions = 3000;
    how.max_steps = 4000;
    return how;
}

}  // namespace scenarios
