// tests/iter/init_test.cpp - map_init, map_with, for_each_init, for_each_with: functions with a state per worker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/init.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <atomic>
#include <cstddef>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace {

using test::random_numbers;
using test::short_sizes;

}  // namespace

TEST_CASE("map_init, for_each_init: states are lent, few, and end with the chain")
{
    const std::vector<int> v = random_numbers(50'000);
    std::atomic<std::size_t> made{0};
    const auto make = [&] {
        made.fetch_add(1);
        return std::vector<int>();
    };
    const auto out = weft::par_iter(v)
                         .map_init(make,
                                   [](std::vector<int>& scratch, int x) {
                                       scratch.assign(3, x);
                                       return scratch[0] + scratch[1] + scratch[2];
                                   })
                         .to_vector();
    CHECK(out.size() == v.size());
    CHECK(weft::par_iter(out).zip(v).all_of([](int a, int b) { return a == 3 * b; }));
    CHECK(made.load() >= 1);
    CHECK(made.load() <= weft::current_num_threads() + 1);

    std::atomic<long> sum{0};
    weft::par_iter(v).enumerate().for_each_init([] { return 0; },
                                                [&](int& n, std::size_t, int x) {
                                                    ++n;
                                                    sum += x;
                                                });
    CHECK(sum.load() == std::accumulate(v.begin(), v.end(), 0L));

    const auto throwing = [&] {
        weft::par_iter(v).for_each_init([] { return 0; },
                                        [](int&, int x) {
                                            if (x == 500) throw std::runtime_error("x");
                                        });
    };
    CHECK_THROWS_AS(throwing(), std::runtime_error);
    const auto bad_init = [&] {
        weft::par_iter(v).for_each_init([]() -> int { throw std::runtime_error("i"); }, [](int&, int) {});
    };
    CHECK_THROWS_AS(bad_init(), std::runtime_error);
    for (std::size_t n : short_sizes) {
        const std::vector<int> few = random_numbers(n);
        test::check_chain(
            [&] { return weft::par_iter(few).map_init([] { return 1; }, [](int& one, int x) { return x + one - 1; }); },
            few);
    }
}
