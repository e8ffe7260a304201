// tests/pool/fuzz/seams/weft/seam/atomic.hpp - the seam for atomics, with delays.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// With the folder of this file first on the include path weft's own sources compile unchanged, and every operation on an
// atomic may take its time, before and behind: threads are held where otherwise they hardly ever are. The real header
// follows under other names, and each operation here is the real one between two chances of a delay.
#pragma once
#pragma GCC system_header  // include_next belongs to no standard

#include <cstdint>
#include <type_traits>

#define atomic undelayed_atomic
#define fence undelayed_fence
#define full_fence undelayed_full_fence
#include_next <weft/seam/atomic.hpp>
#undef atomic
#undef fence
#undef full_fence

namespace fuzz {

/// A delay comes at one operation in this power of 2 and less 1; all bits: never. Set between programs.
inline constinit weft::detail::undelayed_atomic<std::uint32_t> delay_odds{0xffffffff};

/// xorshift; 0 until the thread's first operation.
inline constinit thread_local std::uint32_t dice = 0;

/// Spins, gives way or sleeps for a while.
void delay() noexcept;

inline void maybe_delay() noexcept
{
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    if ((dice & delay_odds.load(weft::detail::order::relaxed)) == 0) [[unlikely]]
        delay();
}

struct delay_around {
    delay_around() noexcept { maybe_delay(); }
    ~delay_around() { maybe_delay(); }
};

}  // namespace fuzz

namespace weft::detail {

template <class T>
class atomic : public undelayed_atomic<T> {
    using base = undelayed_atomic<T>;

public:
    using base::base;

    [[nodiscard]] T load(memory_order o) const noexcept
    {
        const fuzz::delay_around here;
        return base::load(o);
    }
    void store(T value, memory_order o) noexcept
    {
        const fuzz::delay_around here;
        base::store(value, o);
    }
    T exchange(T value, memory_order o) noexcept
    {
        const fuzz::delay_around here;
        return base::exchange(value, o);
    }
    bool compare_exchange_weak(T& expected, T value, memory_order won, memory_order lost) noexcept
    {
        const fuzz::delay_around here;
        return base::compare_exchange_weak(expected, value, won, lost);
    }
    bool compare_exchange_strong(T& expected, T value, memory_order won, memory_order lost) noexcept
    {
        const fuzz::delay_around here;
        return base::compare_exchange_strong(expected, value, won, lost);
    }
    T fetch_add(T by, memory_order o) noexcept
    {
        const fuzz::delay_around here;
        return base::fetch_add(by, o);
    }
    T fetch_sub(T by, memory_order o) noexcept
    {
        const fuzz::delay_around here;
        return base::fetch_sub(by, o);
    }
    T fetch_and(T bits, memory_order o) noexcept
    {
        const fuzz::delay_around here;
        return base::fetch_and(bits, o);
    }
    T fetch_or(T bits, memory_order o) noexcept
    {
        const fuzz::delay_around here;
        return base::fetch_or(bits, o);
    }
    T fetch_xor(T bits, memory_order o) noexcept
    {
        const fuzz::delay_around here;
        return base::fetch_xor(bits, o);
    }
};

inline void fence(memory_order o) noexcept
{
    const fuzz::delay_around here;
    undelayed_fence(o);
}
inline void full_fence() noexcept
{
    const fuzz::delay_around here;
    undelayed_full_fence();
}

// For the atomics above; delays.cpp has them. A wait returns early now and then, as it may.
void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept;
void wake_one(const atomic<std::uint32_t>* word) noexcept;
void wake_all(const atomic<std::uint32_t>* word) noexcept;

}  // namespace weft::detail
