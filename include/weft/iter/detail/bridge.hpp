// weft/iter/detail/bridge.hpp - the one recursion: runs a chain into a consumer, in parallel where that pays.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A consumer says what becomes of the items:
//   state                       what a piece has found so far; moved, never shared
//   make(position) -> state     for a piece that begins at this position
//   run(source, piece, state)   runs one block; false: what follows in this piece is not needed
//   merge(left, right)          left takes over what right found; called only if nothing failed
// and may say
//   wants(piece) -> bool        false: this piece cannot matter any more
//   ends_all                    false from run ends every piece, not only this one
//   fixed_tree                  results must not depend on how the loop was split: see tree.hpp
//   block_length(source)        the length of the blocks of that tree
//   least_piece(source)         fewer positions at once make no sense
// A consumer with one of the last two costs the same for each position, whatever lies there.
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/iter/detail/control.hpp>
#include <weft/iter/detail/pace.hpp>
#include <weft/iter/detail/source.hpp>
#include <weft/iter/detail/tree.hpp>
#include <weft/pool/context.hpp>

#include <cstddef>
#include <utility>

namespace weft::detail {

template <class K>
constexpr bool uses_fixed_tree()
{
    if constexpr (requires { K::fixed_tree; }) return K::fixed_tree;
    return false;
}

template <class K>
constexpr bool ends_all()
{
    if constexpr (requires { K::ends_all; }) return K::ends_all;
    return false;
}

template <class S, class K>
class bridge {
public:
    using state = typename K::state;

    bridge(const S& source, const K& consumer, control& stop) : source_(source), consumer_(consumer), control_(stop) {}

    /// Runs all positions into `st`, which must be fresh. What fails is kept in the control.
    void run(fork_context c, state& st)
    {
        if constexpr (is_windowed<S>()) {
            try {
                while (!ended_.load(order::relaxed) && !control_.stopped() && source_.refill()) {
                    first_ = source_.window_begin();
                    state next = consumer_.make(first_);
                    run_all(c, next, source_.extent() - first_);
                    if (!control_.failed()) consumer_.merge(st, next);
                }
            } catch (...) {
                control_.fail();
            }
        } else if (const std::size_t n = source_.extent(); n != 0) {
            run_all(c, st, n);
        }
    }

private:
    static constexpr bool is_even = requires(const K& k, const S& s) { k.least_piece(s); } ||
                                    requires(const K& k, const S& s) { k.block_length(s); };

    /// Positions first_ .. first_ + n - 1.
    void run_all(fork_context c, state& st, std::size_t n)
    {
        if constexpr (uses_fixed_tree<K>()) {
            run_tree(c, st, n);
        } else {
            len_bounds bounds = source_.bounds();
            if constexpr (requires { consumer_.least_piece(source_); }) {
                const auto least = consumer_.least_piece(source_);
                if (bounds.min < least) bounds.min = least;
            }
            pace speed = pace_of(c, bounds, n, learned_.load(order::relaxed), is_even);
            if (bounds.block == 0) {
                work(c, st, piece{first_, first_ + n}, speed);
            } else {
                one_after_the_other(c, st, n, bounds, speed);
            }
            remember(speed);
        }
    }

    [[gnu::noinline]] void one_after_the_other(fork_context c, state& st, std::size_t n, len_bounds bounds, pace& speed)
    {
        std::size_t length = bounds.block;
        for (std::size_t lo = 0; lo < n && !ended_.load(order::relaxed) && !control_.stopped();) {
            const std::size_t hi = n - lo < length ? n : lo + length;
            work(c, st, piece{first_ + lo, first_ + hi}, speed);
            lo = hi;
            if (bounds.doubles && length <= n) length *= 2;
        }
    }

    void work(fork_context c, state& st, piece rest, pace& speed) noexcept
    {
        try {
            speed.begin();
            for (;;) {
                if (!wanted(rest)) return;
                if (speed.divides(rest.hi - rest.lo, c)) {
                    split(c, st, rest, speed);
                    return;
                }
                const std::size_t n = speed.block(rest.hi - rest.lo);
                if (!block(piece{rest.lo, rest.lo + n}, st)) {
                    if constexpr (ends_all<K>()) control_.stop();
                    ended_.store(true, order::relaxed);
                    return;
                }
                speed.done(n);
                rest.lo += n;
                if (rest.lo == rest.hi) return;
            }
        } catch (...) {
            control_.fail();
        }
    }

    [[gnu::noinline]] void split(fork_context c, state& st, piece rest, pace& speed)
    {
        const std::size_t middle = rest.lo + (rest.hi - rest.lo) / 2;
        pace other_speed = speed;
        state right = consumer_.make(middle);
        fork_join(
            c, [&](fork_context here) { work(here, st, piece{rest.lo, middle}, speed); },
            [&](fork_context there) { work(there, right, piece{middle, rest.hi}, other_speed); });
        if (!control_.failed()) consumer_.merge(st, right);
    }

