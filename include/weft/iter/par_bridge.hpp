// weft/iter/par_bridge.hpp - par_bridge: a chain over input that comes one item after the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/iter/detail/held_range.hpp>
#include <weft/iter/detail/pull_runner.hpp>
#include <weft/iter/generate.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class R>
class bridge_source : public par_iterator<bridge_source<R>>, public source_base {
    using range = std::remove_reference_t<R>;
    using reference = std::ranges::range_reference_t<range>;
    static constexpr bool owns_elements = !std::is_lvalue_reference_v<R> && !std::ranges::view<range>;

    /// Elements that stay where they are can be handed out by address; others are taken as values while the input is
    /// locked, because the input may reuse the object that it shows.
    static constexpr bool by_address = std::ranges::forward_range<range> && std::is_lvalue_reference_v<reference>;

public:
    static constexpr indexing index_grade = indexing::none;
    static constexpr bool pulled = true;
    using value = std::ranges::range_value_t<range>;
    using item = std::conditional_t<by_address && !owns_elements, reference, value&&>;

    explicit bridge_source(R&& r) : held_(std::forward<R>(r)) {}

    /// Some items of the input, on their way through the chain: one at a time, unless they can be read again, because
    /// what the input gives next, and when, may depend on what becomes of the item before it.
    struct batch;

    /// Some items of a batch.
    struct batch_part {
        batch& of;
        piece at;
    };

    struct batch {
        using slot = std::conditional_t<by_address, std::remove_reference_t<reference>*, value>;
        static constexpr std::size_t most = std::ranges::forward_range<range> ? 4096 : 1;
        std::vector<slot> slots;
        std::size_t limit = 1;

        [[nodiscard]] bool empty() const { return slots.empty(); }
        [[nodiscard]] std::size_t size() const { return slots.size(); }
        void clear() { slots.clear(); }
        batch_part part(piece p) { return {*this, p}; }
    };

    [[nodiscard]] batch make_batch() const { return {}; }

    /// Takes up to batch.limit items; one thread at a time. Returns false if the input has ended.
    bool pull(batch& b) const
    {
        b.slots.reserve(b.limit);
        // Input that has thrown or has ended is not touched again.
        if (std::exchange(ended_, true)) return false;
        if (!next_) next_.emplace(std::ranges::begin(held_.get()));
        const auto end = std::ranges::end(held_.get());
        auto& next = *next_;
        for (std::size_t n = 0; n < b.limit; ++n) {
            // An input iterator steps only when an item is wanted: it may block, or be the last one.
            if (pending_step_) {
                pending_step_ = false;
                ++next;
            }
            if (next == end) return false;
            if constexpr (by_address) {
                b.slots.push_back(detail::address_of(*next));
            } else {
                b.slots.push_back(*next);
            }
            pending_step_ = true;
        }
        ended_ = false;
        return true;
    }

    /// Runs a whole chain over this input.
    template <class Chain, class K>
    static void run_pulled(fork_context c, const Chain& chain, const K& consumer, control& stop, typename K::state& st)
    {
        pull_runner<Chain, K>(chain, consumer, stop).run(c, st);
    }

    template <class Sink>
    auto run(batch_part p, Sink& sink) const
    {
        return run_part(p.of, p.at.lo, p.at.hi, sink);
    }

    /// Items from .. to - 1 of a batch.
    template <class Sink>
    static auto run_part(batch& b, std::size_t from, std::size_t to, Sink& sink)
    {
        using result = answer<Sink, item>;
        for (std::size_t i = from; i < to; ++i) {
            auto& slot = b.slots[i];
            if constexpr (by_address) {
                if (!sink(static_cast<item>(*slot))) return result(false);
            } else {
                if (!sink(std::move(slot))) return result(false);
            }
        }
        return result(true);
    }

    /// The same input with its order kept: it is read in windows of up to some thousand items; the items of a window
    /// run in parallel, and the next one is read when they are done. collect, find_first, reduce and the like see the
    /// order of the input; memory is bounded by the window.
    auto ordered();

private:
    mutable held_range<R> held_;
    mutable std::optional<std::ranges::iterator_t<range>> next_;
    mutable bool pending_step_ = false;
    mutable bool ended_ = false;
};

/// The input in windows.
template <class R>
class ordered_source : public par_iterator<ordered_source<R>>, public source_base {
public:
    static constexpr indexing index_grade = indexing::none;
    static constexpr bool windowed = true;
    using item = typename bridge_source<R>::item;

    explicit ordered_source(bridge_source<R>&& input) : input_(std::move(input)) {}

    [[nodiscard]] std::size_t window_begin() const { return first_; }
    [[nodiscard]] std::size_t extent() const { return first_ + window_.size(); }

    /// Called between the windows, on one thread.
    bool refill() const
    {
        first_ += window_.size();
        window_.clear();
        window_.limit = length_;
        if (length_ < most) length_ *= 2;
        input_.pull(window_);
        return !window_.empty();
    }

    template <class Sink>
    auto run(piece p, Sink& sink) const
    {
        return bridge_source<R>::run_part(window_, p.lo - first_, p.hi - first_, sink);
    }

private:
    static constexpr std::size_t most = 8192;

    bridge_source<R> input_;
    mutable typename bridge_source<R>::batch window_;
    mutable std::size_t first_ = 0;
    mutable std::size_t length_ = 64;
};

template <class R>
auto bridge_source<R>::ordered()
{
    return ordered_source<R>(std::move(*this));
}

}  // namespace detail

/// A parallel chain over any input range: workers take turns to pull an item, and run it. Use it for input that has no
/// other way in (streams, generators, lists); an array is better off with par_iter. A function without arguments that
/// returns a std::optional, empty at the end, is input as well: see generate.
///
/// For an lvalue range whose elements last, the items are references to them; for an rvalue container, and for input
/// that is read once, the items are values to move from.
///
/// Input that is read once is pulled item by item, and each item is run before its thread asks for the next: so the
/// input may wait for what the loop makes of earlier items: it may be a channel that the loop itself sends to. A
/// forward range is pulled in batches, which grow while the input and the loop are quick.
///
/// Order:    none: what keeps order elsewhere (collect, fold, reduce with an operation that does not commute) sees the
///           items in any order here. `par_bridge(r).ordered()` keeps the order.
/// Blocking: at most one thread of the pool is in the input. Others that run out of items meanwhile do something else;
///           the one that runs the loop waits for them, as scope does. Input that waits for long, or for tasks of the
///           same pool, should do so in weft::blocking: then the pool has another thread meanwhile.
/// Throws:   what the range throws, too; the range is not touched again then.
/// Cost:     some 10 ns per item for one thread, and 100 to 200 ns more where threads take turns, which they do only if
///           items take longer; less in batches.
/// Example:  examples/iter/par_bridge.cpp
template <class R>
auto par_bridge(R&& r)
{
    if constexpr (!std::ranges::input_range<R> && detail::gives_next<std::remove_cvref_t<R>>) {
        return weft::par_bridge(weft::generate(std::forward<R>(r)));
    } else {
        static_assert(std::ranges::input_range<R>,
                      "weft: par_bridge needs an input range, or a function without arguments that returns a "
                      "std::optional, which is empty at the end");
        return detail::bridge_source<R>(std::forward<R>(r));
    }
}

}  // namespace weft
