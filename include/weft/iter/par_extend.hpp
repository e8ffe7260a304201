// weft/iter/par_extend.hpp - par_extend: appends the items of a chain to what a container has.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/collect.hpp>
#include <weft/iter/detail/raw_vector.hpp>
#include <weft/iter/par_iter.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// Room for n more elements, growing as push_back would.
template <class T>
void reserve_more(std::vector<T>& v, std::size_t n)
{
    if (v.capacity() - v.size() >= n) return;
    const std::size_t twice = v.capacity() > v.max_size() / 2 ? v.max_size() : 2 * v.capacity();
    v.reserve(v.size() + n > twice ? v.size() + n : twice);
}

template <class T, class S>
std::size_t extend_vector(std::vector<T>& v, const S& source)
{
    if constexpr (vector_opens<T> && S::index_grade != indexing::none) {
        const std::size_t n = source.extent();
        if (n > v.max_size() - v.size()) throw_length_error("weft: par_extend: the vector would be too long");
        detail::reserve_more(v, n);
        auto elements = detail::drive(source, in_place_consumer<T>{v.data() + v.size()});
        elements.give_up();
        vector_opener<T>::set_size(v, v.size() + n);
        return n;
    } else {
        auto items = detail::drive(source, gather_consumer<T>{});
        const std::size_t n = items.size();
        detail::reserve_more(v, n);
        if constexpr (vector_opens<T> && std::is_nothrow_move_constructible_v<T>) {
            detail::move_to(v.data() + v.size(), items);
            vector_opener<T>::set_size(v, v.size() + n);
        } else {
            detail::append_all(v, std::move(items));
        }
        return n;
    }
}

}  // namespace detail

/// Appends the items of a chain or the elements of a range to a container, in order, and returns how many there were.
/// What the chain reads must not be the container itself.
///
/// Throws: what the chain and the elements throw; std::length_error if a vector would be too long. If making an item
///         throws, the container has what it had; a container other than a vector may have some of the items if
///         inserting one throws.
/// Cost:   a vector grows as push_back does, and items of indexed chains are made in place by all threads. Other items
///         are gathered first and then moved; into containers other than vectors, by this thread.
/// Example: examples/iter/par_iter.cpp
template <class C, class R>
std::size_t par_extend(C& container, R&& r)
{
    const auto source = detail::as_source(std::forward<R>(r));
    using item = typename std::remove_cvref_t<decltype(source)>::item;
    if constexpr (detail::is_std_vector<C> && !std::is_same_v<C, std::vector<bool>>) {
        static_assert(std::is_constructible_v<typename C::value_type, item>,
                      "weft: the items of this chain cannot be converted to the elements of that container");
        return detail::extend_vector(container, source);
    } else {
        auto items = detail::drive(source, detail::gather_consumer<detail::kept_t<item>>{});
        const std::size_t n = items.size();
        detail::append_all(container, std::move(items));
        return n;
    }
}

}  // namespace weft
