// tests/sync/atomic_cell_test.cpp - what an atomic_cell adds to a seq_lock: small values in a word.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/atomic_cell.hpp>

#include "test.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#include <set>
#include <type_traits>
#include <utility>
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

/// Equal if the last digits are equal: == counts, not the bytes.
struct last_digit {
    int value;
    friend bool operator==(const last_digit& a, const last_digit& b) { return a.value % 10 == b.value % 10; }
};

struct no_default {
    explicit no_default(int v) : value(v) {}
    int value;
};

/// Padding, and no ==.
struct padded {
    std::uint8_t small;
    std::uint32_t large;
};
struct wide_padded {
    std::uint8_t small;
    std::uint64_t large[3];
    std::uint16_t last;
};

/// Does not equal itself if it holds NaN.
struct point {
    float x;
    float y;
    friend bool operator==(const point&, const point&) = default;
};
struct wide_point {
    double x[3];
    friend bool operator==(const wide_point&, const wide_point&) = default;
};

/// Its address cannot be taken in the usual way.
struct shy {
    int value;
    shy* operator&() = delete;
    const shy* operator&() const = delete;
};

/// A T, with other bytes between its members each time.
template <class T, class... Members>
T* noisy(unsigned char* room, unsigned char noise, Members... members)
{
    std::memset(room, noise, sizeof(T));
    T* const x = std::launder(reinterpret_cast<T*>(room));
    const auto put = [&]<class M>(M T::* member, auto value) { x->*member = static_cast<M>(value); };
    (put(members.first, members.second), ...);
    return x;
}

}  // namespace

TEST_CASE("atomic cell: a word holds up to eight bytes, and larger values have a lock")
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

    // The three bytes between the members have no meaning; here they differ.
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

