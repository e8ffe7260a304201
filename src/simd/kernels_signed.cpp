// src/simd/kernels_signed.cpp - the kernels of the signed integers, compiled for each instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/kernels_signed.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "simd/dispatch.hpp"
#include "simd/kernels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {

const simd_kernels<std::int8_t>& table_of_int8_t() { return table<std::int8_t>(); }
const simd_kernels<std::int16_t>& table_of_int16_t() { return table<std::int16_t>(); }
const simd_kernels<std::int32_t>& table_of_int32_t() { return table<std::int32_t>(); }
const simd_kernels<std::int64_t>& table_of_int64_t() { return table<std::int64_t>(); }

}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace weft::detail {

HWY_EXPORT(table_of_int8_t);
template <>
const simd_kernels<std::int8_t>& simd_kernels_of<std::int8_t>() noexcept
{
    static const simd_kernels<std::int8_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::int8_t> : HWY_DYNAMIC_DISPATCH(table_of_int8_t)();
    return chosen;
}

HWY_EXPORT(table_of_int16_t);
template <>
const simd_kernels<std::int16_t>& simd_kernels_of<std::int16_t>() noexcept
{
    static const simd_kernels<std::int16_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::int16_t> : HWY_DYNAMIC_DISPATCH(table_of_int16_t)();
    return chosen;
}

HWY_EXPORT(table_of_int32_t);
template <>
const simd_kernels<std::int32_t>& simd_kernels_of<std::int32_t>() noexcept
{
    static const simd_kernels<std::int32_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::int32_t> : HWY_DYNAMIC_DISPATCH(table_of_int32_t)();
    return chosen;
}

HWY_EXPORT(table_of_int64_t);
template <>
const simd_kernels<std::int64_t>& simd_kernels_of<std::int64_t>() noexcept
{
    static const simd_kernels<std::int64_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::int64_t> : HWY_DYNAMIC_DISPATCH(table_of_int64_t)();
    return chosen;
}

}  // namespace weft::detail
#endif
