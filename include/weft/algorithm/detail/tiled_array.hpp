// weft/algorithm/detail/tiled_array.hpp - an array whose elements are made in parallel, by a function that may throw.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/scratch.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/base/detail/array.hpp>
#include <weft/pool/context.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>

namespace weft::detail::algorithm {

template <class T>
class tiled_array {
public:
    explicit tiled_array(std::size_t n) : n_(n), memory_(n), made_(make_array<std::size_t>(tile_count(n))) {}
    tiled_array(const tiled_array&) = delete;
    tiled_array& operator=(const tiled_array&) = delete;
    ~tiled_array()
    {
        for (std::size_t tile = 0; tile < tile_count(n_); ++tile)
            detail::destruct_n(data() + tile * tile_length, made_[tile]);
        dispose_array(made_, tile_count(n_));
    }

    /// Makes each element as T(f(i)). Throws what f throws.
    template <class F>
    void make(fork_context c, const F& f)
    {
        algorithm::run_tiles(c, 0, tile_count(n_), n_, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
            for (std::size_t i = lo; i < hi; ++i) {
                ::new (static_cast<void*>(data() + i)) T(f(i));
                ++made_[tile];
            }
        });
    }
    [[nodiscard]] T* data() const noexcept { return memory_.data(); }

private:
    std::size_t n_;
    raw_scratch<T> memory_;
    std::size_t* made_;
};

}  // namespace weft::detail::algorithm
