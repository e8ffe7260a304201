// src/simd/sort_4.cpp - sorts of keys of 4 bytes, compiled for each instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/sort_4.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "simd/dispatch.hpp"
#include "simd/quicksort-inl.h"

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {

const simd_sorts<std::int32_t>& sorts_of_i32() { return sort_table<std::int32_t>(); }
const simd_sorts<std::uint32_t>& sorts_of_u32() { return sort_table<std::uint32_t>(); }
const simd_sorts<float>& sorts_of_f32() { return sort_table<float>(); }

}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace weft::detail {

HWY_EXPORT(sorts_of_i32);
template <>
const simd_sorts<std::int32_t>& simd_sorts_of() noexcept
{
    static const simd_sorts<std::int32_t>& chosen =
        simd_is_scalar() ? scalar::sorts<std::int32_t> : HWY_DYNAMIC_DISPATCH(sorts_of_i32)();
    return chosen;
}

HWY_EXPORT(sorts_of_u32);
template <>
const simd_sorts<std::uint32_t>& simd_sorts_of() noexcept
{
    static const simd_sorts<std::uint32_t>& chosen =
        simd_is_scalar() ? scalar::sorts<std::uint32_t> : HWY_DYNAMIC_DISPATCH(sorts_of_u32)();
    return chosen;
}

HWY_EXPORT(sorts_of_f32);
template <>
const simd_sorts<float>& simd_sorts_of() noexcept
{
    static const simd_sorts<float>& chosen =
        simd_is_scalar() ? scalar::sorts<float> : HWY_DYNAMIC_DISPATCH(sorts_of_f32)();
    return chosen;
}

}  // namespace weft::detail
#endif
