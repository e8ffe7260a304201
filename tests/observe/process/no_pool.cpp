// tests/observe/process/no_pool.cpp - what is told does not need a pool: making one may fail, and comes too early.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/observe/measure.hpp>
#include <weft/pool/observed_region.hpp>
#include <weft/pool/thread_pool.hpp>

#include <cstdio>

int main()
{
    const int covered = 0;
    const auto told = weft::measure([&] {
        weft::detail::covering_region region(weft::detail::code_place::here());
        region.covers(&covered, 3);
        const weft::detail::observed_help helps(&covered);
        const weft::detail::observed_region inside(weft::detail::code_place::here());
    });
    weft::init_global_pool({.num_threads = 2});  // throws if there is one
    const bool right = told.regions.size() == 2 && told.regions.front().threads == 3;
    if (!right) std::fputs(told.text().c_str(), stdout);
    return right ? 0 : 1;
}
