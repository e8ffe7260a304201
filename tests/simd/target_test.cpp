// tests/simd/target_test.cpp - the instructions in use are the best of those that the machine has and WEFT_SIMD allows.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/simd/target.hpp>

#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace simd = weft::simd;

TEST_CASE("simd: the target is one of the supported ones")
{
    const auto all = simd::supported_targets();
    CHECK(std::count(all.begin(), all.end(), simd::target()) == 1);
}

TEST_CASE("simd: every supported target is named once, plain code last")
{
    auto all = simd::supported_targets();
    REQUIRE_FALSE(all.empty());
    CHECK(all.back() == "scalar");
    CHECK(simd::supported_targets() == all);
    const std::size_t named = all.size();
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    CHECK(all.size() == named);
}

TEST_CASE("simd: the target is the best one, or the one that WEFT_SIMD names")
{
    const auto all = simd::supported_targets();
    const char* const text = std::getenv("WEFT_SIMD");
    const std::string_view wanted = text != nullptr ? text : "";
    if (wanted.empty()) {
        CHECK(simd::target() == all.front());
    } else if (std::find(all.begin(), all.end(), wanted) != all.end()) {
        CHECK(simd::target() == wanted);
    } else {
        // If this machine lacks the instructions named, one below is taken; which ones are below is not asked here.
        CHECK(std::find(all.begin(), all.end(), simd::target()) != all.end());
    }
}
