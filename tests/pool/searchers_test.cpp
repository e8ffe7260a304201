// tests/pool/searchers_test.cpp - how many threads look for work: the count by groups, against one by hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/searchers.hpp"

#include <weft/base/rng.hpp>

#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

using weft::detail::searchers;
using kind = searchers::kind;

TEST_CASE("searchers: the words say the same as a count by hand, in pools of one and of many groups")
{
    enum class state { works, comes, looks };
    for (const std::uint32_t threads : {1u, 2u, 8u, 9u, 17u, 64u, 200u}) {
        searchers counted(threads);
        std::vector<state> by_hand(threads, state::works);
        weft::rng random(threads);
        const auto none = [&] { return std::ranges::count(by_hand, state::works) == threads; };
        const auto none_awake = [&] { return std::ranges::count(by_hand, state::looks) == 0; };
        for (int step = 0; step < 20'000; ++step) {
            const std::uint32_t i = random.below(threads);
            // In turns many and few look, so that groups become empty, too.
            const bool few = step / 1000 % 2 != 0;
            if (by_hand[i] == state::works) {
                if (few && random.below(4) != 0) continue;
                const bool awake = random.below(2) != 0;
                counted.add(i, awake ? kind::awake : kind::coming);
                by_hand[i] = awake ? state::looks : state::comes;
            } else if (by_hand[i] == state::comes && random.below(2) != 0) {
                counted.add(i, kind::woken);
                by_hand[i] = state::looks;
            } else {
                const kind was = by_hand[i] == state::looks ? kind::awake : kind::coming;
                by_hand[i] = state::works;
                const bool last = counted.remove(i, was);
                REQUIRE(last == none());
            }
            REQUIRE(counted.none() == none());
            REQUIRE(counted.none_awake() == none_awake());
            REQUIRE((counted.estimate() == 0) == none());
        }
    }
}

TEST_CASE("searchers: as long as one looks nobody is told that none does, whatever others do at the same time")
{
    searchers counted(40);
    std::atomic<int> told{0};
    counted.add(39, kind::awake);
    test::run_threads(4, [&](std::size_t thread) {
        for (int k = 0; k < 20'000; ++k) {
            const auto i = static_cast<std::uint32_t>(thread) * 8 + static_cast<std::uint32_t>(k % 8);
            counted.add(i, k % 2 != 0 ? kind::awake : kind::coming);
            if (counted.none()) told.fetch_add(1, std::memory_order_relaxed);
            if (k % 2 == 0) counted.add(i, kind::woken);
            if (counted.remove(i, kind::awake)) told.fetch_add(1, std::memory_order_relaxed);
        }
    });
    CHECK(told == 0);
    CHECK_FALSE(counted.none());
    CHECK(counted.remove(39, kind::awake));
    CHECK(counted.none());
    CHECK(counted.none_awake());
}
