// examples/blazing/generate.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "blazing/generate.hpp"

#include <weft/base/rng.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace blazing {
namespace {

constexpr std::array<std::string_view, 48> words{
    "the",     "a",       "of",       "to",     "and",     "for",     "in",      "is",      "with",   "library",
    "that",    "crate",   "tool",     "this",   "fast",    "simple",  "safe",    "async",   "parser", "server",
    "client",  "data",    "parallel", "memory", "thread",  "queue",   "channel", "vector",  "stream", "file",
    "format",  "format!", "build",    "test",   "example", "license", "usage",   "install", "config", "runtime",
    "feature", "error",   "type",     "macro",  "trait",   "zero",    "copy",    "portable"};

/// How "blazing" is written; each is one match.
constexpr std::array<std::string_view, 4> blazings{"blazing", "blazingly", "BLAZING", "Blazingly"};

}  // namespace

truth generate_csv(std::string& out, std::size_t bytes, std::uint64_t seed)
{
    truth t;
    weft::rng random(seed);
    const auto below = [&](std::uint64_t n) { return static_cast<std::size_t>(random() % n); };
    if (out.empty()) out = "id,name,readme,downloads\n";
    while (out.size() < bytes) {
        ++t.records;
        out.append(std::to_string(t.records)).append(",crate_").append(words[below(words.size())]).append(",\"");
        std::size_t matches = 0;
        const std::size_t length = 20 + below(200);
        const bool boasts = below(10) == 0;
        for (std::size_t i = 0; i < length; ++i) {
            // Frequent words first: the smaller of two choices.
            std::string_view word = words[std::min(below(words.size()), below(words.size()))];
            if (boasts && below(50) == 0) {
                word = blazings[below(blazings.size())];
                ++matches;
                ++t.blazing;
            }
            out.append(word);
            switch (below(40)) {
                case 0:
                    out.append(", ");
                    break;
                case 1:
                    out.append("\n");
                    break;
                case 2:
                    out.append(" \"\"quoted\"\" ");
                    break;
                case 3:
                    out.append(".\r\n\r\n");
                    break;
                default:
                    out.append(" ");
            }
            if (boasts && below(100) == 0) {
                out.append(std::to_string(1 + below(20))).append("x ");
                ++matches;
            }
        }
        t.matches += matches;
        t.matching += matches > 0;
        out.append("\",").append(std::to_string(below(100'000))).append("\n");
    }
    return t;
}

}  // namespace blazing
