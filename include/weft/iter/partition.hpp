// weft/iter/partition.hpp - partition: two vectors.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/collect.hpp>
#include <weft/iter/par_iterator.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class T, class P>
struct partition_consumer {
    struct state {
        gathered<T> yes;
        gathered<T> no;
    };

    const P& p;

    struct sink {
        typename gathered<T>::writer yes;
        typename gathered<T>::writer no;
        const local_function_t<P> p;

        template <class X>
        go_on operator()(X&& x)
        {
            const std::remove_reference_t<X>& seen = x;
            if (detail::call(p, seen)) {
                yes.push(std::forward<X>(x));
            } else {
                no.push(std::forward<X>(x));
            }
            return {};
        }
    };

    state make(std::size_t) const { return {}; }

    template <class S, class Piece>
    bool run(const S& source, Piece&& piece, state& st) const
    {
        using writer = typename gathered<T>::writer;
        sink both{writer(st.yes), writer(st.no), detail::local_function(p)};
        return source.run(piece, both);
    }

    void merge(state& left, state& right) const
    {
        left.yes.append(right.yes);
        left.no.append(right.no);
    }
};

}  // namespace detail

template <class Self>
template <class P>
auto par_iterator<Self>::partition(P p, place where)
{
    const auto region = this->region_at(where);
    using value = detail::kept_t<typename Self::item>;
    detail::check_predicate<P, const std::remove_reference_t<typename Self::item>&>();
    const Self self(moved());
    auto lists = detail::drive(self, detail::partition_consumer<value, P>{p});
    return std::pair<std::vector<value>, std::vector<value>>(detail::vector_of(std::move(lists.yes)),
                                                             detail::vector_of(std::move(lists.no)));
}

}  // namespace weft
