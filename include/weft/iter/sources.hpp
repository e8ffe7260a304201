// weft/iter/sources.hpp - par_repeat, par_repeat_n, par_once, par_empty, par_drain, par_split_with.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/ranges.hpp>
#include <weft/base/throw.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_walk_tree.hpp>  // IWYU pragma: export

#include <array>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// The same value for every number.
template <class T>
struct always {
    T value;

    T operator()(std::size_t) const { return value; }
};

}  // namespace detail

/// `value`, n times. Each item is a copy.
template <class T>
auto par_repeat_n(T value, std::size_t n)
{
    static_assert(std::is_copy_constructible_v<T>, "weft: each item is a copy of this value, so it must be copyable");
    return weft::par_range(std::size_t{0}, n).map(detail::always<T>{std::move(value)});
}

/// `value` without end: for zip, and with take.
template <class T>
auto par_repeat(T value)
{
    return weft::par_repeat_n(std::move(value), static_cast<std::size_t>(-1));
}

/// One item.
template <class T>
auto par_once(T value)
{
    return weft::par_iter(std::array<T, 1>{std::move(value)});
}

/// No items.
template <class T>
auto par_empty()
{
    return weft::par_iter(std::vector<T>());
}

/// All elements of a container, moved out; the container is empty when par_drain returns.
template <class C>
auto par_drain(C& container)
{
    if constexpr (detail::container_adaptor<C>) {
        return weft::par_drain(detail::adaptor_opener<C>::container_of(container));
    } else {
        C taken = std::move(container);
        container.clear();
        return weft::par_iter(std::move(taken));
    }
}

/// Elements first .. last - 1 of a std::vector, std::deque or std::string, moved out; they are no longer in the
/// container when par_drain returns. Throws std::out_of_range if they are not there.
template <class C>
auto par_drain(C& container, std::size_t first, std::size_t last)
{
    if (first > last || last > container.size()) detail::throw_out_of_range("weft: par_drain: no such elements");
    const auto begin = container.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = container.begin() + static_cast<std::ptrdiff_t>(last);
    std::vector<std::ranges::range_value_t<C>> taken(std::make_move_iterator(begin), std::make_move_iterator(end));
    container.erase(begin, end);
    return weft::par_iter(std::move(taken));
}

/// What `data` falls into when it is divided again and again: `f(data)` gives a pair, the first part and (a
/// std::optional) the second, if there is one. The parts keep their order; none is divided further once there are some
/// hundreds, so how many there are depends on the data alone.
///
/// Cost: the division is done here, on this thread.
template <class D, class F>
auto par_split_with(D data, F f)
{
    static_assert(
        requires(D d) {
            D(std::move(f(std::move(d)).first));
            static_cast<bool>(f(std::move(d)).second);
            D(*f(std::move(d)).second);
        }, "weft: the function given to par_split_with must return a pair: a part, and an optional of the other one");
    constexpr std::size_t enough = 256;
    struct part {
        D data;
        bool whole;  // cannot be divided
    };
    std::vector<part> parts;
    parts.push_back({std::move(data), false});
    for (bool divided = true; divided && parts.size() < enough;) {
        divided = false;
        std::vector<part> next;
        next.reserve(2 * parts.size());
        for (part& p : parts) {
            if (p.whole) {
                next.push_back(std::move(p));
                continue;
            }
            auto [first, second] = f(std::move(p.data));
            next.push_back({std::move(first), !second.has_value()});
            if (second) {
                next.push_back({std::move(*second), false});
                divided = true;
            }
        }
        parts = std::move(next);
    }
    std::vector<D> all;
    all.reserve(parts.size());
    for (part& p : parts) all.push_back(std::move(p.data));
    return weft::par_iter(std::move(all));
}

}  // namespace weft
