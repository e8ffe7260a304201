// examples/iter/par_bridge.cpp - words read from a stream, counted by length on all threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_bridge.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <ranges>
#include <sstream>
#include <string>

int main()
{
    std::istringstream text("it was the best of times it was the worst of times");

    std::array<std::atomic<int>, 8> words_of{};
    weft::par_bridge(std::ranges::istream_view<std::string>(text)).for_each([&](const std::string& word) {
        words_of[std::min(word.size(), words_of.size() - 1)].fetch_add(1, std::memory_order_relaxed);
    });

    for (std::size_t length = 1; length < words_of.size(); ++length) {
        if (words_of[length] != 0) std::printf("%zu letters: %d\n", length, words_of[length].load());
    }
    return words_of[2] == 4 && words_of[3] == 4 && words_of[4] == 1 && words_of[5] == 3 ? 0 : 1;
}
