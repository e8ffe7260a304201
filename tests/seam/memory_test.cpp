// tests/seam/memory_test.cpp - what is made is aligned, whole or not there at all, and goes when told.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/memory.hpp>

#include <weft/base/detail/array.hpp>

#include "test.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace {

struct alignas(256) wide {
    int value = 5;
};

/// Throws when the constructor runs for the `limit`-th time.
struct brittle {
    brittle()
    {
        if (++made == limit) throw std::runtime_error("brittle");
    }
    brittle(const brittle&) = delete;
    brittle& operator=(const brittle&) = delete;

    test::counted inside;
    inline static int made = 0;
    inline static int limit = 0;
};

}  // namespace

TEST_CASE("memory: make and dispose keep alignment and count")
{
    const long before = test::counted::alive();
    auto* one = weft::detail::make<test::counted>(3);
    CHECK(one->value == 3);
    CHECK(test::counted::alive() == before + 1);
    weft::detail::dispose(one);
    CHECK(test::counted::alive() == before);

    auto* aligned = weft::detail::make<wide>();
    CHECK(reinterpret_cast<std::uintptr_t>(aligned) % alignof(wide) == 0);
    CHECK(aligned->value == 5);
    weft::detail::dispose(aligned);
}

TEST_CASE("memory: a constructor that throws leaves nothing behind")
{
    const long before = test::counted::alive();
    brittle::made = 0;
    brittle::limit = 1;
    CHECK_THROWS_AS(weft::detail::make<brittle>(), std::runtime_error);
    CHECK(test::counted::alive() == before);

    for (const int at : {1, 4, 8}) {
        brittle::made = 0;
        brittle::limit = at;
        CHECK_THROWS_AS(weft::detail::make_array<brittle>(8), std::runtime_error);
        CHECK(test::counted::alive() == before);
    }
}

TEST_CASE("memory: arrays are value-initialised, empty ones too, and too big ones are refused")
{
    int* numbers = weft::detail::make_array<int>(100);
    bool zero = true;
    for (int i = 0; i < 100; ++i) zero = zero && numbers[i] == 0;
    CHECK(zero);
    weft::detail::dispose_array(numbers, 100);

    wide* none = weft::detail::make_array<wide>(0);
    weft::detail::dispose_array(none, 0);

    volatile std::size_t too_many = static_cast<std::size_t>(-1) / sizeof(int) + 1;  // the product would wrap to 0
    CHECK_THROWS_AS(weft::detail::make_array<int>(too_many), std::bad_array_new_length);
}

TEST_CASE("memory: what is given back holds zeros or what it held, and what lies beside it is untouched")
{
    for (const std::size_t bytes : {0u, 1u, 4'096u, 20'000u, 300'000u}) {
        std::vector<unsigned char> around(bytes + 20'000, 7);
        weft::detail::discard(around.data() + 10'000, bytes);
        bool sound = true;
        for (std::size_t i = 0; i < around.size(); ++i) {
            const bool inside = i >= 10'000 && i < 10'000 + bytes;
            sound = sound && (around[i] == 7 || (inside && around[i] == 0));
        }
        CHECK(sound);
        std::fill(around.begin(), around.end(), static_cast<unsigned char>(9));
        CHECK(std::count(around.begin(), around.end(), 9) == static_cast<std::ptrdiff_t>(around.size()));
    }
}
