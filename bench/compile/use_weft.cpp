// bench/compile/use_weft.cpp - what is compiled for weft.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>

#include <vector>

void twice(std::vector<int>& v);
long squares(const std::vector<int>& v);

void twice(std::vector<int>& v)
{
    weft::par_iter(v).for_each([](int& x) { x *= 2; });
}

long squares(const std::vector<int>& v)
{
    return weft::par_iter(v).map([](int x) { return long{x} * x; }).sum();
}
