// bench/simd/native.cpp - loops compiled for this very machine: what the compiler makes of them, and the best by hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "simd/native.hpp"

#include <algorithm>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace native {

float omp_sum(const float* p, std::size_t n)
{
    float s = 0;
#pragma omp simd reduction(+ : s)
    for (std::size_t i = 0; i < n; ++i) s += p[i];
    return s;
}
float omp_min(const float* p, std::size_t n)
{
    float s = std::numeric_limits<float>::infinity();
#pragma omp simd reduction(min : s)
    for (std::size_t i = 0; i < n; ++i) s = p[i] < s ? p[i] : s;
    return s;
}
float omp_dot(const float* p, const float* q, std::size_t n)
{
    float s = 0;
#pragma omp simd reduction(+ : s)
    for (std::size_t i = 0; i < n; ++i) s += p[i] * q[i];
    return s;
}
std::int64_t omp_sum(const std::int32_t* p, std::size_t n)
{
    std::int64_t s = 0;
#pragma omp simd reduction(+ : s)
    for (std::size_t i = 0; i < n; ++i) s += p[i];
    return s;
}
std::uint64_t omp_sum(const std::uint8_t* p, std::size_t n)
{
    std::uint64_t s = 0;
#pragma omp simd reduction(+ : s)
    for (std::size_t i = 0; i < n; ++i) s += p[i];
    return s;
}

float omp_sum(const float* p, std::size_t n, [[maybe_unused]] int threads)
{
    float s = 0;
#pragma omp parallel for simd reduction(+ : s) num_threads(threads)
    for (std::size_t i = 0; i < n; ++i) s += p[i];
    return s;
}
float omp_min(const float* p, std::size_t n, [[maybe_unused]] int threads)
{
    float s = std::numeric_limits<float>::infinity();
#pragma omp parallel for simd reduction(min : s) num_threads(threads)
    for (std::size_t i = 0; i < n; ++i) s = p[i] < s ? p[i] : s;
    return s;
}
float omp_dot(const float* p, const float* q, std::size_t n, [[maybe_unused]] int threads)
{
    float s = 0;
#pragma omp parallel for simd reduction(+ : s) num_threads(threads)
    for (std::size_t i = 0; i < n; ++i) s += p[i] * q[i];
    return s;
}
std::int64_t omp_sum(const std::int32_t* p, std::size_t n, [[maybe_unused]] int threads)
{
    std::int64_t s = 0;
#pragma omp parallel for simd reduction(+ : s) num_threads(threads)
    for (std::size_t i = 0; i < n; ++i) s += p[i];
    return s;
}

#if defined(__AVX512F__) && defined(__AVX512BW__)

namespace {
constexpr std::size_t lanes = 16;
using vector = __m512;
using words = __m512i;
vector zero() { return _mm512_setzero_ps(); }
vector all(float x) { return _mm512_set1_ps(x); }
vector load(const float* p) { return _mm512_loadu_ps(p); }
vector plus(vector a, vector b) { return _mm512_add_ps(a, b); }
vector least(vector a, vector b) { return _mm512_min_ps(a, b); }
vector fma(vector a, vector b, vector c) { return _mm512_fmadd_ps(a, b, c); }
void store(float* p, vector v) { _mm512_storeu_ps(p, v); }
bool any_equal(vector a, vector b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ) != 0; }
words no_words() { return _mm512_setzero_si512(); }
words load_words(const void* p) { return _mm512_loadu_si512(p); }
words widen(const std::int32_t* p)
{
    return _mm512_cvtepi32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
words plus(words a, words b) { return _mm512_add_epi64(a, b); }
words either(words a, words b) { return _mm512_or_si512(a, b); }
words byte_sums(words a) { return _mm512_sad_epu8(a, no_words()); }
void store(std::uint64_t* p, words v) { _mm512_storeu_si512(p, v); }
}  // namespace
#define WEFT_BENCH_BY_HAND

#elif defined(__AVX2__) && defined(__FMA__)

