// weft/iter/flat_map.hpp - flat_map_iter, flat_map, flatten: several items in place of one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/iter/filter.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/range.hpp>

#include <utility>

namespace weft {

namespace detail {

/// The elements of a range that a function returned: those of a container that nobody else holds are moved out.
template <class R>
inline constexpr bool gives_up_elements =
    !std::is_lvalue_reference_v<R> && !std::ranges::view<std::remove_cvref_t<R>> && !std::ranges::borrowed_range<R>;

template <class R>
using inner_item = std::conditional_t<gives_up_elements<R>, moved_item<R>, std::ranges::range_reference_t<R>>;

/// The elements of a range as an inner chain.
template <class R>
struct elements_of {
    std::ranges::iterator_t<R> first;
    std::size_t count;

    [[nodiscard]] std::size_t extent() const { return count; }
    [[nodiscard]] len_bounds bounds() const { return {}; }
    void enter(piece) const {}
    void leave(piece) const {}

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        using result = answer<Sink, inner_item<R>>;
        using step = std::ranges::range_difference_t<R>;
        const auto end = first + static_cast<step>(p.hi);
        for (auto it = first + static_cast<step>(p.lo); it != end; ++it) {
            if constexpr (gives_up_elements<R>) {
                if (!sink(std::ranges::iter_move(it))) return result(false);
            } else {
                if (!sink(*it)) return result(false);
            }
        }
        return result(true);
    }
};

/// `Divides`: whether the ranges may be divided, too.
template <class Base, class F, bool Divides>
class flat_ranges_iter : public par_iterator<flat_ranges_iter<Base, F, Divides>>, public adaptor_base<Base> {
    using range = call_result<F, typename Base::item>;
    static_assert(std::ranges::input_range<range>,
                  "weft: the function given to flat_map or flat_map_iter must return a range");

    static constexpr bool opens_here = Divides && !detail::divides_inside<Base>() &&
                                       std::ranges::random_access_range<range> && std::ranges::sized_range<range>;

public:
    static constexpr indexing index_grade = indexing::none;
    static constexpr bool opens = opens_here || detail::divides_inside<Base>();
    using item = inner_item<range>;

    flat_ranges_iter(Base&& base, F&& f) : adaptor_base<Base>(std::move(base)), f_(std::move(f)) {}

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        if constexpr (opens_here && is_inside<std::remove_cvref_t<Piece>>) {
            return p.items.run(p.part, sink);
        } else {
            flat_sink<Sink> flat{detail::local_function(f_), sink};
            return this->base_.run(p, flat);
        }
    }

    template <class Visit>
    void open(piece p, Visit& visit) const
        requires opens
    {
        if constexpr (opens_here) {
            opener<Visit> here{detail::local_function(f_), visit};
            this->base_.run(p, here);
        } else {
            this->base_.open(p, visit);
        }
    }

private:
    template <class Visit>
    struct opener {
        const local_function_t<F> f;
        Visit& visit;

        template <class X>
        go_on operator()(X&& x)
        {
            auto&& elements = detail::call(f, std::forward<X>(x));
            visit(elements_of<range>{std::ranges::begin(elements),
                                     static_cast<std::size_t>(std::ranges::size(elements))});
            return {};
        }
    };

    template <class Sink>
    struct flat_sink {
        const local_function_t<F> f;
        Sink& sink;

        template <class X>
        [[gnu::always_inline]] auto operator()(X&& x)
        {
            using result = answer<Sink, item>;
            auto&& elements = detail::call(f, std::forward<X>(x));
            auto end = std::ranges::end(elements);
            for (auto it = std::ranges::begin(elements); it != end; ++it) {
                if (!push<result>(it)) return result(false);
            }
            return result(true);
        }

        template <class Result, class It>
        [[gnu::always_inline]] Result push(It& it)
        {
            if constexpr (gives_up_elements<range>) {
                return sink(static_cast<item>(std::ranges::iter_move(it)));
            } else {
                return sink(*it);
            }
        }
    };

    F f_;
};

/// The items of a chain, or the elements of a range, that a function returns for each item, in its place.
template <class Base, class F>
class flat_chains_iter : public par_iterator<flat_chains_iter<Base, F>>, public adaptor_base<Base> {
    using inner = std::remove_cvref_t<call_result<F, typename Base::item>>;
    static_assert(!inner::pulled && !detail::is_windowed<inner>(), "weft: flat_map cannot take bridged input inside");

    static constexpr bool opens_here = !detail::divides_inside<Base>();  // of several flat_maps, the first

public:
    static constexpr indexing index_grade = indexing::none;
    static constexpr bool opens = true;
    using item = typename inner::item;

    flat_chains_iter(Base&& base, F&& f) : adaptor_base<Base>(std::move(base)), f_(std::move(f)) {}

    template <class Piece, class Sink>
    auto run(Piece&& p, Sink& sink) const
    {
        if constexpr (opens_here && is_inside<std::remove_cvref_t<Piece>>) {
            return p.items.run(p.part, sink);
        } else {
            flat_sink<Sink> flat{detail::local_function(f_), sink};
            return this->base_.run(p, flat);
        }
    }

    template <class Visit>
    void open(piece p, Visit& visit) const
    {
        if constexpr (opens_here) {
            opener<Visit> here{detail::local_function(f_), visit};
            this->base_.run(p, here);
        } else {
            this->base_.open(p, visit);
        }
    }

private:
    template <class Visit>
    struct opener {
        const local_function_t<F> f;
        Visit& visit;

        template <class X>
        go_on operator()(X&& x)
        {
            const inner items = detail::call(f, std::forward<X>(x));
            visit(items);
            return {};
        }
    };

    template <class Sink>
    struct flat_sink {
        const local_function_t<F> f;
        Sink& sink;

        template <class X>
        auto operator()(X&& x)
        {
            using result = answer<Sink, item>;
            const inner items = detail::call(f, std::forward<X>(x));
            const piece all{0, items.extent()};
            if (all.hi == 0) return result(true);
            items.enter(all);
            const bool more = items.run(all, sink);
            items.leave(all);
            return result(more);
        }
    };

    F f_;
};

struct as_is {
    template <class X>
    [[gnu::always_inline]] constexpr X&& operator()(X&& x) const
    {
        return std::forward<X>(x);
    }
};

}  // namespace detail

template <class Self>
template <class F>
auto par_iterator<Self>::flat_map(F f)
{
    detail::check_callable<F, typename Self::item>();
    if constexpr (detail::any_chain<detail::call_result<F, typename Self::item>>) {
        return detail::flat_chains_iter<Self, F>(moved(), std::move(f));
    } else {
        return detail::flat_ranges_iter<Self, F, true>(moved(), std::move(f));
    }
}

template <class Self>
auto par_iterator<Self>::flatten()
{
    using item = typename Self::item;
    if constexpr (detail::any_chain<item>) {
        return flat_map(detail::as_is{});
    } else if constexpr (std::ranges::input_range<item>) {
        return flat_map(detail::as_is{});
    } else {
        static_assert(
            requires(item x) {
                static_cast<bool>(x);
                *x;
            }, "weft: flatten needs items that are ranges, chains or optionals");
        return filter_map(detail::as_is{});
    }
}

template <class Self>
template <class F>
auto par_iterator<Self>::flat_map_iter(F f)
{
    detail::check_callable<F, typename Self::item>();
    return detail::flat_ranges_iter<Self, F, false>(moved(), std::move(f));
}

}  // namespace weft