TEMPLATE_TEST_CASE("atomic cell: integers have the operations of std::atomic, which wrap around", "", signed char,
                   unsigned char, char16_t, short, unsigned short, int, unsigned, long, unsigned long, long long)
{
    using limits = std::numeric_limits<TestType>;
    const TestType values[] = {
        0, 1, 2, 77, limits::max(), limits::min(), static_cast<TestType>(limits::max() - 1), static_cast<TestType>(-1)};
    bool same = true;
    for (const TestType a : values) {
        for (const TestType b : values) {
            weft::atomic_cell<TestType> cell(a);
            std::atomic<TestType> reference(a);
            // One after the other on the same cell: what one operation leaves behind must not disturb the next.
            same = same && cell.fetch_add(b) == reference.fetch_add(b) && cell.load() == reference.load();
            same = same && cell.fetch_sub(a) == reference.fetch_sub(a) && cell.load() == reference.load();
            same = same && cell.fetch_or(a) == reference.fetch_or(a) && cell.load() == reference.load();
            same = same && cell.fetch_xor(b) == reference.fetch_xor(b) && cell.load() == reference.load();
            same = same && cell.fetch_sub(b) == reference.fetch_sub(b) && cell.load() == reference.load();
            TestType now = cell.load();
            same = same && cell.compare_exchange(now, b) && cell.load() == b;
            reference.store(b);
            same = same && cell.fetch_and(a) == reference.fetch_and(a) && cell.load() == reference.load();
        }
    }
    CHECK(same);

    const std::size_t each = test::scaled(5'000);
    weft::atomic_cell<TestType> count(TestType{0});
    test::run_threads(3, [&](std::size_t id) {
        for (std::size_t i = 0; i < each; ++i) {
            if (id == 0) {
                count.fetch_sub(TestType{1});
            } else {
                count.fetch_add(TestType{3});
            }
        }
    });
    CHECK(count.load() == static_cast<TestType>(5 * each));
}

TEST_CASE("atomic cell: types other than integers have no arithmetic")
{
    const auto counts = [](auto cell) { return requires { cell->fetch_add({}); }; };
    CHECK(counts(static_cast<weft::atomic_cell<int>*>(nullptr)));
    CHECK_FALSE(counts(static_cast<weft::atomic_cell<bool>*>(nullptr)));
    CHECK_FALSE(counts(static_cast<weft::atomic_cell<double>*>(nullptr)));
    CHECK_FALSE(counts(static_cast<weft::atomic_cell<padded>*>(nullptr)));
}

TEMPLATE_TEST_CASE("atomic cell: a floating-point value is found again, even NaN, and is compared as by std::atomic",
                   "", float, double, long double)
{
    using limits = std::numeric_limits<TestType>;
    const TestType values[] = {TestType(0),        -TestType(0),        TestType(1),
                               limits::infinity(), limits::quiet_NaN(), -limits::quiet_NaN()};
    for (const TestType held : values) {
        for (const TestType asked : values) {
            weft::atomic_cell<TestType> cell(held);
            TestType expected = asked;
            const bool same_number = held == asked && std::signbit(held) == std::signbit(asked);
            const bool both_nan = std::isnan(held) && std::isnan(asked) && std::signbit(held) == std::signbit(asked);
            CHECK(cell.compare_exchange(expected, TestType(5)) == (same_number || both_nan));
            // The usual loop comes to an end.
            TestType now = cell.load();
            int rounds = 0;
            while (!cell.compare_exchange(now, now + TestType(1)) && rounds < 3) ++rounds;
            CHECK(rounds == 0);
        }
    }
}

TEST_CASE("atomic cell: a class whose values do not equal themselves is found again")
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    weft::atomic_cell<point> cell(point{nan, 1});
    point now = cell.load();
    CHECK(cell.compare_exchange(now, point{2, nan}));
    CHECK_FALSE(cell.compare_exchange(now, point{3, 3}));
    CHECK(cell.compare_exchange(now, point{0.0f, 3}));
    now = point{-0.0f, 3};
    CHECK(cell.compare_exchange(now, point{4, 4}));  // equal by ==
    weft::atomic_cell<wide_point> wide(wide_point{{nan, 1, 2}});
    wide_point seen = wide.load();
    CHECK(wide.compare_exchange(seen, wide_point{{1, 2, nan}}));
    CHECK_FALSE(wide.compare_exchange(seen, wide_point{}));
    CHECK(wide.compare_exchange(seen, wide_point{}));
}

#if defined(__GNUC__) && !defined(__clang__)
TEST_CASE("atomic cell: bytes between the members do not matter to a class without ==")
{
    alignas(16) unsigned char room[64];
    weft::atomic_cell<padded> cell(
        *noisy<padded>(room, 0x11, std::pair(&padded::small, 1), std::pair(&padded::large, 2)));
    CHECK(cell.compare_exchange(*noisy<padded>(room, 0xee, std::pair(&padded::small, 1), std::pair(&padded::large, 2)),
                                padded{3, 4}));
    CHECK_FALSE(cell.compare_exchange(
        *noisy<padded>(room, 0xee, std::pair(&padded::small, 3), std::pair(&padded::large, 5)), padded{}));
    weft::atomic_cell<wide_padded> wide(
        *noisy<wide_padded>(room, 0x11, std::pair(&wide_padded::small, 1), std::pair(&wide_padded::last, 2)));
    wide_padded* const other =
        noisy<wide_padded>(room, 0xee, std::pair(&wide_padded::small, 1), std::pair(&wide_padded::last, 2));
    std::memset(other->large, 0x11, sizeof(other->large));
    CHECK(wide.compare_exchange(*other, wide_padded{}));
}
#endif

TEST_CASE("atomic cell: a type that hides its address")
{
    weft::atomic_cell<shy> cell(shy{1});
    CHECK(cell.exchange(shy{2}).value == 1);
    shy expected{2};
    CHECK(cell.compare_exchange(expected, shy{3}));
    CHECK(cell.load().value == 3);
}
