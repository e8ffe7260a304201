// src/pool/stay_loaded_windows.cpp - keeps the code that threads run where it is, on Windows.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "seam/windows.hpp"

#include "pool/stay_loaded.hpp"

#if defined(_WIN32)

namespace weft::detail {

void stay_loaded() noexcept
{
    // Any object of this library tells the file that it is a part of.
    static const char here = 0;
    HMODULE file = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                       reinterpret_cast<LPCWSTR>(&here), &file);
}

}  // namespace weft::detail

#endif
