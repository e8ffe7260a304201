// weft/iter/par_tiles.hpp - par_tiles: index ranges of several dimensions, in tiles.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/throw.hpp>
#include <weft/iter/par_iter.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// The product of the edges. Throws std::length_error if it does not fit.
template <std::size_t N>
constexpr std::size_t size_of_box(const std::array<std::size_t, N>& edges)
{
    std::size_t n = 1;
    bool fits = true;
    for (const std::size_t edge : edges) {
        if (edge == 0) return 0;  // whatever the others are
        if (n > static_cast<std::size_t>(-1) / edge) fits = false;
        n *= edge;
    }
    if (!fits) throw_length_error("weft: par_tiles: more indices or tiles than std::size_t counts");
    return n;
}

}  // namespace detail

/// A box of N-dimensional indices: first[d] <= index[d] < last[d].
template <std::size_t N>
struct tile {
    std::array<std::size_t, N> first;
    std::array<std::size_t, N> last;

    /// How many indices there are. Throws std::length_error if more than std::size_t counts.
    [[nodiscard]] constexpr std::size_t size() const
    {
        std::array<std::size_t, N> edges{};
        for (std::size_t d = 0; d < N; ++d) edges[d] = last[d] - first[d];
        return detail::size_of_box(edges);
    }

    /// f(index 0, ..., index N - 1) for every index, the last one fastest.
    template <class F>
    constexpr void for_each(F&& f) const
    {
        visit<0>(f);
    }

    friend bool operator==(const tile&, const tile&) = default;

private:
    template <std::size_t D, class F, class... Indices>
    constexpr void visit(F& f, Indices... indices) const
    {
        for (std::size_t i = first[D]; i < last[D]; ++i) {
            if constexpr (D + 1 == N) {
                f(indices..., i);
            } else {
                visit<D + 1>(f, indices..., i);
            }
        }
    }
};

namespace detail {

template <std::size_t N>
class tiles_source : public par_iterator<tiles_source<N>>, public source_base, public runs_reader<tiles_source<N>> {
public:
    static constexpr indexing index_grade = indexing::random;
    using item = tile<N>;

    struct tiles_reader {
        std::array<std::size_t, N> size;
        std::array<std::size_t, N> edge;
        std::array<std::size_t, N> count;

        tile<N> operator()(std::size_t i) const
        {
            tile<N> t{};
            for (std::size_t d = N; d-- > 0;) {
                const std::size_t at = i % count[d] * edge[d];
                i /= count[d];
                t.first[d] = at;
                t.last[d] = size[d] - at < edge[d] ? size[d] : at + edge[d];
            }
            return t;
        }
    };

    tiles_source(const std::array<std::size_t, N>& size, const std::array<std::size_t, N>& edge)
        : reader_{size, edge, {}}
    {
        for (std::size_t d = 0; d < N; ++d) {
            if (edge[d] == 0) throw_invalid_argument("weft: par_tiles: a tile of size 0");
            reader_.count[d] = size[d] / edge[d] + (size[d] % edge[d] != 0 ? 1 : 0);
        }
        extent_ = detail::size_of_box(reader_.count);
    }

    [[nodiscard]] std::size_t extent() const { return extent_; }
    [[nodiscard]] tiles_reader reader() const { return reader_; }

private:
    tiles_reader reader_;
    std::size_t extent_ = 0;
};

}  // namespace detail

/// The indices 0 .. size[d] - 1 of N dimensions, in tiles of edge[d] each; tiles at the far ends may be smaller. The
/// items are weft::tile<N>, rows of tiles one after the other. Tiles keep what a loop reads in the cache: for matrices
/// and images.
///
///     weft::par_tiles({rows, columns}, {64, 64}).for_each([&](const weft::tile<2>& t) {
///         t.for_each([&](std::size_t i, std::size_t j) { out[j][i] = in[i][j]; });
///     });
///
/// Throws:  std::invalid_argument if an edge is 0; std::length_error if there are more tiles than std::size_t counts.
/// Example: examples/iter/par_tiles.cpp
template <std::size_t N>
auto par_tiles(const std::size_t (&size)[N], const std::size_t (&edge)[N])
{
    return detail::tiles_source<N>(std::to_array(size), std::to_array(edge));
}
template <std::size_t N>
auto par_tiles(const std::array<std::size_t, N>& size, const std::array<std::size_t, N>& edge)
{
    return detail::tiles_source<N>(size, edge);
}

}  // namespace weft
