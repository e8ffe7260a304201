// tests/iter/find_test.cpp - any_of, all_of, none_of and every kind of find and position, one by one and many at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/find.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/test_pool.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <vector>

namespace {

using test::random_numbers;
using test::sizes;

template <class It>
std::optional<std::size_t> number(It begin, It it, It end)
{
    if (it == end) return std::nullopt;
    return static_cast<std::size_t>(it - begin);
}

constexpr std::size_t short_sizes[] = {0, 1, 2, 3, 16, 33};

/// Whether the searches find the needles, which are 1 among zeros, as std::find_if does: at once, in long pieces.
template <class T>
bool finds(std::size_t n, const std::vector<std::size_t>& needles)
{
    std::vector<T> hay(n);
    for (const std::size_t at : needles) hay[at] = T(1);
    const auto is_needle = [](T x) { return x > T(0); };
    weft::test_pool one_piece(0);
    return one_piece.install([&] {
        // The address tells which it is.
        const T* place = nullptr;
        const auto noted = [&](const T& x) { return is_needle(x) && (place == nullptr ? (place = &x, true) : true); };
        const std::optional<T> first = weft::par_iter(hay).find_first(noted);
        bool right = first == (needles.empty() ? std::optional<T>() : std::optional<T>(T(1)));
        right = right && place == (needles.empty() ? nullptr : &hay[needles.front()]);
        right = right && weft::par_iter(hay).find_any(is_needle).has_value() == !needles.empty();
        right = right && weft::par_iter(hay).any_of(is_needle) == !needles.empty();
        right = right && weft::par_iter(hay).all_of([](T x) { return x == T(0); }) == needles.empty();
        return right && weft::par_iter(std::vector<T>(hay)).find_first(is_needle) == first;
    });
}

template <class T>
bool finds_everywhere()
{
    bool right = finds<T>(5000, {}) && finds<T>(1023, {}) && finds<T>(1024, {1023});
    for (std::size_t at = 0; at < 70; ++at) {
        right = right && finds<T>(1100, {at}) && finds<T>(1100, {1099 - at}) && finds<T>(1500, {at, at + 1, 1400});
    }
    return right;
}

}  // namespace

TEST_CASE("any_of, all_of, none_of, find, position: as the sequential search")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        for (int wanted : {0, 1, 500, 999, 1000}) {
            const auto hit = [=](int x) { return x == wanted; };
            const auto at = std::find(v.begin(), v.end(), wanted);
            CHECK(weft::par_iter(v).any_of(hit) == (at != v.end()));
            CHECK(weft::par_iter(v).none_of(hit) == (at == v.end()));
            CHECK(weft::par_iter(v).all_of([=](int x) { return x != wanted; }) == (at == v.end()));
            CHECK(weft::par_iter(v).find_any(hit).has_value() == (at != v.end()));
            const auto position = weft::par_iter(v).position_first(hit);
            CHECK(position.has_value() == (at != v.end()));
            if (position) CHECK(*position == static_cast<std::size_t>(at - v.begin()));
            const auto first =
                weft::par_iter(v).enumerate().find_first([=](std::size_t, int x) { return x >= wanted; });
            const auto first_at = std::find_if(v.begin(), v.end(), [=](int x) { return x >= wanted; });
            CHECK(first.has_value() == (first_at != v.end()));
            if (first) CHECK(std::get<0>(*first) == static_cast<std::size_t>(first_at - v.begin()));
        }
    }
    CHECK(weft::par_iter(std::vector<int>()).all_of([](int) { return false; }));
}

TEST_CASE("find: visits few items once something is found")
{
    std::atomic<std::size_t> visited{0};
    CHECK(weft::par_range(0, 100'000'000).find_any([&](int x) {
        visited.fetch_add(1, std::memory_order_relaxed);
        return x == 20;
    }) == 20);
    CHECK(visited.load() < 20'000'000);  // the system may hold the thread up that is about to find it
    visited = 0;
    CHECK(weft::par_range(0, 100'000'000).find_first([&](int x) {
        visited.fetch_add(1, std::memory_order_relaxed);
        return x >= 20;
    }) == 20);
    CHECK(visited.load() < 20'000'000);  // the system may hold the thread up that is about to find it
}

