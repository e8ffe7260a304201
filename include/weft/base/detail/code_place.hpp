// weft/base/detail/code_place.hpp - where in the program a call stands.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstdint>

namespace weft::detail {

/// As a defaulted argument it is the place of the call: `void f(code_place where = code_place::here())`. Two words that
/// are passed along and read by nobody unless there is a trace or a report; std::source_location is not in every
/// compiler.
struct code_place {
    const char* file = nullptr;
    std::uint32_t line = 0;

#if defined(__GNUC__) || (defined(_MSC_VER) && _MSC_VER >= 1926)
    static constexpr code_place here(const char* file = __builtin_FILE(),
                                     std::uint32_t line = __builtin_LINE()) noexcept
    {
        return {file, line};
    }
#else
    static constexpr code_place here() noexcept { return {}; }
#endif
};

/// The name of a type among other words, as the compiler writes it: for what stands nowhere else.
template <class T>
constexpr const char* words_with_type() noexcept
{
#if defined(__GNUC__)
    return __PRETTY_FUNCTION__;
#else
    return nullptr;
#endif
}

}  // namespace weft::detail
