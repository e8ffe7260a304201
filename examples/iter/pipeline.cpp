// examples/iter/pipeline.cpp - squares of a text's numbers: read in order, computed in parallel, written in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// bench/iter/pipeline_bench.cpp has the same program with oneTBB, and the times of both.
#include <weft/iter/pipeline.hpp>

#include <cctype>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace {

/// A text with the numbers in it squared.
std::string squared(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        long long n = 0;
        const auto [behind, error] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (error == std::errc()) {
            out += std::to_string(n * n);
            text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

}  // namespace

int main()
{
    std::string text;
    for (int i = 0; i < 20000; ++i) text += std::to_string(i) + (i % 10 == 9 ? '\n' : ' ');

    // A slice ends after a blank, so that no number is cut.
    std::string_view rest = text;
    const auto read_slice = [&]() -> std::optional<std::string_view> {
        if (rest.empty()) return std::nullopt;
        std::size_t length = rest.size() < 4000 ? rest.size() : 4000;
        while (length < rest.size() && std::isspace(static_cast<unsigned char>(rest[length - 1])) == 0) ++length;
        const std::string_view slice = rest.substr(0, length);
        rest.remove_prefix(length);
        return slice;
    };

    std::string result;
    const std::size_t slices = weft::pipeline(8, read_slice, weft::parallel(squared),
                                              weft::serial_in_order([&](const std::string& s) { result += s; }));

    std::printf("%zu slices, %zu characters\n", slices, result.size());
    return result == squared(text) ? 0 : 1;
}
