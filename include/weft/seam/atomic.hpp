// weft/seam/atomic.hpp - the seam for atomics, fences and waiting on an address.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Every lock-free file of weft reaches atomics through the names below. A model build puts another file of this
// name first on the include path; the production files then compile unchanged against modelled atomics.
#pragma once

#include <weft/seam/language.hpp>

#include <cstdint>
#include <type_traits>

namespace weft::detail {

enum class memory_order : int {
    relaxed = __ATOMIC_RELAXED,
    acquire = __ATOMIC_ACQUIRE,
    release = __ATOMIC_RELEASE,
    acq_rel = __ATOMIC_ACQ_REL,
    seq_cst = __ATOMIC_SEQ_CST,
};

/// The memory orders by their short names: every operation names one.
namespace order {
inline constexpr memory_order relaxed = memory_order::relaxed;
inline constexpr memory_order acquire = memory_order::acquire;
inline constexpr memory_order release = memory_order::release;
inline constexpr memory_order acq_rel = memory_order::acq_rel;
inline constexpr memory_order seq_cst = memory_order::seq_cst;
}  // namespace order

/// What std::atomic is to numbers, pointers and enumerations of up to 8 bytes, without operators and without a default
/// order. <atomic> brings locks, error codes and strings along, which made it the most expensive part of every header
/// of weft; the operations are the compiler's own, of which <atomic> itself is made.
template <class T>
class atomic {
    static_assert(std::is_scalar_v<T> && sizeof(T) <= 8);

public:
    constexpr atomic() noexcept = default;
    constexpr atomic(T value) noexcept : value_(value) {}
    atomic(const atomic&) = delete;
    atomic& operator=(const atomic&) = delete;

    [[nodiscard]] [[gnu::always_inline]] T load(memory_order o) const noexcept
    {
        T seen;
        __atomic_load(&value_, &seen, static_cast<int>(o));
        return seen;
    }
    [[gnu::always_inline]] void store(T value, memory_order o) noexcept
    {
        __atomic_store(&value_, &value, static_cast<int>(o));
    }
    [[gnu::always_inline]] T exchange(T value, memory_order o) noexcept
    {
        T seen;
        __atomic_exchange(&value_, &value, &seen, static_cast<int>(o));
        return seen;
    }
    /// The weak form may fail although the value is the expected one.
    [[gnu::always_inline]] bool compare_exchange_weak(T& expected, T value, memory_order won,
                                                      memory_order lost) noexcept
    {
        return __atomic_compare_exchange(&value_, &expected, &value, true, static_cast<int>(won),
                                         static_cast<int>(lost));
    }
    [[gnu::always_inline]] bool compare_exchange_strong(T& expected, T value, memory_order won,
                                                        memory_order lost) noexcept
    {
        return __atomic_compare_exchange(&value_, &expected, &value, false, static_cast<int>(won),
                                         static_cast<int>(lost));
    }

    /// These return the value from before.
    [[gnu::always_inline]] T fetch_add(T by, memory_order o) noexcept
        requires(std::is_integral_v<T>)
    {
        return __atomic_fetch_add(&value_, by, static_cast<int>(o));
    }
    [[gnu::always_inline]] T fetch_sub(T by, memory_order o) noexcept
        requires(std::is_integral_v<T>)
    {
        return __atomic_fetch_sub(&value_, by, static_cast<int>(o));
    }
    [[gnu::always_inline]] T fetch_and(T bits, memory_order o) noexcept
        requires(std::is_integral_v<T>)
    {
        return __atomic_fetch_and(&value_, bits, static_cast<int>(o));
    }
    [[gnu::always_inline]] T fetch_or(T bits, memory_order o) noexcept
        requires(std::is_integral_v<T>)
    {
        return __atomic_fetch_or(&value_, bits, static_cast<int>(o));
    }
    [[gnu::always_inline]] T fetch_xor(T bits, memory_order o) noexcept
        requires(std::is_integral_v<T>)
    {
        return __atomic_fetch_xor(&value_, bits, static_cast<int>(o));
    }

private:
    alignas(sizeof(T)) T value_{};
};

#if defined(__SANITIZE_THREAD__)
#define WEFT_DETAIL_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_DETAIL_TSAN 1
#endif
#endif

#ifdef WEFT_DETAIL_TSAN
// ThreadSanitizer does not follow fences. A locked operation on one variable gives it at least the same edges.
inline constinit atomic<unsigned> tsan_fence_word{0};
inline void fence(memory_order) noexcept { tsan_fence_word.fetch_add(1, order::seq_cst); }
inline void full_fence() noexcept { fence(order::seq_cst); }
#else
/// A stand-alone fence. Use full_fence() for seq_cst.
inline void fence(memory_order o) noexcept { __atomic_thread_fence(static_cast<int>(o)); }

/// A sequentially consistent fence. On x86-64 it is a locked operation on the stack: less than half the cost of the
/// `mfence` that some compilers emit for the same thing.
inline void full_fence() noexcept
{
#if defined(__x86_64__)
    __asm__ __volatile__("lock; orl $0, -4(%%rsp)" ::: "memory", "cc");
#else
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}
#endif
#undef WEFT_DETAIL_TSAN

// --- waiting on an address (a futex where the system has one) -------------------------------------------------------

/// Sleeps while `word` holds `old`. May return early, so callers look again. It gives no order: the caller's own loads
/// do.
void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept;

/// Wakes one, or every, thread that sleeps on `word`. The word may be gone by then: only its address is used.
void wake_one(const atomic<std::uint32_t>* word) noexcept;
void wake_all(const atomic<std::uint32_t>* word) noexcept;

}  // namespace weft::detail
