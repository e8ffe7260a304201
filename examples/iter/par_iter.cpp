// examples/iter/par_iter.cpp - loops as chains: a source, some adaptors, a terminal.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>

#include <cstdio>
#include <ranges>
#include <string>
#include <vector>

int main()
{
    std::vector<int> v(100'000);
    // In place: the items of a non-const range are references.
    weft::par_iter(v).enumerate().for_each([](std::size_t i, int& x) { x = static_cast<int>(i % 1000); });

    const long squares = weft::par_iter(v).map([](int x) { return long{x} * x; }).sum();
    const auto odd = weft::par_iter(v).filter([](int x) { return x % 2 == 1; }).count();
    const auto first = weft::par_iter(v).position_first([](int x) { return x == 777; });
    const std::vector<std::string> names =
        weft::par_iter(v | std::views::take(3)).map([](int x) { return "item " + std::to_string(x); }).to_vector();

    std::printf("sum of squares %ld, %zu odd, first 777 at %zu, %s ... %s\n", squares, odd, first.value_or(0),
                names.front().c_str(), names.back().c_str());
    return squares == 33'283'350'000 && odd == 50'000 && first == 777u && names.size() == 3 ? 0 : 1;
}
