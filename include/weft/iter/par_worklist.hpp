// weft/iter/par_worklist.hpp - par_worklist: a loop over items that add items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/iter/detail/call.hpp>
#include <weft/iter/detail/control.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

template <class Seeds, class F>
void par_worklist(Seeds&& seeds, F f, detail::code_place where = detail::code_place::here());

/// Where the function of par_worklist puts more items.
///
/// Thread safety: to be used only within the call that it was passed to, on the thread of that call.
template <class T>
class feeder {
public:
    feeder(const feeder&) = delete;
    feeder& operator=(const feeder&) = delete;

    /// Adds an item; it may run before or after those that are already there. Throws std::bad_alloc and what moving
    /// throws.
    void add(T item) { items_.push_back(std::move(item)); }

    /// Ends the loop soon: calls that have begun are finished, items that have not are dropped.
    void stop() noexcept { control_.stop(); }

private:
    template <class Seeds, class F>
    friend void par_worklist(Seeds&& seeds, F f, detail::code_place where);

    feeder(std::vector<T>& items, detail::control& control) : items_(items), control_(control) {}

    std::vector<T>& items_;
    detail::control& control_;
};

/// Calls f(item, more) for every item of `seeds`, and for every item that a call adds with more.add(x): for searches
/// and traversals, where working on one thing finds others. f may also take the item alone. Returns when no item is
/// left, or soon after a call has said more.stop().
///
///     weft::par_worklist(std::vector{root}, [&](node* n, weft::feeder<node*>& more) {
///         visit(*n);
///         for (node* child : n->children) more.add(child);
///     });
///
/// Each thread works on a list of its own, newest item first, so that memory grows with the depth of the search rather
/// than its width; a thread that has nothing to do is given the older half of another one's list. Items of a moved
/// range are moved, others copied; f gets them to move from.
///
/// Throws:   what f or copying an item threw first, after all calls have ended; items that have not begun are dropped.
/// Order:    none, except that adding an item happens before it is run; all calls happen before the return.
/// Cost:     a few nanoseconds per item; one allocation each time a list is divided.
/// Example:  examples/iter/par_worklist.cpp
/// See also: par_walk_tree, which keeps an order.
template <class Seeds, class F>
void par_worklist(Seeds&& seeds, F f, detail::code_place where)
{
    static_assert(std::ranges::input_range<Seeds>, "weft: par_worklist needs a range of items to begin with");
    using item = std::ranges::range_value_t<Seeds>;
    constexpr bool takes_feeder = std::is_invocable_v<const F&, item&&, feeder<item>&>;
    static_assert(takes_feeder || std::is_invocable_v<const F&, item&&>,
                  "weft: the function given to par_worklist must take an item and a weft::feeder<item>&, or an item "
                  "alone, and be callable through a const reference");

    struct runner {
        const F& f;
        task_scope& scope;
        detail::control& control;

        void work(std::vector<item>& mine) const noexcept
        {
            try {
                weft::with_context([&](fork_context c) { run(c, mine); });
            } catch (...) {
                control.fail();
            }
        }

        void run(fork_context c, std::vector<item>& mine) const
        {
            feeder<item> more(mine, control);
            while (!mine.empty() && !control.stopped()) {
                if (mine.size() > 1 && c.wanted()) share(mine);
                item next = std::move(mine.back());
                mine.pop_back();
                if constexpr (takes_feeder) {
                    f(std::move(next), more);
                } else {
                    f(std::move(next));
                }
            }
        }

        /// Gives the older half away.
        [[gnu::noinline]] void share(std::vector<item>& mine) const
        {
            const auto middle = mine.begin() + static_cast<std::ptrdiff_t>(mine.size() / 2);
            std::vector<item> others(std::make_move_iterator(mine.begin()), std::make_move_iterator(middle));
            mine.erase(mine.begin(), middle);
            scope.spawn([self = *this, list = std::move(others)]() mutable { self.work(list); });
            weft::poll();  // whoever asked has been answered
        }
    };

    detail::control control;
    const detail::observed_region region(where);
    detail::scope_in_region([&](task_scope& s) {
        std::vector<item> mine;
        try {
            for (auto&& seed : seeds) {
                if constexpr (std::is_lvalue_reference_v<Seeds> || std::ranges::view<std::remove_cvref_t<Seeds>>) {
                    mine.push_back(std::forward<decltype(seed)>(seed));
                } else {
                    mine.push_back(std::move(seed));
                }
            }
        } catch (...) {
            control.fail();
        }
        runner{f, s, control}.work(mine);
    });
    control.rethrow();
}

}  // namespace weft
