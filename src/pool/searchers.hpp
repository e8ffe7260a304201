// src/pool/searchers.hpp - how many threads look for work, for those who only ask whether any does.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each thread changes this when it begins and when it ends to look, and everybody who publishes work asks. In a large pool
// one word for that would be what all processors wait for. So a thread counts itself in its group, which are neighbours, and
// only the first one of a group to begin and the last one to end change the word that is asked.
//
// Roles       All members may be called by any thread at any time; whoever is counted in is counted out once, at the same
//             index. One that is coming may be counted out as awake a moment before it is counted as woken: then the upper
//             half lacks one meanwhile, which only makes the hint wrong.
//
// Fields      groups_   how many of each group look for work, and in the upper half how many of those are awake
//             root_     in how many groups somebody looks, and in the upper half in how many somebody who is awake does; in a
//                       pool of one group the threads themselves
//
// Invariant   As long as root_ is not 0, there is a thread that has yet to count a group out of it: the last one to do so is
//             told, and looks for what others have relied on it to find. That is all that the sleep protocol needs
//             (docs/sleep.md, which has the fences; all is relaxed here). For a moment root_ may be too low: its group counts
//             the thread already, and whoever asks then wakes one too many.
//
// Progress    wait-free.
//
// Source      the non-zero indicator of Ellen, Lev, Luchangco, Moir: SNZI: Scalable NonZero Indicators, PODC 2007; here a
//             thread need not be seen before it goes on, which leaves little of it.
#pragma once

#include "pool/limits.hpp"

#include <weft/base/cache_padded.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace weft::detail {

class searchers {
public:
    /// Who is counted: one that looks, one that looks as soon as it wakes, or that one once it is awake.
    enum class kind : std::uint64_t {
        coming = 1,
        woken = std::uint64_t{1} << 32,
        awake = coming | woken,
    };

    explicit searchers(std::size_t threads)
        : count_(threads > threads_per_group ? (threads + threads_per_group - 1) / threads_per_group : 0),
          groups_(count_ != 0 ? std::make_unique<group[]>(count_) : nullptr)
    {
    }

    void add(std::uint32_t index, kind what) noexcept
    {
        const auto more = static_cast<word>(what);
        if (count_ == 0) {
            root_.fetch_add(more, order::relaxed);
            return;
        }
        const word before = group_of(index).fetch_add(more, order::relaxed);
        if (const word first = where_equal(before, 0, more); first != 0) root_.fetch_add(first, order::relaxed);
    }

    /// Returns whether nobody looks any more.
    bool remove(std::uint32_t index, kind what) noexcept
    {
        const auto less = static_cast<word>(what);
        const word last = count_ == 0 ? less : where_equal(group_of(index).fetch_sub(less, order::relaxed), 1, less);
        if (last == 0) return false;
        const word before = root_.fetch_sub(last, order::relaxed);
        return (last & low) != 0 && (before & low) == 1;
    }

    [[nodiscard]] bool none() const noexcept { return (root_.load(order::relaxed) & low) == 0; }
    /// A hint.
    [[nodiscard]] bool none_awake() const noexcept { return root_.load(order::relaxed) >> 32 == 0; }
    /// About how many there are.
    [[nodiscard]] std::uint32_t estimate() const noexcept
    {
        return static_cast<std::uint32_t>(root_.load(order::relaxed) & low) * (count_ != 0 ? threads_per_group : 1);
    }

private:
    using word = std::uint64_t;
    using group = cache_padded<atomic<word>>;
    static constexpr word low = 0xffffffff;

    [[nodiscard]] atomic<word>& group_of(std::uint32_t index) const noexcept
    {
        return *groups_[index / threads_per_group % count_];
    }

    /// Those halves of `among` in which `counts` has `number`.
    static constexpr word where_equal(word counts, word number, word among) noexcept
    {
        word found = 0;
        if ((counts & low) == number) found |= word{1};
        if (counts >> 32 == number) found |= word{1} << 32;
        return found & among;
    }

    alignas(cache_line_size) atomic<word> root_{0};
    alignas(cache_line_size) const std::size_t count_;  ///< 0: root_ counts the threads
    const std::unique_ptr<group[]> groups_;
};

}  // namespace weft::detail
