// weft/iter/reduce.hpp - sum, product and reduce.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

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
    if constexpr (std::is_same_v<Op, add<T>> && requires(const S& s) { s.numbers(piece{}); }) {
        using number = typename decltype(std::declval<const S&>().numbers(piece{}))::value_type;
        return std::is_same_v<number, T> || (std::is_integral_v<number> && std::is_integral_v<T>);
    } else {
        return false;
    }
}();

/// Accumulates from a neutral element.
template <class T, class Op>
struct reduce_consumer {
    using state = T;
    static constexpr bool fixed_tree = !splits_anywhere<T>;
    template <class S>
    static constexpr std::size_t least_block = summed_by_kernels<S, T, Op> ? 2048 : 1;

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
            st = op(st, static_cast<T>(simd::sum(source.numbers(p))));
            return true;
        } else {
            sink accumulator{std::move(st), op};
            const bool more = source.run(p, accumulator);
            st = std::move(accumulator.value);
            return more;
        }
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
    /// x, or what changes nothing. (A sum starts at +0, so adding +0 changes no bit of it.)
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
    using type = std::remove_cvref_t<decltype(std::declval<kept_t<Item>>() + std::declval<kept_t<Item>>())>;
};
template <class T, class Item>
struct product_type {
    using type = T;
};
template <class Item>
struct product_type<natural, Item> {
    using type = std::remove_cvref_t<decltype(std::declval<kept_t<Item>>() * std::declval<kept_t<Item>>())>;
};

/// The user's operation on whole values, by address or by copy as in a loop.
template <class T, class Op>
struct user_op {
    local_function_t<Op> op;

    template <class X>
    [[gnu::always_inline]] constexpr T operator()(T a, X&& x) const
    {
        return op(std::move(a), std::forward<X>(x));
    }
};

template <class T, class Op, class Item>
constexpr bool combines()
{
    return std::is_invocable_r_v<T, Op&, T, Item> && std::is_invocable_r_v<T, Op&, T, T>;
}

template <class T, class Op, class Item>
struct check_operation {
    static constexpr bool as_const = combines<T, const Op, Item>();
    static constexpr bool as_mutable = combines<T, Op, Item>();
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
auto par_iterator<Self>::sum()
{
    using result = typename detail::sum_type<T, typename Self::item>::type;
    using value = detail::wrapping_t<result>;
    const Self self(moved());
    const value zero{};
    const detail::add<value> op{};
    return static_cast<result>(detail::drive(self, detail::reduce_consumer<value, detail::add<value>>{zero, op}));
}

template <class Self>
template <class T>
auto par_iterator<Self>::product()
{
    using result = typename detail::product_type<T, typename Self::item>::type;
    using value = detail::wrapping_t<result>;
    const Self self(moved());
    const value one(1);
    const detail::multiply<value> op{};
    return static_cast<result>(detail::drive(self, detail::reduce_consumer<value, detail::multiply<value>>{one, op}));
}

template <class Self>
template <class I, class Op>
auto par_iterator<Self>::reduce(I identity, Op op)
{
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
        if constexpr (std::is_convertible_v<I, value>) {
            return static_cast<value>(std::move(identity));
        } else {
            return identity();
        }
    }();
    return detail::drive(self, detail::reduce_consumer<value, operation>{neutral, combine});
}

template <class Self>
template <class Op>
auto par_iterator<Self>::reduce(Op op)
{
    using value = detail::kept_t<typename Self::item>;
    detail::check_operation<value, Op, typename Self::item>();
    using operation = detail::user_op<value, Op>;
    const Self self(moved());
    const operation combine{detail::local_function(op)};
    return detail::drive(self, detail::reduce_first_consumer<value, operation>{combine});
}

}  // namespace weft
