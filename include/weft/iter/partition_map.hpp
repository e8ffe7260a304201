// weft/iter/partition_map.hpp - partition_map: a vector for each alternative of a variant.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/collect.hpp>
#include <weft/iter/detail/gather.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/unzip.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

/// The alternatives of a std::variant, or something like it: index() says which one get<I>() has. The type is not named
/// here, so that only those who use <variant> have to include it.
template <class V>
struct alternatives {
    static constexpr bool known = false;
};
template <template <class...> class V, class... T>
    requires requires(const V<T...>& v) { static_cast<std::size_t>(v.index()); }
struct alternatives<V<T...>> {
    static constexpr bool known = true;
    using type = std::tuple<T...>;
};

template <class F, class Parts>
struct partition_map_consumer;

template <class F, class... T>
struct partition_map_consumer<F, std::tuple<T...>> {
    using state = std::tuple<gathered<T>...>;

    const F& f;

    template <class Numbers>
    struct sink_of;
    template <std::size_t... I>
    struct sink_of<std::index_sequence<I...>> {
        std::tuple<typename gathered<T>::writer...> lists;
        const local_function_t<F> f;

        sink_of(state& st, const F& g) : lists(std::get<I>(st)...), f(detail::local_function(g)) {}

        template <class X>
        go_on operator()(X&& x)
        {
            auto&& chosen = detail::call(f, std::forward<X>(x));
            const auto which = static_cast<std::size_t>(chosen.index());
            (void)((which == I && (push<I>(std::forward<decltype(chosen)>(chosen)), true)) || ...);
            return {};
        }

        template <std::size_t N, class V>
        void push(V&& chosen)
        {
            using std::get;
            std::get<N>(lists).push(get<N>(std::forward<V>(chosen)));
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink_of<std::index_sequence_for<T...>> all(st, f);
        return source.run(p, all);
    }

    void merge(state& left, state& right) const { detail::append_each(left, right); }
};

}  // namespace detail

template <class Self>
template <class F>
auto par_iterator<Self>::partition_map(F f, place where)
{
    const auto region = this->region_at(where);
    detail::check_callable<F, typename Self::item>();
    using variant = std::remove_cvref_t<detail::call_result<F, typename Self::item>>;
    static_assert(detail::alternatives<variant>::known,
                  "weft: the function given to partition_map must return a std::variant");
    using types = typename detail::alternatives<variant>::type;
    const Self self(moved());
    auto lists = detail::drive(self, detail::partition_map_consumer<F, types>{f});
    return std::apply(
        [](auto&... list) { return detail::as_pair_or_tuple(std::tuple(detail::vector_of(std::move(list))...)); },
        lists);
}

}  // namespace weft
