// tests/compile_fail/range_alone.cpp - the header of par_iter without those of the members of chains.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/range.hpp>

#include <vector>

void use(const std::vector<int>& v)
{
    (void)v;
    // clang-format off: a case and its expectation stand on one line
#if 0
#elif defined(CASE_sum)  // expect: include <weft/iter/par_iter.hpp>
    (void)weft::par_iter(v).sum();
#elif defined(CASE_map_of_numbers)  // expect: include <weft/iter/par_iter.hpp>
    (void)weft::par_range(0, 3).map([](int x) { return x; });
#endif
}
