// weft/iter/detail/separator.hpp - how the separators of a text are found.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A finder says:
//   length()            how long a separator is
//   prepare(sequence)   called once, before the loop
//   cursor(sequence)    what a piece of the loop searches with:
//                       find(from, to): where the first separator begins in from .. to - 1, or `to`
#pragma once

#include <weft/base/throw.hpp>
#include <weft/iter/detail/call.hpp>
#include <weft/simd/text.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
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
    struct search {
        const Sequence& all;
        const P& holds;

        [[nodiscard]] std::size_t find(std::size_t from, std::size_t to) const
        {
            const auto* const data = all.data();
            while (from < to && !holds(data[from])) ++from;
            return from < to ? from : to;
        }
    };
    template <class Sequence>
    [[nodiscard]] search<Sequence> cursor(const Sequence& all) const
    {
        return {all, p};
    }
};

/// Searches a text with a kernel that marks the places of hundreds of bytes at once. A marker says:
///   mark(text, words, masks)   see weft/simd/text.hpp
///   reach()                    how many bytes behind a place it reads
///   holds(text, place)         whether a marked place is one
///   one(text, place)           the same as marked and holds, for one place
template <class Marker>
class mask_cursor {
public:
    mask_cursor(std::string_view text, Marker marker) : text_(text.data()), marker_(marker)
    {
        end_ = text.size() > marker_.reach() ? text.size() - marker_.reach() : 0;
    }

    [[nodiscard]] std::size_t find(std::size_t from, std::size_t to)
    {
        if (from >= to) return to;
        if (from - begin_ >= 64 * words_) mark(from, to);  // also if it is before begin_
        std::size_t word = (from - begin_) / 64;
        std::uint64_t bits = masks_[word] & (~std::uint64_t{0} << ((from - begin_) % 64));
        for (;;) {
            for (; bits != 0; bits &= bits - 1) {
                const std::size_t at = begin_ + 64 * word + static_cast<std::size_t>(std::countr_zero(bits));
                if (at >= to) return to;
                if (marker_.holds(text_, at)) return at;
            }
            if (++word == words_) {
                const std::size_t next = begin_ + 64 * words_;
                if (next >= to) return to;
                mark(next, to);
                word = 0;
            }
            bits = masks_[word];
        }
    }

private:
    static constexpr std::size_t most_words = 16;

    /// Marks some places from `from` on, as far as they matter.
    [[gnu::noinline]] void mark(std::size_t from, std::size_t to)
    {
        begin_ = from;
        const std::size_t whole = from < end_ ? (end_ - from) / 64 : 0;
        const std::size_t needed = (to - from - 1) / 64 + 1;
        words_ = std::min({most_words, whole, needed});
        if (words_ != 0) return marker_.mark(text_ + from, words_, masks_);
        words_ = 1;
        masks_[0] = 0;
        for (std::size_t i = from; i < end_; ++i) {
            if (marker_.one(text_, i)) masks_[0] |= std::uint64_t{1} << (i - from);
        }
    }

    const char* text_;
    Marker marker_;
    std::size_t end_;  // there are no places from here on
    std::size_t begin_ = 0;
    std::size_t words_ = 0;
    std::uint64_t masks_[most_words];
};

/// One char.
struct char_finder {
    char wanted;

    struct marker {
        char wanted;

        void mark(const char* text, std::size_t words, std::uint64_t* masks) const
        {
            simd::mark_byte(text, words, wanted, masks);
        }
        static constexpr std::size_t reach() { return 0; }
        static constexpr bool holds(const char*, std::size_t) { return true; }
        [[nodiscard]] bool one(const char* text, std::size_t i) const { return text[i] == wanted; }
    };

    [[nodiscard]] static constexpr std::size_t length() { return 1; }
    void prepare(std::string_view) const {}
    [[nodiscard]] mask_cursor<marker> cursor(std::string_view text) const { return {text, marker{wanted}}; }
};

/// A char of a set.
struct set_finder {
    simd::byte_set set;

    struct marker {
        const simd::byte_set* set;

        void mark(const char* text, std::size_t words, std::uint64_t* masks) const
        {
            simd::mark_set(text, words, *set, masks);
        }
        static constexpr std::size_t reach() { return 0; }
        static constexpr bool holds(const char*, std::size_t) { return true; }
        [[nodiscard]] bool one(const char* text, std::size_t i) const
        {
            return set->contains(static_cast<unsigned char>(text[i]));
        }
    };

    [[nodiscard]] static constexpr std::size_t length() { return 1; }
    void prepare(std::string_view) const {}
    [[nodiscard]] mask_cursor<marker> cursor(std::string_view text) const { return {text, marker{&set}}; }
};

/// A string. If it begins as it ends, occurrences can overlap, and which of them count depends on all that is before:
/// then they are listed beforehand.
class string_finder {
    struct marker {
        std::string_view wanted;

        void mark(const char* text, std::size_t words, std::uint64_t* masks) const
        {
            simd::mark_pair(text, words, wanted.front(), wanted.back(), reach(), masks);
        }
        [[nodiscard]] std::size_t reach() const { return wanted.size() - 1; }
        [[nodiscard]] bool holds(const char* text, std::size_t i) const
        {
            return wanted.size() <= 2 || std::memcmp(text + i + 1, wanted.data() + 1, wanted.size() - 2) == 0;
        }
        [[nodiscard]] bool one(const char* text, std::size_t i) const
        {
            return std::memcmp(text + i, wanted.data(), wanted.size()) == 0;
        }
    };

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
        mask_cursor<marker> all(text, marker{wanted_});
        for (std::size_t at = 0; (at = all.find(at, text.size())) != text.size(); at += length()) {
            places_.push_back(at);
        }
    }

    class search {
    public:
        search(const string_finder& finder, std::string_view text)
            : places_(finder.overlaps_ ? &finder.places_ : nullptr), masks_(text, marker{finder.wanted_})
        {
        }

        [[nodiscard]] std::size_t find(std::size_t from, std::size_t to)
        {
            if (places_ == nullptr) return masks_.find(from, to);
            const auto at = std::lower_bound(places_->begin(), places_->end(), from);
            return at != places_->end() && *at < to ? *at : to;
        }

    private:
        const std::vector<std::size_t>* places_;
        mask_cursor<marker> masks_;
    };
    [[nodiscard]] search cursor(std::string_view text) const { return {*this, text}; }

private:
    std::string wanted_;
    bool overlaps_ = false;
    std::vector<std::size_t> places_;
};

inline auto text_finder(char c) { return char_finder{c}; }

template <std::size_t N>
auto text_finder(const std::array<char, N>& set)
{
    set_finder finder;
    for (char c : set) finder.set.add(static_cast<unsigned char>(c));
    return finder;
}

inline auto text_finder(std::string_view wanted) { return string_finder(wanted); }

struct is_space {
    constexpr bool operator()(char c) const { return c == ' ' || (c >= '\t' && c <= '\r'); }
};
inline auto text_finder(is_space) { return text_finder(std::array{' ', '\t', '\n', '\v', '\f', '\r'}); }

template <class P>
    requires(!std::is_convertible_v<const P&, std::string_view> && !std::is_same_v<P, char>)
auto text_finder(P p)
{
    check_predicate<P, const char&>();
    return one_finder<P>{std::move(p)};
}

}  // namespace weft::detail
