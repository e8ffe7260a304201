// tests/algorithm/every_callback_test.cpp - an exception from every callback and every copy of every algorithm.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "algorithm/every_algorithm.hpp"
#include "explode.hpp"

TEST_CASE("every algorithm, from every callback and copy: the exception leaves, and what was made is destroyed once")
{
    test::explode_every(test::every_algorithm());
}
