// bench/simd/native.hpp - loops compiled for this very machine: what the compiler makes of them, and the best by hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace native {

// A plain loop under `omp simd`: the compiler may reorder and vectorise.
float omp_sum(const float* p, std::size_t n);
float omp_min(const float* p, std::size_t n);
float omp_dot(const float* p, const float* q, std::size_t n);
std::int64_t omp_sum(const std::int32_t* p, std::size_t n);
std::uint64_t omp_sum(const std::uint8_t* p, std::size_t n);

// The same, over this many threads.
float omp_sum(const float* p, std::size_t n, int threads);
float omp_min(const float* p, std::size_t n, int threads);
float omp_dot(const float* p, const float* q, std::size_t n, int threads);
std::int64_t omp_sum(const std::int32_t* p, std::size_t n, int threads);

// Intrinsics, eight accumulators, the widest vectors of this machine.
float hand_sum(const float* p, std::size_t n);
float hand_min(const float* p, std::size_t n);
float hand_dot(const float* p, const float* q, std::size_t n);
std::size_t hand_argmin(const float* p, std::size_t n);
std::int64_t hand_sum(const std::int32_t* p, std::size_t n);
std::uint64_t hand_sum(const std::uint8_t* p, std::size_t n);

/// Loads and nothing else: the limit.
std::uint64_t read(const void* p, std::size_t bytes);

}  // namespace native
