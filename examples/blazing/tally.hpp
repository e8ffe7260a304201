// examples/blazing/tally.hpp - what is counted: records, matches, words, and what was wrong with the input.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <re2/re2.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace blazing {

/// How often each text was seen.
class counter {
public:
    void add(std::string_view text, std::size_t n = 1);
    void add(const counter& other);
    [[nodiscard]] std::size_t of(std::string_view text) const;
    [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }  ///< of different texts

    /// The `n` most frequent ones; among equally frequent ones the alphabetically first.
    [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> top(std::size_t n) const;

    friend bool operator==(const counter&, const counter&) = default;

private:
    struct hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>()(s); }
    };
    std::unordered_map<std::string, std::size_t, hash, std::equal_to<>> counts_;
};

/// The findings of one worker, or of all.
struct tally {
    std::size_t records = 0;
    std::size_t matching = 0;  ///< records with at least one match
    std::size_t matches = 0;
    std::size_t missing = 0;  ///< records that lack the field
    std::size_t quoting = 0;  ///< CSV records with a quote where none is allowed
    std::size_t nuls = 0;     ///< records whose field has a NUL byte
    counter match_counts;     ///< by matched text in lower case
    counter word_counts;      ///< by word in lower case

    void add(const tally& other);
    friend bool operator==(const tally&, const tally&) = default;
};

/// Looks at fields and tallies what it finds. One per worker: the matcher's tables are its own, so that workers do not
/// contend for a lock.
class searcher {
public:
    /// Throws std::invalid_argument if the pattern is invalid.
    explicit searcher(const std::string& pattern);

    /// Tallies the matches and words of one record's field.
    void look(std::string_view field);

    tally found;

private:
    std::string_view lower(std::string_view text);

    std::unique_ptr<RE2> pattern_;
    std::string lower_;
};

}  // namespace blazing
