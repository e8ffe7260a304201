// tests/pool/process/process.hpp - for tests that need a process of their own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process with a message unless `condition` holds.
#define EXPECT(condition)                                                                 \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            std::fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition); \
            std::_Exit(1);                                                                \
        }                                                                                 \
    } while (false)
