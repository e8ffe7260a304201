// weft/iter/find_map.hpp - find_last, find_map_*, position_any, position_last and positions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/filter.hpp>
#include <weft/iter/find.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/take.hpp>
#include <weft/iter/zip.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

namespace detail {

/// Takes the last item in order. Pieces before the best one so far are not run.
template <class T>
struct take_last_consumer {
    using state = std::optional<T>;

    // Written by all, and only ever raised: where the rightmost block with an item begins. Relaxed, because it is only
    // a hint that saves work: which item is the last is decided when the pieces are merged in order.
    mutable atomic<std::size_t> best{0};

    struct sink {
        state& last;
        bool any = false;

        template <class X>
        go_on operator()(X&& x)
        {
            last.emplace(std::forward<X>(x));
            any = true;
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    [[nodiscard]] bool wants(piece p) const { return p.hi > best.load(order::relaxed); }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink taker{st};
        const bool more = source.run(p, taker);
        if (taker.any) {
            std::size_t seen = best.load(order::relaxed);
            while (p.lo > seen && !best.compare_exchange_weak(seen, p.lo, order::relaxed, order::relaxed)) {}
        }
        return more;
    }

    void merge(state& left, state& right) const
    {
        if (right) left = std::move(right);
    }
};

/// The last of the items of a chain that `pick` keeps: searched from the end, where the chain can be read backwards.
template <class Chain, class Pick>
auto last_of(Chain&& chain, Pick pick)
{
    if constexpr (Chain::index_grade == indexing::random) {
        const auto hits = pick(std::move(chain).rev());
        using value = kept_t<typename decltype(hits)::item>;
        return detail::drive(hits, take_first_consumer<value>{});
    } else {
        const auto hits = pick(std::move(chain));
        using value = kept_t<typename decltype(hits)::item>;
        return detail::drive(hits, take_last_consumer<value>{});
    }
}

}  // namespace detail

template <class Self>
template <class P>
auto par_iterator<Self>::find_last(P p, place where)
{
    const auto region = this->region_at(where);
    detail::check_ordered<Self>();
    return detail::last_of(moved(), [&](auto&& chain) { return std::move(chain).filter(std::move(p)); });
}

template <class Self>
template <class F>
auto par_iterator<Self>::find_map_any(F f, place where)
{
    const auto region = this->region_at(where);
    const auto hits = filter_map(std::move(f));
    return detail::drive(hits, detail::take_any_consumer<detail::kept_t<typename decltype(hits)::item>>{});
}

template <class Self>
template <class F>
auto par_iterator<Self>::find_map_first(F f, place where)
{
    const auto region = this->region_at(where);
    detail::check_ordered<Self>();
    const auto hits = filter_map(std::move(f));
    return detail::drive(hits, detail::take_first_consumer<detail::kept_t<typename decltype(hits)::item>>{});
}

template <class Self>
template <class F>
auto par_iterator<Self>::find_map_last(F f, place where)
{
    const auto region = this->region_at(where);
    detail::check_ordered<Self>();
    return detail::last_of(moved(), [&](auto&& chain) { return std::move(chain).filter_map(std::move(f)); });
}

template <class Self>
template <class P>
auto par_iterator<Self>::positions(P p)
{
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    return enumerate().filter_map(detail::number_if<P>{std::move(p)});
}

template <class Self>
template <class P>
std::optional<std::size_t> par_iterator<Self>::position_any(P p, place where)
{
    const auto region = this->region_at(where);
    const auto hits = positions(std::move(p));
    return detail::drive(hits, detail::take_any_consumer<std::size_t>{});
}

template <class Self>
template <class P>
std::optional<std::size_t> par_iterator<Self>::position_last(P p, place where)
{
    const auto region = this->region_at(where);
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    return detail::last_of(enumerate(), [&](auto&& numbered) {
        return std::move(numbered).filter_map(detail::number_if<P>{std::move(p)});
    });
}

}  // namespace weft
