// tests/iter/progress_test.cpp - progress: a function that is told how far a loop has come.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/progress.hpp>
#include <weft/iter/progress_bar.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using test::random_numbers;

}  // namespace

TEST_CASE("progress: told up to the end, in growing numbers")
{
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{100'000}}) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::size_t> told;
        bool totals = true;
        const auto note = [&](std::size_t done, std::size_t total) {
            told.push_back(done);
            totals = totals && total == n;
        };
        CHECK(weft::par_iter(v).progress(note, 10).to_vector() == v);
        CHECK(totals);
        CHECK(std::is_sorted(told.begin(), told.end()));
        CHECK(told.empty() == (n == 0));
        if (n != 0) CHECK(told.back() == n);
        told.clear();
        CHECK(weft::par_iter(v).progress(note, 10).map([](int x) { return 0.5 * x; }).sum() >= 0);
        if (n != 0) CHECK(told.back() == n);
        told.clear();
        CHECK(weft::par_iter(v).progress(note, 10).count() == n);
        if (n != 0) CHECK(told.back() == n);
    }
    const std::vector<int> few = random_numbers(23);
    test::check_chain([&] { return weft::par_iter(few).progress([](std::size_t, std::size_t) {}, 5); }, few);
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
