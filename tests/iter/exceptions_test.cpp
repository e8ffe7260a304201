// tests/iter/exceptions_test.cpp - what a callback throws leaves the loop, soon. (Nothing is lost or destroyed twice:
// every_callback_test.cpp.)
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>

#include "test.hpp"

#include <atomic>
#include <cstddef>

namespace {

struct boom {
    int at;
};

}  // namespace

TEST_CASE("exceptions: the rest of the loop stops soon")
{
    std::atomic<std::size_t> visited{0};
    CHECK_THROWS_AS(weft::par_range(0, 100'000'000).for_each([&](int x) {
        visited.fetch_add(1, std::memory_order_relaxed);
        if (x == 1000) throw boom{x};
    }),
                    boom);
    CHECK(visited.load() < 10'000'000);
}

TEST_CASE("exceptions: one of those thrown leaves the loop")
{
    for (int repeat = 0; repeat < 20; ++repeat) {
        int caught = -1;
        try {
            weft::par_range(0, 10000).with_max_len(10).for_each([](int x) {
                if (x % 1000 == 0) throw boom{x};
            });
        } catch (const boom& b) {
            caught = b.at;
        }
        CHECK((caught >= 0 && caught % 1000 == 0));
    }
}
