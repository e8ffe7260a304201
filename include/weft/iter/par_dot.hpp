// weft/iter/par_dot.hpp - the sum of the products of two ranges.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/iter/zip.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace weft {

namespace detail {

/// Two contiguous ranges of numbers, for the kernels.
template <class T>
struct two_ranges : source_base {
    const T* a;
    const T* b;
    std::size_t size;

    two_ranges(const T* first, const T* second, std::size_t n) : a(first), b(second), size(n) {}
    [[nodiscard]] std::size_t extent() const { return size; }
};

/// Adds products up as reduce_consumer adds numbers up.
template <class T>
struct dot_consumer {
    using sum_type = simd::sum_type<T>;
    using state = wrapping_t<sum_type>;
    static constexpr bool fixed_tree = std::is_floating_point_v<T>;
    state make(std::size_t) const { return 0; }

    bool run(const two_ranges<T>& source, piece p, state& st) const
    {
        const auto& kernels = detail::simd_kernels_of<T>();
        const std::size_t n = p.hi - p.lo;
        st += static_cast<state>(
            (n <= simd_block ? kernels.dot : kernels.dot_apart)(source.a + p.lo, source.b + p.lo, n));
        return true;
    }
    std::size_t block_length(const two_ranges<T>& source) const { return detail::kernel_block_length<T>(source.size); }
    std::size_t least_piece(const two_ranges<T>& source) const { return detail::streams_piece<T>(source.size); }
    void merge(state& left, state& right) const { left += right; }
};

}  // namespace detail

/// The sum of a[i] * b[i] over the length of the shorter range; of nothing: zero. Integers are added in 64 bits and
/// wrap around. Floating-point results have the same bits for any number of threads.
///
/// Throws:   what reading the ranges throws.
/// Blocking: as join.
/// Cost:     contiguous numbers of one type at the speed of the memory, by the kernels of weft::simd; other ranges as
///           zip, map and sum.
/// Example:  examples/simd/dot.cpp
template <std::ranges::random_access_range A, std::ranges::random_access_range B>
    requires std::ranges::sized_range<A> && std::ranges::sized_range<B> &&
             std::is_arithmetic_v<std::ranges::range_value_t<A>> && std::is_arithmetic_v<std::ranges::range_value_t<B>>
[[nodiscard]] auto par_dot(const A& a, const B& b)
{
    using left = std::ranges::range_value_t<A>;
    using right = std::ranges::range_value_t<B>;
    if constexpr (simd::number_range<A> && simd::number_range<B> && std::is_same_v<left, right>) {
        const detail::lanes x(a);
        const detail::lanes y(b);
        using number = typename decltype(x)::type;
        const detail::two_ranges<number> both(x.data, y.data, x.size < y.size ? x.size : y.size);
        return static_cast<simd::sum_type<number>>(detail::drive(both, detail::dot_consumer<number>{}));
    } else {
        using product = decltype(left() * right());
        using result = std::conditional_t<std::is_floating_point_v<product>, product,
                                          std::conditional_t<std::is_signed_v<product>, std::int64_t, std::uint64_t>>;
        return weft::par_iter(a)
            .zip(weft::par_iter(b))
            .map([](const left& u, const right& v) {
                using wide = detail::wrapping_t<result>;
                return static_cast<result>(static_cast<wide>(u) * static_cast<wide>(v));
            })
            .template sum<result>();
    }
}

}  // namespace weft
