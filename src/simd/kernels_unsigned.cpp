// src/simd/kernels_unsigned.cpp - the kernels of the unsigned integers, compiled for each instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/kernels_unsigned.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "simd/dispatch.hpp"
#include "simd/kernels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace weft::detail::HWY_NAMESPACE {

const simd_kernels<std::uint8_t>& table_of_uint8_t() { return table<std::uint8_t>(); }
const simd_kernels<std::uint16_t>& table_of_uint16_t() { return table<std::uint16_t>(); }
const simd_kernels<std::uint32_t>& table_of_uint32_t() { return table<std::uint32_t>(); }
const simd_kernels<std::uint64_t>& table_of_uint64_t() { return table<std::uint64_t>(); }

}  // namespace weft::detail::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace weft::detail {

HWY_EXPORT(table_of_uint8_t);
template <>
const simd_kernels<std::uint8_t>& simd_kernels_of<std::uint8_t>() noexcept
{
    static const simd_kernels<std::uint8_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::uint8_t> : HWY_DYNAMIC_DISPATCH(table_of_uint8_t)();
    return chosen;
}

HWY_EXPORT(table_of_uint16_t);
template <>
const simd_kernels<std::uint16_t>& simd_kernels_of<std::uint16_t>() noexcept
{
    static const simd_kernels<std::uint16_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::uint16_t> : HWY_DYNAMIC_DISPATCH(table_of_uint16_t)();
    return chosen;
}

HWY_EXPORT(table_of_uint32_t);
template <>
const simd_kernels<std::uint32_t>& simd_kernels_of<std::uint32_t>() noexcept
{
    static const simd_kernels<std::uint32_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::uint32_t> : HWY_DYNAMIC_DISPATCH(table_of_uint32_t)();
    return chosen;
}

HWY_EXPORT(table_of_uint64_t);
template <>
const simd_kernels<std::uint64_t>& simd_kernels_of<std::uint64_t>() noexcept
{
    static const simd_kernels<std::uint64_t>& chosen =
        simd_is_scalar() ? scalar::kernels<std::uint64_t> : HWY_DYNAMIC_DISPATCH(table_of_uint64_t)();
    return chosen;
}

}  // namespace weft::detail
#endif
