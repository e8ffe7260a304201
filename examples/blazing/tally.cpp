// examples/blazing/tally.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "blazing/tally.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace blazing {
namespace {

/// ASCII letters and digits in lower case, and every byte of other characters as it is; 0 for what separates words.
constexpr std::array<char, 256> word_byte = [] {
    std::array<char, 256> out{};
    for (int c = 0; c < 256; ++c) {
        const bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c >= 0x80;
        out[static_cast<std::size_t>(c)] = static_cast<char>(word ? c : c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : 0);
    }
    return out;
}();

char as_word(char c) { return word_byte[static_cast<unsigned char>(c)]; }

}  // namespace

void counter::add(std::string_view text, std::size_t n)
{
    if (const auto it = counts_.find(text); it != counts_.end()) {
        it->second += n;
    } else {
        counts_.emplace(text, n);
    }
}

void counter::add(const counter& other)
{
    for (const auto& [text, n] : other.counts_) add(text, n);
}

std::size_t counter::of(std::string_view text) const
{
    const auto it = counts_.find(text);
    return it == counts_.end() ? 0 : it->second;
}

std::vector<std::pair<std::string, std::size_t>> counter::top(std::size_t n) const
{
    std::vector<std::pair<std::string, std::size_t>> all(counts_.begin(), counts_.end());
    n = std::min(n, all.size());
    std::partial_sort(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n), all.end(),
        [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });
    all.resize(n);
    return all;
}

void tally::add(const tally& other)
{
    records += other.records;
    matching += other.matching;
    matches += other.matches;
    missing += other.missing;
    quoting += other.quoting;
    nuls += other.nuls;
    match_counts.add(other.match_counts);
    word_counts.add(other.word_counts);
}

searcher::searcher(const std::string& pattern)
{
    RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    // Fields need not be valid UTF-8: bytes match themselves.
    options.set_encoding(RE2::Options::EncodingLatin1);
    pattern_ = std::make_unique<RE2>(pattern, options);
    if (!pattern_->ok()) throw std::invalid_argument("pattern '" + pattern + "': " + pattern_->error());
}

std::string_view searcher::lower(std::string_view text)
{
    lower_.assign(text);
    for (char& c : lower_) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower_;
}

void searcher::look(std::string_view field)
{
    std::size_t matches = 0;
    re2::StringPiece match;
    for (std::size_t at = 0; at <= field.size();) {
        if (!pattern_->Match(re2::StringPiece(field.data(), field.size()), at, field.size(), RE2::UNANCHORED, &match,
                             1))
            break;
        const auto begin = static_cast<std::size_t>(match.data() - field.data());
        if (!match.empty()) {
            ++matches;
            found.match_counts.add(lower({match.data(), match.size()}));
        }
        at = begin + std::max<std::size_t>(match.size(), 1);
    }
    found.matches += matches;
    found.matching += matches > 0;
    found.nuls += field.find('\0') != std::string_view::npos;

    lower_.clear();
    for (const char c : field) {
        if (const char w = as_word(c); w != 0) {
            lower_ += w;
        } else if (!lower_.empty()) {
            found.word_counts.add(lower_);
            lower_.clear();
        }
    }
    if (!lower_.empty()) found.word_counts.add(lower_);
}

}  // namespace blazing