namespace {
constexpr std::size_t lanes = 8;
using vector = __m256;
using words = __m256i;
vector zero() { return _mm256_setzero_ps(); }
vector all(float x) { return _mm256_set1_ps(x); }
vector load(const float* p) { return _mm256_loadu_ps(p); }
vector plus(vector a, vector b) { return _mm256_add_ps(a, b); }
vector least(vector a, vector b) { return _mm256_min_ps(a, b); }
vector fma(vector a, vector b, vector c) { return _mm256_fmadd_ps(a, b, c); }
void store(float* p, vector v) { _mm256_storeu_ps(p, v); }
bool any_equal(vector a, vector b) { return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_EQ_OQ)) != 0; }
words no_words() { return _mm256_setzero_si256(); }
words load_words(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
words widen(const std::int32_t* p)
{
    return _mm256_cvtepi32_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
words plus(words a, words b) { return _mm256_add_epi64(a, b); }
words either(words a, words b) { return _mm256_or_si256(a, b); }
words byte_sums(words a) { return _mm256_sad_epu8(a, no_words()); }
void store(std::uint64_t* p, words v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
}  // namespace
#define WEFT_BENCH_BY_HAND

#endif

#ifdef WEFT_BENCH_BY_HAND

namespace {

/// Eight accumulators over whole vectors; n is a multiple of eight of them here, the rest is not worth measuring.
template <class V, class Load, class Add>
[[gnu::always_inline]] inline V eight(std::size_t n, std::size_t step, V start, Load at, Add add)
{
    V a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start, a6 = start, a7 = start;
    for (std::size_t i = 0; i + 8 * step <= n; i += 8 * step) {
        a0 = add(a0, at(i));
        a1 = add(a1, at(i + step));
        a2 = add(a2, at(i + 2 * step));
        a3 = add(a3, at(i + 3 * step));
        a4 = add(a4, at(i + 4 * step));
        a5 = add(a5, at(i + 5 * step));
        a6 = add(a6, at(i + 6 * step));
        a7 = add(a7, at(i + 7 * step));
    }
    const auto join = [&](V a, V b) { return add(a, b); };
    return join(join(join(a0, a1), join(a2, a3)), join(join(a4, a5), join(a6, a7)));
}

float total(vector v)
{
    float x[lanes];
    store(x, v);
    float s = 0;
    for (const float y : x) s += y;
    return s;
}
std::uint64_t total(words v)
{
    std::uint64_t x[sizeof(words) / 8];
    store(x, v);
    std::uint64_t s = 0;
    for (const std::uint64_t y : x) s += y;
    return s;
}
const auto add_vectors = [](auto a, auto b) { return plus(a, b); };

}  // namespace

float hand_sum(const float* p, std::size_t n)
{
    return total(eight(n, lanes, zero(), [p](std::size_t i) { return load(p + i); }, add_vectors));
}
float hand_min(const float* p, std::size_t n)
{
    const vector v = eight(
        n, lanes, all(std::numeric_limits<float>::infinity()), [p](std::size_t i) { return load(p + i); },
        [](vector a, vector b) { return least(a, b); });
    float x[lanes];
    store(x, v);
    return *std::min_element(x, x + lanes);
}
float hand_dot(const float* p, const float* q, std::size_t n)
{
    vector a[8];
    for (vector& v : a) v = zero();
    for (std::size_t i = 0; i + 8 * lanes <= n; i += 8 * lanes) {
#pragma GCC unroll 8
        for (std::size_t k = 0; k < 8; ++k) a[k] = fma(load(p + i + k * lanes), load(q + i + k * lanes), a[k]);
    }
    return total(plus(plus(plus(a[0], a[1]), plus(a[2], a[3])), plus(plus(a[4], a[5]), plus(a[6], a[7]))));
}
std::size_t hand_argmin(const float* p, std::size_t n)
{
    constexpr std::size_t block = 2048;
    float best = std::numeric_limits<float>::infinity();
    std::size_t where = 0;
    for (std::size_t at = 0; at < n; at += block) {
        const float here = hand_min(p + at, std::min(block, n - at));
        if (here < best) {
            best = here;
            where = at;
        }
    }
    const vector wanted = all(best);
    while (!any_equal(load(p + where), wanted)) where += lanes;
    while (p[where] != best) ++where;
    return where;
}
std::int64_t hand_sum(const std::int32_t* p, std::size_t n)
{
    return static_cast<std::int64_t>(
        total(eight(n, lanes / 2, no_words(), [p](std::size_t i) { return widen(p + i); }, add_vectors)));
}
std::uint64_t hand_sum(const std::uint8_t* p, std::size_t n)
{
    return total(eight(
        n, sizeof(words), no_words(), [p](std::size_t i) { return load_words(p + i); },
        [](words a, words b) { return plus(a, byte_sums(b)); }));
}
std::uint64_t read(const void* p, std::size_t bytes)
{
    const char* const at = static_cast<const char*>(p);
    return total(eight(
        bytes, sizeof(words), no_words(), [at](std::size_t i) { return load_words(at + i); },
        [](words a, words b) { return either(a, b); }));
}

#else  // an instruction set that nobody has written this for: what the compiler makes

float hand_sum(const float* p, std::size_t n) { return omp_sum(p, n); }
float hand_min(const float* p, std::size_t n) { return omp_min(p, n); }
float hand_dot(const float* p, const float* q, std::size_t n) { return omp_dot(p, q, n); }
std::size_t hand_argmin(const float* p, std::size_t n)
{
    return static_cast<std::size_t>(std::min_element(p, p + n) - p);
}
std::int64_t hand_sum(const std::int32_t* p, std::size_t n) { return omp_sum(p, n); }
std::uint64_t hand_sum(const std::uint8_t* p, std::size_t n) { return omp_sum(p, n); }
std::uint64_t read(const void* p, std::size_t bytes)
{
    const std::uint64_t* const words = static_cast<const std::uint64_t*>(p);
    std::uint64_t s = 0;
    for (std::size_t i = 0; i < bytes / 8; ++i) s |= words[i];
    return s;
}

#endif

}  // namespace native
