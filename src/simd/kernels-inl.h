// src/simd/kernels-inl.h - the table of kernels; included once for each instruction set that Highway compiles for.
// SPDX-License-Identifier: MIT OR Apache-2.0

#include "simd/kernels_order-inl.h"
#include "simd/kernels_sum-inl.h"

#if defined(WEFT_SIMD_KERNELS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WEFT_SIMD_KERNELS_INL
#undef WEFT_SIMD_KERNELS_INL
#else
#define WEFT_SIMD_KERNELS_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {
namespace {

template <class T>
const simd_kernels<T>& table()
{
    static constexpr simd_kernels<T> kernels{
        sum<T>,    scalar::sum<T>, sum_compensated<T>, product<T>, dot<T>,  scalar::dot<T>, min<T>,      max<T>,
        minmax<T>, argmin<T>,      argmax<T>,          count<T>,   find<T>, sum_apart<T>,   dot_apart<T>};
    return kernels;
}

}  // namespace
}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
