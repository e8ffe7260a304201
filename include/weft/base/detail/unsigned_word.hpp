// weft/base/detail/unsigned_word.hpp - an unsigned integer type chosen by its size in bytes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft::detail {

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 widest_word;
#else
using widest_word = std::uint64_t;  // 32-bit processors have no wider one
#endif

/// The narrowest unsigned integer of at least so many bytes, 1 to 16; the widest, if none has so many.
template <std::size_t Bytes>
    requires(Bytes >= 1 && Bytes <= 16)
using unsigned_word =
    std::conditional_t<Bytes == 1, std::uint8_t,
                       std::conditional_t<Bytes == 2, std::uint16_t,
                                          std::conditional_t<Bytes <= 4, std::uint32_t,
                                                             std::conditional_t<Bytes <= 8, std::uint64_t, widest_word>>>>;

}  // namespace weft::detail
