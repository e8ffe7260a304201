// weft/iter/for_each.hpp - for_each and count.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/filter.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/simd/reduce.hpp>

#include <cstddef>
#include <utility>

namespace weft {

namespace detail {

template <class F>
struct for_each_consumer {
    struct state {};
    const F& f;

    struct sink {
        const local_function_t<F> f;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&& x)
        {
            detail::call(f, std::forward<X>(x));
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state&) const
    {
        sink each{detail::local_function(f)};
        return source.run(p, each);
    }

    void merge(state&, state&) const {}
};

struct count_consumer {
    using state = std::size_t;

    struct sink {
        std::size_t n;

        template <class X>
        [[gnu::always_inline]] go_on operator()(X&&)
        {
            ++n;
            return {};
        }
        template <class X>
        [[gnu::always_inline]] go_on when(bool keep, X&&)
        {
            n += keep ? 1 : 0;
            return {};
        }
    };

    state make(std::size_t) const { return 0; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        sink counter{0};
        const bool more = source.run(p, counter);
        st += counter.n;
        return more;
    }

    void merge(state& left, state& right) const { left += right; }
};

/// Counts how many of some contiguous numbers equal a given one.
template <class T>
struct count_equal_consumer {
    using state = std::size_t;

    T value;

    state make(std::size_t) const { return 0; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& p, state& st) const
    {
        st += simd::count(source.numbers(p), value);
        return true;
    }
    template <class S>
    std::size_t least_piece(const S&) const
    {
        return 1;
    }

    void merge(state& left, state& right) const { left += right; }
};

}  // namespace detail

template <class Self>
template <class F>
void par_iterator<Self>::for_each(F f, place where)
{
    const auto region = this->region_at(where);
    detail::check_callable<F, typename Self::item>();
    const Self self(moved());
    detail::drive(self, detail::for_each_consumer<F>{f});
}

template <class Self>
std::size_t par_iterator<Self>::count(place where)
{
    if constexpr (Self::index_grade == detail::indexing::none || Self::runs_functions) {
        const auto region = this->region_at(where);
        const Self self(moved());
        return detail::drive(self, detail::count_consumer{});
    } else {
        static_cast<void>(where);
        return size();
    }
}

template <class Self>
template <class V>
std::size_t par_iterator<Self>::count(const V& value, place where)
{
    const auto region = this->region_at(where);
    using item = detail::kept_t<typename Self::item>;
    if constexpr (std::is_arithmetic_v<item> && std::is_arithmetic_v<V>) {
        const item wanted = static_cast<item>(value);
        if constexpr (detail::has_numbers<Self>) {
            const Self self(moved());
            return detail::drive(self, detail::count_equal_consumer<item>{wanted});
        } else {
            return filter([wanted](const item& x) { return x == wanted; }).count(where);
        }
    } else {
        return filter([&value](const auto& x) { return static_cast<bool>(x == value); }).count(where);
    }
}

}  // namespace weft
