// weft/pool/detail/fork_site.hpp - a place in the program that forks, and whether what it forks is worth sharing.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/atomic.hpp>

#include <cstdint>

namespace weft::detail {

/// Remembers whether both functions of one join of the program were shorter than their way to another processor and back.
/// Then that join keeps its jobs, unless a thread insists: see split_deque.
///
/// Thread safety: any thread may call anything. Relaxed: whatever the answer is, each job runs once.
class fork_site {
public:
    [[nodiscard]] bool is_too_short() const noexcept { return short_ones_.load(order::relaxed) == enough; }

    /// A thief has run a job from here.
    void note(bool was_too_short) noexcept
    {
        const std::uint8_t seen = short_ones_.load(order::relaxed);
        const std::uint8_t now = was_too_short ? static_cast<std::uint8_t>(seen + (seen != enough ? 1 : 0)) : 0;
        if (now != seen) short_ones_.store(now, order::relaxed);
    }

private:
    // In a recursion thieves get crumbs now and then, but not so many in a row.
    static constexpr std::uint8_t enough = 16;
    atomic<std::uint8_t> short_ones_{0};
};

}  // namespace weft::detail
