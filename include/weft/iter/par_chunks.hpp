// weft/iter/par_chunks.hpp - par_chunks, par_rchunks, par_chunks_exact, par_windows, par_chunk_by: spans over a range.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/iter/par_iter.hpp>

#include <cstddef>
#include <span>
#include <type_traits>

namespace weft {

namespace detail {

template <class T>
struct chunk_reader {
    T* data;
    std::size_t size;
    std::size_t length;

    [[gnu::always_inline]] std::span<T> operator()(std::size_t i) const
    {
        const std::size_t at = i * length;
        return {data + at, size - at < length ? size - at : length};
    }
};

template <class T>
struct rchunk_reader {
    T* data;
    std::size_t size;
    std::size_t length;

    [[gnu::always_inline]] std::span<T> operator()(std::size_t i) const
    {
        const std::size_t end = size - i * length;
        const std::size_t begin = end < length ? 0 : end - length;
        return {data + begin, end - begin};
    }
};

/// Spans of `length`, from the beginning or from the end, as the reader has it; the last one may be shorter.
template <class T, template <class> class Reader>
class chunks_source : public par_iterator<chunks_source<T, Reader>>,
                      public source_base,
                      public runs_reader<chunks_source<T, Reader>> {
public:
    static constexpr indexing index_grade = indexing::random;
    using item = std::span<T>;

    chunks_source(std::span<T> all, std::size_t length) : all_(all), length_(length) {}

    [[nodiscard]] std::size_t extent() const { return all_.size() / length_ + (all_.size() % length_ != 0 ? 1 : 0); }
    [[nodiscard]] Reader<T> reader() const { return {all_.data(), all_.size(), length_}; }

private:
    std::span<T> all_;
    std::size_t length_;
};

/// Where spans of exactly one length lie: side by side, the same from the end, or one for every element.
enum class spread { chunks, rchunks, windows };

template <class T, spread How>
class even_source : public par_iterator<even_source<T, How>>,
                    public source_base,
                    public runs_reader<even_source<T, How>> {
public:
    static constexpr indexing index_grade = indexing::random;
    using item = std::span<T>;

    even_source(std::span<T> all, std::size_t length)
        : all_(all),
          length_(length),
          count_(How != spread::windows ? all.size() / length
                 : all.size() < length  ? 0
                                        : all.size() - length + 1)
    {
    }

    struct even_reader {
        T* data;  // of the first chunk, or behind the first one from the end
        std::size_t length;

        [[gnu::always_inline]] std::span<T> operator()(std::size_t i) const
        {
            if constexpr (How == spread::rchunks) {
                return {data - (i + 1) * length, length};
            } else {
                return {data + (How == spread::windows ? i : i * length), length};
            }
        }
    };

    [[nodiscard]] std::size_t extent() const { return count_; }
    [[nodiscard]] even_reader reader() const
    {
        return {all_.data() + (How == spread::rchunks ? all_.size() : 0), length_};
    }

    /// The elements after the last whole chunk; or before it, where the chunks are counted from the end.
    [[nodiscard]] std::span<T> remainder() const
        requires(How != spread::windows)
    {
        const std::size_t whole = count_ * length_;
        return How == spread::chunks ? all_.subspan(whole) : all_.first(all_.size() - whole);
    }

private:
    std::span<T> all_;
    std::size_t length_;
    std::size_t count_;
};

/// As even_source, with a length that the compiler knows.
template <class T, std::size_t N, bool Windows>
class fixed_source : public par_iterator<fixed_source<T, N, Windows>>,
                     public source_base,
                     public runs_reader<fixed_source<T, N, Windows>> {
    static_assert(N != 0, "weft: spans of length 0");

public:
    static constexpr indexing index_grade = indexing::random;
    using item = std::span<T, N>;

    explicit fixed_source(std::span<T> all) : all_(all) {}

    struct fixed_reader {
        T* data;

        [[gnu::always_inline]] std::span<T, N> operator()(std::size_t i) const
        {
            return std::span<T, N>(data + (Windows ? i : i * N), N);
        }
    };

    [[nodiscard]] std::size_t extent() const
    {
        if (Windows) return all_.size() < N ? 0 : all_.size() - N + 1;
        return all_.size() / N;
    }
    [[nodiscard]] fixed_reader reader() const { return {all_.data()}; }

    /// The elements after the last whole chunk.
    [[nodiscard]] std::span<T> remainder() const
        requires(!Windows)
    {
        return all_.subspan(extent() * N);
    }

private:
    std::span<T> all_;
};

/// Runs of neighbours that belong together. A position is an element; a run belongs to the block in which it begins.
template <class T, class P>
class chunk_by_source : public par_iterator<chunk_by_source<T, P>>, public source_base {
public:
    static constexpr indexing index_grade = indexing::none;
    using item = std::span<T>;

    chunk_by_source(std::span<T> all, P&& together) : all_(all), together_(std::move(together)) {}

