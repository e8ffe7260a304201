// tests/iter/large_state_test.cpp - states and items of many kilobytes, in a pool whose stacks are small.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_iter.hpp>

#include "common.hpp"
#include "test.hpp"

#include <weft/pool/thread_pool.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t state_bytes = 16 * 1024;
constexpr std::size_t stack_bytes = 1024 * 1024 * (test::sanitized ? 4 : 1);
constexpr int n = 20'000;
constexpr long total = static_cast<long>(n) * (n - 1) / 2;

/// A number in a large struct, all of which is written, so that too small a stack overflows.
struct large {
    std::array<long, state_bytes / sizeof(long)> box{};

    large() = default;
    explicit large(long x) { box[box.size() / 2] = x; }
    [[nodiscard]] long value() const { return box[box.size() / 2]; }
    void add(long x) { box[box.size() / 2] += x; }
    friend bool operator<(const large& a, const large& b) { return a.value() < b.value(); }
};

/// Calls f() on a thread of a pool with small stacks, where all that it forks runs on such stacks too.
template <class F>
void on_small_stacks(F f)
{
    for (const std::size_t threads : {1u, 2u, 4u}) {
        weft::thread_pool pool({.num_threads = threads, .stack_size = stack_bytes});
        test::latch done(1);
        pool.spawn([&] {
            f();
            done.count_down();
        });
        done.wait();
    }
}

const auto sum_of = [](large a, const large& b) {
    a.add(b.value());
    return a;
};
const auto boxed = [](int x) { return large(test::uneven(x)); };

}  // namespace

TEST_CASE("large states: folds and reductions need little of the stack")
{
    bool right = true;
    on_small_stacks([&] {
        right = right && weft::par_range(0, n)
                                 .fold(large(), [](large& s, int x) { s.add(test::uneven(x)); })
                                 .reduce(large(), sum_of)
                                 .value() == total;
        right = right && weft::par_range(0, n)
                                 .fold_chunks(
                                     7, [] { return large(); }, [](large& s, int x) { s.add(test::uneven(x)); })
                                 .reduce(sum_of)
                                 ->value() == total;
        right = right && weft::par_range(0, n).map(boxed).reduce(large(), sum_of).value() == total;
        right = right && weft::par_range(0, n).map(boxed).reduce(sum_of)->value() == total;
        right =
            right && weft::par_range(0, n)
                             .try_fold(large(),
                                       [](large s, int x) {
                                           s.add(test::uneven(x));
                                           return std::optional(s);
                                       })
                             .try_reduce(large(), [](large a, const large& b) { return std::optional(sum_of(a, b)); })
                             ->value() == total;
    });
    CHECK(right);
}

TEST_CASE("large states: what is found and collected may be large")
{
    bool right = true;
    on_small_stacks([&] {
        const auto is_late = [](const large& x) { return x.value() >= n - 3; };
        right = right && weft::par_range(0, n).map(boxed).find_first(is_late)->value() == n - 3;
        right = right && weft::par_range(0, n).map(boxed).find_last(is_late)->value() == n - 1;
        right = right && is_late(*weft::par_range(0, n).map(boxed).find_any(is_late));
        right = right && weft::par_range(0, n).map(boxed).min()->value() == 0;
        right = right && weft::par_range(0, n).map(boxed).max()->value() == n - 1;
        const auto both = weft::par_range(0, n).map(boxed).minmax();
        right = right && both->first.value() == 0 && both->second.value() == n - 1;
        right = right && weft::par_range(0, 2000).map(boxed).to_vector().back().value() == 1999;
        right = right && weft::par_range(0, 4000)
                                 .map(boxed)
                                 .filter([](const large& x) { return x.value() % 2 == 0; })
                                 .to_vector()
                                 .size() == 2000;
        right = right && weft::par_range(0, n)
                                 .map_init([] { return large(); },
                                           [](large& s, int x) {
                                               s.add(1);
                                               return x;
                                           })
                                 .map([](int x) { return static_cast<long>(x); })
                                 .sum() == total;
        right = right && weft::par_range(0, 2000)
                                 .map(boxed)
                                 .chunks(10)
                                 .map([](const std::vector<large>& c) { return c.back().value(); })
                                 .max() == 1999;
    });
    CHECK(right);
}

TEST_CASE("large states: bridges, in order and without")
{
    bool right = true;
    on_small_stacks([&] {
        const std::vector<int> v = test::numbers(n);
        const std::list<int> l(v.begin(), v.end());
        right = right && weft::par_bridge(l).map(boxed).reduce(large(), sum_of).value() == total;
        right = right && weft::par_bridge(l).ordered().map(boxed).reduce(large(), sum_of).value() == total;
    });
    CHECK(right);
}

TEST_CASE("large states: nested loops")
{
    bool right = true;
    on_small_stacks([&] {
        const large all = weft::par_range(0, 64)
                              .map([](int i) {
                                  return weft::par_range(0, 100)
                                      .fold(large(), [=](large& s, int x) { s.add(test::uneven(x) * (i + 1)); })
                                      .reduce(large(), sum_of);
                              })
                              .reduce(large(), sum_of);
        right = right && all.value() == 4950L * 64 * 65 / 2;
    });
    CHECK(right);
}
