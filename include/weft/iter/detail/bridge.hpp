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
//   least_block<Source>         the shortest block of that tree that makes sense
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

/// The shortest block of a fixed tree that makes sense, if the consumer says so.
template <class S, class K>
constexpr std::size_t least_block()
{
    if constexpr (requires { K::template least_block<S>; }) return K::template least_block<S>;
    return 1;
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
        const std::size_t n = source_.extent();
        if (n == 0) return;
        if constexpr (uses_fixed_tree<K>()) {
            run_tree(c, st, n);
        } else {
            pace speed(source_.bounds(), n, c.num_threads(), learned_.load(order::relaxed));
            work(c, st, piece{0, n}, speed);
            remember(speed);
        }
    }

private:
    void work(fork_context c, state& st, piece rest, pace& speed) noexcept
    {
        try {
            speed.begin();
            for (;;) {
                if (!wanted(rest)) return;
                if (speed.worth(rest.hi - rest.lo) && c.wanted()) {
                    split(c, st, rest, speed);
                    return;
                }
                const std::size_t n = speed.block(rest.hi - rest.lo);
                if (!block(piece{rest.lo, rest.lo + n}, st)) {
                    if constexpr (ends_all<K>()) control_.stop();
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

    [[gnu::noinline]] bool block(piece p, state& st)
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

    void run_tree(fork_context c, state& st, std::size_t n)
    {
        const fixed_blocks blocks(n, least_block<S, K>());
        len_bounds bounds = source_.bounds();
        bounds.min = bounds.min / blocks.length;
        bounds.max = bounds.max / blocks.length;
        pace speed(bounds, blocks.count, c.num_threads(), learned_.load(order::relaxed));
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
                if (speed.worth(at.hi - at.next) && c.wanted() && split_tree(c, stack, blocks, at, speed)) return;
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
            const piece p = blocks.positions(b);
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
        if (was < 0 || is > 2 * was || 2 * is < was) learned_.store(is, order::relaxed);
    }

    /// Ticks per unit of the last run of this very chain type, which in practice is this very loop of the program.
    inline static constinit atomic<float> learned_{pace::unknown};

    const S& source_;
    const K& consumer_;
    control& control_;
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
