// weft/iter/detail/separator.hpp - how the separators of a text are found.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A finder says:
//   length()                    how long a separator is
//   prepare(sequence)           called once, before the loop
//   find(sequence, from, to)    where the first separator begins in from .. to - 1, or `to`
#pragma once

#include <weft/iter/detail/call.hpp>
#include <weft/iter/detail/throw.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft::detail {

/// One element for which a function holds.
template <class P>
struct one_finder {
    P p;

    [[nodiscard]] static constexpr std::size_t length() { return 1; }
    template <class Sequence>
    void prepare(const Sequence&) const
    {
    }
    template <class Sequence>
    [[nodiscard]] std::size_t find(const Sequence& all, std::size_t from, std::size_t to) const
    {
        const auto* const data = all.data();
        const P& holds = p;
        while (from < to && !holds(data[from])) ++from;
        return from < to ? from : to;
    }
};

/// One char.
struct char_finder {
    char wanted;

    [[nodiscard]] static constexpr std::size_t length() { return 1; }
    void prepare(std::string_view) const {}
    [[nodiscard]] std::size_t find(std::string_view text, std::size_t from, std::size_t to) const
    {
        if (from >= to) return to;
        const void* const at = std::memchr(text.data() + from, wanted, to - from);
        return at == nullptr ? to : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
    }
};

/// Whether a char is in a set.
template <std::size_t N>
struct char_set {
    std::array<bool, 256> in{};

    explicit constexpr char_set(const std::array<char, N>& set)
    {
        for (char c : set) in[static_cast<unsigned char>(c)] = true;
    }
    constexpr bool operator()(char c) const { return in[static_cast<unsigned char>(c)]; }
};

/// A string. If it begins as it ends, occurrences can overlap, and which of them count depends on all that is before:
/// then they are listed beforehand.
class string_finder {
public:
    explicit string_finder(std::string_view wanted) : wanted_(wanted)
    {
        if (wanted_.empty()) throw_invalid_argument("weft: a pattern must not be empty");
        for (std::size_t n = 1; n < wanted_.size(); ++n) {
            const std::string_view all = wanted_;
            if (all.substr(0, n) == all.substr(all.size() - n)) overlaps_ = true;
        }
    }

    [[nodiscard]] std::size_t length() const { return wanted_.size(); }

    void prepare(std::string_view text)
    {
        if (!overlaps_) return;
        for (std::size_t at = 0; (at = search(text, at, text.size())) != text.size(); at += length()) {
            places_.push_back(at);
        }
    }

    [[nodiscard]] std::size_t find(std::string_view text, std::size_t from, std::size_t to) const
    {
        if (!overlaps_) return search(text, from, to);
        const auto at = std::lower_bound(places_.begin(), places_.end(), from);
        return at != places_.end() && *at < to ? *at : to;
    }

private:
    [[nodiscard]] std::size_t search(std::string_view text, std::size_t from, std::size_t to) const
    {
        if (from >= to) return to;
        // An occurrence that begins before `to` may end behind it.
        const std::size_t behind = text.size() - to < length() ? text.size() : to + length() - 1;
        const std::size_t at = text.substr(0, behind).find(wanted_, from);
        return at == std::string_view::npos ? to : at;
    }

    std::string wanted_;
    bool overlaps_ = false;
    std::vector<std::size_t> places_;
};

inline auto text_finder(char c) { return char_finder{c}; }

template <std::size_t N>
auto text_finder(const std::array<char, N>& set)
{
    return one_finder<char_set<N>>{char_set<N>(set)};
}

inline auto text_finder(std::string_view wanted) { return string_finder(wanted); }

template <class P>
    requires(!std::is_convertible_v<const P&, std::string_view> && !std::is_same_v<P, char>)
auto text_finder(P p)
{
    check_predicate<P, const char&>();
    return one_finder<P>{std::move(p)};
}

}  // namespace weft::detail
