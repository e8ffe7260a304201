// weft/iter/detail/separator.hpp - how the separators of a text are found.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A finder says:
//   length()            how long a separator is
//   prepare(sequence)   called once, before the loop
//   room                memory that a cursor needs besides itself
//   cursor(sequence, room&)   what a piece of the loop searches with:
//                       find(from, to): where the first separator begins in from .. to - 1, or `to`
#pragma once

#include <weft/base/detail/throw.hpp>
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
    struct room {};
    template <class Sequence>
    [[nodiscard]] search<Sequence> cursor(const Sequence& all, room&) const
    {
        return {all, p};
    }
};

/// Searches a text with a kernel that marks, for hundreds of bytes at once, where a separator may be. A marker has:
///   mark(text, words, masks)   see weft/simd/text.hpp
///   reach()                    how many bytes after a place it reads
///   holds(text, place)         whether a marked place really is a separator
///   one(text, place)           the same as marked and holds, for one place
///
/// The masks lie outside the cursor, because their address is passed on: so the rest of the cursor is kept in
/// registers. A search that goes on after the last place takes the next bit of the word, without a computation that
/// would have to wait for that place.
template <class Marker>
class mask_cursor {
    static constexpr std::size_t most_words = 16;
    static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

public:
    struct room {
        std::uint64_t masks[most_words];
    };

    mask_cursor(std::string_view text, Marker marker, room& masks)
        : text_(text.data()),
          marker_(marker),
          end_(text.size() > marker_.reach() ? text.size() - marker_.reach() : 0),
          masks_(masks.masks)
    {
    }

    [[gnu::always_inline]] std::size_t find(std::size_t from, std::size_t to)
    {
        if (from >= to) return to;
        if (from != next_) {
            if (from - begin_ >= 64 * words_) look(from, to);  // even if it is before begin_
            word_ = (from - begin_) / 64;
            bits_ = masks_[word_] & (~std::uint64_t{0} << ((from - begin_) % 64));
        }
        next_ = nowhere;
        for (;;) {
            while (bits_ == 0) {
                if (++word_ == words_) {
                    const std::size_t behind = begin_ + 64 * words_;
                    if (behind >= to) return to;
                    look(behind, to);
                    word_ = 0;
                }
                bits_ = masks_[word_];
            }
            const std::size_t at = begin_ + 64 * word_ + static_cast<std::size_t>(std::countr_zero(bits_));
            if (at >= to) return to;
            bits_ &= bits_ - 1;
            if (marker_.holds(text_, at)) {
                next_ = at + 1;
                return at;
            }
        }
    }

private:
    [[gnu::always_inline]] void look(std::size_t from, std::size_t to)
    {
        begin_ = from;
        words_ = mark(text_, end_, marker_, from, to, masks_);
    }

    /// Marks some places from `from` on, as far as they matter; returns how many words.
    [[gnu::noinline]] static std::size_t mark(const char* text, std::size_t end, Marker marker, std::size_t from,
                                              std::size_t to, std::uint64_t* masks)
    {
        const std::size_t whole = from < end ? (end - from) / 64 : 0;
        const std::size_t needed = (to - from - 1) / 64 + 1;
        const std::size_t words = std::min({most_words, whole, needed});
        if (words != 0) {
            marker.mark(text + from, words, masks);
            return words;
        }
        masks[0] = 0;
        for (std::size_t i = from; i < end; ++i) {
            if (marker.one(text, i)) masks[0] |= std::uint64_t{1} << (i - from);
        }
        return 1;
    }

    const char* text_;
    Marker marker_;
    std::size_t end_;  // there are no places from here on
    std::uint64_t* masks_;
    std::size_t begin_ = 0;       // the place that the first mask begins at
    std::size_t words_ = 0;       // how many there are
    std::size_t word_ = 0;        // the current one
    std::uint64_t bits_ = 0;      // what is left of it
    std::size_t next_ = nowhere;  // where `bits_` goes on
};

/// One char.
struct char_finder {
    char wanted;

    struct marker {
        char wanted;

        void mark(const char* text, std::size_t words, std::uint64_t* masks) const
        {
            detail::mark_byte(text, words, wanted, masks);
        }
        static constexpr std::size_t reach() { return 0; }
        static constexpr bool holds(const char*, std::size_t) { return true; }
        [[nodiscard]] bool one(const char* text, std::size_t i) const { return text[i] == wanted; }
    };

    [[nodiscard]] static constexpr std::size_t length() { return 1; }
    void prepare(std::string_view) const {}
    using room = mask_cursor<marker>::room;
    [[nodiscard]] mask_cursor<marker> cursor(std::string_view text, room& masks) const
    {
        return {text, marker{wanted}, masks};
    }
};

/// Any char of a set.
struct set_finder {
    byte_set set;

    struct marker {
        const byte_set* set;

        void mark(const char* text, std::size_t words, std::uint64_t* masks) const
        {
            detail::mark_set(text, words, *set, masks);
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
    using room = mask_cursor<marker>::room;
    [[nodiscard]] mask_cursor<marker> cursor(std::string_view text, room& masks) const
    {
        return {text, marker{&set}, masks};
    }
};

/// A string. If it ends as it begins, occurrences can overlap, and which of them count depends on everything before
/// them: then they are listed in advance.
class string_finder {
    struct marker {
        std::string_view wanted;

        void mark(const char* text, std::size_t words, std::uint64_t* masks) const
        {
            detail::mark_pair(text, words, wanted.front(), wanted.back(), reach(), masks);
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
    using room = mask_cursor<marker>::room;

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
        room masks;
        mask_cursor<marker> all(text, marker{wanted_}, masks);
        for (std::size_t at = 0; (at = all.find(at, text.size())) != text.size(); at += length()) {
            places_.push_back(at);
        }
    }

    class search {
    public:
        search(const string_finder& finder, std::string_view text, room& masks)
            : places_(finder.overlaps_ ? &finder.places_ : nullptr), masks_(text, marker{finder.wanted_}, masks)
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
    [[nodiscard]] search cursor(std::string_view text, room& masks) const { return {*this, text, masks}; }

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
