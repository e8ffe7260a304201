// src/simd/kernels_float.cpp - the kernels of the floating-point types, compiled for each instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/kernels_float.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "simd/dispatch.hpp"
#include "simd/kernels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {

const simd_kernels<float>& table_of_float() { return table<float>(); }
const simd_kernels<double>& table_of_double() { return table<double>(); }

}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace weft::detail {

HWY_EXPORT(table_of_float);
template <>
const simd_kernels<float>& simd_kernels_of<float>() noexcept
{
    static const simd_kernels<float>& chosen =
        simd_is_scalar() ? scalar::kernels<float> : HWY_DYNAMIC_DISPATCH(table_of_float)();
    return chosen;
}

HWY_EXPORT(table_of_double);
template <>
const simd_kernels<double>& simd_kernels_of<double>() noexcept
{
    static const simd_kernels<double>& chosen =
        simd_is_scalar() ? scalar::kernels<double> : HWY_DYNAMIC_DISPATCH(table_of_double)();
    return chosen;
}

}  // namespace weft::detail
#endif
