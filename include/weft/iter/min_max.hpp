// weft/iter/min_max.hpp - min, max and minmax.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/par_iterator.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/simd/reduce.hpp>

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// Keeps the item that no later one beats. `beats(challenger, champion)`.
template <class T, class Beats>
struct champion_consumer {
    using state = std::optional<T>;

    const Beats& beats;

    struct sink {
        state champion;
        const Beats& beats;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            if (!champion) {
                champion.emplace(std::forward<X>(x));
            } else if (const std::remove_reference_t<X>& seen = x; beats(seen, *champion)) {
                *champion = std::forward<X>(x);
            }
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink best{std::move(st), beats};
        const bool more = source.run(p, best);
        st = std::move(best.champion);
        return more;
    }

    void merge(state& left, state& right) const
    {
        if (right && (!left || beats(*right, *left))) left = std::move(right);
    }
};

/// The first zero of `values` for a minimum, the last for a maximum: zeros of either sign are equal, and of equal
/// values a minimum keeps the first and a maximum the last.
template <bool Smallest, class T>
T zero_of(std::span<const T> values)
{
    constexpr std::size_t part = 1024;
    if constexpr (Smallest) return values[*simd::find(values, T(0))];
    for (std::size_t end = values.size();;) {
        const std::size_t begin = end < part ? 0 : end - part;
        if (simd::any_of_equal(values.subspan(begin, end - begin), T(0))) {
            while (values[end - 1] != T(0)) --end;
            return values[end - 1];
        }
        end = begin;
    }
}

/// As champion_consumer, for plain numbers: starts from the worst value, so that the loop has no case for "none yet".
/// NaN is passed over; if there is nothing else, it is the answer.
template <class T, bool Smallest>
struct extreme_consumer {
    using state = std::optional<T>;

    /// Whether x takes the place of an earlier one.
    static constexpr bool beats(T x, T earlier)
    {
        if constexpr (Smallest) return x < earlier;
        return std::is_floating_point_v<T> ? x >= earlier : x > earlier;
    }

    static constexpr T worst()
    {
        using limits = std::numeric_limits<T>;
        if constexpr (limits::has_infinity) return Smallest ? limits::infinity() : -limits::infinity();
        return Smallest ? limits::max() : limits::min();
    }

    struct sink {
        T best = worst();
        bool any = false;
        bool any_number = false;  // besides NaN

        [[gnu::always_inline]] go_on operator()(T x) { return when(true, x); }
        [[gnu::always_inline]] go_on when(bool keep, T x)
        {
            const T candidate = keep ? x : best;
            best = beats(candidate, best) ? candidate : best;
            any |= keep;
            if constexpr (std::is_floating_point_v<T>) any_number |= keep && x == x;
            return {};
        }
        state found() const
        {
            if (!any) return {};
            if (std::is_floating_point_v<T> && !any_number) return std::numeric_limits<T>::quiet_NaN();
            return best;
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        if constexpr (has_numbers<S>) {
            const auto values = source.numbers(p);
            state found = Smallest ? simd::min(values) : simd::max(values);
            if constexpr (std::is_floating_point_v<T>) {
                if (found == T(0)) found = detail::zero_of<Smallest>(values);
            }
            merge(st, found);
            return true;
        } else {
            sink seen;
            const bool more = source.run(p, seen);
            state found = seen.found();
            merge(st, found);
            return more;
        }
    }

    template <has_numbers S>
    std::size_t least_piece(const S& source) const
    {
        return detail::streams_piece(source);
    }

    void merge(state& left, state& right) const
    {
        if (right && (!left || *left != *left || beats(*right, *left))) left = right;
    }
};

/// The smallest and the largest of plain numbers.
template <class T>
struct extremes_consumer {
    using least = extreme_consumer<T, true>;
    using greatest = extreme_consumer<T, false>;
    struct state {
        std::optional<T> low;
        std::optional<T> high;
    };

    struct sink {
        typename least::sink low;
        typename greatest::sink high;

        [[gnu::always_inline]] go_on operator()(T x) { return when(true, x); }
        [[gnu::always_inline]] go_on when(bool keep, T x)
        {
            low.when(keep, x);
            return high.when(keep, x);
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        if constexpr (has_numbers<S>) {
            const auto values = source.numbers(p);
            auto [lo, hi] = *simd::minmax(values);
            if constexpr (std::is_floating_point_v<T>) {
                if (lo == T(0)) lo = detail::zero_of<true>(values);
                if (hi == T(0)) hi = detail::zero_of<false>(values);
            }
            state found{lo, hi};
            merge(st, found);
            return true;
        } else {
            sink seen;
            const bool more = source.run(p, seen);
            state found{seen.low.found(), seen.high.found()};
            merge(st, found);
            return more;
        }
    }

    template <has_numbers S>
    std::size_t least_piece(const S& source) const
    {
        return detail::streams_piece(source);
    }

