// weft/iter/flat_map.hpp - flat_map_iter, flat_map, flatten: several items in place of one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/ranges.hpp>
#include <weft/iter/filter.hpp>
#include <weft/iter/par_iterator.hpp>

#include <utility>

namespace weft {

namespace detail {

/// The elements of a range that a function gave: those of a container that nobody else holds are moved out.
template <class R>
inline constexpr bool gives_up_elements =
    !std::is_lvalue_reference_v<R> && !std::ranges::view<std::remove_cvref_t<R>> && !std::ranges::borrowed_range<R>;

template <class R>
using inner_item = std::conditional_t<gives_up_elements<R>, std::ranges::range_rvalue_reference_t<R>,
                                      std::ranges::range_reference_t<R>>;

template <class Base, class F>
class flat_ranges_iter : public par_iterator<flat_ranges_iter<Base, F>>, public adaptor_base<Base> {
    using range = call_result<F, typename Base::item>;
    static_assert(std::ranges::input_range<range>,
                  "weft: the function given to flat_map or flat_map_iter must return a range");

public:
    static constexpr indexing index_grade = indexing::none;
    using item = inner_item<range>;

    flat_ranges_iter(Base&& base, F&& f) : adaptor_base<Base>(std::move(base)), f_(std::move(f)) {}

    template <class Piece, class Sink>
    [[gnu::always_inline]] auto run(Piece&& p, Sink& sink) const
    {
        flat_sink<Sink> flat{local_function(f_), sink};
        return this->base_.run(p, flat);
    }

private:
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
                return sink(std::ranges::iter_move(it));
            } else {
                return sink(*it);
            }
        }
    };

    F f_;
};

/// The items of a chain or the elements of a range that a function gives, in place of each item.
template <class Base, class F>
class flat_chains_iter : public par_iterator<flat_chains_iter<Base, F>>, public adaptor_base<Base> {
    using inner = std::remove_cvref_t<call_result<F, typename Base::item>>;
    static_assert(!inner::streaming && !is_windowed<inner>(), "weft: flat_map cannot take bridged input inside");

public:
    static constexpr indexing index_grade = indexing::none;
    using item = typename inner::item;

    flat_chains_iter(Base&& base, F&& f) : adaptor_base<Base>(std::move(base)), f_(std::move(f)) {}

    template <class Piece, class Sink>
    auto run(Piece&& p, Sink& sink) const
    {
        flat_sink<Sink> flat{local_function(f_), sink};
        return this->base_.run(p, flat);
    }

private:
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
    if constexpr (detail::chain<detail::call_result<F, typename Self::item>>) {
        return detail::flat_chains_iter<Self, F>(moved(), std::move(f));
    } else {
        return flat_map_iter(std::move(f));
    }
}

template <class Self>
auto par_iterator<Self>::flatten()
{
    using item = typename Self::item;
    if constexpr (detail::chain<item>) {
        return flat_map(detail::as_is{});
    } else if constexpr (std::ranges::input_range<item>) {
        return flat_map_iter(detail::as_is{});
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
    return detail::flat_ranges_iter<Self, F>(moved(), std::move(f));
}

}  // namespace weft
