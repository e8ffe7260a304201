// weft/iter/par_split.hpp - text and sequences in pieces: par_split and what is like it, par_matches, par_words.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/detail/separator.hpp>
#include <weft/iter/detail/throw.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// A position is where a piece of the sequence begins, the end included: behind the last separator there may be an
/// empty one. A piece belongs to the block in which it begins, so blocks need not know each other: separators do not
/// overlap, and one that ends in a block begins at most its length before.
template <class Sequence, class Finder, bool Inclusive>
class split_source : public par_iterator<split_source<Sequence, Finder, Inclusive>>, public source_base {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = Sequence;

    split_source(Sequence all, Finder&& finder) : all_(all), finder_(std::move(finder)) { finder_.prepare(all_); }

    [[nodiscard]] std::size_t extent() const { return all_.size() + 1; }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        const std::size_t n = all_.size();
        const std::size_t length = finder_.length();
        auto cursor = finder_.cursor(all_);
        std::size_t begin = 0;
        if (p.lo > 0) {
            const std::size_t from = p.lo > length ? p.lo - length : 0;
            if (p.hi < length) return result(true);
            const std::size_t limit = p.hi - length;
            const std::size_t at = cursor.find(from, limit);
            if (at == limit) return result(true);
            begin = at + length;
        }
        while (begin < p.hi) {
            const std::size_t at = cursor.find(begin, n);
            if (at == n) {
                if (Inclusive && begin == n) break;
                return result(sink(part(begin, n)));
            }
            if (!sink(part(begin, Inclusive ? at + length : at))) return result(false);
            begin = at + length;
        }
        return result(true);
    }

private:
    [[nodiscard]] item part(std::size_t from, std::size_t to) const { return item(all_.data() + from, to - from); }

    Sequence all_;
    Finder finder_;
};

/// A position is where a match begins.
template <class Finder>
class matches_source : public par_iterator<matches_source<Finder>>, public source_base {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = std::string_view;

    matches_source(std::string_view text, Finder&& finder) : text_(text), finder_(std::move(finder))
    {
        finder_.prepare(text_);
    }

    [[nodiscard]] std::size_t extent() const { return text_.size(); }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        auto cursor = finder_.cursor(text_);
        for (std::size_t at = p.lo; (at = cursor.find(at, p.hi)) != p.hi;) {
            if (!sink(item(text_.data() + at, finder_.length()))) return result(false);
            at += finder_.length();
            if (at >= p.hi) break;
        }
        return result(true);
    }

private:
    std::string_view text_;
    Finder finder_;
};

template <bool Inclusive, class R, class Pattern>
auto split(R&& r, Pattern&& pattern)
{
    if constexpr (std::convertible_to<R, std::string_view>) {
        using finder = decltype(detail::text_finder(std::forward<Pattern>(pattern)));
        static_assert(std::is_lvalue_reference_v<R> || std::is_trivially_copyable_v<std::remove_cvref_t<R>>,
                      "weft: the pieces would refer to a temporary string: give it a name that outlives the chain");
        return split_source<std::string_view, finder, Inclusive>(std::string_view(r),
                                                                 detail::text_finder(std::forward<Pattern>(pattern)));
    } else {
        const auto all = detail::span_over(std::forward<R>(r));
        using element = typename decltype(all)::element_type;
        detail::check_predicate<std::remove_cvref_t<Pattern>, const element&>();
        using finder = one_finder<std::remove_cvref_t<Pattern>>;
        return split_source<std::span<element>, finder, Inclusive>(all, finder{std::forward<Pattern>(pattern)});
    }
}

struct is_not_empty {
    constexpr bool operator()(std::string_view s) const { return !s.empty(); }
};

}  // namespace detail

/// The pieces of a text, or of a contiguous range, between separators: n separators, n + 1 pieces, which may be empty.
/// In a text (all that converts to std::string_view; the items are std::string_view) a separator is a char, one of a
/// std::array<char, N>, a char for which a function holds, or a string; strings are looked for from the left and do not
/// overlap. In other ranges it is an element for which a function holds, and the items are std::span.
///
/// Throws: std::invalid_argument if the separator is an empty string.
/// Order:  pieces keep the order of the text. The items refer to it.
/// Cost:   one pass, at about the speed of memory for a char, a set or a string; a string that can overlap itself is
///         looked for beforehand, on one thread.
template <class R, class Pattern>
auto par_split(R&& r, Pattern pattern)
{
    return detail::split<false>(std::forward<R>(r), std::move(pattern));
}

/// As par_split, but each piece keeps the separator that ends it, and there is no empty last piece.
template <class R, class Pattern>
auto par_split_inclusive(R&& r, Pattern pattern)
{
    return detail::split<true>(std::forward<R>(r), std::move(pattern));
}

/// The places of a text where a pattern (as for par_split) is found, from the left, without overlaps.
///
/// Throws: std::invalid_argument if the pattern is an empty string.
template <class Pattern>
auto par_matches(std::string_view text, Pattern pattern)
{
    using finder = decltype(detail::text_finder(std::move(pattern)));
    return detail::matches_source<finder>(text, detail::text_finder(std::move(pattern)));
}

/// The words of a text: what lies between blanks (space, \t, \n, \v, \f, \r). No empty ones.
inline auto par_words(std::string_view text)
{
    return weft::par_split(text, detail::is_space{}).filter(detail::is_not_empty{});
}

/// The bytes of a text, as unsigned char. Indexed.
inline auto par_bytes(std::string_view text)
{
    return detail::borrowed_source<const unsigned char*>(reinterpret_cast<const unsigned char*>(text.data()),
                                                         text.size());
}

}  // namespace weft
