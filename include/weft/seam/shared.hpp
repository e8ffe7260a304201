// weft/seam/shared.hpp - marks what a process has once if weft is a shared library, however its users are compiled.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Parts of weft that are compiled into its users (thread-local words, the types of exceptions) would be another copy in
// each module that is compiled with -fvisibility=hidden: a thread of the pool would not be known as one there. If weft is
// static, each module shall have a copy of its own: hidden ones do not disturb each other, even if their versions differ.
#pragma once

#include <weft/seam/language.hpp>

#if defined(WEFT_SHARED) && defined(__GNUC__)
#define WEFT_ONCE_PER_PROCESS [[gnu::visibility("default")]]
#else
#define WEFT_ONCE_PER_PROCESS
#endif
