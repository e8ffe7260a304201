// weft/algorithm/detail/key_runs.hpp - where runs of equal keys begin in a sorted array.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/scratch.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace weft::detail::algorithm {

class key_runs {
public:
    /// `begins(i)`, for 0 < i < n: whether element i has a different key from the one before. Called once for each,
    /// from several threads. Throws what it throws, std::bad_alloc.
    template <class Begins>
    key_runs(fork_context c, std::size_t n, const Begins& begins) : first_of_tile_(tile_count(n) + 1)
    {
        const raw_scratch<std::size_t> found(n);
        algorithm::run_tiles(c, 0, tile_count(n), n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
            std::size_t* out = found.data() + lo;
            for (std::size_t i = lo; i < hi; ++i) {
                *out = i;
                out += i == 0 || begins(i) ? 1 : 0;
            }
            first_of_tile_[tile + 1] = static_cast<std::size_t>(out - (found.data() + lo));
        });
        for (std::size_t tile = 1; tile < first_of_tile_.size(); ++tile)
            first_of_tile_[tile] += first_of_tile_[tile - 1];
        begins_.resize(first_of_tile_.back() + 1, n);
        algorithm::run_tiles(c, 0, tile_count(n), n, [&](std::size_t tile, std::size_t lo, std::size_t) {
            std::copy_n(found.data() + lo, first_of_tile_[tile + 1] - first_of_tile_[tile],
                        begins_.data() + first_of_tile_[tile]);
        });
    }

    [[nodiscard]] std::size_t count() const noexcept { return begins_.size() - 1; }
    [[nodiscard]] std::size_t begin(std::size_t run) const noexcept { return begins_[run]; }
    [[nodiscard]] std::size_t end(std::size_t run) const noexcept { return begins_[run + 1]; }
    /// The first run that begins in this tile, or a later one.
    [[nodiscard]] std::size_t first_of_tile(std::size_t tile) const noexcept { return first_of_tile_[tile]; }

private:
    std::vector<std::size_t> begins_;  // and one past the last
    std::vector<std::size_t> first_of_tile_;
};

}  // namespace weft::detail::algorithm