    // Begins at a cache line: a loop of a few instructions that straddles two costs 5 % more.
    [[gnu::noinline, gnu::aligned(64)]] bool block(piece p, state& st)
    {
        source_.enter(p);
        const bool more = consumer_.run(source_, p, st);
        source_.leave(p);
        return more;
    }

    [[nodiscard]] bool wanted(piece p) const
    {
        if (control_.stopped()) return false;
        if constexpr (requires { consumer_.wants(p); }) return consumer_.wants(p);
        return true;
    }

    // --- the fixed tree ---------------------------------------------------------------------------------------------

    [[nodiscard]] std::size_t block_length(std::size_t n) const
    {
        if constexpr (requires { consumer_.block_length(source_); }) return consumer_.block_length(source_);
        return fixed_blocks::block_length(n);
    }

    void run_tree(fork_context c, state& st, std::size_t n)
    {
        const fixed_blocks blocks(n, block_length(n));
        len_bounds bounds = source_.bounds();
        bounds.min = bounds.min / blocks.length;
        bounds.max = bounds.max / blocks.length;
        pace speed = pace_of(c, bounds, blocks.count, learned_.load(order::relaxed), is_even);
        try {
            tree_stack<K> stack(consumer_, blocks.count);
            grow(c, stack, blocks, {0, blocks.count, 0}, speed);
            if (!control_.failed()) st = stack.finish();
        } catch (...) {
            control_.fail();
        }
        remember(speed);
    }

    /// Blocks `next` .. `hi` - 1 of a node that begins at `lo`; what is before `next` lies on the stack already.
    struct node {
        std::size_t lo;
        std::size_t hi;
        std::size_t next;
    };

    void grow(fork_context c, tree_stack<K>& stack, const fixed_blocks& blocks, node at, pace& speed) noexcept
    {
        try {
            speed.begin();
            while (at.next < at.hi) {
                if (control_.stopped()) return;
                if (speed.divides(at.hi - at.next, c) && split_tree(c, stack, blocks, at, speed)) return;
                const std::size_t n = speed.block(at.hi - at.next);
                tree_blocks(stack, blocks, at.next, at.next + n);
                speed.done(n);
                at.next += n;
            }
        } catch (...) {
            control_.fail();
        }
    }

    /// Hands over the right child of the first node on the way down whose middle is not passed yet.
    [[gnu::noinline]] bool split_tree(fork_context c, tree_stack<K>& stack, const fixed_blocks& blocks, node at,
                                      pace& speed)
    {
        std::size_t middle = tree_middle(at.lo, at.hi);
        while (middle <= at.next) {
            at.lo = middle;
            middle = tree_middle(at.lo, at.hi);
        }
        if (middle == at.hi) return false;
        pace other_speed = speed;
        tree_stack<K> right(consumer_, at.hi - middle);
        fork_join(
            c, [&](fork_context here) { grow(here, stack, blocks, {at.lo, middle, at.next}, speed); },
            [&](fork_context there) { grow(there, right, blocks, {middle, at.hi, middle}, other_speed); });
        if (!control_.failed()) stack.push_right_child(right.finish(), at.hi - middle);
        return true;
    }

    [[gnu::noinline]] void tree_blocks(tree_stack<K>& stack, const fixed_blocks& blocks, std::size_t from,
                                       std::size_t to)
    {
        for (std::size_t b = from; b < to; ++b) {
            const piece at = blocks.positions(b);
            const piece p{first_ + at.lo, first_ + at.hi};
            source_.enter(p);
            state st = consumer_.make(p.lo);
            consumer_.run(source_, p, st);
            source_.leave(p);
            stack.push(std::move(st));
        }
    }

    void remember(const pace& speed)
    {
        const float was = learned_.load(order::relaxed);
        const float is = speed.ticks_per_unit();
        if (is < 0) return;  // nothing was measured
        if (was < 0 || is > 2 * was || 2 * is < was) learned_.store(is, order::relaxed);
    }

    /// Ticks per unit of the last run of this very chain type, which in practice is this very loop of the program.
    inline static constinit atomic<float> learned_{pace::unknown};

    const S& source_;
    const K& consumer_;
    control& control_;
    std::size_t first_ = 0;

    // Written by all, once set it stays: what follows is not needed. Relaxed: read when all pieces have ended.
    atomic<bool> ended_{false};
};

/// Runs a chain into a consumer and returns what it found. Throws what failed first.
template <class S, class K>
typename K::state drive(const S& source, const K& consumer)
{
    typename K::state st = consumer.make(0);
    control stop;
    with_context([&](fork_context c) {
        if constexpr (S::streaming) {
            run_stream(c, source, consumer, stop, st);
        } else {
            bridge<S, K>(source, consumer, stop).run(c, st);
        }
    });
    stop.rethrow();
    return st;
}

}  // namespace weft::detail
