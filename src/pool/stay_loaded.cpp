// src/pool/stay_loaded.cpp - keeps the code that threads run where it is, by asking the loader.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/stay_loaded.hpp"

#if defined(__linux__) || defined(__APPLE__) || defined(__FreeBSD__)
#include <dlfcn.h>
#endif

#if !defined(_WIN32)

namespace weft::detail {

void stay_loaded() noexcept
{
#if defined(RTLD_NODELETE) && defined(RTLD_NOLOAD)
    // Any object of this library names the file that it is a part of. For the program itself, and where it has no
    // loader (a static executable), there is nothing to hold.
    static const char here = 0;
    Dl_info file;
    if (dladdr(&here, &file) == 0 || file.dli_fname == nullptr) return;
    static_cast<void>(dlopen(file.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE));
#endif
}

}  // namespace weft::detail

#endif
