// weft/algorithm/detail/scan_turns.hpp - a running total that threads add to, one after the other, in order of blocks.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       workers: any number of threads. Each takes the next block, works out its total, waits for its turn, takes
//             over the total before its block and hands on the total before the next; only then does it write its
//             block. So a turn is as short as one addition, whatever the length of a block.
//
// Fields      next_    the first block that nobody has taken
//             turn_    the block whose worker may touch carry_
//             carry_   what lies before block turn_
//
// Invariants  Each block is taken by one worker. turn_ grows by one at a time, and all blocks before it have totals.
//
// Orders      O1  hand_on: store release -> await: load acquire. The worker of a block sees the carry that the one
//                 before it wrote, and writes it only after that one has read it.
//             next_ needs no order: everybody knows beforehand what a block covers.
//
// Progress    A worker waits only for workers that have taken earlier blocks, and these wait for no later one: so the
//             earliest is not waiting. A thread that has taken no block delays nobody. But between take() and hand_on()
//             a worker must not run code that might itself wait for a worker: no jobs, and no functions of the user's.
//             A worker that waits long yields its core, since the one that it waits for may have none.
//
// Checked by  tests/model/scan_model.cpp: scan_turns_in_order (O1).
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>

#include <cstddef>

namespace weft::detail::algorithm {

template <class Carry>
class scan_turns {
public:
    explicit scan_turns(Carry start) : carry_(start) {}
    scan_turns(const scan_turns&) = delete;
    scan_turns& operator=(const scan_turns&) = delete;

    /// The index of a block, which belongs to this worker from now on.
    [[nodiscard]] std::size_t take() noexcept { return next_.fetch_add(1, order::relaxed); }

    /// Waits until all earlier blocks have been handed on; returns the total before this one.
    [[nodiscard]] Carry await(std::size_t block) noexcept
    {
        for (backoff wait; turn_.load(order::acquire) != block;) wait.snooze();  // O1
        return carry_.read();
    }

    /// Hands on the total before the next block. Requires: this worker has awaited `block`.
    void hand_on(std::size_t block, Carry carry) noexcept
    {
        carry_.write() = carry;
        turn_.store(block + 1, order::release);  // O1
    }

private:
    atomic<std::size_t> next_{0};
    alignas(cache_line_size) atomic<std::size_t> turn_{0};
    cell<Carry> carry_;
};

}  // namespace weft::detail::algorithm
