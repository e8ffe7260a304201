// tests/algorithm/throwing_test.cpp - comparators that throw somewhere among many elements, with several threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/pool/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <random>
#include <stdexcept>
#include <vector>

#include "test.hpp"

namespace {

/// Compares by value; throws at call k.
class bomb {
public:
    explicit bomb(std::size_t k) : left_(static_cast<std::ptrdiff_t>(k)) {}

    bool operator()(const test::counted& a, const test::counted& b) const
    {
        if (left_.fetch_sub(1, std::memory_order_relaxed) == 0) throw std::runtime_error("no more");
        return a.value < b.value;
    }
    [[nodiscard]] bool has_gone_off() const { return left_.load() < 0; }

private:
    mutable std::atomic<std::ptrdiff_t> left_;
};

std::vector<int> shuffled(std::size_t n)
{
    std::mt19937 random(8);
    std::vector<int> keys(n);
    for (std::size_t i = 0; i < n; ++i) keys[i] = static_cast<int>(i * 7 / 8);
    std::shuffle(keys.begin(), keys.end(), random);
    return keys;
}

/// Calls f(v, less) for many elements, with `less` throwing at call k, for k from 0 to beyond the last call: all
/// elements must be left and nothing else, and f must throw if and only if `less` has.
template <class F>
void check_all(const F& f)
{
    const std::size_t n = test::sanitized ? 30'000 : 200'000;
    std::vector<int> keys = shuffled(n);
    weft::thread_pool pool{{.num_threads = 3}};
    for (const std::size_t k : {std::size_t{0}, std::size_t{1000}, n / 2, n + 7, 3 * n, 8 * n, 14 * n, 100 * n}) {
        {
            std::vector<test::counted> v(keys.begin(), keys.end());
            const bomb less(k);
            bool thrown = false;
            try {
                pool.install([&] { f(v, less); });
            } catch (const std::runtime_error&) {
                thrown = true;
            }
            CHECK(thrown == less.has_gone_off());
            std::vector<int> values;
            values.reserve(n);
            for (const auto& x : v) values.push_back(x.value);
            std::sort(values.begin(), values.end());
            const bool all_left = values.size() == n && [&] {
                for (std::size_t i = 0; i < n; ++i) {
                    if (values[i] != static_cast<int>(i * 7 / 8)) return false;
                }
                return true;
            }();
            CHECK(all_left);
        }
        CHECK(test::counted::alive() == 0);
    }
}

}  // namespace

TEST_CASE("throwing: par_sort of many keeps all elements wherever the comparator throws")
{
    check_all([](auto& v, const bomb& less) { weft::par_sort(v, std::cref(less)); });
}

TEST_CASE("throwing: par_stable_sort of many keeps all elements wherever the comparator throws")
{
    check_all([](auto& v, const bomb& less) { weft::par_stable_sort(v, std::cref(less)); });
}

TEST_CASE("throwing: par_nth_element of many keeps all elements wherever the comparator throws")
{
    check_all([](auto& v, const bomb& less) {
        weft::par_nth_element(v, v.begin() + static_cast<std::ptrdiff_t>(v.size() / 3), std::cref(less));
    });
}

TEST_CASE("throwing: par_partial_sort of many keeps all elements wherever the comparator throws")
{
    check_all([](auto& v, const bomb& less) {
        weft::par_partial_sort(v, v.begin() + static_cast<std::ptrdiff_t>(v.size() / 4), std::cref(less));
    });
}

TEST_CASE("throwing: par_merge of many leaves its input alone and leaks nothing wherever the comparator throws")
{
    const std::size_t n = test::sanitized ? 30'000 : 200'000;
    std::vector<int> keys = shuffled(n);
    std::sort(keys.begin(), keys.end());
    weft::thread_pool pool{{.num_threads = 3}};
    for (const std::size_t k : {std::size_t{0}, std::size_t{5}, n / 3, n, n + n / 2, 10 * n}) {
        {
            const std::vector<test::counted> a(keys.begin(), keys.end());
            const std::vector<test::counted> b = a;
            std::vector<test::counted> out(2 * n);
            const bomb less(k);
            bool thrown = false;
            try {
                pool.install([&] { weft::par_merge(a, b, out.begin(), std::cref(less)); });
            } catch (const std::runtime_error&) {
                thrown = true;
            }
            CHECK(thrown == less.has_gone_off());
            const auto by_value = [](const test::counted& x, const test::counted& y) { return x.value < y.value; };
            if (!thrown) CHECK(std::is_sorted(out.begin(), out.end(), by_value));
            bool unchanged = true;
            for (std::size_t i = 0; i < n; ++i) unchanged = unchanged && a[i].value == keys[i] && b[i].value == keys[i];
            CHECK(unchanged);
            CHECK(test::counted::alive() == static_cast<long>(4 * n));
        }
        CHECK(test::counted::alive() == 0);
    }
}
