// weft/seam/language.hpp - what weft needs of the compiler: C++20 and exceptions. Every header reaches this one first.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Without it a compiler that is told to read an older C++ prints a page of errors, none of which names the reason. After
// #error some compilers read on, and print the page all the same: all stop at a header that is not there.
#pragma once

#if defined(_MSVC_LANG)
#if _MSVC_LANG < 202002L
#error weft needs C++20: compile with /std:c++20 or later
#elif !defined(_CPPUNWIND)
#error weft needs exceptions: compile with /EHsc
#endif
#elif __cplusplus < 202002L
#include <weft needs C++20: compile with -std=c++20 or later>
#elif !defined(__cpp_exceptions)
#include <weft needs exceptions: compile without -fno-exceptions>
#endif
