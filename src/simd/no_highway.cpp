// src/simd/no_highway.cpp - where there is no Highway: the plain loops are all there is.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/target.hpp>

#include "simd/dispatch.hpp"
#include "simd/partition.hpp"
#include "simd/scalar.hpp"
#include "simd/text_kernels.hpp"

namespace weft::detail {

template <>
const simd_kernels<float>& simd_kernels_of<float>() noexcept
{
    return scalar::kernels<float>;
}
template <>
const simd_kernels<double>& simd_kernels_of<double>() noexcept
{
    return scalar::kernels<double>;
}
template <>
const simd_kernels<std::int8_t>& simd_kernels_of<std::int8_t>() noexcept
{
    return scalar::kernels<std::int8_t>;
}
template <>
const simd_kernels<std::int16_t>& simd_kernels_of<std::int16_t>() noexcept
{
    return scalar::kernels<std::int16_t>;
}
template <>
const simd_kernels<std::int32_t>& simd_kernels_of<std::int32_t>() noexcept
{
    return scalar::kernels<std::int32_t>;
}
template <>
const simd_kernels<std::int64_t>& simd_kernels_of<std::int64_t>() noexcept
{
    return scalar::kernels<std::int64_t>;
}
template <>
const simd_kernels<std::uint8_t>& simd_kernels_of<std::uint8_t>() noexcept
{
    return scalar::kernels<std::uint8_t>;
}
template <>
const simd_kernels<std::uint16_t>& simd_kernels_of<std::uint16_t>() noexcept
{
    return scalar::kernels<std::uint16_t>;
}
template <>
const simd_kernels<std::uint32_t>& simd_kernels_of<std::uint32_t>() noexcept
{
    return scalar::kernels<std::uint32_t>;
}
template <>
const simd_kernels<std::uint64_t>& simd_kernels_of<std::uint64_t>() noexcept
{
    return scalar::kernels<std::uint64_t>;
}

bool simd_is_scalar() noexcept { return true; }

const text_kernels& chosen_text_kernels() noexcept { return scalar::text; }

template <>
const simd_sorts<std::int32_t>& simd_sorts_of() noexcept
{
    return scalar::sorts<std::int32_t>;
}
template <>
const simd_sorts<std::int64_t>& simd_sorts_of() noexcept
{
    return scalar::sorts<std::int64_t>;
}
template <>
const simd_sorts<std::uint32_t>& simd_sorts_of() noexcept
{
    return scalar::sorts<std::uint32_t>;
}
template <>
const simd_sorts<std::uint64_t>& simd_sorts_of() noexcept
{
    return scalar::sorts<std::uint64_t>;
}
template <>
const simd_sorts<float>& simd_sorts_of() noexcept
{
    return scalar::sorts<float>;
}
template <>
const simd_sorts<double>& simd_sorts_of() noexcept
{
    return scalar::sorts<double>;
}

}  // namespace weft::detail

namespace weft::simd {

std::string_view target() noexcept { return "scalar"; }
std::vector<std::string_view> supported_targets() { return {"scalar"}; }

}  // namespace weft::simd
