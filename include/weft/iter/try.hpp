// weft/iter/try.hpp - try_for_each, try_for_each_init and try_reduce: loops that end at the first failure.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/detail/fallible.hpp>
#include <weft/iter/filter.hpp>
#include <weft/iter/find.hpp>
#include <weft/iter/fold.hpp>
#include <weft/iter/init.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/stop.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// Runs a loop whose result is an R; a stopped loop gives a failure, if R has one without a reason.
template <class R, class Run>
R unless_stopped(Run run)
{
    try {
        return run();
    } catch (const stopped&) {
        std::optional<R> failed = detail::failure<R>();
        if (!failed) throw;
        return std::move(*failed);
    }
}

template <class F, class R>
struct failures_of {
    F f;

    template <class X>
        requires takes_item<const F&, X>
    std::optional<R> operator()(X&& x) const
    {
        R result = detail::call(f, std::forward<X>(x));
        if (result) return std::nullopt;
        return std::optional<R>(std::in_place, std::move(result));
    }
};

/// Accumulates until a step fails. `state` is the value so far, or the failure.
template <class T, class R, class Op>
struct try_reduce_consumer {
    using state = R;
    static constexpr bool ends_all = true;

    const T& neutral;
    const Op& op;

    struct sink {
        state& value;
        const Op& op;

        template <class X>
        bool operator()(X&& x)
        {
            if constexpr (std::is_invocable_v<const Op&, T, X>) {
                value = op(std::move(*value), std::forward<X>(x));
            } else if (x) {
                value = op(std::move(*value), *std::forward<X>(x));
            } else {
                value = R(std::forward<X>(x));
            }
            return static_cast<bool>(value);
        }
    };

    state make(std::size_t) const { return R(T(neutral)); }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink accumulator{st, op};
        const bool more = source.run(p, accumulator);
        return more;
    }

    void merge(state& left, state& right) const
    {
        if (!left) return;
        if (right) {
            left = op(std::move(*left), std::move(*right));
        } else {
            left = std::move(right);
        }
    }
};

/// As try_reduce_consumer without an identity: the first item, if there is one, is the beginning.
template <class R, class Op>
struct try_reduce_some_consumer {
    using state = std::optional<R>;
    static constexpr bool ends_all = true;

    const Op& op;

    struct sink {
        state& value;
        const Op& op;

        template <class X>
        bool operator()(X&& x)
        {
            if (!value) {
                value.emplace(std::forward<X>(x));
            } else if constexpr (std::is_same_v<std::remove_cvref_t<X>, R>) {
                value = x ? op(*std::move(*value), *std::forward<X>(x)) : R(std::forward<X>(x));
            } else {
                value = op(*std::move(*value), std::forward<X>(x));
            }
            return static_cast<bool>(*value);
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink accumulator{st, op};
        return source.run(p, accumulator);
    }

    void merge(state& left, state& right) const
    {
        if (!right || (left && !*left)) return;
        if (!left || !*right) {
            left = std::move(right);
        } else {
            left = op(*std::move(*left), *std::move(*right));
        }
    }
};

/// What op returns: an R of two values, where the items are values or Rs.
template <class Op, class Item>
auto result_of_op()
{
    using item = kept_t<Item>;
    if constexpr (holds_value<item>) {
        using value = std::remove_cvref_t<decltype(*std::declval<item&>())>;
        if constexpr (std::is_invocable_v<const Op&, value, value>) {
            return std::type_identity<std::remove_cvref_t<std::invoke_result_t<const Op&, value, value>>>();
        }
    } else if constexpr (std::is_invocable_v<const Op&, item, item>) {
        return std::type_identity<std::remove_cvref_t<std::invoke_result_t<const Op&, item, item>>>();
    }
}

}  // namespace detail

template <class Self>
template <class F>
auto par_iterator<Self>::try_for_each(F f, place where)
{
    const auto region = this->region_at(where);
    detail::check_callable<F, typename Self::item>();
    using result = std::remove_cvref_t<detail::call_result<F, typename Self::item>>;
    static_assert(detail::fallible<result>,
                  "weft: the function given to try_for_each must return a bool, an optional, or something like "
                  "std::expected");
    return detail::unless_stopped<result>([&] {
        const auto failed = filter_map(detail::failures_of<F, result>{std::move(f)});
        std::optional<result> first = detail::drive(failed, detail::take_any_consumer<result>{});
        return first ? std::move(*first) : detail::success<result>();
    });
}

template <class Self>
template <class I, class Op>
auto par_iterator<Self>::try_reduce(I identity, Op op, place where)
{
    const auto region = this->region_at(where);
    using value = typename detail::fresh_state<I>::type;
    static_assert(
        std::is_invocable_v<const Op&, value, value>,
        "weft: the operation given to try_reduce must take two values of the identity's type, and be callable "
        "through a const reference");
    using result = std::remove_cvref_t<std::invoke_result_t<const Op&, value, value>>;
    static_assert(detail::holds_value<result>,
                  "weft: the operation given to try_reduce must return an optional or something like std::expected");
    return detail::unless_stopped<result>([&] {
        const Self self(moved());
        const value neutral = detail::fresh_state<I>{std::move(identity)}();
        return detail::drive(self, detail::try_reduce_consumer<value, result, Op>{neutral, op});
    });
}

template <class Self>
template <class Op>
auto par_iterator<Self>::try_reduce(Op op, place where)
{
    const auto region = this->region_at(where);
    using found = decltype(detail::result_of_op<Op, typename Self::item>());
    static_assert(!std::is_void_v<found>,
                  "weft: the operation given to try_reduce must take two items (or what they hold, where they are "
                  "optionals), and be callable through a const reference");
    using result = typename found::type;
    static_assert(detail::holds_value<result>,
                  "weft: the operation given to try_reduce must return an optional or something like std::expected");
    try {
        const Self self(moved());
        return detail::drive(self, detail::try_reduce_some_consumer<result, Op>{op});
    } catch (const stopped&) {
        std::optional<result> failed = detail::failure<result>();
        if (!failed) throw;
        return failed;
    }
}

template <class Self>
template <class Init, class F>
auto par_iterator<Self>::try_for_each_init(Init init, F f, place where)
{
    const auto region = this->region_at(where);
    detail::check_init<Init, F, typename Self::item>();
    return map_init(std::move(init), std::move(f)).try_for_each(detail::identity{}, where);
}

}  // namespace weft
