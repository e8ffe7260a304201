// tests/iter/par_tiles_test.cpp - tiles, spans of fixed length, optionals, and how far a stopped loop came.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_tiles.hpp>

#include "check_chain.hpp"
#include "test.hpp"

#include <weft/iter/par_chunks.hpp>
#include <weft/iter/progress_bar.hpp>
#include <weft/iter/sources.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
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

TEST_CASE("par_windows, par_chunks_exact: with a length known to the compiler")
{
    for (std::size_t n : {0u, 1u, 2u, 3u, 10u, 11u}) {
        std::vector<int> v(n);
        std::iota(v.begin(), v.end(), 1);
        std::vector<int> windows;
        for (std::size_t i = 0; i + 3 <= n; ++i) windows.push_back(v[i] * 100 + v[i + 1] * 10 + v[i + 2]);
        std::vector<int> chunks;
        for (std::size_t i = 0; i + 3 <= n; i += 3) chunks.push_back(v[i] * 100 + v[i + 1] * 10 + v[i + 2]);
        const auto digits = [](std::span<int, 3> s) { return s[0] * 100 + s[1] * 10 + s[2]; };
        test::check_chain([&] { return weft::par_windows<3>(v).map(digits); }, windows);
        test::check_chain([&] { return weft::par_chunks_exact<3>(v).map(digits); }, chunks);
        CHECK(weft::par_chunks_exact<3>(v).remainder().size() == n % 3);
    }
}

TEST_CASE("par_rchunks_exact: whole pieces from the end")
{
    std::vector<int> v{1, 2, 3, 4, 5, 6, 7};
    const auto first = [](std::span<int> s) { return s.front() * 10 + static_cast<int>(s.size()); };
    test::check_chain([&] { return weft::par_rchunks_exact(v, 3).map(first); }, std::vector<int>{53, 23});
    CHECK(weft::par_rchunks_exact(v, 8).count() == 0);
    CHECK(weft::par_rchunks_exact(v, 3).remainder().data() == v.data());
    CHECK(weft::par_rchunks_exact(v, 3).remainder().size() == 1);
    CHECK(weft::par_rchunks_exact(v, 8).remainder().size() == 7);
    CHECK(weft::par_rchunks_exact(v, 7).remainder().empty());
    std::vector<int> none;
    CHECK(weft::par_rchunks_exact(none, 2).count() + weft::par_rchunks_exact(none, 2).remainder().size() == 0);
    // What is left over can be gone through beside the chunks.
    std::vector<int> large(100'003, 1);
    auto chunks = weft::par_rchunks_exact(large, 4);
    for (int& x : chunks.remainder()) x = 2;
    std::move(chunks).for_each([](std::span<int> s) {
        for (int& x : s) x = 3;
    });
    CHECK((large[0] == 2 && large[2] == 2 && large[3] == 3 && large.back() == 3));
    CHECK_THROWS_AS(weft::par_rchunks_exact(v, 0), std::invalid_argument);
}

TEST_CASE("par_iter: an optional is none or one")
{
    std::optional<int> some = 3;
    const std::optional<int> none;
    test::check_chain([&] { return weft::par_iter(some); }, std::vector<int>{3});
    test::check_chain([&] { return weft::par_iter(none); }, std::vector<int>{});
    weft::par_iter(some).for_each([](int& x) { x = 5; });
    CHECK(some == 5);
    auto moved = weft::par_iter(std::optional(std::make_unique<int>(7))).to_vector();
    CHECK(moved.size() == 1);
    CHECK(*moved[0] == 7);
    CHECK(weft::par_iter(some).chain(none).sum() == 5);
}

namespace own {

/// A container that is no range.
struct grid {
    std::vector<int> cells;

    friend auto weft_par_iter(const grid& g)
    {
        return weft::par_iter(g.cells).filter([](int x) { return x != 0; });
    }
    friend std::vector<int>& weft_par_iter(grid& g) { return g.cells; }
};

}  // namespace own

TEST_CASE("par_iter: a type of the user's says how it is iterated")
{
    own::grid g{{1, 0, 2, 0, 3}};
    CHECK(weft::par_iter(g).size() == 5);
    weft::par_iter(g).for_each([](int& x) { x *= 10; });
    CHECK(weft::par_iter(std::as_const(g)).to_vector() == std::vector<int>{10, 20, 30});
    CHECK(weft::par_iter(std::array{1, 2}).chain(std::as_const(g)).sum() == 63);
}

TEST_CASE("par_drain: takes a part out of a container")
{
    std::vector<std::unique_ptr<int>> v;
    for (int i = 0; i < 10; ++i) v.push_back(std::make_unique<int>(i));
    CHECK(weft::par_drain(v, 2, 5).map([](std::unique_ptr<int> p) { return *p; }).to_vector() ==
          std::vector<int>{2, 3, 4});
    CHECK(v.size() == 7);
    CHECK(*v[2] == 5);
    std::string s = "abcdef";
    CHECK(weft::par_drain(s, 0, 6).to_vector().size() == 6);
    CHECK(s.empty());
    CHECK(weft::par_drain(s, 0, 0).count() == 0);
    CHECK_THROWS_AS(weft::par_drain(v, 3, 2), std::out_of_range);
    CHECK_THROWS_AS(weft::par_drain(v, 0, 8), std::out_of_range);
}

TEST_CASE("stopped: says how far the loop came")
{
    struct token {
        const std::atomic<bool>* flag;
        [[nodiscard]] bool stop_requested() const { return flag->load(); }
    };
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> ran{0};
    std::size_t done = 0;
    std::size_t total = 0;
    try {
        weft::par_range(0, 1000000).stop_on(token{&stop}).for_each([&](int) {
            if (ran.fetch_add(1) == 5000) stop.store(true);
        });
    } catch (const weft::stopped& s) {
        done = s.done();
        total = s.total();
    }
    CHECK(total == 1000000);
    CHECK(done == ran.load());
    CHECK(done > 5000);
    CHECK(done < total);
}

TEST_CASE("progress_bar: draws up to the end")
{
    std::FILE* const out = std::tmpfile();
    REQUIRE(out != nullptr);
    weft::par_range(0, 1000).progress(weft::progress_bar("test", out), 10).for_each([](int) {});
    std::rewind(out);
    std::string text(10000, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), out));
    std::fclose(out);
    CHECK(text.find("test [") != std::string::npos);
    CHECK(text.find("########] 100 %") != std::string::npos);
    CHECK(text.back() == '\n');
}
