// bench/compile/use_serial.cpp - the same as plain loops.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <vector>

void twice(std::vector<int>& v);
long squares(const std::vector<int>& v);

void twice(std::vector<int>& v)
{
    for (int& x : v) x *= 2;
}

long squares(const std::vector<int>& v)
{
    long sum = 0;
    for (const int x : v) sum += long{x} * x;
    return sum;
}
