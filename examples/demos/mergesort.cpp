// examples/demos/mergesort.cpp - a parallel sort is no faster than its slowest serial part: here there is none.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "mergesort.hpp"

#include <weft/base/rng.hpp>
#include "demo.hpp"

#include <vector>

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"NUMBERS", 300'000, 0, 1'000'000'000, 20'000'000});
    weft::rng random(1);
    std::vector<std::uint32_t> expected(n);
    for (std::uint32_t& x : expected) x = random.below(1U << 31U);
    std::vector<std::uint32_t> one = expected, many = expected, buffer(n);
    demo::timed("std::sort", [&] { std::sort(expected.begin(), expected.end()); });
    demo::timed("serial", [&] { mergesort::sort(one, buffer, false, demo::one_by_one); });
    demo::timed("weft", [&] { mergesort::sort(many, buffer, false, demo::at_once); });
    return demo::verdict(one == expected && many == expected);
}
