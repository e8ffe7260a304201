// weft/simd/reduce.hpp - reductions and searches over contiguous numbers, by the widest instructions of this machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Which kernels run is decided once, at run time, by what the processor can do; the library is built for the baseline.
//
// Rules, for every function and every length, alignment and kernel:
//   empty input      sum, product, dot, count: 0, 1, 0, 0. min, max, minmax, arg..., find: an empty optional.
//   integers         sum and dot are computed in 64 bits, signed or unsigned as the elements are; beyond that they wrap
//                    around. So does product.
//   floating point   sum, product and dot add in an order that depends on the length and the kernel alone: the same
//                    bits for the same input on the same machine; with simd::reproducible on every machine. NaN and
//                    infinities propagate through sum, product and dot as IEEE 754 has it. min, max and arg... pass
//                    over NaN; if there is nothing else, min and max are NaN and arg... 0. +0 and -0 are equal; which
//                    of the two min and max give is not specified.
//   equal elements   argmin and argmax name the first. find names the first. NaN equals nothing.
//
// docs/simd.md tells how kernels are chosen.
//
// Thread safety: all functions may run at once, on shared input.
// Cost:          in cache, close to what the load instructions allow; a call costs some nanoseconds.
// Example:       examples/simd/dot.cpp
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/throw.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace weft::simd {

/// A type that the kernels know: integers of 8 to 64 bits other than bool, float and double.
template <class T>
concept number = (std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8) || std::is_same_v<T, float> ||
                 std::is_same_v<T, double>;

/// A contiguous range of such numbers: std::vector, std::array, std::span.
template <class R>
concept number_range = std::ranges::contiguous_range<R> && std::ranges::sized_range<R> &&
                       number<std::remove_cv_t<std::ranges::range_value_t<R>>>;

/// The type that sums of T are computed in.
template <number T>
using sum_type = std::conditional_t<std::is_floating_point_v<T>, T,
                                    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;

/// Asks for the same bits on every machine; costs up to half the speed.
struct reproducible_t {
    explicit reproducible_t() = default;
};
inline constexpr reproducible_t reproducible{};

}  // namespace weft::simd

namespace weft::detail {

template <std::size_t Size, bool Signed>
struct integer_of;
template <>
struct integer_of<1, true> {
    using type = std::int8_t;
};
template <>
struct integer_of<2, true> {
    using type = std::int16_t;
};
template <>
struct integer_of<4, true> {
    using type = std::int32_t;
};
template <>
struct integer_of<8, true> {
    using type = std::int64_t;
};
template <std::size_t Size>
struct integer_of<Size, false> {
    using type = std::make_unsigned_t<typename integer_of<Size, true>::type>;
};

/// The one of the ten types with kernels that stands for T.
template <class T>
struct lane_of : integer_of<sizeof(T), std::is_signed_v<T>> {};
template <>
struct lane_of<float> {
    using type = float;
};
template <>
struct lane_of<double> {
    using type = double;
};
template <class T>
using lane_t = typename lane_of<T>::type;

/// How many elements floating-point kernels add up before a carry to the next level of their tree.
inline constexpr std::size_t simd_block = 4096;
/// The same for large data, of which eight parts are read at once. An eighth is an odd number of cache lines: otherwise
/// all eight would fall into one set of the cache.
inline constexpr std::size_t simd_far_block = 8 * 16 * 1031;

/// The functions of one type, for one set of instructions.
template <class T>
struct simd_kernels {
    using sum_t = simd::sum_type<T>;

    sum_t (*sum)(const T*, std::size_t);
    sum_t (*sum_reproducible)(const T*, std::size_t);
    T (*sum_compensated)(const T*, std::size_t);
    sum_t (*product)(const T*, std::size_t);
    sum_t (*dot)(const T*, const T*, std::size_t);
    sum_t (*dot_reproducible)(const T*, const T*, std::size_t);
    T (*min)(const T*, std::size_t);  // of at least one element; so are the next four
    T (*max)(const T*, std::size_t);
    std::pair<T, T> (*minmax)(const T*, std::size_t);
    std::size_t (*argmin)(const T*, std::size_t);
    std::size_t (*argmax)(const T*, std::size_t);
    std::size_t (*count)(const T*, std::size_t, T);
    std::size_t (*find)(const T*, std::size_t, T);  // the length if it is not there
    // For a part of large data: the elements are read at eight positions at once.
    sum_t (*sum_apart)(const T*, std::size_t);
    sum_t (*dot_apart)(const T*, const T*, std::size_t);
};

/// The kernels that this machine runs.
template <class T>
const simd_kernels<T>& simd_kernels_of() noexcept;

/// A range as the kernels see it.
template <class R>
struct lanes {
    using type = lane_t<std::remove_cv_t<std::ranges::range_value_t<R>>>;

    explicit lanes(const R& r) noexcept
        : data(reinterpret_cast<const type*>(std::ranges::data(r))),
          size(static_cast<std::size_t>(std::ranges::size(r)))
    {
    }
    const type* data;
    std::size_t size;
};

template <class A, class B>
void check_same_size(const lanes<A>& a, const lanes<B>& b)
{
    if (a.size != b.size) throw_invalid_argument("weft::simd::dot: the ranges differ in length");
}

}  // namespace weft::detail

