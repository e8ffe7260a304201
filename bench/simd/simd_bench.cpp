// bench/simd/simd_bench.cpp - sums, minima, dot products and their places: one thread in the cache, and all of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"
#include "simd/native.hpp"

#include <weft/iter/par_dot.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/simd/reduce.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <execution>
#include <functional>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <span>
#include <string>

namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30;

/// Beyond every cache: 1 GiB, or a quarter of that where a rough result will do or memory is short.
std::size_t large()
{
    static const std::size_t bytes = [] {
        if (bench::quick()) return most_bytes / 4;
        const long pages = sysconf(_SC_AVPHYS_PAGES);
        const long page = sysconf(_SC_PAGESIZE);
        if (pages > 0 && page > 0 &&
            static_cast<std::size_t>(pages) < 3 * (most_bytes / static_cast<std::size_t>(page))) {
            std::fputs("bench_simd: there is no room for two arrays of 1 GiB, so they have 256 MiB\n", stderr);
            return most_bytes / 4;
        }
        return most_bytes;
    }();
    return bytes;
}

/// As many numbers as any case asks for, beginning at a cache line; made at the first use.
template <class T>
const T* data(std::size_t which = 0)
{
    static const auto make = [] {
        const std::size_t n = large() / sizeof(T);
        T* const p = static_cast<T*>(::operator new(large(), std::align_val_t(4096)));
        std::uint32_t x = 1;
        for (std::size_t i = 0; i < n; ++i) {
            x = x * 1664525 + 1013904223;
            p[i] = static_cast<T>(static_cast<std::int32_t>(x >> 8)) / T(2);
        }
        return p;
    };
    static T* all[2] = {};
    if (all[which] == nullptr) all[which] = make();
    return all[which];
}

bench::unit rate(std::size_t bytes) { return {"GB/s", static_cast<double>(bytes) * 1e-9}; }

std::string named(const char* what, std::size_t bytes)
{
    if (bytes >= std::size_t{1} << 20) return std::string(what) + " " + std::to_string(bytes >> 20) + " MiB";
    return std::string(what) + " " + std::to_string(bytes >> 10) + " KiB";
}

/// One thread: `f(p, n)` over this many bytes in the cache.
template <class T, class F>
void one(const char* what, const char* impl, F f)
{
    for (const std::size_t bytes : {std::size_t{16} << 10, std::size_t{256} << 10}) {
        bench::add("simd", named(what, bytes), impl, 1, rate(bytes), [=](benchmark::State& state) {
            const T* p = data<T>();
            const std::size_t n = bytes / sizeof(T);
            for (auto _ : state) {
                benchmark::DoNotOptimize(p);
                benchmark::DoNotOptimize(f(p, n));
            }
        })->UseRealTime();
    }
}

/// The same of two ranges of half the size.
template <class F>
void one_of_two(const char* what, const char* impl, F f)
{
    one<float>(what, impl, [=](const float* p, std::size_t n) { return f(p, p + n / 2, n / 2); });
}

/// All thread counts: `f(p, n, threads)` over 1 MiB and over more than any cache holds.
template <class T, class F>
void many(const char* what, const char* impl, F f)
{
    for (const std::size_t bytes : {std::size_t{1} << 20, large()}) {
        bench::add_each("simd", "par " + named(what, bytes), impl, rate(bytes), [=](int threads) {
            const T* p = data<T>();
            benchmark::DoNotOptimize(p);
            benchmark::DoNotOptimize(f(p, bytes / sizeof(T), threads));
        });
    }
}

template <class F>
void many_of_two(const char* what, const char* impl, F f)
{
    many<float>(what, impl, [=](const float* p, std::size_t n, int threads) {
        // Half the length, so that the sizes compare; beyond the cache from another place.
        return f(p, p + n / 2, n / 2, threads);
    });
}

template <class T>
std::span<const T> all(const T* p, std::size_t n)
{
    return {p, n};
}

constexpr auto smaller = [](float a, float b) { return b < a ? b : a; };
constexpr float infinite = std::numeric_limits<float>::infinity();

