// weft/iter/reduce.hpp - sum, product and reduce.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/detail/tree.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/simd/reduce.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// Values whose reductions give the same result however the loop is split.
template <class T>
inline constexpr bool splits_anywhere = std::is_integral_v<T>;

template <class T>
struct add;

/// Whether plain numbers are added up in their own type, or as integers: simd::sum gives the same then.
template <class S, class T, class Op>
inline constexpr bool summed_by_kernels = [] {
    if constexpr (std::is_same_v<Op, add<T>> && has_numbers<S>) {
        using number = typename decltype(std::declval<const S&>().numbers(piece{}))::value_type;
        return std::is_same_v<number, T> || (std::is_integral_v<number> && std::is_integral_v<T>);
    } else {
        return false;
    }
}();

/// Whether the items are floating-point numbers to be added up that can be read in any order.
template <class S, class T, class Op>
inline constexpr bool adds_in_lanes =
    std::is_same_v<Op, add<T>> && std::is_floating_point_v<T> && S::index_grade == indexing::random;

/// Data of this many bytes is assumed not to be in a cache.
inline constexpr std::size_t beyond_cache = std::size_t{32} << 20;

/// Adds in as many lanes as a compiler can keep in vectors, so that one addition need not wait for the one before. The
/// order depends on the piece alone.
template <class T, class Reader>
[[gnu::always_inline]] inline T sum_in_lanes(Reader read, piece p)
{
    constexpr std::size_t lanes = sizeof(T) <= 8 ? 64 / sizeof(T) : 4;
    T lane[lanes] = {};
    std::size_t i = p.lo;
    for (; p.hi - p.lo >= 2 * lanes && p.hi - i >= lanes; i += lanes) {
        for (std::size_t k = 0; k < lanes; ++k) lane[k] += static_cast<T>(read(i + k));
    }
    for (; i < p.hi; ++i) lane[0] += static_cast<T>(read(i));
    for (std::size_t half = lanes / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) lane[k] += lane[k + half];
    }
    return lane[0];
}

/// The blocks of a fixed tree over n numbers that the kernels read.
template <class T>
constexpr std::size_t kernel_block_length(std::size_t n)
{
    return n >= beyond_cache / sizeof(T) ? simd_far_block : simd_block;
}

/// The shortest piece of large data that the kernels read at eight places at once.
template <class T>
constexpr std::size_t streams_piece(std::size_t n)
{
    constexpr std::size_t least_bytes = std::size_t{1} << 20;
    return n >= beyond_cache / sizeof(T) ? least_bytes / sizeof(T) : 1;
}
template <has_numbers S>
std::size_t streams_piece(const S& source)
{
    return detail::streams_piece<typename decltype(source.numbers(piece{}))::value_type>(source.extent());
}

/// Accumulates from a neutral element.
template <class T, class Op>
struct reduce_consumer {
    using state = T;
    static constexpr bool fixed_tree = !splits_anywhere<T>;
    const T& neutral;
    const Op& op;

    struct sink {
        T value;
        const Op op;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            value = op(std::move(value), std::forward<X>(x));
            return {};
        }
        template <class X>
        [[gnu::always_inline]] go_on when(bool keep, X&& x)
            requires requires { Op::select(value, keep, x); }
        {
            value = op(std::move(value), Op::select(value, keep, x));
            return {};
        }
    };

    state make(std::size_t) const { return neutral; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        if constexpr (summed_by_kernels<S, T, Op>) {
            const auto numbers = source.numbers(p);
            const lanes in(numbers);
            const auto& kernels = detail::simd_kernels_of<typename decltype(in)::type>();
            st = op(st, static_cast<T>((in.size <= simd_block ? kernels.sum : kernels.sum_apart)(in.data, in.size)));
            return true;
        } else if constexpr (adds_in_lanes<S, T, Op>) {
            st = op(st, detail::sum_in_lanes<T>(source.reader(), p));
            return true;
        } else {
            sink accumulator{std::move(st), op};
            const bool more = source.run(p, accumulator);
            st = std::move(accumulator.value);
            return more;
        }
    }

    template <class S>
    std::size_t block_length(const S& source) const
        requires summed_by_kernels<S, T, Op>
    {
        return detail::kernel_block_length<T>(source.extent());
    }

    template <class S>
    std::size_t least_piece(const S& source) const
        requires summed_by_kernels<S, T, Op>
    {
        return detail::streams_piece(source);
    }

    void merge(state& left, state& right) const { left = op(std::move(left), std::move(right)); }
};

/// The types that integers are added and multiplied in: unsigned, where wrapping is defined.
template <class T>
struct wrapping {
    using type = T;
};
template <class T>
    requires std::is_integral_v<T>
struct wrapping<T> {
    using type = std::make_unsigned_t<decltype(T{} + T{})>;
};
template <class T>
using wrapping_t = typename wrapping<T>::type;

template <class T>
struct add {
    template <class X>
    [[gnu::always_inline]] constexpr T operator()(T a, X&& x) const
    {
        if constexpr (std::is_arithmetic_v<T>) {
            return a + static_cast<T>(x);
        } else {
            return std::move(a) + std::forward<X>(x);
        }
    }
    /// x, or a value that changes nothing. (A sum starts at +0, so adding +0 changes no bit of it.)
    template <class X>
        requires std::is_arithmetic_v<T>
    [[gnu::always_inline]] static constexpr T select(const T&, bool keep, const X& x)
    {
        return keep ? static_cast<T>(x) : T(0);
    }
};

