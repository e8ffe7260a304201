// tests/simd/text_test.cpp - the kernels that mark bytes of a text, against plain loops.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/text.hpp>

#include "test.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

/// Bytes of a small alphabet or of all, so that matches are frequent or rare.
std::string bytes(std::size_t n, unsigned alphabet)
{
    std::string s;
    std::uint32_t x = 7;
    for (std::size_t i = 0; i < n; ++i) {
        x = x * 1664525u + 1013904223u;
        s += static_cast<char>((x >> 16) % alphabet + (alphabet < 200 ? 'a' : 0));
    }
    return s;
}

template <class Holds>
std::vector<std::uint64_t> expected(std::size_t words, Holds holds)
{
    std::vector<std::uint64_t> masks(words);
    for (std::size_t i = 0; i < 64 * words; ++i) {
        if (holds(i)) masks[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    return masks;
}

}  // namespace

TEST_CASE("simd text: marks bytes, sets and pairs as a plain loop does, at every alignment")
{
    bool right = true;
    for (unsigned alphabet : {2u, 26u, 256u}) {
        const std::string all = bytes(3000, alphabet);
        for (std::size_t begin : {0u, 1u, 7u, 31u, 64u}) {
            for (std::size_t words : {0u, 1u, 2u, 5u, 40u}) {
                const char* const text = all.data() + begin;
                std::vector<std::uint64_t> masks(words);
                for (char c : {'a', 'b', '\0', '\xff'}) {
                    weft::detail::mark_byte(text, words, c, masks.data());
                    right = right && masks == expected(words, [&](std::size_t i) { return text[i] == c; });
                }
                for (std::size_t distance : {0u, 1u, 5u, 100u}) {
                    weft::detail::mark_pair(text, words, 'a', 'b', distance, masks.data());
                    right = right && masks == expected(words, [&](std::size_t i) {
                                         return text[i] == 'a' && text[i + distance] == 'b';
                                     });
                }
                weft::detail::byte_set set;
                for (unsigned c : {0u, 9u, 13u, 32u, 97u, 127u, 128u, 200u, 255u}) {
                    set.add(static_cast<unsigned char>(c));
                    weft::detail::mark_set(text, words, set, masks.data());
                    right = right && masks == expected(words, [&](std::size_t i) {
                                         return set.contains(static_cast<unsigned char>(text[i]));
                                     });
                }
            }
        }
    }
    CHECK(right);
}

TEST_CASE("simd text: a set contains what was added and nothing else")
{
    bool right = true;
    for (unsigned c = 0; c < 256; ++c) {
        weft::detail::byte_set set;
        set.add(static_cast<unsigned char>(c));
        for (unsigned d = 0; d < 256; ++d) { right = right && set.contains(static_cast<unsigned char>(d)) == (c == d); }
    }
    CHECK(right);
}
