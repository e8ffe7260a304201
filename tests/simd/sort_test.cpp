// tests/simd/sort_test.cpp - the kernels that sort and partition keys, between pages that nobody may touch.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/simd/detail/sort.hpp>
#include <weft/simd/target.hpp>

#include "simd/pages.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <limits>
#include <vector>

namespace {

using weft::detail::simd_front;

/// Keys that begin right after a page without access, or end right before one: if the other pieces of an array belong
/// to other threads, a sort of one piece must not go beyond it, not even to write back what was read.
template <class T>
class fenced_keys {
public:
    fenced_keys(const std::vector<T>& keys, bool at_end) : size_(keys.size()), pages_(keys.size() * sizeof(T))
    {
        keys_ = reinterpret_cast<T*>(at_end ? pages_.end() - keys.size() * sizeof(T) : pages_.begin());
        std::copy(keys.begin(), keys.end(), keys_);
    }

    [[nodiscard]] T* data() const { return keys_; }
    [[nodiscard]] std::vector<T> copy() const { return {keys_, keys_ + size_}; }

private:
    std::size_t size_;
    test::fenced_pages pages_;
    T* keys_ = nullptr;
};

template <class T>
std::vector<T> random_keys(std::size_t n, std::uint32_t values)
{
    weft::rng random(n + values);
    std::vector<T> v(n);
    for (T& x : v) x = static_cast<T>(static_cast<T>(random.below(values)) - static_cast<T>(values / 2));
    return v;
}

/// Few values, many of them zeros of both signs, infinities, and the least and greatest of all.
template <class T>
std::vector<T> extreme_keys(std::size_t n)
{
    using limits = std::numeric_limits<T>;
    constexpr T some[] = {0, 1, 0, 2, limits::infinity(), limits::max(), limits::denorm_min(), limits::min()};
    weft::rng random(n);
    std::vector<T> v(n);
    for (T& x : v) {
        x = some[random.below(8)];
        if (random.below(2) == 0) x = -x;
    }
    return v;
}

/// The bits of the keys as integers, in order.
template <class T>
std::vector<std::uint64_t> sorted_bits(const std::vector<T>& keys)
{
    std::vector<std::uint64_t> bits(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) std::memcpy(&bits[i], &keys[i], sizeof(T));
    std::sort(bits.begin(), bits.end());
    return bits;
}

template <class F>
void for_sizes(F f)
{
    for (std::size_t n = 0; n < 300; ++n) f(n);
    for (const std::size_t n : {1000U, 1023U, 4096U, 20'011U}) f(n);
}

template <class T>
bool goes_to_front(simd_front front, T x, T pivot)
{
    switch (front) {
        case simd_front::less:
            return x < pivot;
        case simd_front::not_greater:
            return x <= pivot;
        case simd_front::greater:
            return x > pivot;
        case simd_front::not_less:
            return x >= pivot;
    }
    return false;
}

}  // namespace

TEMPLATE_TEST_CASE("simd sort: a partition keeps every key, on its side, and touches nothing else", "", std::int32_t,
                   std::uint32_t, std::int64_t, std::uint64_t, float, double)
{
    using T = TestType;
    bool right = true;
    for_sizes([&](std::size_t n) {
        for (const std::uint32_t values : {3U, 1000U}) {
            const std::vector<T> keys = random_keys<T>(n, values);
            const T pivot = n == 0 ? T{} : keys[n / 2];
            for (const simd_front front :
                 {simd_front::less, simd_front::not_greater, simd_front::greater, simd_front::not_less}) {
                const auto wanted = [&](T x) { return goes_to_front(front, x, pivot); };
                const auto count = static_cast<std::size_t>(std::count_if(keys.begin(), keys.end(), wanted));
                for (const bool at_end : {false, true}) {
                    const fenced_keys<T> piece(keys, at_end);
                    right = right && weft::detail::simd_partition(piece.data(), n, pivot, front) == count;
                    std::vector<T> after = piece.copy();
                    right = right && std::is_partitioned(after.begin(), after.end(), wanted);
                    std::vector<T> before = keys;
                    std::sort(before.begin(), before.end());
                    std::sort(after.begin(), after.end());
                    right = right && before == after;
                }
            }
        }
    });
    CHECK(right);
}

TEMPLATE_TEST_CASE("simd sort: sorts in both directions, and touches nothing else", "", std::int16_t, std::uint16_t,
                   std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, float, double)
{
    using T = TestType;
    bool right = true;
    for_sizes([&](std::size_t n) {
        for (const std::uint32_t values : {2U, 1000U}) {
            const std::vector<T> keys = random_keys<T>(n, values);
            for (const bool descending : {false, true}) {
                std::vector<T> expected = keys;
                std::sort(expected.begin(), expected.end());
                if (descending) std::reverse(expected.begin(), expected.end());
                for (const bool at_end : {false, true}) {
                    const fenced_keys<T> piece(keys, at_end);
                    weft::detail::simd_sort(piece.data(), n, descending);
                    right = right && piece.copy() == expected;
                }
            }
        }
    });
    CHECK(right);
}

TEMPLATE_TEST_CASE("simd sort: zeros of both signs and infinities are all there afterwards", "", float, double)
{
    using T = TestType;
    bool right = true;
    for_sizes([&](std::size_t n) {
        const std::vector<T> keys = extreme_keys<T>(n);
        for (const bool descending : {false, true}) {
            std::vector<T> v = keys;
            weft::detail::simd_sort(v.data(), n, descending);
            right = right && (descending ? std::is_sorted(v.begin(), v.end(), std::greater<>())
                                         : std::is_sorted(v.begin(), v.end()));
            right = right && sorted_bits(v) == sorted_bits(keys);
        }
        for (const simd_front front :
             {simd_front::less, simd_front::not_greater, simd_front::greater, simd_front::not_less}) {
            std::vector<T> v = keys;
            const std::size_t moved = weft::detail::simd_partition(v.data(), n, T{0}, front);
            right = right && sorted_bits(v) == sorted_bits(keys);
            right = right && std::all_of(v.begin(), v.end(), [&, i = std::size_t{0}](T x) mutable {
                        return goes_to_front(front, x, T{0}) == (i++ < moved);
                    });
        }
    });
    CHECK(right);
}

TEMPLATE_TEST_CASE("simd sort: one key that is not plain is seen, wherever it stands", "", float, double)
{
    using T = TestType;
    using limits = std::numeric_limits<T>;
    const T others[] = {-T{0}, limits::infinity(), -limits::infinity(), limits::quiet_NaN(), -limits::signaling_NaN()};
    const T plain[] = {0, 1, -1, limits::max(), limits::lowest(), limits::denorm_min(), -limits::denorm_min()};
    bool right = true;
    for (std::size_t n = 0; n < 200; ++n) {
        std::vector<T> v(n);
        for (std::size_t i = 0; i < n; ++i) v[i] = plain[i % std::size(plain)];
        right = right && weft::detail::simd_plain(v.data(), n);
        for (std::size_t i = 0; i < n; ++i) {
            const T was = v[i];
            v[i] = others[i % std::size(others)];
            const bool seen = !weft::detail::simd_plain(v.data(), n);
            // Plain loops lose no other.
            right = right && (seen || (weft::simd::target() == "scalar" && v[i] == v[i]));
            v[i] = was;
        }
    }
    CHECK(right);
}
