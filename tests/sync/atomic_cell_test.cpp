// tests/sync/atomic_cell_test.cpp - what an atomic_cell adds to a seq_lock: small values in a word. (What they share, and
// values that come out whole: seq_lock_test.cpp.)
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/atomic_cell.hpp>

#include "test.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <set>
#include <type_traits>
#include <vector>

namespace {

template <std::size_t Bytes>
struct bytes_of {  // no ==
    unsigned char b[Bytes];
};

struct half_padded {
    std::uint8_t small;
    std::uint32_t large;
    friend bool operator==(const half_padded&, const half_padded&) = default;
};

/// Equal if the last digit is: what counts is ==, not the bytes.
struct last_digit {
    int value;
    friend bool operator==(const last_digit& a, const last_digit& b) { return a.value % 10 == b.value % 10; }
};

struct no_default {
    explicit no_default(int v) : value(v) {}
    int value;
};

}  // namespace

TEST_CASE("atomic cell: a word holds up to eight bytes; what is larger is locked")
{
    STATIC_REQUIRE(weft::atomic_cell<bytes_of<1>>::is_lock_free);
    STATIC_REQUIRE(weft::atomic_cell<bytes_of<8>>::is_lock_free);
    STATIC_REQUIRE_FALSE(weft::atomic_cell<bytes_of<9>>::is_lock_free);
    STATIC_REQUIRE(std::is_default_constructible_v<weft::atomic_cell<bytes_of<3>>>);
    STATIC_REQUIRE_FALSE(std::is_default_constructible_v<weft::atomic_cell<no_default>>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<weft::atomic_cell<int>>);
    CHECK(weft::atomic_cell<int>().load() == 0);
    const weft::atomic_cell<no_default> cell = no_default(4);
    CHECK(cell.load().value == 4);
}

TEMPLATE_TEST_CASE_SIG("atomic cell: every byte of every size goes in and comes out", "", ((std::size_t Bytes), Bytes),
                       1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 40)
{
    bytes_of<Bytes> first{};
    bytes_of<Bytes> second{};
    for (std::size_t i = 0; i < Bytes; ++i) {
        first.b[i] = static_cast<unsigned char>(i + 1);
        second.b[i] = static_cast<unsigned char>(255 - i);
    }
    const auto same = [](const bytes_of<Bytes>& x, const bytes_of<Bytes>& y) {
        bool equal = true;
        for (std::size_t i = 0; i < Bytes; ++i) equal = equal && x.b[i] == y.b[i];
        return equal;
    };
    weft::atomic_cell<bytes_of<Bytes>> cell(first);
    CHECK(same(cell.load(), first));
    CHECK(same(cell.exchange(second), first));
    auto expected = first;
    CHECK_FALSE(cell.compare_exchange(expected, first));
    CHECK(same(expected, second));
    CHECK(cell.compare_exchange(expected, first));
    CHECK(same(cell.load(), first));
}

TEST_CASE("atomic cell: compare_exchange goes by ==, whatever the other bytes are")
{
    weft::atomic_cell<last_digit> digit(last_digit{13});
    last_digit other{23};
    CHECK(digit.compare_exchange(other, last_digit{5}));
    CHECK(digit.load().value == 5);
    CHECK_FALSE(digit.compare_exchange(other, last_digit{6}));
    CHECK(other.value == 5);

    // The three bytes between the members mean nothing; here they differ.
    alignas(half_padded) std::array<unsigned char, sizeof(half_padded)> noise{};
    noise.fill(0xee);
    auto* const noisy = new (noise.data()) half_padded;
    noisy->small = 1;
    noisy->large = 2;
    weft::atomic_cell<half_padded> cell(half_padded{1, 2});
    CHECK(cell.compare_exchange(*noisy, half_padded{3, 4}));
    CHECK(cell.load() == half_padded{3, 4});
}

TEMPLATE_TEST_CASE("atomic cell: each exchanged value comes out once", "", std::uint16_t,
                   (std::array<std::uint16_t, 9>))
{
    const auto wrap = [](std::size_t x) {
        TestType value{};
        if constexpr (std::is_integral_v<TestType>) {
            value = static_cast<TestType>(x);
        } else {
            value.fill(static_cast<std::uint16_t>(x));
        }
        return value;
    };
    const std::size_t each = test::scaled(4'000);
    weft::atomic_cell<TestType> cell(wrap(0));
    std::array<std::vector<TestType>, 3> got;
    test::run_threads(3, [&](std::size_t id) {
        for (std::size_t i = 1; i <= each; ++i) got[id].push_back(cell.exchange(wrap(id * each + i)));
    });
    std::set<TestType> all{cell.load()};
    for (const auto& part : got) all.insert(part.begin(), part.end());
    CHECK(all.size() == 3 * each + 1);
}

TEMPLATE_TEST_CASE("atomic cell: compare_exchange counts exactly in every small type", "", std::uint8_t, std::int16_t,
                   std::uint32_t, std::uint64_t)
{
    const std::size_t each = test::scaled(5'000);
    weft::atomic_cell<TestType> cell(TestType{0});
    test::run_threads(3, [&](std::size_t) {
        for (std::size_t i = 0; i < each; ++i) {
            TestType now = cell.load();
            while (!cell.compare_exchange(now, static_cast<TestType>(now + 1))) {}
        }
    });
    CHECK(cell.load() == static_cast<TestType>(3 * each));
}
