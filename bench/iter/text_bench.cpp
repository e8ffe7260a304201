// bench/iter/text_bench.cpp - a text of 256 MiB (64 MiB with --quick): lines, words, a substring, pieces.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The serial twins are what you would write with std::string_view, whose find is memchr or memcmp inside. Those of
// oneTBB count in each block what begins there; what happens at the borders of blocks is written by hand.
#include "harness/bench.hpp"

#include <weft/base/rng.hpp>
#include <weft/iter/par_lines.hpp>
#include <weft/iter/par_split.hpp>

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using range = tbb::blocked_range<std::size_t>;

constexpr std::string_view needle = "weft and warp";

/// Lines of 5 to 15 words of 2 to 9 letters; one line in 50 has the needle. A million letters, again and again.
const std::string& text()
{
    static const std::string all = [] {
        const bool quick = std::getenv("WEFT_BENCH_QUICK") != nullptr;
        weft::rng random(1);
        std::string part;
        while (part.size() < 1'000'000) {
            for (std::uint32_t words = 5 + random.below(11); words != 0; --words) {
                for (std::uint32_t letters = 2 + random.below(8); letters != 0; --letters) {
                    part += static_cast<char>('a' + random.below(26));
                }
                part += words == 1 ? '\n' : random.below(8) == 0 ? ',' : ' ';
            }
            if (random.below(50) == 0) (part += needle) += '\n';
        }
        std::string out;
        for (out.reserve((quick ? 64u : 256u) << 20u); out.size() + part.size() <= out.capacity();) out += part;
        return out;
    }();
    return all;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// --- serial --------------------------------------------------------------------------------------------------------

std::size_t serial_lines(std::string_view s)
{
    std::size_t lines = 0;
    for (std::size_t at = s.find('\n'); at != s.npos; at = s.find('\n', at + 1)) ++lines;
    return lines;
}

std::size_t serial_words(std::string_view s)
{
    std::size_t words = 0;
    bool in_word = false;
    for (const char c : s) {
        const bool blank = is_blank(c);
        words += !blank && !in_word ? 1 : 0;
        in_word = !blank;
    }
    return words;
}

std::size_t serial_matches(std::string_view s)
{
    std::size_t found = 0;
    for (std::size_t at = s.find(needle); at != s.npos; at = s.find(needle, at + needle.size())) ++found;
    return found;
}

/// How many pieces between commas are longer than 40 characters.
std::size_t serial_long_pieces(std::string_view s)
{
    std::size_t found = 0, begin = 0;
    for (std::size_t at = s.find(','); at != s.npos; at = s.find(',', begin)) {
        found += at - begin > 40 ? 1 : 0;
        begin = at + 1;
    }
    return found + (s.size() - begin > 40 ? 1 : 0);
}

// --- oneTBB --------------------------------------------------------------------------------------------------------

template <class Count>
std::size_t tbb_sum(Count count)
{
    return tbb::parallel_reduce(
        range(0, text().size(), 1 << 16), std::size_t{0},
        [&](const range& r, std::size_t sum) { return sum + count(std::string_view(text()), r.begin(), r.end()); },
        std::plus<>());
}

std::size_t tbb_lines()
{
    return tbb_sum(
        [](std::string_view s, std::size_t lo, std::size_t hi) { return serial_lines(s.substr(lo, hi - lo)); });
}

std::size_t tbb_words()
{
    return tbb_sum([](std::string_view s, std::size_t lo, std::size_t hi) {
        const bool goes_on = lo > 0 && !is_blank(s[lo - 1]) && !is_blank(s[lo]);
        return serial_words(s.substr(lo, hi - lo)) - (goes_on ? 1 : 0);
    });
}

std::size_t tbb_matches()
{
    return tbb_sum([](std::string_view s, std::size_t lo, std::size_t hi) {
        return serial_matches(s.substr(lo, hi - lo + needle.size() - 1));
    });
}

std::size_t tbb_long_pieces()
{
    return tbb_sum([](std::string_view s, std::size_t lo, std::size_t hi) {
        const std::size_t begin = lo == 0 ? 0 : s.find(',', lo - 1) + 1;  // of the first piece that begins here
        if (begin == 0 && lo != 0) return std::size_t{0};
        if (begin >= hi) return std::size_t{0};
        const std::size_t end = std::min(s.find(',', hi - 1), s.size());
        return serial_long_pieces(s.substr(begin, end - begin));
    });
}

// --- rows ----------------------------------------------------------------------------------------------------------

template <class Serial, class Weft, class Tbb>
void define(const char* name, Serial serial, Weft parallel, Tbb tbb)
{
    const bench::unit bytes{"bytes/s", static_cast<double>(text().size())};
    const std::size_t expected = serial(text());
    const auto check = [expected](std::size_t found) {
        if (found != expected) std::abort();
    };
    bench::add_serial("text", name, bytes, [=] { check(serial(text())); });
    bench::add_each("text", name, "weft", bytes, [=](int) { check(parallel(text())); });
    bench::add_each("text", name, "tbb", bytes, [=](int) { check(tbb()); });
}

const bench::definition here([] {
    define("lines", serial_lines, [](std::string_view s) { return weft::par_lines(s).count(); }, tbb_lines);
    define("words", serial_words, [](std::string_view s) { return weft::par_words(s).count(); }, tbb_words);
    define(
        "substring", serial_matches, [](std::string_view s) { return weft::par_matches(s, needle).count(); },
        tbb_matches);
    define(
        "split", serial_long_pieces,
        [](std::string_view s) {
            return weft::par_split(s, ',').filter([](std::string_view piece) { return piece.size() > 40; }).count();
        },
        tbb_long_pieces);
});

}  // namespace
