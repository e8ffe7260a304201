// tests/iter/find_test.cpp - searches among numbers, which test many at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/pool/test_pool.hpp>

#include "test.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

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
