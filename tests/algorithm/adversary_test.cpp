// tests/algorithm/adversary_test.cpp - no input is quadratic: an adversary decides the order while it is asked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/pool/thread_pool.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "test.hpp"

namespace {

/// The adversary of McIlroy (A Killer Adversary for Quicksort, 1999): a value is fixed as late as possible, so that
/// pivots turn out to be among the least.
class adversary {
public:
    explicit adversary(std::size_t n) : value_(n, n) {}

    bool operator()(std::size_t a, std::size_t b)
    {
        ++calls_;
        const std::size_t gas = value_.size();
        if (value_[a] == gas && value_[b] == gas) value_[a == candidate_ ? a : b] = solid_++;
        if (value_[a] == gas) {
            candidate_ = a;
        } else if (value_[b] == gas) {
            candidate_ = b;
        }
        return value_[a] < value_[b];
    }
    [[nodiscard]] std::size_t calls() const { return calls_; }
    /// The input it has made up.
    [[nodiscard]] std::vector<std::size_t> values() const { return value_; }

private:
    std::vector<std::size_t> value_;
    std::size_t solid_ = 0;
    std::size_t candidate_ = 0;
    std::size_t calls_ = 0;
};

std::vector<std::size_t> places(std::size_t n)
{
    std::vector<std::size_t> v(n);
    std::iota(v.begin(), v.end(), std::size_t{0});
    return v;
}

double n_log_n(std::size_t n) { return static_cast<double>(n) * std::log2(static_cast<double>(n)); }

}  // namespace

TEST_CASE("adversary: the quicksort of par_sort takes no more than 3 n log n comparisons")
{
    const std::size_t n = test::scaled(200'000);
    weft::thread_pool alone{{.num_threads = 1}};
    alone.install([&] {
        // par_sort looks for runs first, which would fix all values: so the quicksort itself is called.
        adversary enemy(n);
        std::vector<std::size_t> v = places(n);
        const auto ask = [&enemy](std::size_t a, std::size_t b) { return enemy(a, b); };
        const std::identity same;
        weft::detail::algorithm::sort_failure failure;
        const weft::detail::algorithm::guarded_less less(ask, same, failure);
        weft::with_context([&](weft::fork_context c) { weft::detail::algorithm::quicksort(c, v.begin(), n, less); });
        const std::vector<std::size_t> fixed = enemy.values();
        CHECK(std::ranges::is_sorted(v, {}, [&](std::size_t i) { return fixed[i]; }));
        CHECK(static_cast<double>(enemy.calls()) < 3 * n_log_n(n));
        CHECK(static_cast<double>(enemy.calls()) > 1.2 * n_log_n(n));  // it did harm
        // The same values, which are fixed now, by par_sort.
        std::vector<std::size_t> values = enemy.values();
        std::size_t calls = 0;
        weft::par_sort(values, [&](std::size_t a, std::size_t b) { return ++calls, a < b; });
        CHECK(std::ranges::is_sorted(values));
        CHECK(static_cast<double>(calls) < 3 * n_log_n(n));
    });
}

TEST_CASE("adversary: par_stable_sort takes no more than n log n comparisons and some")
{
    const std::size_t n = test::scaled(100'000);
    weft::thread_pool alone{{.num_threads = 1}};
    alone.install([&] {
        adversary enemy(n);
        std::vector<std::size_t> v = places(n);
        weft::par_stable_sort(v, [&enemy](std::size_t a, std::size_t b) { return enemy(a, b); });
        CHECK(static_cast<double>(enemy.calls()) < 1.3 * n_log_n(n));
    });
}

TEST_CASE("adversary: par_nth_element is linear, wherever the element")
{
    const std::size_t n = test::scaled(200'000);
    weft::thread_pool alone{{.num_threads = 1}};
    alone.install([&] {
        for (const std::size_t place : {std::size_t{0}, n / 3, n / 2, n - 1}) {
            adversary enemy(n);
            std::vector<std::size_t> v = places(n);
            const auto middle = v.begin() + static_cast<std::ptrdiff_t>(place);
            weft::par_nth_element(v, middle, [&enemy](std::size_t a, std::size_t b) { return enemy(a, b); });
            CHECK(enemy.calls() < 25 * n);
            std::vector<std::size_t> values = enemy.values();
            std::size_t calls = 0;
            const auto there = values.begin() + static_cast<std::ptrdiff_t>(place);
            weft::par_nth_element(values, there, [&](std::size_t a, std::size_t b) { return ++calls, a < b; });
            CHECK(calls < 25 * n);
            CHECK(std::all_of(values.begin(), there, [&](std::size_t x) { return x <= *there; }));
            CHECK(std::all_of(there, values.end(), [&](std::size_t x) { return x >= *there; }));
        }
    });
}
