// examples/demos/quicksort.cpp - a recursion becomes parallel by one word: join, where it called itself twice.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "quicksort.hpp"

#include <weft/base/rng.hpp>
#include "demo.hpp"

#include <vector>

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"NUMBERS", 300'000, 0, 1'000'000'000, 20'000'000});
    weft::rng random(1);
    std::vector<std::uint32_t> expected(n);
    for (std::uint32_t& x : expected) x = random.below(1U << 31U);
    std::vector<std::uint32_t> one = expected, many = expected;
    demo::timed("std::sort", [&] { std::sort(expected.begin(), expected.end()); });
    demo::timed("serial", [&] { quicksort::sort(one, demo::one_by_one); });
    demo::timed("weft", [&] { quicksort::sort(many, demo::at_once); });
    return demo::verdict(one == expected && many == expected);
}
