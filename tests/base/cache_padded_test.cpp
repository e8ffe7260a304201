// tests/base/cache_padded_test.cpp - a padded value has its lines to itself and is otherwise a value.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/cache_padded.hpp>

#include "test.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

namespace {

struct big {
    std::array<char, weft::cache_line_size + 1> bytes{};
};

struct pair_of {
    pair_of(int a, std::string b) : number(a), word(std::move(b)) {}
    int number;
    std::string word;
};

}  // namespace

TEST_CASE("cache_padded: size and alignment are whole lines")
{
    STATIC_REQUIRE(alignof(weft::cache_padded<char>) == weft::cache_line_size);
    STATIC_REQUIRE(sizeof(weft::cache_padded<char>) == weft::cache_line_size);
    STATIC_REQUIRE(sizeof(weft::cache_padded<big>) == 2 * weft::cache_line_size);
    STATIC_REQUIRE((weft::cache_line_size & (weft::cache_line_size - 1)) == 0);
}

TEST_CASE("cache_padded: neighbours never share a line, on the stack or the heap")
{
    std::array<weft::cache_padded<int>, 3> near{};
    const auto far = std::make_unique<weft::cache_padded<int>[]>(3);
    const auto line_of = [](const void* p) { return reinterpret_cast<std::uintptr_t>(p) / weft::cache_line_size; };
    for (std::size_t i = 0; i + 1 < 3; ++i) {
        CHECK(line_of(&*near[i]) != line_of(&*near[i + 1]));
        CHECK(line_of(&*far[i]) != line_of(&*far[i + 1]));
    }
}

TEST_CASE("cache_padded: is made in place, from any arguments, or by default")
{
    const weft::cache_padded<int> zero;
    CHECK(*zero == 0);  // not left as it was

    weft::cache_padded<pair_of> made(7, "seven");
    CHECK(made->number == 7);
    CHECK(made->word == "seven");

    const weft::cache_padded deduced(1.5);
    STATIC_REQUIRE(std::is_same_v<decltype(deduced), const weft::cache_padded<double>>);
    CHECK(*deduced == 1.5);

    weft::cache_padded<std::atomic<int>> pinned(3);  // neither copied nor moved
    CHECK(pinned->load() == 3);
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<weft::cache_padded<pair_of>>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<int, weft::cache_padded<std::string>>);
}

TEST_CASE("cache_padded: copies, moves and compares as its value does")
{
    weft::cache_padded<std::string> a("word");
    auto b = a;
    CHECK(a == b);
    *b = "other";
    CHECK_FALSE(a == b);

    const std::string taken = *std::move(b);
    CHECK(taken == "other");

    weft::cache_padded<std::unique_ptr<int>> only(std::make_unique<int>(9));
    auto moved = std::move(only);
    CHECK(**moved == 9);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<weft::cache_padded<std::unique_ptr<int>>>);
}
