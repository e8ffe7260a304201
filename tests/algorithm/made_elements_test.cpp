// tests/algorithm/made_elements_test.cpp - elements that are made when they are read, and proxies: no algorithm may
// keep a reference to what is gone.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_group.hpp>
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_shuffle.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_transform.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <ranges>
#include <string>
#include <vector>

#include "proxies.hpp"
#include "test.hpp"

namespace {

constexpr std::size_t sizes[] = {0, 1, 2, 100, 1000, 16384, 16385, test::scaled(200'001)};

std::vector<bool> bits(std::size_t n)
{
    std::vector<bool> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = i * 7 % 11 < 4;
    return v;
}

std::vector<soa::item> items(std::size_t n)
{
    std::vector<soa::item> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = {static_cast<int>(i * 7919 % (n / 3 + 1)), test::long_text(i)};
    return v;
}

/// Returns its argument by reference: for an element made on the fly that is a reference to a temporary.
struct by_reference {
    template <class T>
    const T& operator()(const T& x) const
    {
        return x;
    }
};

/// All algorithms that only read `made`, against a vector of its values.
template <class R>
void check_reading(const R& made)
{
    const by_reference project;
    using value = std::ranges::range_value_t<R>;
    std::vector<value> whole;
    for (auto&& x : made) whole.push_back(value(std::forward<decltype(x)>(x)));
    const value middle = whole.empty() ? value() : whole[whole.size() / 2];
    const auto low = [&](const auto& x) { return value(x) < middle; };

    CHECK(weft::par_is_sorted(made, {}, project) == std::ranges::is_sorted(whole));

    if constexpr (!std::is_same_v<value, bool>) {
        std::vector<value> expected(whole.size());
        expected.erase(std::ranges::copy_if(whole, expected.begin(), low).out, expected.end());
        std::vector<value> out(whole.size());
        out.erase(weft::par_copy_if(made, out.begin(), low, project), out.end());
        CHECK(out == expected);
        out.resize(whole.size());
        weft::par_transform(made, out.begin(), project);
        CHECK(out == whole);
        out.assign(whole.size(), value());
        weft::par_transform(made, made, out.begin(),
                            [](const auto& a, const auto& b) { return std::max(value(a), value(b)); });
        CHECK(out == whole);

        std::vector<value> twice(2 * whole.size());
        std::vector<value> sorted = whole;
        std::ranges::sort(sorted);
        std::vector<value> merged(2 * whole.size());
        std::ranges::merge(sorted, sorted, merged.begin());
        const auto ascending = std::views::iota(std::size_t{0}, sorted.size()) |
                               std::views::transform([&](std::size_t i) { return sorted[i]; });
        CHECK(weft::par_merge(ascending, sorted, twice.begin()) == twice.end());
        CHECK(twice == merged);

        const auto largest = [](const auto& a, const auto& b) { return std::max(value(a), value(b)); };
        weft::par_inclusive_scan(made, out.begin(), largest);
        std::vector<value> running(whole.size());
        std::inclusive_scan(whole.begin(), whole.end(), running.begin(), largest);
        CHECK(out == running);
        weft::par_exclusive_scan(made, out.begin(), value(), largest);
        std::exclusive_scan(whole.begin(), whole.end(), running.begin(), value(), largest);
        CHECK(out == running);
    }
}

/// The groups of `made` by an element, which a key function gives by reference or not.
template <class R>
void check_groups(const R& made)
{
    const by_reference project;
    using value = std::ranges::range_value_t<R>;
    std::vector<value> whole;
    for (auto&& x : made) whole.push_back(value(std::forward<decltype(x)>(x)));
    std::map<value, std::vector<value>> by_key;
    for (const auto& x : whole) by_key[value(x)].push_back(value(x));
    const auto as_expected = [&](const auto& groups) {
        return std::equal(groups.begin(), groups.end(), by_key.begin(), by_key.end(),
                          [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; });
    };
    const std::vector<std::pair<value, std::vector<value>>> groups = weft::par_group_by(made, project);
    CHECK(as_expected(groups));
    const std::vector<std::pair<value, std::vector<value>>> same = weft::par_group_by(made, std::identity());
    CHECK(as_expected(same));

    std::map<value, value> last;
    for (const auto& x : whole) last[value(x)] = value(x);
    const auto reduced = weft::par_reduce_by_key(made, made, [](const value&, const value& b) { return b; });
    CHECK(std::equal(reduced.begin(), reduced.end(), last.begin(), last.end(),
                     [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; }));
}

template <class R, class Key = std::identity>
void check_histogram(R&& made, std::size_t bins, const Key& key = {})
{
    std::vector<std::size_t> expected(bins);
    for (auto&& x : made) ++expected[static_cast<std::size_t>(key(x))];
    CHECK(weft::par_histogram(made, bins, key) == expected);
}

}  // namespace

TEST_CASE("made elements: integers that are counted off")
{
    for (const std::size_t n : sizes) {
        const int end = static_cast<int>(n);
        check_reading(std::views::iota(0, end));
    }
}

TEST_CASE("made elements: strings")
{
    for (const std::size_t n : sizes) { check_reading(test::made_strings(n)); }
}

TEST_CASE("made elements: bits that are read")
{
    for (const std::size_t n : sizes) {
        std::vector<bool> v = bits(n);
        check_reading(v);                         // through a const reference: the elements are bools
        check_reading(std::ranges::subrange(v));  // the elements are proxies
        check_groups(std::ranges::subrange(v));
    }
}

TEST_CASE("made elements: what stands for two arrays")
{
    for (const std::size_t n : sizes) { check_reading(soa::array(items(n))); }
}

TEST_CASE("made elements: outputs that stand for two arrays")
{
    for (const std::size_t n : sizes) {
        const std::vector<soa::item> from = items(n);
        const soa::array out(n);
        const auto low = [&](const soa::item& x) { return x.key % 3 == 0; };

        weft::par_fill(out, soa::item{1, "one"});
        CHECK(out.items() == std::vector<soa::item>(n, soa::item{1, "one"}));
        weft::par_tabulate(out, [&](std::size_t i) { return from[i]; });
        CHECK(out.items() == from);
        weft::par_fill(out.begin(), out.end(), soa::item{});
        weft::par_transform(from, out.begin(), std::identity());
        CHECK(out.items() == from);

        std::vector<soa::item> expected(n);
        const auto end = std::ranges::copy_if(from, expected.begin(), low).out;
        const auto last = weft::par_copy_if(from, out.begin(), low);
        CHECK(std::equal(expected.begin(), end, out.begin(), last,
                         [](const auto& a, const soa::item& b) { return a == b; }));

        std::vector<soa::item> a = from;
        std::ranges::sort(a);
        const soa::array both(2 * n);
        std::vector<soa::item> merged(2 * n);
        std::ranges::merge(a, a, merged.begin());
        weft::par_merge(a, soa::array(a), both.begin());
        CHECK(both.items() == merged);

        const auto larger = [](const soa::item& x, const soa::item& y) { return std::max(x, y); };
        std::inclusive_scan(from.begin(), from.end(), expected.begin(), larger);
        weft::par_inclusive_scan(from, out.begin(), larger);
        CHECK(out.items() == expected);
        weft::par_exclusive_scan(from, out.begin(), soa::item(), larger);
        std::exclusive_scan(from.begin(), from.end(), expected.begin(), soa::item(), larger);
        CHECK(out.items() == expected);
    }
}

TEST_CASE("par_histogram: the elements are keys that are made on the fly")
{
    for (const std::size_t n : sizes) {
        const int end = static_cast<int>(n);
        check_histogram(std::views::iota(0, end), n);
        check_histogram(std::views::iota(0, end), n, by_reference());
        check_histogram(std::views::iota(0, end) | std::views::transform([](int x) { return x % 7 + 0.75; }), 8);
        std::vector<bool> v = bits(n);
        check_histogram(v, 2);
        check_histogram(std::as_const(v), 300, by_reference());
        check_histogram(soa::array(items(n)), n / 3 + 1, [](const soa::item& x) { return x.key; });
    }
}

TEST_CASE("made elements: what stands for two arrays is put into another order")
{
    const auto low = [](const soa::item& x) { return x.key % 3 == 0; };
    const auto key = [](const soa::item& x) { return x.key; };
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{100}, test::scaled(40'000)}) {
        const std::vector<soa::item> from = items(n);
        std::vector<soa::item> expected = from;
        std::ranges::sort(expected);
        soa::array v(from);
        weft::par_sort(v);
        CHECK(v.items() == expected);
        CHECK(weft::par_is_sorted(v));
        weft::par_sort(v, std::ranges::greater(), key);
        CHECK(std::ranges::is_sorted(v.items(), std::ranges::greater(), key));

        v = soa::array(from);
        expected = from;
        std::ranges::stable_sort(expected, {}, key);
        weft::par_stable_sort(v, {}, key);
        CHECK(v.items() == expected);
        v = soa::array(from);
        weft::par_sort_by_cached_key(v, key);
        CHECK(v.items() == expected);
        weft::par_shuffle(v, 3);
        std::ranges::sort(expected);
        weft::par_sort_by_cached_key(v, by_reference());
        CHECK(v.items() == expected);

        v = soa::array(from);
        expected = from;
        std::ranges::stable_partition(expected, low);
        const auto others = weft::par_stable_partition(v, low);
        CHECK(v.items() == expected);
        CHECK(others.size() == static_cast<std::size_t>(std::ranges::count_if(from, std::not_fn(low))));
        weft::par_partition(v, std::not_fn(low));
        CHECK(std::ranges::is_partitioned(v.items(), std::not_fn(low)));

        weft::par_sort(v, {}, key);
        expected = v.items();
        const auto rest = weft::par_unique(v, [](const soa::item& a, const soa::item& b) { return a.key == b.key; });
        const auto expected_rest = std::ranges::unique(expected, {}, &soa::item::key);
        CHECK(std::equal(v.begin(), rest.begin(), expected.begin(), expected_rest.begin(),
                         [](const auto& a, const soa::item& b) { return a == b; }));
        if (n == 0) continue;
        v = soa::array(from);
        expected = from;
        std::ranges::sort(expected);
        const auto middle = static_cast<std::ptrdiff_t>(n / 2);
        weft::par_nth_element(v, v.begin() + middle);
        CHECK(v[n / 2] == expected[n / 2]);
        v = soa::array(from);
        weft::par_partial_sort(v, v.begin() + middle);
        CHECK(std::equal(v.begin(), v.begin() + middle, expected.begin(), expected.begin() + middle,
                         [](const auto& a, const soa::item& b) { return a == b; }));
    }
}
