// weft/iter/unzip.hpp - unzip and unzip_into: the parts of the items in vectors of their own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/collect.hpp>
#include <weft/iter/detail/gather.hpp>
#include <weft/iter/detail/raw_vector.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/seam/construct.hpp>

#include <array>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// Appends each list of a tuple to the one at the same index.
template <class... List>
void append_each(std::tuple<List...>& left, std::tuple<List...>& right)
{
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (std::get<I>(left).append(std::get<I>(right)), ...);
    }(std::index_sequence_for<List...>());
}

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

    void merge(state& left, state& right) const { detail::append_each(left, right); }
};

/// Constructs the parts of item i, each at index i of its room.
template <class Parts>
struct unzip_in_place_consumer;

template <class... T>
struct unzip_in_place_consumer<std::tuple<T...>> {
    using state = std::tuple<constructed<T>...>;
    using numbers = std::index_sequence_for<T...>;

    std::tuple<T*...> rooms;

    template <class Numbers>
    struct sink_of;
    template <std::size_t... I>
    struct sink_of<std::index_sequence<I...>> {
        std::tuple<T*...> next;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            ((detail::construct(std::get<I>(next), std::get<I>(std::forward<X>(x))), ++std::get<I>(next)), ...);
            return {};
        }
    };

    state make(std::size_t position) const { return make(position, numbers()); }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        return run(source, std::forward<Piece>(p), st, numbers());
    }

    void merge(state& left, state& right) const { detail::append_each(left, right); }

private:
    template <std::size_t... I>
    state make(std::size_t position, std::index_sequence<I...>) const
    {
        return state(constructed<T>(std::get<I>(rooms) + position)...);
    }

    template <class S, class Piece, std::size_t... I>
    static bool run(const S& source, Piece&& p, state& st, std::index_sequence<I...>)
    {
        // Even if an item throws, the state knows what has been constructed.
        struct finally {
            sink_of<numbers> writer;
            state& st;
            const std::tuple<T*...> first;
            const std::array<std::size_t, sizeof...(T)> before;
            ~finally()
            {
                (std::get<I>(st).set_count(before[I] +
                                           static_cast<std::size_t>(std::get<I>(writer.next) - std::get<I>(first))),
                 ...);
            }
        } end{{{std::get<I>(st).next()...}}, st, {std::get<I>(st).next()...}, {std::get<I>(st).count()...}};
        return source.run(p, end.writer);
    }
};

/// The parts of all items in vectors, whose storage is taken from `old`.
template <class S, class... T>
std::tuple<std::vector<T>...> unzip_vectors(const S& source, std::tuple<std::vector<T>...>&& old)
{
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        if constexpr (S::index_grade == indexing::none) {
            auto lists = detail::drive(source, unzip_consumer<std::tuple<T...>>{});
            return std::tuple<std::vector<T>...>(detail::vector_of(std::move(std::get<I>(lists)))...);
        } else {
            std::tuple<raw_vector<T>...> all(raw_vector<T>(std::move(std::get<I>(old)), source.extent())...);
            auto elements = detail::drive(
                source, unzip_in_place_consumer<std::tuple<T...>>{std::tuple<T*...>(std::get<I>(all).room()...)});
            return std::tuple<std::vector<T>...>((std::get<I>(elements).give_up(), std::get<I>(all).release())...);
        }
    }(std::index_sequence_for<T...>());
}

/// A vector for each part: a pair of two, else a tuple.
template <class... T>
auto as_pair_or_tuple(std::tuple<T...>&& all)
{
    if constexpr (sizeof...(T) == 2) {
        return std::pair<T...>(std::get<0>(std::move(all)), std::get<1>(std::move(all)));
    } else {
        return std::move(all);
    }
}

template <class Parts>
struct vectors_for;
template <class... T>
struct vectors_for<std::tuple<T...>> {
    using type = std::tuple<std::vector<T>...>;
};

/// The types of the parts of a kept item.
template <class T>
struct parts_tuple;
template <class... T>
struct parts_tuple<std::tuple<T...>> {
    using type = std::tuple<T...>;
};
template <class A, class B>
struct parts_tuple<std::pair<A, B>> : parts_tuple<std::tuple<A, B>> {};

}  // namespace detail

template <class Self>
auto par_iterator<Self>::unzip(place where)
{
    const auto region = this->region_at(where);
    using value = detail::kept_t<typename Self::item>;
    static_assert(detail::parts_of<value> > 0, "weft: unzip needs items that are tuples or pairs");
    using vectors = typename detail::vectors_for<typename detail::parts_tuple<value>::type>::type;
    const Self self(moved());
    return detail::as_pair_or_tuple(detail::unzip_vectors(self, vectors()));
}

template <class Self>
template <class... Vectors>
std::size_t par_iterator<Self>::unzip_into(Vectors&... vectors)
{
    using value = detail::kept_t<typename Self::item>;
    static_assert(detail::parts_of<value> > 0, "weft: unzip needs items that are tuples or pairs");
    static_assert(detail::parts_of<value> == sizeof...(Vectors),
                  "weft: unzip_into needs a std::vector for each part of the items");
    static_assert((detail::is_std_vector<Vectors> && ...), "weft: unzip_into replaces std::vectors");
    const Self self(moved());
    std::tie(vectors...) = detail::unzip_vectors(self, std::tuple<Vectors...>(std::move(vectors)...));
    return std::get<0>(std::tie(vectors...)).size();
}

}  // namespace weft
