// tests/base/zeroed_array_test.cpp - arrays of zeros, small ones and those that come from the system.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/zeroed_array.hpp>

#include "test.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>

namespace {

template <class T>
void check(std::size_t size)
{
    CAPTURE(sizeof(T), size);
    // Twice, since memory that is used again must be zero, too.
    for (int round = 0; round < 2; ++round) {
        T* const array = weft::detail::make_zeroed_array<T>(size);
        REQUIRE(reinterpret_cast<std::uintptr_t>(array) % alignof(T) == 0);
        const auto* const bytes = reinterpret_cast<const unsigned char*>(array);
        std::size_t others = 0;
        for (std::size_t i = 0; i < size * sizeof(T); ++i) others += bytes[i] != 0;
        CHECK(others == 0);
        std::memset(static_cast<void*>(array), 0xff, size * sizeof(T));
        weft::detail::dispose_zeroed_array(array, size);
    }
}

struct alignas(256) aligned {
    std::uint64_t words[40];
};

}  // namespace

TEST_CASE("zeroed_array: all bytes are zero, in any size and alignment")
{
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 2, 1'000, 8'191, 8'192, 100'000}) {
        check<std::uint64_t>(size);
        check<unsigned char>(size);
    }
    for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 100, 1'000}) check<aligned>(size);
}

TEST_CASE("zeroed_array: one that is too large is refused")
{
    const auto make = [](std::size_t size) { return weft::detail::make_zeroed_array<std::uint64_t>(size); };
    CHECK_THROWS_AS(make(static_cast<std::size_t>(-1) / 4), std::bad_alloc);
    // Sanitizers end the program where the system says no.
    if (!test::sanitized) CHECK_THROWS_AS(make(static_cast<std::size_t>(-1) / 16), std::bad_alloc);
}
