// weft/iter/detail/drive.hpp - the one recursion: runs a chain into a consumer, in parallel where that pays.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/detail/control.hpp>
#include <weft/iter/detail/parked.hpp>
#include <weft/iter/detail/source.hpp>
#include <weft/iter/detail/tree.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/pace.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <type_traits>
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

/// What becomes of the items of a chain S: a terminal gives drive() a consumer. It has
///   state                       what a piece has found so far; moved, never shared
///   make(position) -> state     for a piece that begins at this position
///   run(source, piece, state)   runs one block; false: the rest of this piece is not needed
///   merge(left, right)          left takes over what right found; called only if nothing failed
/// and may have
///   wants(piece) -> bool        false: this piece cannot matter any more
///   ends_all                    false from run ends every piece, not only this one
///   fixed_tree                  results must not depend on how the loop was split: see tree.hpp
///   block_length(source)        the length of the blocks of that tree
///   least_piece(source)         fewer positions at once make no sense
/// A consumer with one of the last two costs the same for each position, whatever lies there.
///
/// A pulled chain calls run with a part of a batch in place of the piece.
template <class K, class S>
concept consumer_of = requires(const K& k, const S& s, piece p, typename K::state& st) {
    requires std::is_same_v<decltype(k.make(p.lo)), typename K::state>;
    requires std::is_same_v<decltype(k.run(s, p, st)), bool>;
    k.merge(st, st);
};

template <class S, class K>
class chain_runner {
public:
    using state = typename K::state;

    chain_runner(const S& source, const K& consumer, control& stop)
        : source_(source), consumer_(consumer), control_(stop)
    {
    }