    void merge(state& left, state& right) const
    {
        least().merge(left.low, right.low);
        greatest().merge(left.high, right.high);
    }
};

template <class T, class Comp, class Proj>
constexpr bool compares()
{
    if constexpr (takes_item<Proj&, const T&>) {
        using key = decltype(detail::call(std::declval<Proj&>(), std::declval<const T&>()));
        return std::is_invocable_r_v<bool, Comp&, key, key>;
    } else {
        return false;
    }
}

template <class T, class Comp, class Proj>
struct check_comparison {
    static constexpr bool as_const = detail::compares<T, const Comp, const Proj>();
    static constexpr bool as_mutable = detail::compares<T, Comp, Proj>();
    static_assert(as_const || !as_mutable,
                  "weft: several threads call the comparison and the projection at once, so they are called through a "
                  "const reference: a mutable lambda is not allowed here");
    static_assert(takes_item<Proj&, const T&>, "weft: the projection cannot be called with the items of this chain");
    static constexpr bool given = !std::is_same_v<Comp, less> || !takes_item<Proj&, const T&>;
    static_assert(given || as_const || as_mutable,
                  "weft: these items cannot be compared by <: give a comparison, or a projection");
    static_assert(!given || as_const || as_mutable,
                  "weft: the comparison must take two projected items and return something that converts to bool");
};

template <class T, class Comp, class Proj>
inline constexpr bool plain_comparison =
    std::is_arithmetic_v<T> && std::is_same_v<Comp, less> && std::is_same_v<Proj, identity>;

/// Keeps the smallest, the first of equals, and the largest, the last of equals. `before(a, b)` is the order.
template <class T, class Before>
struct minmax_consumer {
    using state = std::optional<std::pair<T, T>>;

    const Before& before;

    struct sink {
        state& both;
        const Before& before;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            const std::remove_reference_t<X>& seen = x;
            if (!both) {
                both.emplace(seen, seen);
            } else if (before(seen, both->first)) {
                both->first = std::forward<X>(x);
            } else if (!before(seen, both->second)) {
                both->second = std::forward<X>(x);
            }
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink both{st, before};
        return source.run(p, both);
    }

    void merge(state& left, state& right) const
    {
        if (!right) return;
        if (!left) {
            left = std::move(right);
            return;
        }
        if (before(right->first, left->first)) left->first = std::move(right->first);
        if (!before(right->second, left->second)) left->second = std::move(right->second);
    }
};

}  // namespace detail

template <class Self>
template <class Comp, class Proj>
auto par_iterator<Self>::minmax(Comp comp, Proj proj, place where)
{
    const auto region = this->region_at(where);
    using value = detail::kept_t<typename Self::item>;
    detail::check_comparison<value, Comp, Proj>();
    const Self self(moved());
    if constexpr (detail::plain_comparison<value, Comp, Proj>) {
        const auto found = detail::drive(self, detail::extremes_consumer<value>{});
        std::optional<std::pair<value, value>> both;
        if (found.low) both.emplace(*found.low, *found.high);
        return both;
    } else {
        const auto before = [&c = std::as_const(comp), &p = std::as_const(proj)](const auto& a, const auto& b) {
            return static_cast<bool>(detail::invoke(c, detail::call(p, a), detail::call(p, b)));
        };
        return detail::drive(self, detail::minmax_consumer<value, decltype(before)>{before});
    }
}

template <class Self>
template <class Comp, class Proj>
auto par_iterator<Self>::min(Comp comp, Proj proj, place where)
{
    const auto region = this->region_at(where);
    using value = detail::kept_t<typename Self::item>;
    detail::check_comparison<value, Comp, Proj>();
    const Self self(moved());
    if constexpr (detail::plain_comparison<value, Comp, Proj>) {
        return detail::drive(self, detail::extreme_consumer<value, true>{});
    } else {
        // A later item wins only if it comes strictly before the champion.
        const auto beats = [&c = std::as_const(comp), &p = std::as_const(proj)](const auto& x, const auto& champion) {
            return static_cast<bool>(detail::invoke(c, detail::call(p, x), detail::call(p, champion)));
        };
        return detail::drive(self, detail::champion_consumer<value, decltype(beats)>{beats});
    }
}

template <class Self>
template <class Comp, class Proj>
auto par_iterator<Self>::max(Comp comp, Proj proj, place where)
{
    const auto region = this->region_at(where);
    using value = detail::kept_t<typename Self::item>;
    detail::check_comparison<value, Comp, Proj>();
    const Self self(moved());
    if constexpr (detail::plain_comparison<value, Comp, Proj>) {
        return detail::drive(self, detail::extreme_consumer<value, false>{});
    } else {
        // A later item wins unless it comes strictly before the champion.
        const auto beats = [&c = std::as_const(comp), &p = std::as_const(proj)](const auto& x, const auto& champion) {
            return !static_cast<bool>(detail::invoke(c, detail::call(p, x), detail::call(p, champion)));
        };
        return detail::drive(self, detail::champion_consumer<value, decltype(beats)>{beats});
    }
}

}  // namespace weft