template <class T, class R, class Leaf, class Join>
R tbb_reduce(const T* p, std::size_t n, R start, Leaf leaf, Join join)
{
    return tbb::parallel_reduce(
        tbb::blocked_range<std::size_t>(0, n), start,
        [&](const tbb::blocked_range<std::size_t>& r, R so_far) {
            return join(so_far, static_cast<R>(leaf(p + r.begin(), r.size())));
        },
        join);
}

#ifdef _OPENMP
/// The best loop by hand, in as many equal parts as threads: one stream for each.
template <class T, class R, class Leaf, class Join>
R by_hand(const T* p, std::size_t n, int threads, R result, Leaf leaf, Join join)
{
    const std::size_t part = n / static_cast<std::size_t>(threads);
    R of[256];
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int k = 0; k < threads; ++k) of[k] = static_cast<R>(leaf(p + static_cast<std::size_t>(k) * part, part));
    for (int k = 0; k < threads; ++k) result = join(result, of[k]);
    return result;
}
#endif

void define_one_thread()
{
    one<float>("sum f32", "weft", [](const float* p, std::size_t n) { return weft::simd::sum(all(p, n)); });
    one<float>("sum f32", "hand", [](const float* p, std::size_t n) { return native::hand_sum(p, n); });
    one<float>("sum f32", "omp simd", [](const float* p, std::size_t n) { return native::omp_sum(p, n); });
    one<float>("sum f32", "std", [](const float* p, std::size_t n) { return std::reduce(p, p + n); });
    one<float>("sum f32", "std unseq",
               [](const float* p, std::size_t n) { return std::reduce(std::execution::unseq, p, p + n); });
    one<float>("sum f32", "read", [](const float* p, std::size_t n) { return native::read(p, n * sizeof(float)); });

    one<float>("min f32", "weft", [](const float* p, std::size_t n) { return *weft::simd::min(all(p, n)); });
    one<float>("min f32", "hand", [](const float* p, std::size_t n) { return native::hand_min(p, n); });
    one<float>("min f32", "omp simd", [](const float* p, std::size_t n) { return native::omp_min(p, n); });
    one<float>("min f32", "std", [](const float* p, std::size_t n) { return *std::min_element(p, p + n); });

    one<float>("argmin f32", "weft", [](const float* p, std::size_t n) { return *weft::simd::argmin(all(p, n)); });
    one<float>("argmin f32", "hand", [](const float* p, std::size_t n) { return native::hand_argmin(p, n); });
    one<float>("argmin f32", "std", [](const float* p, std::size_t n) { return std::min_element(p, p + n) - p; });
    one<float>("argmin f32", "std unseq",
               [](const float* p, std::size_t n) { return std::min_element(std::execution::unseq, p, p + n) - p; });

    one_of_two("dot f32", "weft",
               [](const float* p, const float* q, std::size_t n) { return weft::simd::dot(all(p, n), all(q, n)); });
    one_of_two("dot f32", "hand",
               [](const float* p, const float* q, std::size_t n) { return native::hand_dot(p, q, n); });
    one_of_two("dot f32", "omp simd",
               [](const float* p, const float* q, std::size_t n) { return native::omp_dot(p, q, n); });
    one_of_two("dot f32", "std unseq", [](const float* p, const float* q, std::size_t n) {
        return std::transform_reduce(std::execution::unseq, p, p + n, q, 0.0f);
    });

    one<std::int32_t>("sum i32", "weft",
                      [](const std::int32_t* p, std::size_t n) { return weft::simd::sum(all(p, n)); });
    one<std::int32_t>("sum i32", "hand", [](const std::int32_t* p, std::size_t n) { return native::hand_sum(p, n); });
    one<std::int32_t>("sum i32", "omp simd",
                      [](const std::int32_t* p, std::size_t n) { return native::omp_sum(p, n); });
    one<std::uint8_t>("sum u8", "weft",
                      [](const std::uint8_t* p, std::size_t n) { return weft::simd::sum(all(p, n)); });
    one<std::uint8_t>("sum u8", "hand", [](const std::uint8_t* p, std::size_t n) { return native::hand_sum(p, n); });
    one<std::uint8_t>("sum u8", "omp simd", [](const std::uint8_t* p, std::size_t n) { return native::omp_sum(p, n); });
    one<std::uint8_t>("count u8", "weft", [](const std::uint8_t* p, std::size_t n) {
        return weft::simd::count(all(p, n), std::uint8_t{7});
    });
    one<std::uint8_t>("count u8", "std",
                      [](const std::uint8_t* p, std::size_t n) { return std::count(p, p + n, std::uint8_t{7}); });
}

