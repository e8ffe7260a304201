// src/simd/sort_8.cpp - sorts of keys of 8 bytes, compiled for each instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/sort_8.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "simd/dispatch.hpp"
#include "simd/quicksort-inl.h"

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {

const simd_sorts<std::int64_t>& sorts_of_i64() { return sort_table<std::int64_t>(); }
const simd_sorts<std::uint64_t>& sorts_of_u64() { return sort_table<std::uint64_t>(); }
const simd_sorts<double>& sorts_of_f64() { return sort_table<double>(); }

}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace weft::detail {

HWY_EXPORT(sorts_of_i64);
template <>
const simd_sorts<std::int64_t>& simd_sorts_of() noexcept
{
    static const simd_sorts<std::int64_t>& chosen =
        simd_is_scalar() ? scalar::sorts<std::int64_t> : HWY_DYNAMIC_DISPATCH(sorts_of_i64)();
    return chosen;
}

HWY_EXPORT(sorts_of_u64);
template <>
const simd_sorts<std::uint64_t>& simd_sorts_of() noexcept
{
    static const simd_sorts<std::uint64_t>& chosen =
        simd_is_scalar() ? scalar::sorts<std::uint64_t> : HWY_DYNAMIC_DISPATCH(sorts_of_u64)();
    return chosen;
}

HWY_EXPORT(sorts_of_f64);
template <>
const simd_sorts<double>& simd_sorts_of() noexcept
{
    static const simd_sorts<double>& chosen =
        simd_is_scalar() ? scalar::sorts<double> : HWY_DYNAMIC_DISPATCH(sorts_of_f64)();
    return chosen;
}

}  // namespace weft::detail
#endif
