// tests/house/two/side.hpp - what each of the two libraries offers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#define DECLARE_SIDE(name)                                                                           \
    namespace name {                                                                                 \
    [[gnu::visibility("default")]] bool in_pool();         /* whether it sees a pool's thread */     \
    [[gnu::visibility("default")]] long sum(long n);       /* of 0 .. n - 1, by a loop */            \
    [[gnu::visibility("default")]] void call(void (*f)()); /* in its pool, on two threads at once */ \
    [[gnu::visibility("default")]] void stop();            /* throws weft::stopped */                \
    }
DECLARE_SIDE(left)
DECLARE_SIDE(right)