template <class T>
struct multiply {
    template <class X>
    [[gnu::always_inline]] constexpr T operator()(T a, X&& x) const
    {
        if constexpr (std::is_arithmetic_v<T>) {
            return a * static_cast<T>(x);
        } else {
            return std::move(a) * std::forward<X>(x);
        }
    }
    template <class X>
        requires std::is_arithmetic_v<T>
    [[gnu::always_inline]] static constexpr T select(const T&, bool keep, const X& x)
    {
        return keep ? static_cast<T>(x) : T(1);
    }
};

template <class T, class Item>
struct sum_type {
    using type = T;
};
template <class Item>
struct sum_type<natural, Item> {
    static_assert(
        requires(const kept_t<Item>& x) { x + x; },
        "weft: these items cannot be added by +: use reduce, or map them to numbers first");
    using type = std::remove_cvref_t<decltype(std::declval<kept_t<Item>>() + std::declval<kept_t<Item>>())>;
};
template <class T, class Item>
struct product_type {
    using type = T;
};
template <class Item>
struct product_type<natural, Item> {
    static_assert(
        requires(const kept_t<Item>& x) { x* x; },
        "weft: these items cannot be multiplied by *: use reduce, or map them to numbers first");
    using type = std::remove_cvref_t<decltype(std::declval<kept_t<Item>>() * std::declval<kept_t<Item>>())>;
};

/// The user's operation on whole values, by address or by copy as in a loop.
template <class T, class Op>
struct user_op {
    local_function_t<Op> op;

    template <class X>
    [[gnu::always_inline]] constexpr T operator()(T a, X&& x) const
    {
        return detail::invoke(op, std::move(a), std::forward<X>(x));
    }
};

template <class T, class Op, class Item>
constexpr bool combines()
{
    return std::is_invocable_r_v<T, Op&, T, Item> && std::is_invocable_r_v<T, Op&, T, T>;
}

template <class T, class Op, class Item>
struct check_operation {
    static constexpr bool as_const = detail::combines<T, const Op, Item>();
    static constexpr bool as_mutable = detail::combines<T, Op, Item>();
    static_assert(as_const || !as_mutable,
                  "weft: several threads call this operation at once, so it is called through a const reference: a "
                  "mutable lambda (or a non-const operator()) is not allowed here");
    static_assert(as_const || as_mutable,
                  "weft: this operation must combine two values of the items' type into one (for a result of another "
                  "type use fold, then reduce)");
};

/// Accumulates from the first item.
template <class T, class Op>
struct reduce_first_consumer {
    using state = std::optional<T>;
    static constexpr bool fixed_tree = !splits_anywhere<T>;

    const Op& op;

    struct sink {
        state value;
        const Op op;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            if (value) {
                *value = op(std::move(*value), std::forward<X>(x));
            } else {
                value.emplace(std::forward<X>(x));
            }
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink accumulator{std::move(st), op};
        const bool more = source.run(p, accumulator);
        st = std::move(accumulator.value);
        return more;
    }

    void merge(state& left, state& right) const
    {
        if (!right) return;
        if (left) {
            *left = op(std::move(*left), std::move(*right));
        } else {
            left = std::move(right);
        }
    }
};

}  // namespace detail

template <class Self>
template <class T>
auto par_iterator<Self>::sum(place where)
{
    const auto region = this->region_at(where);
    using result = typename detail::sum_type<T, typename Self::item>::type;
    using value = detail::wrapping_t<result>;
    const Self self(moved());
    const value zero{};
    const detail::add<value> op{};
    return static_cast<result>(detail::drive(self, detail::reduce_consumer<value, detail::add<value>>{zero, op}));
}

template <class Self>
template <class T>
auto par_iterator<Self>::product(place where)
{
    const auto region = this->region_at(where);
    using result = typename detail::product_type<T, typename Self::item>::type;
    using value = detail::wrapping_t<result>;
    const Self self(moved());
    const value one(1);
    const detail::multiply<value> op{};
    return static_cast<result>(detail::drive(self, detail::reduce_consumer<value, detail::multiply<value>>{one, op}));
}

template <class Self>
template <class I, class Op>
auto par_iterator<Self>::reduce(I identity, Op op, place where)
{
    const auto region = this->region_at(where);
    using value = detail::kept_t<typename Self::item>;
    detail::check_operation<value, Op, typename Self::item>();
    static_assert(
        std::is_convertible_v<I, value> || std::is_invocable_r_v<value, I&>,
        "weft: the identity of reduce must be a value of the items' type, or a function that makes one (for a "
        "result of another type use fold, then reduce)");
    using operation = detail::user_op<value, Op>;
    const Self self(moved());
    const operation combine{detail::local_function(op)};
    const value neutral = [&]() -> value {
        // Asks for a function first: a lambda without captures converts to a pointer, and that to bool.
        if constexpr (std::is_invocable_r_v<value, I&> && !std::is_same_v<I, value>) {
            return identity();
        } else {
            return static_cast<value>(std::move(identity));
        }
    }();
    return detail::drive(self, detail::reduce_consumer<value, operation>{neutral, combine});
}

template <class Self>
template <class Op>
auto par_iterator<Self>::reduce(Op op, place where)
{
    const auto region = this->region_at(where);
    using value = detail::kept_t<typename Self::item>;
    detail::check_operation<value, Op, typename Self::item>();
    using operation = detail::user_op<value, Op>;
    const Self self(moved());
    const operation combine{detail::local_function(op)};
    return detail::drive(self, detail::reduce_first_consumer<value, operation>{combine});
}

}  // namespace weft