TEST_CASE("find_last, find_map_*, position_*: as the sequential search")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n, 50);
        for (int wanted : {-1, 0, 7, 49}) {
            const auto hit = [wanted](int x) { return x == wanted; };
            const auto first = number(v.begin(), std::find(v.begin(), v.end(), wanted), v.end());
            std::optional<std::size_t> last;
            for (std::size_t i = 0; i < n; ++i) {
                if (v[i] == wanted) last = i;
            }
            CHECK(weft::par_iter(v).position_first(hit) == first);
            CHECK(weft::par_iter(v).position_last(hit) == last);
            CHECK(weft::par_iter(v).map_init([] { return 0; }, [](int&, int x) { return x; }).position_last(hit) ==
                  last);
            const auto any = weft::par_iter(v).position_any(hit);
            CHECK(any.has_value() == first.has_value());
            if (any) CHECK(v[*any] == wanted);
            const auto numbered = [hit](std::size_t i, int x) {
                return hit(x) ? std::optional<std::size_t>(i) : std::nullopt;
            };
            CHECK(weft::par_iter(v).enumerate().find_map_first(numbered) == first);
            CHECK(weft::par_iter(v).enumerate().find_map_last(numbered) == last);
            CHECK(weft::par_iter(v).enumerate().find_map_any(numbered).has_value() == first.has_value());
            const auto tuple_hit = [hit](std::size_t, int x) { return hit(x); };
            const auto whole = weft::par_iter(v).enumerate().find_last(tuple_hit);
            CHECK(whole.has_value() == last.has_value());
            if (whole) CHECK(std::get<0>(*whole) == *last);
            const auto unindexed =
                weft::par_iter(v).enumerate().filter([](std::size_t, int) { return true; }).find_last(tuple_hit);
            CHECK(unindexed.has_value() == last.has_value());
            if (unindexed) CHECK(std::get<0>(*unindexed) == *last);
        }
    }
}

TEST_CASE("positions: the numbers of the items that pass")
{
    for (std::size_t n : short_sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::size_t> expected;
        for (std::size_t i = 0; i < n; ++i) {
            if (v[i] % 2 == 0) expected.push_back(i);
        }
        test::check_chain([&] { return weft::par_iter(v).positions([](int x) { return x % 2 == 0; }); }, expected);
    }
}

TEST_CASE("find: among numbers of any width, wherever they are")
{
    CHECK(finds_everywhere<std::uint8_t>());
    CHECK(finds_everywhere<std::int16_t>());
    CHECK(finds_everywhere<int>());
    CHECK(finds_everywhere<std::uint64_t>());
    CHECK(finds_everywhere<float>());
    CHECK(finds_everywhere<double>());
}

TEST_CASE("find: gives the number that was tested, with any split")
{
    std::vector<int> numbers(20'000);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
    const auto failing = weft::find_failing_seed(test::scaled(100), [&](weft::test_pool& pool) {
        return pool.install([&] {
            const auto wanted = [](int x) { return x % 7000 == 6999; };
            const std::optional<int> any = weft::par_iter(numbers).find_any(wanted);
            return any && wanted(*any) && weft::par_iter(numbers).find_first(wanted) == 6999;
        });
    });
    CHECK(failing == std::nullopt);
}

TEST_CASE("find: tests no number twice, and few behind the one found")
{
    const std::vector<int> numbers(4096, 0);
    std::vector<int> tested(numbers.size());
    weft::test_pool one_piece(0);
    const auto found = one_piece.install([&] {
        return weft::par_iter(numbers).find_first([&](const int& x) {
            const std::size_t i = static_cast<std::size_t>(&x - numbers.data());
            ++tested[i];
            return i == 2000;
        });
    });
    CHECK(found == 0);
    CHECK(*std::max_element(tested.begin(), tested.end()) == 1);
    CHECK(std::all_of(tested.begin(), tested.begin() + 2001, [](int n) { return n == 1; }));
    CHECK(std::all_of(tested.begin() + 2048, tested.end(), [](int n) { return n == 0; }));
}

TEST_CASE("find: passes on what the test throws, from the middle of a group")
{
    const std::vector<int> numbers(4096, 0);
    for (const std::size_t bad : {std::size_t{0}, std::size_t{31}, std::size_t{2000}, std::size_t{4095}}) {
        const auto test = [&](const int& x) {
            if (&x == &numbers[bad]) throw std::runtime_error("bad");
            return false;
        };
        CHECK_THROWS_AS(weft::par_iter(numbers).find_first(test), std::runtime_error);
        CHECK_THROWS_AS(weft::par_iter(numbers).find_any(test), std::runtime_error);
        CHECK_THROWS_AS(weft::par_iter(numbers).any_of(test), std::runtime_error);
        weft::test_pool one_piece(0);
        CHECK_THROWS_AS(one_piece.install([&] { return weft::par_iter(numbers).find_first(test); }),
                        std::runtime_error);
    }
}