void define_parallel()
{
    many<float>("sum f32", "weft", [](const float* p, std::size_t n, int) { return weft::par_iter(all(p, n)).sum(); });
    many<float>("sum f32", "tbb", [](const float* p, std::size_t n, int) {
        return tbb_reduce(
            p, n, 0.0f, [](const float* q, std::size_t m) { return native::omp_sum(q, m); }, std::plus<>());
    });
    many<float>("sum f32", "std par", [](const float* p, std::size_t n, int threads) {
        return bench::in_tbb(threads, [&] { return std::reduce(std::execution::par_unseq, p, p + n); });
    });

    many<float>("min f32", "weft", [](const float* p, std::size_t n, int) { return *weft::par_iter(all(p, n)).min(); });
    many<float>("min f32", "tbb", [](const float* p, std::size_t n, int) {
        return tbb_reduce(p, n, infinite, [](const float* q, std::size_t m) { return native::omp_min(q, m); }, smaller);
    });
    many<float>("min f32", "std par", [](const float* p, std::size_t n, int threads) {
        return bench::in_tbb(threads,
                             [&] { return std::reduce(std::execution::par_unseq, p, p + n, infinite, smaller); });
    });

    many_of_two("dot f32", "weft",
                [](const float* p, const float* q, std::size_t n, int) { return weft::par_dot(all(p, n), all(q, n)); });
    many_of_two("dot f32", "weft zip map sum", [](const float* p, const float* q, std::size_t n, int) {
        return weft::par_iter(all(p, n)).zip(all(q, n)).map([](float x, float y) { return x * y; }).sum();
    });
    many_of_two("dot f32", "std par", [](const float* p, const float* q, std::size_t n, int threads) {
        return bench::in_tbb(threads,
                             [&] { return std::transform_reduce(std::execution::par_unseq, p, p + n, q, 0.0f); });
    });

    many<std::int32_t>("sum i32", "weft", [](const std::int32_t* p, std::size_t n, int) {
        return weft::par_iter(all(p, n)).sum<std::int64_t>();
    });
    many<std::int32_t>("sum i32", "tbb", [](const std::int32_t* p, std::size_t n, int) {
        return tbb_reduce(
            p, n, std::int64_t{0}, [](const std::int32_t* q, std::size_t m) { return native::omp_sum(q, m); },
            std::plus<>());
    });

#ifdef _OPENMP
    many<float>("sum f32", "openmp",
                [](const float* p, std::size_t n, int threads) { return native::omp_sum(p, n, threads); });
    many<float>("sum f32", "hand", [](const float* p, std::size_t n, int threads) {
        return by_hand(
            p, n, threads, 0.0f, [](const float* q, std::size_t m) { return native::hand_sum(q, m); }, std::plus<>());
    });
    many<float>("sum f32", "read", [](const float* p, std::size_t n, int threads) {
        return by_hand(
            p, n, threads, std::uint64_t{0},
            [](const float* q, std::size_t m) { return native::read(q, m * sizeof(float)); }, std::bit_or<>());
    });
    many<float>("min f32", "openmp",
                [](const float* p, std::size_t n, int threads) { return native::omp_min(p, n, threads); });
    many<float>("min f32", "hand", [](const float* p, std::size_t n, int threads) {
        return by_hand(
            p, n, threads, infinite, [](const float* q, std::size_t m) { return native::hand_min(q, m); }, smaller);
    });
    many_of_two("dot f32", "openmp", [](const float* p, const float* q, std::size_t n, int threads) {
        return native::omp_dot(p, q, n, threads);
    });
    many<std::int32_t>("sum i32", "openmp", [](const std::int32_t* p, std::size_t n, int threads) {
        return native::omp_sum(p, n, threads);
    });
#endif
}

const bench::definition here([] {
    define_one_thread();
    define_parallel();
});

}  // namespace
