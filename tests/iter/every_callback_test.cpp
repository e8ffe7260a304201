// tests/iter/every_callback_test.cpp - an exception from every callback and every copy of every chain.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "explode.hpp"
#include "iter/every_chain.hpp"

TEST_CASE("every chain, from every callback and copy: the exception leaves, and what was made is destroyed once")
{
    test::explode_every(test::every_chain());
}