    [[nodiscard]] std::size_t extent() const { return all_.size(); }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, item>;
        const std::size_t n = all_.size();
        std::size_t begin = p.lo;
        while (begin > 0 && begin < p.hi && goes_on(begin)) ++begin;
        while (begin < p.hi) {
            std::size_t end = begin + 1;
            while (end < n && goes_on(end)) ++end;
            if (!sink(all_.subspan(begin, end - begin))) return result(false);
            begin = end;
        }
        return result(true);
    }

private:
    [[nodiscard]] bool goes_on(std::size_t i) const
    {
        const T& before = all_[i - 1];
        const T& here = all_[i];
        return static_cast<bool>(detail::invoke(together_, before, here));
    }

    std::span<T> all_;
    P together_;
};

/// The elements of a contiguous range that outlives the chain.
template <class R>
auto span_over(R&& r)
{
    static_assert(std::ranges::contiguous_range<R> && std::ranges::sized_range<R>,
                  "weft: this needs a contiguous range (a vector, an array, a span)");
    static_assert(std::is_lvalue_reference_v<R> || std::ranges::borrowed_range<R>,
                  "weft: the spans would refer to a temporary container: give it a name that outlives the chain");
    using element = std::remove_reference_t<std::ranges::range_reference_t<R>>;
    return std::span<element>(std::ranges::data(r), static_cast<std::size_t>(std::ranges::size(r)));
}

}  // namespace detail

/// Pieces of `length` elements of a contiguous range, as std::span; the last one may be shorter.
///
/// Throws: std::invalid_argument if `length` is 0.
/// Example: examples/iter/par_chunks.cpp
template <class R>
auto par_chunks(R&& r, std::size_t length)
{
    const auto all = detail::span_over(std::forward<R>(r));
    if (length == 0) detail::throw_invalid_argument("weft: par_chunks: length 0");
    return detail::chunks_source<typename decltype(all)::element_type, detail::chunk_reader>(all, length);
}

/// As par_chunks, but only whole pieces; `remainder()` gives the elements after the last one.
///
/// Throws: std::invalid_argument if `length` is 0.
template <class R>
auto par_chunks_exact(R&& r, std::size_t length)
{
    const auto all = detail::span_over(std::forward<R>(r));
    if (length == 0) detail::throw_invalid_argument("weft: par_chunks_exact: length 0");
    return detail::even_source<typename decltype(all)::element_type, detail::spread::chunks>(all, length);
}

/// All runs of `length` neighbours: elements 0 .. length - 1, then 1 .. length, and so on. None if there are fewer.
///
/// Throws: std::invalid_argument if `length` is 0.
template <class R>
auto par_windows(R&& r, std::size_t length)
{
    const auto all = detail::span_over(std::forward<R>(r));
    if (length == 0) detail::throw_invalid_argument("weft: par_windows: length 0");
    return detail::even_source<typename decltype(all)::element_type, detail::spread::windows>(all, length);
}

/// As par_windows and par_chunks_exact, with a length that is known when the program is compiled: the items are
/// std::span<T, N>, and the compiler can unroll loops over them.
template <std::size_t N, class R>
auto par_windows(R&& r)
{
    const auto all = detail::span_over(std::forward<R>(r));
    return detail::fixed_source<typename decltype(all)::element_type, N, true>(all);
}
template <std::size_t N, class R>
auto par_chunks_exact(R&& r)
{
    const auto all = detail::span_over(std::forward<R>(r));
    return detail::fixed_source<typename decltype(all)::element_type, N, false>(all);
}

/// As par_chunks, from the end: the first span has the last elements, and the last one may be shorter.
///
/// Throws: std::invalid_argument if `length` is 0.
template <class R>
auto par_rchunks(R&& r, std::size_t length)
{
    const auto all = detail::span_over(std::forward<R>(r));
    if (length == 0) detail::throw_invalid_argument("weft: par_rchunks: length 0");
    return detail::chunks_source<typename decltype(all)::element_type, detail::rchunk_reader>(all, length);
}

/// As par_rchunks, but only whole pieces; `remainder()` gives the elements before the last one.
///
/// Throws: std::invalid_argument if `length` is 0.
template <class R>
auto par_rchunks_exact(R&& r, std::size_t length)
{
    const auto all = detail::span_over(std::forward<R>(r));
    if (length == 0) detail::throw_invalid_argument("weft: par_rchunks_exact: length 0");
    return detail::even_source<typename decltype(all)::element_type, detail::spread::rchunks>(all, length);
}

/// Runs of neighbours, as std::span: two elements are in one run if together(left, right) holds. As long as possible.
///
/// Cost: `together` is called once or twice per pair of neighbours.
template <class R, class P>
auto par_chunk_by(R&& r, P together)
{
    const auto all = detail::span_over(std::forward<R>(r));
    using element = typename decltype(all)::element_type;
    static_assert(
        std::is_invocable_r_v<bool, const P&, const element&, const element&>,
        "weft: the function given to par_chunk_by must take two neighbours and return something that converts "
        "to bool, and be callable through a const reference");
    return detail::chunk_by_source<element, P>(all, std::move(together));
}

}  // namespace weft
