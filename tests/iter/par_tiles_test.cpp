// tests/iter/par_tiles_test.cpp - tiles of any number of dimensions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_tiles.hpp>

#include "check_chain.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <stdexcept>
#include <vector>

TEST_CASE("par_tiles: cover every index once, in rows of tiles")
{
    bool right = true;
    for (std::size_t rows : {0u, 1u, 5u, 12u}) {
        for (std::size_t columns : {0u, 1u, 7u, 12u}) {
            for (std::size_t edge : {1u, 3u, 4u, 100u}) {
                std::vector<weft::tile<2>> expected;
                for (std::size_t i = 0; i < rows; i += edge) {
                    for (std::size_t j = 0; j < columns; j += 2) {
                        expected.push_back({{i, j}, {std::min(rows, i + edge), std::min(columns, j + 2)}});
                    }
                }
                const auto make = [&] { return weft::par_tiles({rows, columns}, {edge, 2}); };
                test::check_chain(make, expected);
                std::vector<std::atomic<int>> seen(rows * columns);
                make().for_each([&](const weft::tile<2>& t) {
                    t.for_each([&](std::size_t i, std::size_t j) { seen[i * columns + j].fetch_add(1); });
                });
                for (auto& s : seen) right = right && s.load() == 1;
            }
        }
    }
    CHECK(right);
}

TEST_CASE("par_tiles: have any number of dimensions")
{
    std::atomic<std::size_t> sum{0};
    weft::par_tiles<3>(std::array<std::size_t, 3>{3, 4, 5}, std::array<std::size_t, 3>{2, 2, 2})
        .for_each([&](const weft::tile<3>& t) {
            std::size_t mine = 0;
            t.for_each([&](std::size_t i, std::size_t j, std::size_t k) { mine += 100 * i + 10 * j + k + 1; });
            sum.fetch_add(mine + t.size() * 1000000);
        });
    CHECK(sum.load() == 60 * 1000000 + 60 + 100 * 20 * 3 + 10 * 15 * 6 + 12 * 10);
    CHECK(weft::par_tiles({std::size_t{10}}, {std::size_t{3}}).count() == 4);
    CHECK_THROWS_AS(weft::par_tiles({3, 3}, {1, 0}), std::invalid_argument);
}

TEST_CASE("par_tiles: more tiles than can be counted are refused, and many more indices than that are not")
{
    constexpr std::size_t most = static_cast<std::size_t>(-1);
    constexpr std::size_t half = std::size_t{1} << 32;
    CHECK_THROWS_AS(weft::par_tiles({2 * half, half / 2}, {1, 1}), std::length_error);
    CHECK_THROWS_AS(weft::par_tiles({most, most}, {2, 3}), std::length_error);
    CHECK_THROWS_AS(weft::par_tiles({most, std::size_t{2}, std::size_t{3}}, {1, 1, 1}), std::length_error);
    CHECK(weft::par_tiles({half, half / 2}, {1, 1}).size() == most / 2 + 1);
    CHECK(weft::par_tiles({most, most, std::size_t{0}}, {1, 1, 1}).count() == 0);

    const auto tiles = weft::par_tiles({most, most}, {most / 2, most / 2}).to_vector();
    REQUIRE(tiles.size() == 9);
    CHECK(tiles[8].size() == 1);
    CHECK(tiles[2].size() == most / 2);
    CHECK_THROWS_AS(tiles[0].size(), std::length_error);
}
