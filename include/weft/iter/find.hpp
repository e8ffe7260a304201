// weft/iter/find.hpp - any_of, all_of, none_of, find_any, find_first, position_first: loops that stop early.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/filter.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/zip.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

namespace detail {

/// Runs a piece into a sink that ends the loop at its first item. In a piece this long an item takes a few nanoseconds,
/// so testing some more numbers than needed costs next to nothing.
template <class S, class Piece, class Sink>
bool run_to_first(const S& source, Piece&& p, Sink& sink)
{
    if constexpr (requires { source.run_to_first(p, sink); }) {
        constexpr std::size_t cheap = 1024;
        if (p.hi - p.lo >= cheap) return source.run_to_first(p, sink);
    }
    return source.run(p, sink);
}

/// Takes the first item it is given, and ends the loop.
template <class T>
struct take_any_consumer {
    using state = std::optional<T>;
    static constexpr bool ends_all = true;

    struct sink {
        state& found;

        template <class X>
        bool operator()(X&& x)
        {
            found.emplace(std::forward<X>(x));
            return false;
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink taker{st};
        return detail::run_to_first(source, p, taker);
    }

    void merge(state& left, state& right) const
    {
        if (!left) left = std::move(right);
    }
};

/// Says whether there is an item, without keeping it.
struct exists_consumer {
    using state = bool;
    static constexpr bool ends_all = true;

    struct sink {
        template <class X>
        bool operator()(X&&)
        {
            return false;
        }
    };

    state make(std::size_t) const { return false; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink any;
        const bool more = detail::run_to_first(source, p, any);
        if (!more) st = true;
        return more;
    }

    void merge(state& left, state& right) const { left = left || right; }
};

/// Takes the first item in order. A piece ends at its first item; pieces after the best one so far are not run.
template <class T>
struct take_first_consumer {
    using state = std::optional<T>;

    // Written by all, and only ever lowered: where the leftmost block with an item begins. Relaxed, because it is only
    // a hint that saves work: which item is the first is decided when the pieces are merged in order.
    mutable atomic<std::size_t> best{static_cast<std::size_t>(-1)};

    state make(std::size_t) const { return {}; }

    [[nodiscard]] bool wants(piece p) const { return p.lo <= best.load(order::relaxed); }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        typename take_any_consumer<T>::sink taker{st};
        if (detail::run_to_first(source, p, taker)) return true;
        std::size_t seen = best.load(order::relaxed);
        while (p.lo < seen && !best.compare_exchange_weak(seen, p.lo, order::relaxed, order::relaxed)) {}
        return false;
    }

    void merge(state& left, state& right) const
    {
        if (!left) left = std::move(right);
    }
};

template <class Chain>
struct check_ordered {
    static_assert(!Chain::pulled, "weft: bridged input has no order: use the `any` form, or par_bridge(...).ordered()");
};

}  // namespace detail

template <class Self>
template <class P>
bool par_iterator<Self>::any_of(P p, place where)
{
    const auto region = this->region_at(where);
    auto hits = filter(std::move(p));
    return detail::drive(std::as_const(hits), detail::exists_consumer{});
}

template <class Self>
template <class P>
bool par_iterator<Self>::all_of(P p, place where)
{
    const auto region = this->region_at(where);
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    const auto f = detail::local_function(p);
    return !any_of([f](const auto& item) { return !static_cast<bool>(detail::call(f, item)); }, where);
}

template <class Self>
template <class P>
bool par_iterator<Self>::none_of(P p, place where)
{
    const auto region = this->region_at(where);
    return !any_of(std::move(p), where);
}

template <class Self>
template <class P>
auto par_iterator<Self>::find_any(P p, place where)
{
    const auto region = this->region_at(where);
    const auto hits = filter(std::move(p));
    return detail::drive(hits, detail::take_any_consumer<detail::kept_t<typename Self::item>>{});
}

template <class Self>
template <class P>
auto par_iterator<Self>::find_first(P p, place where)
{
    const auto region = this->region_at(where);
    detail::check_ordered<Self>();
    const auto hits = filter(std::move(p));
    return detail::drive(hits, detail::take_first_consumer<detail::kept_t<typename Self::item>>{});
}

namespace detail {

/// (index, item) -> the index, if p(item).
template <class P>
struct number_if {
    P p;

    template <class Item>
    [[gnu::always_inline]] std::optional<std::size_t> operator()(std::size_t i, Item&& item) const
    {
        const std::remove_reference_t<Item>& seen = item;
        if (detail::call(p, seen)) return i;
        return std::nullopt;
    }
};

}  // namespace detail

template <class Self>
template <class P>
std::optional<std::size_t> par_iterator<Self>::position_first(P p, place where)
{
    const auto region = this->region_at(where);
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    const auto hits = enumerate().filter_map(detail::number_if<P>{std::move(p)});
    return detail::drive(hits, detail::take_first_consumer<std::size_t>{});
}

}  // namespace weft
