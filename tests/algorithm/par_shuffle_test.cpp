// tests/algorithm/par_shuffle_test.cpp - a random order that depends on the seed alone.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_shuffle.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

TEST_CASE("group: a shuffle is a permutation that depends on the seed alone")
{
    std::vector<int> all(30'000);
    std::iota(all.begin(), all.end(), 0);
    auto a = all;
    auto b = all;
    weft::par_shuffle(a, 1);
    weft::thread_pool alone{{.num_threads = 1}};
    alone.install([&] { weft::par_shuffle(b, 1); });
    CHECK(a == b);
    CHECK(a != all);
    weft::thread_pool four{{.num_threads = 4}};
    for (int repeat = 0; repeat < 5; ++repeat) {
        b = all;
        four.install([&] { weft::par_shuffle(b, 1); });
        CHECK(a == b);
    }
    for (std::uint64_t order = 0; order < 5; ++order) {
        b = all;
        weft::test_pool(order).install([&] { weft::par_shuffle(b, 1); });
        CHECK(a == b);
    }
    weft::par_shuffle(b, 2);
    CHECK(a != b);
    std::sort(a.begin(), a.end());
    CHECK(a == all);
    std::vector<int> none;
    weft::par_shuffle(none, 1);
    CHECK(none.empty());
}
