// src/c/numbers.cpp - sorts, sums, scans and filters of numbers for C.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "guard.hpp"

#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_sort_permutation.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/min_max.hpp>
#include <weft/iter/par_dot.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/pool/per_worker.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>

namespace weft::detail::c {

namespace {

/// Runs f in the pool if none of the pointers is missing that n elements need.
template <class F>
weft_status over(weft_pool* pool, std::size_t n, std::initializer_list<const void*> needed, const F& f) noexcept
{
    for (const void* pointer : needed) {
        if (pointer == nullptr && n != 0) return failed(WEFT_INVALID_ARGUMENT, "an array is NULL, and has elements");
    }
    return guarded([&] { in_pool(pool, f); });
}

template <class T, class Total>
weft_status sum(weft_pool* pool, const T* data, std::size_t n, Total* total) noexcept
{
    if (total == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return over(pool, n, {data}, [&] {
        auto all = weft::par_iter(std::span(data, n));
        if constexpr (sizeof(T) == sizeof(Total)) {
            *total = all.sum();
        } else {
            *total = all.map([](T x) { return static_cast<Total>(x); }).sum();
        }
    });
}

template <bool Least, class T>
weft_status extreme(weft_pool* pool, const T* data, std::size_t n, T* result) noexcept
{
    if (result == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    if (n == 0) return failed(WEFT_EMPTY);
    return over(pool, n, {data}, [&] {
        auto all = weft::par_iter(std::span(data, n));
        *result = Least ? *all.min() : *all.max();
    });
}

/// Integers of both kinds are added as unsigned ones, which wrap around.
template <class T>
weft_status scan(weft_pool* pool, const T* data, std::size_t n, T* out) noexcept
{
    return over(pool, n, {data, out}, [&] {
        if constexpr (std::is_integral_v<T>) {
            using word = std::make_unsigned_t<T>;
            weft::par_inclusive_scan(std::span(reinterpret_cast<const word*>(data), n), reinterpret_cast<word*>(out));
        } else {
            weft::par_inclusive_scan(std::span(data, n), out);
        }
    });
}

template <class T>
weft_status filter(weft_pool* pool, const T* data, std::size_t n, const std::uint8_t* keep, T* out,
                   std::size_t* kept) noexcept
{
    if (kept == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return over(pool, n, {data, keep, out}, [&] {
        const auto wanted = [data, keep](const T& element) { return keep[&element - data] != 0; };
        *kept = static_cast<std::size_t>(weft::par_copy_if(std::span(data, n), out, wanted) - out);
    });
}

}  // namespace

}  // namespace weft::detail::c

using weft::detail::c::over;

#define WEFT_NUMBERS(T, suffix, total)                                                                      \
    weft_status weft_sort_##suffix(weft_pool* pool, T* data, size_t n)                                      \
    {                                                                                                       \
        return over(pool, n, {data}, [&] { weft::par_sort(std::span(data, n)); });                          \
    }                                                                                                       \
    weft_status weft_sort_descending_##suffix(weft_pool* pool, T* data, size_t n)                           \
    {                                                                                                       \
        return over(pool, n, {data}, [&] { weft::par_sort(std::span(data, n), std::ranges::greater()); });  \
    }                                                                                                       \
    weft_status weft_sort_order_##suffix(weft_pool* pool, const T* data, size_t n, size_t* order)           \
    {                                                                                                       \
        return over(pool, n, {data, order},                                                                 \
                    [&] { std::ranges::copy(weft::par_sort_permutation(std::span(data, n)), order); });     \
    }                                                                                                       \
    weft_status weft_sum_##suffix(weft_pool* pool, const T* data, size_t n, total* sum)                     \
    {                                                                                                       \
        return weft::detail::c::sum(pool, data, n, sum);                                                    \
    }                                                                                                       \
    weft_status weft_dot_##suffix(weft_pool* pool, const T* a, const T* b, size_t n, total* sum)            \
    {                                                                                                       \
        if (sum == nullptr) return weft::detail::c::failed(WEFT_INVALID_ARGUMENT);                          \
        return over(pool, n, {a, b}, [&] { *sum = weft::par_dot(std::span(a, n), std::span(b, n)); });      \
    }                                                                                                       \
    weft_status weft_min_##suffix(weft_pool* pool, const T* data, size_t n, T* least)                       \
    {                                                                                                       \
        return weft::detail::c::extreme<true>(pool, data, n, least);                                        \
    }                                                                                                       \
    weft_status weft_max_##suffix(weft_pool* pool, const T* data, size_t n, T* greatest)                    \
    {                                                                                                       \
        return weft::detail::c::extreme<false>(pool, data, n, greatest);                                    \
    }                                                                                                       \
    weft_status weft_scan_##suffix(weft_pool* pool, const T* data, size_t n, T* out)                        \
    {                                                                                                       \
        return weft::detail::c::scan(pool, data, n, out);                                                   \
    }                                                                                                       \
    weft_status weft_filter_##suffix(weft_pool* pool, const T* data, size_t n, const uint8_t* keep, T* out, \
                                     size_t* kept)                                                          \
    {                                                                                                       \
        return weft::detail::c::filter(pool, data, n, keep, out, kept);                                     \
    }

WEFT_NUMBERS(int32_t, i32, int64_t)
WEFT_NUMBERS(uint32_t, u32, uint64_t)
WEFT_NUMBERS(int64_t, i64, int64_t)
WEFT_NUMBERS(uint64_t, u64, uint64_t)
WEFT_NUMBERS(float, f32, float)
WEFT_NUMBERS(double, f64, double)
