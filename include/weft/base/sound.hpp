// weft/base/sound.hpp - makes the compiler look at a class of static_asserts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

namespace weft::detail {

/// For `static_assert(sound<check_x<F>>)`: what check_x asserts is looked at here, before the code behind it fails for
/// the same reason in other words.
template <class Check>
inline constexpr bool sound = sizeof(Check) != 0;

}  // namespace weft::detail
