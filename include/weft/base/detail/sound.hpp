// weft/base/detail/sound.hpp - makes the compiler look at a class of static_asserts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

namespace weft::detail {

/// For `static_assert(sound<check_x<F>>)`: what check_x asserts is checked here, before the code that follows fails for
/// the same reason in other words.
template <class Check>
inline constexpr bool sound = sizeof(Check) != 0;

}  // namespace weft::detail
