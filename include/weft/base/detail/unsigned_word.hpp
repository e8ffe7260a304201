// weft/base/detail/unsigned_word.hpp - an unsigned integer type chosen by its size in bytes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft::detail {

__extension__ typedef unsigned __int128 uint128;

/// The narrowest unsigned integer of at least so many bytes, 1 to 16.
template <std::size_t Bytes>
    requires(Bytes >= 1 && Bytes <= 16)
using unsigned_word =
    std::conditional_t<Bytes == 1, std::uint8_t,
                       std::conditional_t<Bytes == 2, std::uint16_t,
                                          std::conditional_t<Bytes <= 4, std::uint32_t,
                                                             std::conditional_t<Bytes <= 8, std::uint64_t, uint128>>>>;

}  // namespace weft::detail
