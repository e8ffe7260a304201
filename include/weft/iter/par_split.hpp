// weft/iter/par_split.hpp - texts and sequences in pieces: par_split and its kind, par_matches, par_words.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/detail/separator.hpp>
#include <weft/iter/detail/text_over.hpp>
#include <weft/iter/detail/unicode_space.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// What becomes of separators: they are between pieces, each ends a piece (so that there is no piece after the last
/// one), or each ends a piece and belongs to it.
enum class separators { between, end_pieces, inside };

/// A position is where a piece of the sequence begins, the end included: after the last separator there may be an empty
/// one. A piece belongs to the block in which it begins, so blocks need not know of each other: separators do not
/// overlap, and one that ends in a block begins at most its own length before it.
template <class Sequence, class Finder, separators Role>
class split_source : public par_iterator<split_source<Sequence, Finder, Role>>, public source_base {
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
        typename Finder::room room;
        auto cursor = finder_.cursor(all_, room);
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
                if (Role != separators::between && begin == n) break;
                return result(sink(part(begin, n)));
            }
            if (!sink(part(begin, Role == separators::inside ? at + length : at))) return result(false);
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
template <class Finder, bool WithOffset>
class matches_source : public par_iterator<matches_source<Finder, WithOffset>>, public source_base {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = std::conditional_t<WithOffset, std::pair<std::size_t, std::string_view>, std::string_view>;

    matches_source(std::string_view text, Finder&& finder) : text_(text), finder_(std::move(finder))
    {
        finder_.prepare(text_);
    }

    [[nodiscard]] std::size_t extent() const { return text_.size(); }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        typename Finder::room room;
        auto cursor = finder_.cursor(text_, room);
        for (std::size_t at = p.lo; (at = cursor.find(at, p.hi)) != p.hi;) {
            const std::string_view match(text_.data() + at, finder_.length());
            if constexpr (WithOffset) {
                if (!sink(item(at, match))) return result(false);
            } else {
                if (!sink(item(match))) return result(false);
            }
            at += finder_.length();
            if (at >= p.hi) break;
        }
        return result(true);
    }

private:
    std::string_view text_;
    Finder finder_;
};

template <separators Role, class R, class Pattern>
auto split(R&& r, Pattern&& pattern)
{
    if constexpr (text_like<R>) {
        using finder = decltype(detail::text_finder(std::forward<Pattern>(pattern)));
        return split_source<std::string_view, finder, Role>(detail::text_over(std::forward<R>(r)),
                                                            detail::text_finder(std::forward<Pattern>(pattern)));
    } else {
        const auto all = detail::span_over(std::forward<R>(r));
        using element = typename decltype(all)::element_type;
        detail::check_predicate<std::remove_cvref_t<Pattern>, const element&>();
        using finder = one_finder<std::remove_cvref_t<Pattern>>;
        return split_source<std::span<element>, finder, Role>(all, finder{std::forward<Pattern>(pattern)});
    }
}

template <bool WithOffset, class Text, class Pattern>
auto matches(Text&& text, Pattern&& pattern)
{
    using finder = decltype(detail::text_finder(std::forward<Pattern>(pattern)));
    return matches_source<finder, WithOffset>(detail::text_over(std::forward<Text>(text)),
                                              detail::text_finder(std::forward<Pattern>(pattern)));
}

struct is_not_empty {
    constexpr bool operator()(std::string_view s) const { return !s.empty(); }
};

}  // namespace detail

/// The pieces of a text, or of a contiguous range, between separators: n separators, n + 1 pieces, which may be empty.
/// In a text (anything that converts to std::string_view; the items are std::string_view) a separator is a char, one of
/// a std::array<char, N>, a char for which a function holds, or a string; strings are looked for from the left and do
/// not overlap. In other ranges it is an element for which a function holds, and the items are std::span.
///
/// Throws: std::invalid_argument if the separator is an empty string.
/// Order:  pieces keep the order of the text. The items refer to it: a temporary container or string is a compile-time
///         error.
/// Cost:   one pass, at about the speed of memory for a char, a set or a string; a string that can overlap itself is
///         looked for beforehand, on one thread.
template <class R, class Pattern>
auto par_split(R&& r, Pattern pattern)
{
    return detail::split<detail::separators::between>(std::forward<R>(r), std::move(pattern));
}

/// As par_split, but each piece keeps the separator that ends it, and there is no empty last piece.
template <class R, class Pattern>
auto par_split_inclusive(R&& r, Pattern pattern)
{
    return detail::split<detail::separators::inside>(std::forward<R>(r), std::move(pattern));
}

/// As par_split, but each separator ends a piece, as the newlines of a text end its lines: there is no empty last
/// piece.
template <class R, class Pattern>
auto par_split_terminator(R&& r, Pattern pattern)
{
    return detail::split<detail::separators::end_pieces>(std::forward<R>(r), std::move(pattern));
}

/// The places of a text where a pattern (as for par_split) is found, from the left, without overlaps. The items refer
/// to the text, which must outlive the chain; a temporary std::string is a compile-time error.
///
/// Throws: std::invalid_argument if the pattern is an empty string.
template <class Text, class Pattern>
auto par_matches(Text&& text, Pattern pattern)
{
    return detail::matches<false>(std::forward<Text>(text), std::move(pattern));
}

/// As par_matches, and where each match begins: pairs of a byte offset and the match.
template <class Text, class Pattern>
auto par_match_indices(Text&& text, Pattern pattern)
{
    return detail::matches<true>(std::forward<Text>(text), std::move(pattern));
}

/// The words of a text: what lies between white space (space, \t, \n, \v, \f, \r). None is empty. The items refer to
/// the text, which must outlive the chain; a temporary std::string is a compile-time error.
template <class Text>
auto par_words(Text&& text)
{
    return weft::par_split(detail::text_over(std::forward<Text>(text)), detail::is_space{})
        .filter(detail::is_not_empty{});
}

/// For par_words: the white space of Unicode.
struct unicode_t {};
inline constexpr unicode_t unicode{};

/// As par_words, where all white space of Unicode (the property White_Space) separates words, in a text in UTF-8. Bytes
/// that are not UTF-8 belong to words.
///
/// Cost: that of par_words for ASCII; bytes that may belong to a wider space are looked at one by one.
template <class Text>
auto par_words(Text&& text, unicode_t)
{
    return weft::par_split(detail::text_over(std::forward<Text>(text)), detail::unicode_space{})
        .filter(detail::is_not_empty{});
}

/// The bytes of a text, as unsigned char. Indexed.
template <class Text>
auto par_bytes(Text&& text)
{
    const std::string_view all = detail::text_over(std::forward<Text>(text));
    return detail::borrowed_source<const unsigned char*>(reinterpret_cast<const unsigned char*>(all.data()),
                                                         all.size());
}

}  // namespace weft
