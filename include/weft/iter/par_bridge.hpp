// weft/iter/par_bridge.hpp - par_bridge: a chain over input that comes one item after the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/construct.hpp>
#include <weft/base/ranges.hpp>
#include <weft/iter/detail/held_range.hpp>
#include <weft/iter/detail/pull_lock.hpp>
#include <weft/iter/detail/stream.hpp>
#include <weft/iter/par_iter.hpp>

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
    /// locked, because the input may reuse what it shows.
    static constexpr bool by_address = std::ranges::forward_range<range> && std::is_lvalue_reference_v<reference>;

public:
    static constexpr indexing index_grade = indexing::none;
    static constexpr bool streaming = true;
    using value = std::ranges::range_value_t<range>;
    using item = std::conditional_t<by_address && !owns_elements, reference, value&&>;

    explicit bridge_source(R&& r) : held_(std::forward<R>(r)) {}

    /// Some items of the input, on their way through the chain.
    struct batch {
        using slot = std::conditional_t<by_address, std::remove_reference_t<reference>*, value>;
        std::vector<slot> slots;
        std::size_t limit = 1;

        [[nodiscard]] bool empty() const { return slots.empty(); }
        [[nodiscard]] std::size_t size() const { return slots.size(); }
        void clear() { slots.clear(); }
    };

    [[nodiscard]] batch make_batch() const { return {}; }

    /// Takes up to batch.limit items. Returns false if the input has ended.
    bool pull(batch& b) const
    {
        b.slots.reserve(b.limit);
        struct locked {
            pull_lock& lock;
            explicit locked(pull_lock& l) : lock(l) { lock.lock(); }
            ~locked() { lock.unlock(); }
        } hold(lock_);
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
        return true;
    }

    template <class Sink>
    auto run(batch& b, Sink& sink) const
    {
        return run_part(b, 0, b.slots.size(), sink);
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
    mutable pull_lock lock_;
    mutable std::optional<std::ranges::iterator_t<range>> next_;
    mutable bool pending_step_ = false;
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

/// A parallel chain over any input range: workers pull items in turn, under a lock, in batches that grow with the speed
/// of the loop. Use it for input that has no other way in (streams, generators, lists); an array is better off with
/// par_iter.
///
/// Of an lvalue range of lasting elements the items are references to them; of an rvalue container, and of input that
/// is read once, the items are values that are moved on.
///
/// Order:    none: what keeps order elsewhere (collect, fold, reduce with an operation that does not commute) sees the
///           items in any order here. `par_bridge(r).ordered()` keeps the order.
/// Blocking: while one worker waits for the input, others that have run out of items wait for it.
/// Throws:   also what the range throws.
template <class R>
auto par_bridge(R&& r)
{
    static_assert(std::ranges::input_range<R>, "weft: par_bridge needs an input range");
    return detail::bridge_source<R>(std::forward<R>(r));
}

}  // namespace weft
