// weft/latency/detail/shared_keys.hpp - the keys of a loop that several threads share.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each thread has a ring of its own and takes the keys block by block, so that its lookups in flight never have to end
// before others begin. Nobody divides the rest in halves: whoever comes along takes the next block.
//
// Roles       any thread that works at the loop.
//
// Fields      next_    written by all    the first key that nobody has taken; n or more: there is none
//
// Orders      All relaxed. The keys are there before the loop begins, and forking hands them on; results are handed over
//             by joining. The counter itself hands nothing over.
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/invoke.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/latency/detail/checks.hpp>
#include <weft/latency/detail/ring.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <type_traits>

namespace weft::detail::latency {

struct block {
    std::size_t begin;
    std::size_t end;
};

/// Deals out 0 .. n - 1, in ascending order.
class block_counter {
public:
    explicit block_counter(std::size_t n) noexcept : n_(n) {}

    /// The next `length`, or those that are left; nothing if there are none.
    [[nodiscard]] block take(std::size_t length) noexcept
    {
        if (next_.load(order::relaxed) >= n_) return {n_, n_};
        const std::size_t begin = next_.fetch_add(length, order::relaxed);
        if (begin >= n_) return {n_, n_};
        return {begin, n_ - begin < length ? n_ : begin + length};
    }
    /// No more.
    void close() noexcept { next_.store(n_, order::relaxed); }
    [[nodiscard]] std::size_t left() const noexcept
    {
        const std::size_t next = next_.load(order::relaxed);
        return next < n_ ? n_ - next : 0;
    }

private:
    alignas(cache_line_size) atomic<std::size_t> next_{0};
    const std::size_t n_;
};

/// The keys of one thread: the block that it has taken.
template <class In>
class block_keys {
public:
    using place = std::conditional_t<keeps_elements<In>, kept<std::ranges::range_value_t<In>>, nothing_kept>;

    explicit block_keys(In& in) : first_(std::ranges::begin(in)) {}

    void take(block b) noexcept
    {
        index_ = b.begin;
        end_ = b.end;
    }
    [[nodiscard]] bool empty() const noexcept { return index_ == end_; }
    template <class F>
    auto call(F& f, place& at)
    {
        const auto i = static_cast<std::ranges::range_difference_t<In>>(index_);
        if constexpr (keeps_elements<In>) {
            return detail::invoke(f, at.put(first_[i]));
        } else {
            static_cast<void>(at);
            return detail::invoke(f, first_[i]);
        }
    }
    void advance() noexcept
    {
        ++index_;
        ++begun_;
    }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    /// How many lookups have begun.
    [[nodiscard]] std::size_t begun() const noexcept { return begun_; }

private:
    std::ranges::iterator_t<In> first_;
    std::size_t index_ = 0;
    std::size_t end_ = 0;
    std::size_t begun_ = 0;
};

}  // namespace weft::detail::latency
