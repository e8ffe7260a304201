// weft/iter/detail/text_over.hpp - the text that a chain refers to.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace weft::detail {

template <class T>
concept text_like = std::convertible_to<T, std::string_view>;

/// The compile-time errors for what is given as a text. A class, so that they come before any error that follows from
/// them.
template <class T>
struct check_text {
    static_assert(text_like<T>, "weft: this needs a text: something that converts to std::string_view");
    static_assert(!text_like<T> || std::is_lvalue_reference_v<T> ||
                      std::is_trivially_copyable_v<std::remove_cvref_t<T>>,
                  "weft: the pieces would refer to a temporary string: give it a name that outlives the chain");
};

/// The characters of a string that outlives the chain, or that a view or a literal refers to.
template <class T>
std::string_view text_over(T&& text)
{
    check_text<T>();
    return std::string_view(text);
}

}  // namespace weft::detail
