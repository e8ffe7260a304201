// tests/algorithm/iterators_test.cpp - algorithms between two iterators, in arrays, and with projections.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_shuffle.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_transform.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "test.hpp"

namespace {

struct person {
    std::string name;
    int age;
    bool operator==(const person&) const = default;
};

std::vector<int> mixed(std::size_t n)
{
    std::vector<int> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<int>(i * 7919 % (n + 3) / 2);
    return v;
}

std::vector<person> people(std::size_t n)
{
    std::vector<person> all;
    for (const int x : mixed(n)) all.push_back({std::to_string(x), x % 50});
    return all;
}

constexpr std::size_t sizes[] = {0, 1, 2, 1000, 70'000};
const auto odd = [](int x) { return x % 2 != 0; };

}  // namespace

TEST_CASE("iterators: sorts, merges and selections take the elements between two iterators and leave the others alone")
{
    for (const std::size_t n : sizes) {
        // One element before and one behind that nobody may touch.
        std::vector<int> v = mixed(n + 2);
        std::vector<int> expected = v;
        const auto at = [](auto& c, std::size_t i) { return c.begin() + static_cast<std::ptrdiff_t>(i); };

        CHECK(weft::par_sort(at(v, 1), at(v, n + 1)) == at(v, n + 1));
        std::ranges::sort(at(expected, 1), at(expected, n + 1));
        CHECK(v == expected);
        CHECK(weft::par_is_sorted(at(v, 1), at(v, n + 1)));

        CHECK(weft::par_stable_sort(at(v, 1), at(v, n + 1), std::ranges::greater()) == at(v, n + 1));
        std::ranges::stable_sort(at(expected, 1), at(expected, n + 1), std::ranges::greater());
        CHECK(v == expected);
        CHECK(weft::par_is_sorted(at(v, 1), at(v, n + 1), {}, std::negate<>()));

        if (n > 0) {
            weft::par_shuffle(at(v, 1), at(v, n + 1), 5);
            CHECK(weft::par_nth_element(at(v, 1), at(v, 1 + n / 2), at(v, n + 1)) == at(v, n + 1));
            std::ranges::nth_element(at(expected, 1), at(expected, 1 + n / 2), at(expected, n + 1));
            CHECK(v[1 + n / 2] == expected[1 + n / 2]);
            weft::par_partial_sort(at(v, 1), at(v, 1 + n / 3), at(v, n + 1), std::ranges::greater());
            std::ranges::partial_sort(at(expected, 1), at(expected, 1 + n / 3), at(expected, n + 1),
                                      std::ranges::greater());
            CHECK(std::equal(at(v, 0), at(v, 1 + n / 3), at(expected, 0)));
            CHECK(v.back() == expected.back());
        }

        std::vector<int> a = mixed(n);
        std::vector<int> b = mixed(n / 2);
        std::ranges::sort(a);
        std::ranges::sort(b);
        std::vector<int> both(n + n / 2);
        CHECK(weft::par_merge(a.begin(), a.end(), b.begin(), b.end(), both.begin()) == both.end());
        std::vector<int> merged(n + n / 2);
        std::ranges::merge(a, b, merged.begin());
        CHECK(both == merged);
    }
}

TEST_CASE("iterators: scans, filters and transformations take the elements between two iterators")
{
    for (const std::size_t n : sizes) {
        const std::vector<int> v = mixed(n);
        std::vector<int> out(n);
        std::vector<int> expected(n);

        CHECK(weft::par_inclusive_scan(v.begin(), v.end(), out.begin()) == out.end());
        std::inclusive_scan(v.begin(), v.end(), expected.begin());
        CHECK(out == expected);
        CHECK(weft::par_exclusive_scan(v.begin(), v.end(), out.begin(), 3, std::bit_xor<>()) == out.end());
        std::exclusive_scan(v.begin(), v.end(), expected.begin(), 3, std::bit_xor<>());
        CHECK(out == expected);

        CHECK(weft::par_transform(v.begin(), v.end(), out.begin(), std::negate<>()) == out.end());
        std::ranges::transform(v, expected.begin(), std::negate<>());
        CHECK(out == expected);
        CHECK(weft::par_transform(v.begin(), v.end(), out.begin(), out.end(), out.begin(), std::plus<>()) == out.end());
        CHECK(std::ranges::all_of(out, [](int x) { return x == 0; }));
        weft::par_fill(out.begin(), out.end(), 7);
        CHECK(std::ranges::all_of(out, [](int x) { return x == 7; }));

        const auto end = weft::par_copy_if(v.begin(), v.end(), out.begin(), odd);
        const auto expected_end = std::ranges::copy_if(v, expected.begin(), odd).out;
        CHECK(std::vector<int>(out.begin(), end) == std::vector<int>(expected.begin(), expected_end));

        std::vector<int> w = v;
        expected = v;
        auto others = weft::par_stable_partition(w.begin(), w.end(), odd);
        std::ranges::stable_partition(expected, odd);
        CHECK(w == expected);
        CHECK(std::all_of(w.begin(), others.begin(), odd));
        CHECK(std::none_of(others.begin(), others.end(), odd));
        others = weft::par_partition(w.begin(), w.end(), std::not_fn(odd));
        CHECK(std::ranges::none_of(w.begin(), others.begin(), odd));
        CHECK(others.end() == w.end());

        std::ranges::sort(w);
        expected = w;
        const auto rest = weft::par_unique(w.begin(), w.end());
        const auto expected_rest = std::ranges::unique(expected);
        CHECK(std::vector<int>(w.begin(), rest.begin()) == std::vector<int>(expected.begin(), expected_rest.begin()));
    }
}

TEST_CASE("iterators: arrays are ranges, and two pointers into them are iterators")
{
    int a[] = {3, 1, 2, 5, 4};
    weft::par_sort(a, a + 3);
    CHECK(std::vector<int>(a, a + 5) == std::vector<int>{1, 2, 3, 5, 4});
    weft::par_sort(a);
    CHECK(std::ranges::is_sorted(a));
    weft::par_sort(a, std::ranges::greater());
    CHECK(std::ranges::is_sorted(a, std::ranges::greater()));
    CHECK(!weft::par_is_sorted(a, a + 5));
    weft::par_nth_element(a, a + 2, a + 5);
    CHECK(a[2] == 3);
    weft::par_partial_sort(a, a + 2, a + 5);
    CHECK((a[0] == 1 && a[1] == 2));
    weft::par_sort(a, a + 5);
    int out[5] = {};
    CHECK(weft::par_inclusive_scan(a, a + 5, out) == out + 5);
    CHECK(std::vector<int>(out, out + 5) == std::vector<int>{1, 3, 6, 10, 15});
    CHECK(weft::par_exclusive_scan(a, a + 5, out, 1) == out + 5);
    CHECK(std::vector<int>(out, out + 5) == std::vector<int>{1, 2, 4, 7, 11});
    CHECK(weft::par_exclusive_scan(a, out + 0, 0, std::plus<>()) == out + 5);
    CHECK(weft::par_transform(a, a + 5, out, std::negate<>()) == out + 5);
    CHECK(weft::par_copy_if(a, a + 5, out, odd) == out + 3);
    CHECK(weft::par_partition(a, a + 5, odd).begin() == a + 3);
    weft::par_fill(a, a + 5, 1);
    CHECK(weft::par_unique(a, a + 5).begin() == a + 1);
}

TEST_CASE("iterators: counted and other sentinels, and iterators that are no pointers")
{
    std::deque<int> d;
    for (const int x : mixed(5000)) d.push_back(x);
    weft::par_sort(d.begin(), d.end());
    CHECK(std::ranges::is_sorted(d));
    std::vector<int> v = mixed(5000);
    weft::par_sort(std::counted_iterator(v.begin(), 3000), std::default_sentinel);
    CHECK(std::is_sorted(v.begin(), v.begin() + 3000));
    weft::par_sort(v.rbegin(), v.rend());
    CHECK(std::ranges::is_sorted(v, std::ranges::greater()));
    const auto numbers = std::views::iota(0, 1000);
    CHECK(weft::par_is_sorted(numbers.begin(), numbers.end()));
}

TEST_CASE("projections: partitions, copies and unique look at what the projection makes of an element")
{
    for (const std::size_t n : sizes) {
        const std::vector<person> all = people(n);
        const auto young = [](int age) { return age < 20; };
        std::vector<person> out(n);
        const auto end = weft::par_copy_if(all, out.begin(), young, &person::age);
        std::vector<person> expected(n);
        const auto expected_end = std::ranges::copy_if(all, expected.begin(), young, &person::age).out;
        CHECK(std::vector<person>(out.begin(), end) == std::vector<person>(expected.begin(), expected_end));

        out = all;
        expected = all;
        weft::par_stable_partition(out, young, &person::age);
        std::ranges::stable_partition(expected, young, &person::age);
        CHECK(out == expected);
        weft::par_partition(out, std::not_fn(young), &person::age);
        CHECK(std::ranges::is_partitioned(out, std::not_fn(young), &person::age));

        std::vector<int> numbers = mixed(n);
        const auto split = weft::par_partition(numbers, std::identity(), odd);
        CHECK(std::all_of(numbers.begin(), split.begin(), odd));

        weft::par_sort(out, {}, &person::age);
        expected = out;
        const auto rest = weft::par_unique(out, {}, &person::age);
        const auto expected_rest = std::ranges::unique(expected, {}, &person::age);
        CHECK(std::vector<person>(out.begin(), rest.begin()) ==
              std::vector<person>(expected.begin(), expected_rest.begin()));
        CHECK(out.end() - rest.end() == 0);
    }
    // Elements that are values, not references.
    const auto squares = std::views::iota(0, 100) | std::views::transform([](int x) { return x * x; });
    std::vector<int> out(100);
    const auto end = weft::par_copy_if(squares, out.begin(), odd, [](int x) { return x / 3; });
    std::vector<int> expected(100);
    const auto expected_end = std::ranges::copy_if(squares, expected.begin(), odd, [](int x) { return x / 3; }).out;
    CHECK(std::vector<int>(out.begin(), end) == std::vector<int>(expected.begin(), expected_end));
}

TEST_CASE("projections: what a projection throws leaves the call, and the elements stay")
{
    std::vector<int> v = mixed(10'000);
    const std::vector<int> before = v;
    const auto bad = [](int x) -> int {
        if (x == 77) throw std::runtime_error("projection");
        return x;
    };
    CHECK_THROWS_AS(weft::par_stable_partition(v, odd, bad), std::runtime_error);
    CHECK(v == before);
    CHECK_THROWS_AS(weft::par_unique(v.begin(), v.end(), {}, bad), std::runtime_error);
    CHECK(v == before);
    std::vector<int> out(v.size());
    CHECK_THROWS_AS(weft::par_copy_if(v.begin(), v.end(), out.begin(), odd, bad), std::runtime_error);
    CHECK(v == before);
    CHECK_THROWS_AS(weft::par_sort(v.begin(), v.end(), {}, bad), std::runtime_error);
    CHECK(std::ranges::is_permutation(v, before));
}
