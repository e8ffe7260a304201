// weft/model/simulated/weft/seam/atomic.hpp - the seam for atomics as a simulation sees it: values that cost time.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// With the folder of this file first on the include path, weft's own sources compile unchanged against the simulated
// machine. The target weft::simulated does that; see docs/scaling.md.
#pragma once

#include <weft/model/detail/simulated.hpp>

#include <cstdint>
#include <source_location>
#include <type_traits>

namespace weft::detail {

enum class memory_order : int {
    relaxed = __ATOMIC_RELAXED,
    acquire = __ATOMIC_ACQUIRE,
    release = __ATOMIC_RELEASE,
    acq_rel = __ATOMIC_ACQ_REL,
    seq_cst = __ATOMIC_SEQ_CST,
};

namespace order {
inline constexpr memory_order relaxed = memory_order::relaxed;
inline constexpr memory_order acquire = memory_order::acquire;
inline constexpr memory_order release = memory_order::release;
inline constexpr memory_order acq_rel = memory_order::acq_rel;
inline constexpr memory_order seq_cst = memory_order::seq_cst;
}  // namespace order

/// As large as the one that it replaces. The operations are real ones, so that it is as good outside a simulation.
template <class T>
class atomic {
    static_assert(std::is_scalar_v<T> && sizeof(T) <= 8);
    using where = std::source_location;
    using access = model::detail::access;

public:
    constexpr atomic() noexcept = default;
    constexpr atomic(T value) noexcept : value_(value) {}
    atomic(const atomic&) = delete;
    atomic& operator=(const atomic&) = delete;

    [[nodiscard]] T load(memory_order o, const where& w = where::current()) const noexcept
    {
        touch(access::load, w);
        T seen;
        __atomic_load(&value_, &seen, static_cast<int>(o));
        return seen;
    }
    void store(T value, memory_order o, const where& w = where::current()) noexcept
    {
        touch(o == memory_order::seq_cst ? access::change : access::store, w);
        __atomic_store(&value_, &value, static_cast<int>(o));
    }
    T exchange(T value, memory_order o, const where& w = where::current()) noexcept
    {
        touch(access::change, w);
        T seen;
        __atomic_exchange(&value_, &value, &seen, static_cast<int>(o));
        return seen;
    }
    bool compare_exchange_weak(T& expected, T value, memory_order won, memory_order lost,
                               const where& w = where::current()) noexcept
    {
        return compare_exchange_strong(expected, value, won, lost, w);
    }
    bool compare_exchange_strong(T& expected, T value, memory_order won, memory_order lost,
                                 const where& w = where::current()) noexcept
    {
        touch(access::change, w);
        return __atomic_compare_exchange(&value_, &expected, &value, false, static_cast<int>(won),
                                         static_cast<int>(lost));
    }

    T fetch_add(T by, memory_order o, const where& w = where::current()) noexcept
        requires(std::is_integral_v<T>)
    {
        touch(access::change, w);
        return __atomic_fetch_add(&value_, by, static_cast<int>(o));
    }
    T fetch_sub(T by, memory_order o, const where& w = where::current()) noexcept
        requires(std::is_integral_v<T>)
    {
        touch(access::change, w);
        return __atomic_fetch_sub(&value_, by, static_cast<int>(o));
    }
    T fetch_and(T bits, memory_order o, const where& w = where::current()) noexcept
        requires(std::is_integral_v<T>)
    {
        touch(access::change, w);
        return __atomic_fetch_and(&value_, bits, static_cast<int>(o));
    }
    T fetch_or(T bits, memory_order o, const where& w = where::current()) noexcept
        requires(std::is_integral_v<T>)
    {
        touch(access::change, w);
        return __atomic_fetch_or(&value_, bits, static_cast<int>(o));
    }
    T fetch_xor(T bits, memory_order o, const where& w = where::current()) noexcept
        requires(std::is_integral_v<T>)
    {
        touch(access::change, w);
        return __atomic_fetch_xor(&value_, bits, static_cast<int>(o));
    }

private:
    void touch(access how, const where& w) const noexcept
    {
        if (model::detail::in_simulation()) model::detail::touch(&value_, sizeof(T), how, w);
    }

    alignas(sizeof(T)) T value_{};
};

/// Weaker fences cost nothing: they order what the compiler does.
inline void fence(memory_order o, const std::source_location& w = std::source_location::current()) noexcept
{
    if (o == memory_order::seq_cst && model::detail::in_simulation()) model::detail::touch_fence(w);
}
inline void full_fence(const std::source_location& w = std::source_location::current()) noexcept
{
    fence(memory_order::seq_cst, w);
}

inline void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old,
                    const std::source_location& w = std::source_location::current()) noexcept
{
    if (model::detail::in_simulation()) model::detail::sleep_on(&word, old, nullptr, w);
}
inline void wake_one(const atomic<std::uint32_t>* word,
                     const std::source_location& w = std::source_location::current()) noexcept
{
    if (model::detail::in_simulation()) model::detail::wake_on(word, false, w);
}
inline void wake_all(const atomic<std::uint32_t>* word,
                     const std::source_location& w = std::source_location::current()) noexcept
{
    if (model::detail::in_simulation()) model::detail::wake_on(word, true, w);
}

}  // namespace weft::detail
