// tests/algorithm/subrange_test.cpp - a part of a range, beside std::ranges::subrange.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/subrange.hpp>

#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/iter/par_iter.hpp>

#include "test.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <deque>
#include <ranges>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

template <class R>
using iterator = std::ranges::iterator_t<R>;

/// Whether it gives what std::ranges::subrange gives for the same two iterators.
template <class R>
bool as_in_std(R& r, std::size_t lo, std::size_t hi)
{
    const auto first = std::ranges::begin(r) + static_cast<std::ptrdiff_t>(lo);
    const auto last = std::ranges::begin(r) + static_cast<std::ptrdiff_t>(hi);
    const weft::subrange<iterator<R>> ours{first, last};
    const std::ranges::subrange<iterator<R>> theirs(first, last);
    const auto [begin, end] = ours;
    return ours.begin() == theirs.begin() && ours.end() == theirs.end() && ours.empty() == theirs.empty() &&
           ours.size() == theirs.size() && begin == theirs.begin() && end == theirs.end() &&
           std::ranges::equal(ours, theirs);
}

template <class R>
constexpr bool is_range_as_in_std =
    std::ranges::random_access_range<weft::subrange<iterator<R>>> &&
    std::ranges::sized_range<weft::subrange<iterator<R>>> && std::ranges::borrowed_range<weft::subrange<iterator<R>>> &&
    std::ranges::common_range<weft::subrange<iterator<R>>> &&
    std::ranges::contiguous_range<weft::subrange<iterator<R>>> ==
        std::ranges::contiguous_range<std::ranges::subrange<iterator<R>>> &&
    std::same_as<std::ranges::range_reference_t<weft::subrange<iterator<R>>>,
                 std::ranges::range_reference_t<std::ranges::subrange<iterator<R>>>>;

/// Whether weft returns no part of a range where std does not, either.
template <class R>
constexpr bool dangles_as_in_std = std::same_as<weft::detail::borrowed_subrange_t<R>, weft::detail::dangling> ==
                                   std::same_as<std::ranges::borrowed_subrange_t<R>, std::ranges::dangling>;

}  // namespace

TEST_CASE("subrange: a range of the same kind as in std")
{
    STATIC_REQUIRE(is_range_as_in_std<std::vector<int>>);
    STATIC_REQUIRE(is_range_as_in_std<const std::vector<std::string>>);
    STATIC_REQUIRE(is_range_as_in_std<std::deque<int>>);
    STATIC_REQUIRE(is_range_as_in_std<std::vector<bool>>);
    STATIC_REQUIRE(is_range_as_in_std<std::span<const int>>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<weft::subrange<int*>>);
}

TEST_CASE("subrange: every part of a range, beside std")
{
    std::vector<int> v(20);
    std::deque<std::string> d(20, "some text");
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<int>(i);
    bool right = true;
    for (std::size_t lo = 0; lo <= v.size(); ++lo) {
        for (std::size_t hi = lo; hi <= v.size(); ++hi) right = right && as_in_std(v, lo, hi) && as_in_std(d, lo, hi);
    }
    CHECK(right);
}

TEST_CASE("subrange: at compile time")
{
    static constexpr std::array<int, 4> numbers{1, 2, 3, 4};
    constexpr weft::subrange<const int*> part{numbers.data() + 1, numbers.data() + 3};
    STATIC_REQUIRE(part.size() == 2);
    STATIC_REQUIRE_FALSE(part.empty());
    STATIC_REQUIRE(*part.begin() == 2);
    STATIC_REQUIRE(weft::subrange<const int*>{part.end(), part.end()}.empty());
}

TEST_CASE("subrange: of a container that is gone there is no part")
{
    STATIC_REQUIRE(dangles_as_in_std<std::vector<int>>);
    STATIC_REQUIRE(dangles_as_in_std<std::vector<int>&>);
    STATIC_REQUIRE(dangles_as_in_std<const std::vector<int>&>);
    STATIC_REQUIRE(dangles_as_in_std<std::span<int>>);
    STATIC_REQUIRE(dangles_as_in_std<weft::subrange<int*>>);
    STATIC_REQUIRE(
        std::same_as<weft::detail::borrowed_subrange_t<std::vector<int>&>, weft::subrange<iterator<std::vector<int>>>>);
    STATIC_REQUIRE(std::same_as<decltype(weft::par_unique(std::vector<int>{1, 1})), weft::detail::dangling>);
}

TEST_CASE("subrange: what one algorithm returns is the input of the next")
{
    std::vector<int> v(10'000);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<int>(i * 7919 % 10'007);
    std::vector<int> expected = v;
    const auto small = [](int x) { return x < 3000; };

    const auto rest = weft::par_stable_partition(v, small);
    const auto expected_rest = std::ranges::stable_partition(expected, small);
    CHECK(rest.size() == expected_rest.size());
    weft::par_sort(rest);
    std::ranges::sort(expected_rest);
    CHECK(v == expected);

    CHECK(weft::par_iter(rest).sum() == weft::par_iter(std::span(rest.first, rest.last)).sum());
    v.erase(rest.first, rest.last);
    CHECK(std::ranges::all_of(v, small));
}
