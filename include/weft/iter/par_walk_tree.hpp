// weft/iter/par_walk_tree.hpp - par_walk_tree: the nodes of a tree that becomes known only as it is walked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/iter/collect.hpp>
#include <weft/iter/detail/control.hpp>
#include <weft/iter/detail/gather.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// A container that came by value: nobody else has its elements.
template <class R>
constexpr bool owned =
    std::is_rvalue_reference_v<R> && !std::is_const_v<std::remove_reference_t<R>> &&
    !std::ranges::borrowed_range<std::remove_cvref_t<R>> && !std::ranges::view<std::remove_cvref_t<R>>;

/// Walks a tree depth first with a stack of its own, so that a deep tree does not use up the thread's stack. The stack
/// holds what is still to be walked, in the order of the result from the top. A worker that is asked for work gives the
/// older half away: it comes after everything that the worker itself still finds, so the worker that takes it writes a
/// part of the result that is linked in right after. Nobody waits for anybody before the end.
template <class Node, class Children, bool ParentsFirst>
class tree_walk {
    struct entry {
        Node node;
        bool left;  // its children lie above or are done
    };

    /// What one worker has found without a gap. `next` is written by whoever works on it, until its walk ends.
    struct part {
        gathered<Node> nodes;
        part* next = nullptr;
    };

public:
    explicit tree_walk(const Children& children) : children_(children) {}
    tree_walk(const tree_walk&) = delete;
    tree_walk& operator=(const tree_walk&) = delete;
    ~tree_walk()
    {
        while (first_.next != nullptr) detail::dispose(std::exchange(first_.next, first_.next->next));
    }

    std::vector<Node> run(Node root, code_place where)
    {
        const observed_region region(where);
        detail::scope_in_region([&](task_scope& s) {
            std::vector<entry> pending;
            pending.push_back({std::move(root), false});
            work(s, first_, pending);
        });
        control_.rethrow();
        gathered<Node> all;
        for (part* p = detail::address_of(first_); p != nullptr; p = p->next) all.append(p->nodes);
        return detail::vector_of(std::move(all));
    }

private:
    void work(task_scope& s, part& mine, std::vector<entry>& pending) noexcept
    {
        try {
            weft::with_context([&](fork_context c) { walk(c, s, mine, pending); });
        } catch (...) {
            control_.fail();
        }
    }

    void walk(fork_context c, task_scope& s, part& mine, std::vector<entry>& pending)
    {
        typename gathered<Node>::writer found(mine.nodes);
        std::vector<Node> below;
        while (!pending.empty() && !control_.stopped()) {
            if (pending.size() > 1 && c.wanted()) share(s, mine, pending);
            entry next = std::move(pending.back());
            pending.pop_back();
            if (next.left) {
                found.push(std::move(next.node));
                continue;
            }
            list_children(next.node, below);
            if constexpr (ParentsFirst) {
                found.push(std::move(next.node));
            } else {
                if (below.empty()) {
                    found.push(std::move(next.node));
                    continue;
                }
                pending.push_back({std::move(next.node), true});
            }
            for (; !below.empty(); below.pop_back()) pending.push_back({std::move(below.back()), false});
        }
    }

    void list_children(const Node& node, std::vector<Node>& below) const
    {
        auto&& list = detail::invoke(children_, node);
        for (auto&& child : list) {
            if constexpr (owned<decltype(list)>) {
                below.emplace_back(std::move(child));
            } else {
                below.emplace_back(std::forward<decltype(child)>(child));
            }
        }
    }

    [[gnu::noinline]] void share(task_scope& s, part& mine, std::vector<entry>& pending)
    {
        const auto middle = pending.begin() + static_cast<std::ptrdiff_t>(pending.size() / 2);
        std::vector<entry> later(std::make_move_iterator(pending.begin()), std::make_move_iterator(middle));
        pending = std::vector<entry>(std::make_move_iterator(middle), std::make_move_iterator(pending.end()));
        part* const behind = detail::make<part>();
        behind->next = std::exchange(mine.next, behind);
        s.spawn([this, &s, behind, later = std::move(later)]() mutable { work(s, *behind, later); });
        weft::poll();  // whoever asked has been answered
    }

    const Children& children_;
    control control_;
    part first_;
};

template <bool ParentsFirst, class Node, class Children>
auto walk_tree(Node&& root, const Children& children, code_place where)
{
    static_assert(std::is_invocable_v<const Children&, const Node&>,
                  "weft: the function given to par_walk_tree must take a node by const reference, and be callable "
                  "through a const reference");
    if constexpr (std::is_invocable_v<const Children&, const Node&>) {
        static_assert(std::ranges::input_range<std::invoke_result_t<const Children&, const Node&>>,
                      "weft: the function given to par_walk_tree must return a range of nodes");
    }
    return weft::par_iter(tree_walk<Node, Children, ParentsFirst>(children).run(std::move(root), where));
}

}  // namespace detail

/// All nodes of the tree below `root`, parents before children, in the order in which a recursion would visit them.
/// `children(node)` returns a range of nodes; several threads call it at once, once for each node.
///
/// Throws:  what `children` or moving a node threw first.
/// Order:   that of the recursion, no matter which thread walked which part; the nodes are indexed.
/// Cost:    the tree is walked here, by all threads: each works down a part of its own and gives half of what it has
///          put off to a thread that has nothing to do. The result is a vector of nodes.
/// Example: examples/demos/walk.hpp
/// See also: par_worklist, which keeps no order and no nodes.
template <class Node, class Children>
auto par_walk_tree(Node root, Children children, detail::code_place where = detail::code_place::here())
{
    return detail::walk_tree<true>(std::move(root), children, where);
}

/// The same as par_walk_tree, under a name that says the order.
template <class Node, class Children>
auto par_walk_tree_prefix(Node root, Children children, detail::code_place where = detail::code_place::here())
{
    return detail::walk_tree<true>(std::move(root), children, where);
}

/// All nodes of the tree below `root`, children before parents.
template <class Node, class Children>
auto par_walk_tree_postfix(Node root, Children children, detail::code_place where = detail::code_place::here())
{
    return detail::walk_tree<false>(std::move(root), children, where);
}

}  // namespace weft
