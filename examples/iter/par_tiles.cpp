// examples/iter/par_tiles.cpp - a matrix is transposed in tiles that fit the cache.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_tiles.hpp>

#include <cstdio>
#include <vector>

int main()
{
    constexpr std::size_t rows = 700;
    constexpr std::size_t columns = 900;
    std::vector<float> in(rows * columns);
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<float>(i);

    std::vector<float> out(in.size());
    weft::par_tiles({rows, columns}, {64, 64}).for_each([&](const weft::tile<2>& t) {
        t.for_each([&](std::size_t i, std::size_t j) { out[j * rows + i] = in[i * columns + j]; });
    });

    bool right = true;
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < columns; ++j) right = right && out[j * rows + i] == in[i * columns + j];
    }
    std::puts(right ? "transposed" : "wrong");
    return right ? 0 : 1;
}