namespace weft::simd {

/// The sum of the elements.
template <number_range R>
[[nodiscard]] auto sum(const R& r)
{
    const detail::lanes in(r);
    return detail::simd_kernels_of<typename detail::lanes<R>::type>().sum(in.data, in.size);
}
template <number_range R>
[[nodiscard]] auto sum(const R& r, reproducible_t)
{
    const detail::lanes in(r);
    return detail::simd_kernels_of<typename detail::lanes<R>::type>().sum_reproducible(in.data, in.size);
}

/// The sum of floating-point numbers with the rounding errors added up beside it: off by half a unit in the last place,
/// one rounding, and by no more than 2^-48 (float) or 2^-80 (double) times the sum of their magnitudes, which matters
/// only where they nearly cancel; however many there are, and with every kernel. For double, an overflow on the way
/// makes the result overflow. Source: Knuth, The Art of Computer Programming 2, 4.2.2 (two-sum); in lanes, blocks of
/// which are joined in twice the precision.
template <number_range R>
    requires std::is_floating_point_v<std::ranges::range_value_t<R>>
[[nodiscard]] auto sum_compensated(const R& r)
{
    const detail::lanes in(r);
    return detail::simd_kernels_of<typename detail::lanes<R>::type>().sum_compensated(in.data, in.size);
}

/// The product of the elements.
template <number_range R>
[[nodiscard]] auto product(const R& r)
{
    const detail::lanes in(r);
    return detail::simd_kernels_of<typename detail::lanes<R>::type>().product(in.data, in.size);
}

/// The sum of the products of elements at the same index. Throws std::invalid_argument if the lengths differ.
template <number_range A, number_range B>
    requires std::is_same_v<detail::lane_t<std::ranges::range_value_t<A>>,
                            detail::lane_t<std::ranges::range_value_t<B>>>
[[nodiscard]] auto dot(const A& a, const B& b)
{
    const detail::lanes x(a);
    const detail::lanes y(b);
    detail::check_same_size(x, y);
    return detail::simd_kernels_of<typename detail::lanes<A>::type>().dot(x.data, y.data, x.size);
}
template <number_range A, number_range B>
    requires std::is_same_v<detail::lane_t<std::ranges::range_value_t<A>>,
                            detail::lane_t<std::ranges::range_value_t<B>>>
[[nodiscard]] auto dot(const A& a, const B& b, reproducible_t)
{
    const detail::lanes x(a);
    const detail::lanes y(b);
    detail::check_same_size(x, y);
    return detail::simd_kernels_of<typename detail::lanes<A>::type>().dot_reproducible(x.data, y.data, x.size);
}

/// The least element.
template <number_range R>
[[nodiscard]] std::optional<std::ranges::range_value_t<R>> min(const R& r)
{
    const detail::lanes in(r);
    if (in.size == 0) return std::nullopt;
    return static_cast<std::ranges::range_value_t<R>>(
        detail::simd_kernels_of<typename detail::lanes<R>::type>().min(in.data, in.size));
}

/// The greatest element.
template <number_range R>
[[nodiscard]] std::optional<std::ranges::range_value_t<R>> max(const R& r)
{
    const detail::lanes in(r);
    if (in.size == 0) return std::nullopt;
    return static_cast<std::ranges::range_value_t<R>>(
        detail::simd_kernels_of<typename detail::lanes<R>::type>().max(in.data, in.size));
}

/// The least and the greatest element, in one pass.
template <number_range R>
[[nodiscard]] auto minmax(const R& r)
{
    using value = std::ranges::range_value_t<R>;
    using pair = std::pair<value, value>;
    const detail::lanes in(r);
    if (in.size == 0) return std::optional<pair>();
    const auto [lo, hi] = detail::simd_kernels_of<typename detail::lanes<R>::type>().minmax(in.data, in.size);
    return std::optional<pair>(pair(static_cast<value>(lo), static_cast<value>(hi)));
}

/// The index of the least element; of equals, the first.
template <number_range R>
[[nodiscard]] std::optional<std::size_t> argmin(const R& r)
{
    const detail::lanes in(r);
    if (in.size == 0) return std::nullopt;
    return detail::simd_kernels_of<typename detail::lanes<R>::type>().argmin(in.data, in.size);
}

/// The index of the greatest element; of equals, the first.
template <number_range R>
[[nodiscard]] std::optional<std::size_t> argmax(const R& r)
{
    const detail::lanes in(r);
    if (in.size == 0) return std::nullopt;
    return detail::simd_kernels_of<typename detail::lanes<R>::type>().argmax(in.data, in.size);
}

/// How many elements equal `value`.
template <number_range R>
[[nodiscard]] std::size_t count(const R& r, std::type_identity_t<std::ranges::range_value_t<R>> value)
{
    using lane = typename detail::lanes<R>::type;
    const detail::lanes in(r);
    return detail::simd_kernels_of<lane>().count(in.data, in.size, static_cast<lane>(value));
}

/// The index of the first element that equals `value`.
template <number_range R>
[[nodiscard]] std::optional<std::size_t> find(const R& r, std::type_identity_t<std::ranges::range_value_t<R>> value)
{
    using lane = typename detail::lanes<R>::type;
    const detail::lanes in(r);
    const std::size_t at = detail::simd_kernels_of<lane>().find(in.data, in.size, static_cast<lane>(value));
    if (at == in.size) return std::nullopt;
    return at;
}

/// Whether any element equals `value`.
template <number_range R>
[[nodiscard]] bool any_of_equal(const R& r, std::type_identity_t<std::ranges::range_value_t<R>> value)
{
    return simd::find(r, value).has_value();
}

}  // namespace weft::simd
