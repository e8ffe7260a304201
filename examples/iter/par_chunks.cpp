// examples/iter/par_chunks.cpp - pieces of a fixed size as std::span: when the work is per block, not per item.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

int main()
{
    std::vector<std::uint8_t> image(1920 * 1080);
    // One chunk is one row: rows know their index, and may be written in parallel.
    weft::par_chunks(image, 1920).enumerate().for_each([](std::size_t y, std::span<std::uint8_t> row) {
        for (std::size_t x = 0; x < row.size(); ++x) row[x] = static_cast<std::uint8_t>(x ^ y);
    });

    const std::vector<std::uint8_t> brightest =
        weft::par_chunks(image, 1920)
            .map([](std::span<std::uint8_t> row) { return *std::ranges::max_element(row); })
            .to_vector();
    const auto steps = weft::par_windows(brightest, 2).filter([](auto w) { return w[0] != w[1]; }).count();
    std::printf("%zu rows, the brightest pixel is %d, it changes %zu times from row to row\n", brightest.size(),
                *std::ranges::max_element(brightest), steps);
    return brightest.size() == 1080 ? 0 : 1;
}
