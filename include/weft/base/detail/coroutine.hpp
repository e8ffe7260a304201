// weft/base/detail/coroutine.hpp - <coroutine>, also where the library hides it from a compiler that has coroutines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

// Clang 14 and 15 have the coroutines of C++20, but say so in a macro for which libstdc++ does not ask.
#if defined(__clang__) && !defined(__cpp_impl_coroutine) && defined(__cpp_coroutines)
#define __cpp_impl_coroutine 201902L
#include <coroutine>
#undef __cpp_impl_coroutine
#else
#include <coroutine>
#endif
