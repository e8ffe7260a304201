// src/seam/windows.hpp - the calls of Windows 10, without the macros that take names away from everybody else.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

// The headers of some MinGW-w64 do not know these yet.
extern "C" WINBASEAPI HRESULT WINAPI SetThreadDescription(HANDLE, PCWSTR);
extern "C" WINBASEAPI HRESULT WINAPI GetThreadDescription(HANDLE, PWSTR*);
extern "C" NTSYSAPI BOOLEAN NTAPI RtlDllShutdownInProgress(void);

#undef far
#undef near
#endif
