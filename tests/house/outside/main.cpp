// tests/house/outside/main.cpp - a program that uses weft from outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/weft.hpp>

int main()
{
    const auto [a, b] = weft::join([] { return 1; }, [] { return 2; });
    return a + b + weft::par_range(0, 10).sum() == 48 ? 0 : 1;
}
