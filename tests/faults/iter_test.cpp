// tests/faults/iter_test.cpp - chains and algorithms without memory: std::bad_alloc or the right result, no leaks.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "algorithm/every_algorithm.hpp"
#include "faults.hpp"
#include "iter/every_chain.hpp"

#include <memory>

namespace {

template <class MakePool>
void check_every(std::span<const test::use_case> uses, MakePool make_pool)
{
    for (const test::use_case& use : uses) use.run(test::bomb());  // makes what is made once
    for (const test::use_case& use : uses) {
        const long before = test::fragile::alive();
        const auto run = [&](auto& pool) { return pool->install([&] { return use.run(test::bomb()); }); };
        faults::check(use.name, faults::fail_everywhere(make_pool, run, run));
        INFO(use.name);
        CHECK(test::fragile::alive() == before);
    }
}

}  // namespace

TEST_CASE("every chain survives that any allocation fails, in a test_pool")
{
    check_every(test::every_chain(), [] { return std::make_unique<weft::test_pool>(3); });
}

TEST_CASE("every chain survives that any allocation fails, in threads")
{
    // A pool of its own for each run: one that stays may start a thread for one that waits, and keeps it for a while.
    check_every(test::every_chain(),
                [] { return std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 2}); });
}

TEST_CASE("every algorithm survives that any allocation fails, in a test_pool")
{
    check_every(test::every_algorithm(), [] { return std::make_unique<weft::test_pool>(3); });
}

TEST_CASE("every algorithm survives that any allocation fails, in threads")
{
    // A pool of its own for each run: one that stays may start a thread for one that waits, and keeps it for a while.
    check_every(test::every_algorithm(),
                [] { return std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 2}); });
}