    /// Runs all positions into `st`, which must be fresh. What fails is kept in the control.
    void run(fork_context c, state& st)
    {
        if constexpr (detail::is_windowed<S>()) {
            try {
                while (!ended_.load(order::relaxed) && !control_.stopped() && source_.refill()) {
                    first_ = source_.window_begin();
                    parked<state> next(consumer_, first_);
                    run_all(c, next.get(), source_.extent() - first_);
                    if (!control_.failed()) merge(st, next.get());
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
        if constexpr (detail::uses_fixed_tree<K>()) {
            run_tree(c, st, n);
        } else {
            len_bounds bounds = source_.bounds();
            if constexpr (requires { consumer_.least_piece(source_); }) {
                const auto least = consumer_.least_piece(source_);
                if (bounds.min < least) bounds.min = least;
            }
            loop_run run(c, memory_, {bounds.min, bounds.max}, n, is_even);
            run_ = &run;
            if (bounds.block == 0) {
                work(c, st, piece{first_, first_ + n}, run.speed);
            } else {
                run_blocks_in_order(c, st, n, bounds, run.speed);
            }
            if (!ended_.load(order::relaxed) && !control_.stopped()) run.end(c);
        }
    }

    [[gnu::noinline]] void run_blocks_in_order(fork_context c, state& st, std::size_t n, len_bounds bounds, pace& speed)
    {
        std::size_t length = bounds.block;
        for (std::size_t lo = 0; lo < n && !ended_.load(order::relaxed) && !control_.stopped();) {
            const std::size_t hi = n - lo < length ? n : lo + length;
            speed.begin();
            work(c, st, piece{first_ + lo, first_ + hi}, speed);
            lo = hi;
            if (bounds.doubles && length <= n / 2) length *= 2;
        }
    }

    void work(fork_context c, state& st, piece rest, pace& speed) noexcept
    {
        try {
            for (;;) {
                if (!wanted(rest)) return;
                if (speed.divides(rest.hi - rest.lo, c)) {
                    split(c, st, rest, speed);
                    return;
                }
                const std::size_t most = speed.block(rest.hi - rest.lo);
                const std::size_t n = block(c, piece{rest.lo, rest.lo + most}, speed.stride(most, c), st);
                if (n == 0) {
                    if constexpr (detail::ends_all<K>()) control_.stop();
                    ended_.store(true, order::relaxed);
                    return;
                }
                run_->excess.add(speed.done(n));
                rest.lo += n;
                if (rest.lo == rest.hi) return;
            }
        } catch (...) {
            control_.fail();
        }
    }

    [[gnu::noinline]] void split(fork_context c, state& st, piece rest, pace& speed)
    {
        const std::size_t middle = rest.lo + pace::even_length((rest.hi - rest.lo) / 2);
        pace other_speed = speed.divide();
        parked<state> right(consumer_, middle);
        weft::fork_join(
            c,
            [&](fork_context here) {
                speed.begin();
                work(here, st, piece{rest.lo, middle}, speed);
            },
            [&](fork_context there) {
                other_speed.begin();
                work(there, right.get(), piece{middle, rest.hi}, other_speed);
            });
        speed.add(other_speed);
        if (!control_.failed()) merge(st, right.get());
    }

    [[gnu::noinline]] void merge(state& left, state& right) { consumer_.merge(left, right); }

    /// Runs the positions of a block, but may end after any `stride` of them if somebody wants work. Returns how many
    /// it has run; 0: what follows is not needed.
    std::size_t block(fork_context c, piece p, std::size_t stride, state& st)
    {
        // A block of one position is the first one, or takes some microseconds: then it pays to look inside.
        if constexpr (detail::divides_inside<S>()) {
            if (p.hi - p.lo == 1) return open(c, p, st) ? 1 : 0;
        }
        return run_block(c, p, stride, st);
    }

    // Aligned to a cache line: a loop of a few instructions that straddles two lines costs 5 % more.
    [[gnu::noinline, gnu::aligned(64)]] std::size_t run_block(fork_context c, piece p, std::size_t stride, state& st)
    {
        source_.enter(p);
        const std::size_t n =
            in_strides(c, source_, p, stride, [&](piece part) { return consumer_.run(source_, part, st); });
        source_.leave(piece{p.lo, n == 0 ? p.hi : p.lo + n});
        return n;
    }

    /// Run(piece) returns whether to go on. What an exhausted source has left costs one stride, however much it is.
    template <class Source, class Run>
    [[gnu::always_inline]] static std::size_t in_strides([[maybe_unused]] fork_context c,
                                                         [[maybe_unused]] const Source& source, piece p,
                                                         [[maybe_unused]] std::size_t stride, const Run& run)
    {
        if constexpr (is_even) {
            return run(p) ? p.hi - p.lo : 0;
        } else {
            piece part = p;
            for (;;) {
                part.hi = p.hi - part.lo < stride ? p.hi : part.lo + stride;
                if (!run(part)) return 0;
                if (part.hi == p.hi || c.wanted()) return part.hi - p.lo;
                part.lo = part.hi;
                if (detail::is_exhausted(source, piece{part.lo, p.hi})) stride = p.hi - part.lo;
            }
        }
    }

    // --- inside a position ------------------------------------------------------------------------------------------

    /// The inner chain at position `at`.
    template <class Inner>
    struct opened {
        const Inner& items;
        std::size_t at;
        loop_run& run;

        // Written by all, never reset: what follows the position is not needed. Relaxed: read after all have ended.
        atomic<bool> ended{false};

        [[nodiscard]] piece position() const { return {at, at + 1}; }
    };

    [[gnu::noinline]] bool open(fork_context c, piece p, state& st)
    {
        bool more = true;
        auto visit = [&]<class Inner>(const Inner& items) {
            const std::size_t n = items.extent();
            if (n == 0) return;
            const len_bounds bounds = items.bounds();
            loop_run run(c, memory_inside_, {bounds.min, bounds.max}, n, false);
            opened<Inner> here{items, p.lo, run};
            work_inside(c, here, st, piece{0, n}, run.speed);
            more = !here.ended.load(order::relaxed);
            if (more && !control_.stopped()) run.end(c);
        };
        source_.enter(p);
        source_.open(p, visit);
        source_.leave(p);
        return more;
    }

    template <class Inner>
    void work_inside(fork_context c, opened<Inner>& here, state& st, piece rest, pace& speed) noexcept
    {
        try {
            while (wanted(here.position())) {
                if (speed.divides(rest.hi - rest.lo, c)) {
                    split_inside(c, here, st, rest, speed);
                    return;
                }
                const std::size_t most = speed.block(rest.hi - rest.lo);
                const std::size_t n = block_inside(c, here, piece{rest.lo, rest.lo + most}, speed.stride(most, c), st);
                if (n == 0) {
                    if constexpr (detail::ends_all<K>()) control_.stop();
                    here.ended.store(true, order::relaxed);
                    return;
                }
                here.run.excess.add(speed.done(n));
                rest.lo += n;
                if (rest.lo == rest.hi) return;
            }
        } catch (...) {
            control_.fail();
        }
    }

    template <class Inner>
    [[gnu::noinline]] void split_inside(fork_context c, opened<Inner>& here, state& st, piece rest, pace& speed)
    {
        const std::size_t middle = rest.lo + pace::even_length((rest.hi - rest.lo) / 2);
        pace other_speed = speed.divide();
        parked<state> right(consumer_, here.at);
        weft::fork_join(
            c,
            [&](fork_context left) {
                speed.begin();
                work_inside(left, here, st, piece{rest.lo, middle}, speed);
            },
            [&](fork_context there) {
                other_speed.begin();
                work_inside(there, here, right.get(), piece{middle, rest.hi}, other_speed);
            });
        speed.add(other_speed);
        if (!control_.failed()) merge(st, right.get());
    }

    template <class Inner>
    [[gnu::noinline, gnu::aligned(64)]] std::size_t block_inside(fork_context c, opened<Inner>& here, piece p,
                                                                 std::size_t stride, state& st)
    {
        // The position as a whole is entered and left once, in open(); an empty piece gives adaptors the chance to end
        // it early.
        const piece none{here.at, here.at};
        source_.enter(none);
        here.items.enter(p);
        const std::size_t n = in_strides(c, here.items, p, stride, [&](piece part) {
            const inside<Inner> run{{here.at, here.at + 1}, here.items, part};
            return consumer_.run(source_, run, st);
        });
        here.items.leave(piece{p.lo, n == 0 ? p.hi : p.lo + n});
        source_.leave(none);
        return n;
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
        const len_bounds bounds = source_.bounds();
        loop_run run(c, memory_, {bounds.min / blocks.length, bounds.max / blocks.length}, blocks.count, is_even);
        run_ = &run;
        const auto run_block = [this](fork_context here, piece at, state& part) {
            tree_block(here, piece{first_ + at.lo, first_ + at.hi}, part);
        };
        grow_all(c, st, blocks, run.speed, run_block);
        if (!control_.stopped()) run.end(c);
    }

    /// Run(context, positions, state) runs a block into a fresh state.
    template <class Run>
    void grow_all(fork_context c, state& st, const fixed_blocks& blocks, pace& speed, const Run& run) noexcept
    {
        try {
            tree_stack<K> stack(consumer_, blocks.count);
            grow(c, stack, blocks, {0, blocks.count, 0}, speed, run);
            if (!control_.failed()) finish_tree(st, stack);
        } catch (...) {
            control_.fail();
        }
    }

    /// Blocks `next` .. `hi` - 1 of a node that begins at `lo`; what is before `next` lies on the stack already.
    struct node {
        std::size_t lo;
        std::size_t hi;
        std::size_t next;
    };

    template <class Run>
    void grow(fork_context c, tree_stack<K>& stack, const fixed_blocks& blocks, node at, pace& speed,
              const Run& run) noexcept
    {
        try {
            while (at.next < at.hi) {
                if (control_.stopped()) return;
                if (speed.divides(at.hi - at.next, c) && split_tree(c, stack, blocks, at, speed, run)) return;
                const std::size_t most = speed.block(at.hi - at.next);
                const std::size_t n =
                    tree_blocks(c, stack, blocks, {at.next, at.next + most}, speed.stride(most, c), run);
                run_->excess.add(speed.done(n));
                at.next += n;
            }
        } catch (...) {
            control_.fail();
        }
    }

    /// Hands over the right child of the first node, on the way down, whose middle has not been passed yet.
    template <class Run>
    [[gnu::noinline]] bool split_tree(fork_context c, tree_stack<K>& stack, const fixed_blocks& blocks, node at,
                                      pace& speed, const Run& run)
    {
        std::size_t middle = detail::tree_middle(at.lo, at.hi);
        while (middle <= at.next) {
            at.lo = middle;
            middle = detail::tree_middle(at.lo, at.hi);
        }
        if (middle == at.hi) return false;
        pace other_speed = speed.divide();
        tree_stack<K> right(consumer_, at.hi - middle);
        weft::fork_join(
            c,
            [&](fork_context here) {
                speed.begin();
                grow(here, stack, blocks, {at.lo, middle, at.next}, speed, run);
            },
            [&](fork_context there) {
                other_speed.begin();
                grow(there, right, blocks, {middle, at.hi, middle}, other_speed, run);
            });
        speed.add(other_speed);
        if (!control_.failed()) take_in(stack, right, at.hi - middle);
        return true;
    }

    [[gnu::noinline]] void take_in(tree_stack<K>& stack, tree_stack<K>& right, std::size_t blocks)
    {
        stack.push_right_child(right.finish(), blocks);
    }
    [[gnu::noinline]] void finish_tree(state& st, tree_stack<K>& stack) { st = stack.finish(); }

    template <class Run>
    [[gnu::noinline]] std::size_t tree_blocks(fork_context c, tree_stack<K>& stack, const fixed_blocks& blocks,
                                              piece which, std::size_t stride, const Run& run)
    {
        return in_strides(c, blocks, which, stride, [&](piece some) {
            for (std::size_t b = some.lo; b < some.hi; ++b) {
                const piece p = blocks.positions(b);
                state st = consumer_.make(first_ + p.lo);
                run(c, p, st);
                stack.push(std::move(st));
            }
            return true;
        });
    }

    [[gnu::always_inline]] void tree_block([[maybe_unused]] fork_context c, piece p, state& st)
    {
        // A single position is always a tree of its own: the result must not depend on which threads were idle.
        if constexpr (detail::divides_inside<S>()) {
            if (p.hi - p.lo == 1) return tree_inside(c, p, st);
        }
        source_.enter(p);
        consumer_.run(source_, p, st);
        source_.leave(p);
    }

    [[gnu::noinline]] void tree_inside(fork_context c, piece p, state& st)
    {
        auto visit = [&]<class Inner>(const Inner& items) {
            const std::size_t n = items.extent();
            const fixed_blocks blocks(n, fixed_blocks::block_length(n, least_inside));
            const len_bounds bounds = items.bounds();
            loop_run run(c, memory_inside_, {bounds.min, bounds.max}, blocks.count, false);
            opened<Inner> here{items, p.lo, run};
            if (blocks.count == 1) block_inside(c, here, piece{0, n}, n, st);
            if (blocks.count <= 1) return;
            grow_all(c, st, blocks, run.speed, [&](fork_context there, piece part, state& found) {
                block_inside(there, here, part, part.hi - part.lo, found);
            });
            if (!control_.stopped()) run.end(c);
        };
        source_.enter(p);
        source_.open(p, visit);
        source_.leave(p);
    }

    static constexpr std::size_t least_inside = 256;

    /// Of exactly this chain type, which in practice is one loop of the program; and of the loops inside its positions.
    inline static constinit loop_memory memory_;
    inline static constinit loop_memory memory_inside_;

    const S& source_;
    const K& consumer_;
    control& control_;
    std::size_t first_ = 0;
    loop_run* run_ = nullptr;

    // Written by all, never reset: what follows is not needed. Relaxed: read when all pieces have ended.
    atomic<bool> ended_{false};
};

/// Runs a chain into a consumer and returns what it found. Throws what failed first.
template <class S, class K>
typename K::state drive(const S& source, const K& consumer)
{
    static_assert(drivable<S> && consumer_of<K, S>);
    typename K::state st = consumer.make(0);
    control stop;
    weft::with_context([&](fork_context c) {
        if constexpr (S::pulled) {
            source.run_pulled(c, source, consumer, stop, st);  // by its own runner: pull_runner.hpp
        } else {
            chain_runner<S, K>(source, consumer, stop).run(c, st);
        }
    });
    stop.rethrow();
    return st;
}

}  // namespace weft::detail
