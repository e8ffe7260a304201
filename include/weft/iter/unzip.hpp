// weft/iter/unzip.hpp - unzip: the parts of the items in vectors of their own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/collect.hpp>
#include <weft/iter/detail/gather.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class Parts>
struct unzip_consumer;

template <class... T>
struct unzip_consumer<std::tuple<T...>> {
    using state = std::tuple<gathered<T>...>;
    using numbers = std::index_sequence_for<T...>;

    template <class Numbers>
    struct sink_of;
    template <std::size_t... I>
    struct sink_of<std::index_sequence<I...>> {
        std::tuple<typename gathered<T>::writer...> lists;

        explicit sink_of(state& st) : lists(std::get<I>(st)...) {}

        template <class X>
        go_on operator()(X&& x)
        {
            (std::get<I>(lists).push(std::get<I>(std::forward<X>(x))), ...);
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink_of<numbers> all(st);
        return source.run(p, all);
    }

    void merge(state& left, state& right) const { append(left, right, numbers()); }

private:
    template <std::size_t... I>
    static void append(state& left, state& right, std::index_sequence<I...>)
    {
        (std::get<I>(left).append(std::get<I>(right)), ...);
    }
};

/// The types of the parts of a kept item.
template <class T>
struct parts_tuple;
template <class... T>
struct parts_tuple<std::tuple<T...>> {
    using type = std::tuple<T...>;
    using result = std::tuple<std::vector<T>...>;
};
template <class A, class B>
struct parts_tuple<std::tuple<A, B>> {
    using type = std::tuple<A, B>;
    using result = std::pair<std::vector<A>, std::vector<B>>;
};
template <class A, class B>
struct parts_tuple<std::pair<A, B>> : parts_tuple<std::tuple<A, B>> {};

}  // namespace detail

template <class Self>
auto par_iterator<Self>::unzip()
{
    using value = detail::kept_t<typename Self::item>;
    static_assert(detail::parts_of<value> > 0, "weft: unzip needs items that are tuples or pairs");
    using parts = detail::parts_tuple<value>;
    const Self self(moved());
    auto lists = detail::drive(self, detail::unzip_consumer<typename parts::type>{});
    return std::apply([](auto&... list) { return typename parts::result(detail::vector_of(std::move(list))...); },
                      lists);
}

}  // namespace weft
