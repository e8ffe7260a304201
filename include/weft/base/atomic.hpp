// weft/base/atomic.hpp - the seam for atomics, fences and waiting on an address.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Every lock-free file of weft reaches atomics through the names below. A model build puts another file of this
// name first on the include path; the production files then compile unchanged against modelled atomics.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace weft::detail {

template <class T>
using atomic = std::atomic<T>;

/// The memory orders by their short names: every operation names one.
namespace order {
inline constexpr std::memory_order relaxed = std::memory_order_relaxed;
inline constexpr std::memory_order acquire = std::memory_order_acquire;
inline constexpr std::memory_order release = std::memory_order_release;
inline constexpr std::memory_order acq_rel = std::memory_order_acq_rel;
inline constexpr std::memory_order seq_cst = std::memory_order_seq_cst;
}  // namespace order

#if defined(__SANITIZE_THREAD__)
#define WEFT_DETAIL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_DETAIL_TSAN 1
#endif
#endif

#ifdef WEFT_DETAIL_TSAN
// ThreadSanitizer does not follow fences. A locked operation on one variable gives it at least the same edges.
inline constinit std::atomic<unsigned> tsan_fence_word{0};
inline void fence(std::memory_order) noexcept { tsan_fence_word.fetch_add(1, std::memory_order_seq_cst); }
inline void full_fence() noexcept { fence(std::memory_order_seq_cst); }
#else
/// A stand-alone fence. Use full_fence() for seq_cst.
inline void fence(std::memory_order o) noexcept { std::atomic_thread_fence(o); }

/// A sequentially consistent fence. On x86-64 it is a locked operation on the stack: less than half the cost of the
/// `mfence` that some compilers emit for the same thing.
inline void full_fence() noexcept
{
#if defined(__x86_64__)
    __asm__ __volatile__("lock; orl $0, -4(%%rsp)" ::: "memory", "cc");
#else
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}
#endif
#undef WEFT_DETAIL_TSAN

// --- waiting on an address (a futex where the system has one) -------------------------------------------------------

/// Sleeps while `word` holds `old`. May return early: callers look again. Ordering is the caller's, by its own loads.
void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept;

/// As wait_on, but not beyond `deadline`. Returns false if the deadline has passed.
bool wait_on_until(const atomic<std::uint32_t>& word, std::uint32_t old,
                   std::chrono::steady_clock::time_point deadline) noexcept;

/// Wakes one, or every, thread that sleeps on `word`. The word may be gone by then: only its address is used.
void wake_one(const atomic<std::uint32_t>* word) noexcept;
void wake_all(const atomic<std::uint32_t>* word) noexcept;

}  // namespace weft::detail
