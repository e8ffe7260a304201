// tests/channel/must.hpp - checks on threads other than the test's own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace test {

/// As CHECK, on any thread, since Catch keeps no record of other threads. If it does not hold it ends the program.
template <class T>
void must(const T& holds, const std::source_location& at = std::source_location::current())
{
    if (static_cast<bool>(holds)) return;
    std::fprintf(stderr, "%s:%u: what must hold does not\n", at.file_name(), static_cast<unsigned>(at.line()));
    std::abort();
}

template <class T>
void must_not(const T& holds, const std::source_location& at = std::source_location::current())
{
    must(!static_cast<bool>(holds), at);
}

}  // namespace test
