// weft/model/seams/weft/seam/atomic.hpp - the seam for atomics as the model checker sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// With the folder of this file first on the include path, weft's own sources compile unchanged against modelled
// atomics. See tests/model/CMakeLists.txt.
#pragma once

#include <weft/model/atomic.hpp>

#include <atomic>
#include <cstdint>
#include <source_location>

namespace weft::detail {

template <class T>
using atomic = weft::model::atomic<T>;

namespace order {
inline constexpr std::memory_order relaxed = std::memory_order_relaxed;
inline constexpr std::memory_order acquire = std::memory_order_acquire;
inline constexpr std::memory_order release = std::memory_order_release;
inline constexpr std::memory_order acq_rel = std::memory_order_acq_rel;
inline constexpr std::memory_order seq_cst = std::memory_order_seq_cst;
}  // namespace order

inline void fence(std::memory_order o, const std::source_location& w = std::source_location::current()) noexcept
{
    weft::model::fence(o, w);
}
inline void full_fence(const std::source_location& w = std::source_location::current()) noexcept
{
    weft::model::fence(std::memory_order_seq_cst, w);
}

inline void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old,
                    const std::source_location& w = std::source_location::current()) noexcept
{
    word.futex_wait(old, w);
}
inline void wake_one(const atomic<std::uint32_t>* word,
                     const std::source_location& w = std::source_location::current()) noexcept
{
    word->futex_wake_one(w);
}
inline void wake_all(const atomic<std::uint32_t>* word,
                     const std::source_location& w = std::source_location::current()) noexcept
{
    word->futex_wake_all(w);
}

}  // namespace weft::detail
