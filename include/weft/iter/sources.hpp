// weft/iter/sources.hpp - par_repeat, par_repeat_n, par_once, par_empty, par_drain, par_split_with, par_walk_tree.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/detail/throw.hpp>
#include <weft/iter/par_iter.hpp>

#include <array>
#include <cstddef>
#include <iterator>
#include <numeric>
#include <optional>
#include <ranges>
#include <type_traits>
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
    C taken = std::move(container);
    container.clear();
    return weft::par_iter(std::move(taken));
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

namespace detail {

/// A container that came by value: nobody else has its elements.
template <class R>
constexpr bool owned =
    std::is_rvalue_reference_v<R> && !std::is_const_v<std::remove_reference_t<R>> &&
    !std::ranges::borrowed_range<std::remove_cvref_t<R>> && !std::ranges::view<std::remove_cvref_t<R>>;

/// The nodes of a tree, each with its place. The tree is walked level by level, each level in parallel, so that its
/// depth costs no stack.
template <class Node, class Children>
std::vector<Node> walk_tree(Node root, const Children& children, bool parents_first)
{
    std::vector<Node> nodes;  // by level
    std::vector<std::size_t> parent{0};
    nodes.push_back(std::move(root));
    for (std::size_t begin = 0; begin < nodes.size();) {
        const std::size_t end = nodes.size();
        auto below = weft::par_range(begin, end)
                         .map([&](std::size_t i) {
                             std::vector<Node> mine;
                             auto&& found = children(std::as_const(nodes[i]));
                             for (auto&& child : found) {
                                 if constexpr (owned<decltype(found)>) {
                                     mine.emplace_back(std::move(child));
                                 } else {
                                     mine.emplace_back(std::forward<decltype(child)>(child));
                                 }
                             }
                             return mine;
                         })
                         .to_vector();
        for (std::size_t i = begin; i < end; ++i) {
            for (Node& child : below[i - begin]) {
                nodes.push_back(std::move(child));
                parent.push_back(i);
            }
        }
        begin = end;
    }
    const std::size_t n = nodes.size();
    std::vector<std::size_t> size(n, 1);
    for (std::size_t i = n; i-- > 1;) size[parent[i]] += size[i];
    std::vector<std::size_t> first(n, 0);  // where the subtree begins
    std::vector<std::size_t> next(n, 0);   // where the next child's subtree begins
    next[0] = parents_first ? 1 : 0;
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (i > 0) {
            first[i] = next[parent[i]];
            next[parent[i]] += size[i];
            next[i] = first[i] + (parents_first ? 1 : 0);
        }
        order[parents_first ? first[i] : first[i] + size[i] - 1] = i;
    }
    std::vector<Node> sorted;
    sorted.reserve(n);
    for (std::size_t i : order) sorted.push_back(std::move(nodes[i]));
    return sorted;
}

}  // namespace detail

/// All nodes of the tree below `root`, parents before children, in the order in which a recursion meets them.
/// `children(node)` gives a range of nodes; several threads call it at once.
///
/// Cost: the tree is walked here, level by level in parallel; then the nodes are a vector.
template <class Node, class Children>
auto par_walk_tree(Node root, Children children)
{
    return weft::par_iter(detail::walk_tree(std::move(root), children, true));
}

/// As par_walk_tree; the same as the name that says the order.
template <class Node, class Children>
auto par_walk_tree_prefix(Node root, Children children)
{
    return weft::par_iter(detail::walk_tree(std::move(root), children, true));
}

/// All nodes of the tree below `root`, children before parents.
template <class Node, class Children>
auto par_walk_tree_postfix(Node root, Children children)
{
    return weft::par_iter(detail::walk_tree(std::move(root), children, false));
}

}  // namespace weft
