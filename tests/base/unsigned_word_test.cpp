// tests/base/unsigned_word_test.cpp - the unsigned integer of a size.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/unsigned_word.hpp>

#include "test.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

using weft::detail::unsigned_word;

TEST_CASE("unsigned word: it is the narrowest that holds so many bytes")
{
    STATIC_REQUIRE(std::same_as<unsigned_word<1>, std::uint8_t>);
    STATIC_REQUIRE(std::same_as<unsigned_word<2>, std::uint16_t>);
    STATIC_REQUIRE(std::same_as<unsigned_word<3>, std::uint32_t>);
    STATIC_REQUIRE(std::same_as<unsigned_word<4>, std::uint32_t>);
    STATIC_REQUIRE(std::same_as<unsigned_word<5>, std::uint64_t>);
    STATIC_REQUIRE(std::same_as<unsigned_word<8>, std::uint64_t>);
    STATIC_REQUIRE(sizeof(unsigned_word<9>) == sizeof(weft::detail::widest_word));

    const bool all_hold = []<std::size_t... Less>(std::index_sequence<Less...>) {
        return ((sizeof(unsigned_word<Less + 1>) >= Less + 1 && unsigned_word<Less + 1>(-1) > 0) && ...);
    }(std::make_index_sequence<sizeof(weft::detail::widest_word)>());
    CHECK(all_hold);
}
