// weft/algorithm/detail/runs.hpp - sorts input that consists of a few long runs: they are found, reversed and merged.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One pass by all threads, which ends at once where there are many runs. Each thread looks at pieces of its own; runs
// that continue from one piece into the next are joined at the end.
#pragma once

#include <weft/algorithm/detail/merge_sort.hpp>
#include <weft/algorithm/detail/nth.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>
#include <weft/seam/atomic.hpp>

#include <algorithm>
#include <cstddef>
#include <new>
#include <utility>

namespace weft::detail::algorithm {

/// Elements [begin, end): none is less than the one before it; or none is greater, if the run goes down.
struct run {
    std::size_t begin;
    std::size_t end;
    bool down;
};

/// Pairs of neighbours by a comparator. Runs that go down have no equals if the sort is stable.
template <bool Stable, class I, class Less>
class compared_pairs {
public:
    compared_pairs(I first, const Less& less) : first_(first), less_(less) {}

    [[nodiscard]] bool up(std::size_t i) const { return !less_(nth(first_, i), nth(first_, i - 1)); }
    [[nodiscard]] bool down(std::size_t i) const
    {
        return Stable ? less_(nth(first_, i), nth(first_, i - 1)) : !less_(nth(first_, i - 1), nth(first_, i));
    }
    /// The first in [i, end) that does not continue the run of the one before it.
    [[nodiscard]] std::size_t up_until(std::size_t i, std::size_t end) const
    {
        return until(i, end, [&](std::size_t k) { return up(k); });
    }
    [[nodiscard]] std::size_t down_until(std::size_t i, std::size_t end) const
    {
        return until(i, end, [&](std::size_t k) { return down(k); });
    }
    /// Whether a run that went up in [lo, end) may be one that goes down.
    [[nodiscard]] bool may_go_down(std::size_t lo, std::size_t end) const
    {
        return end - lo == 1 || (!Stable && !less_(nth(first_, lo), nth(first_, end - 1)));
    }
    /// Whether the pair has an order at all.
    [[nodiscard]] bool sound(std::size_t) const { return true; }
    [[nodiscard]] bool failed() const
    {
        if constexpr (requires { less_.failed(); }) {
            return less_.failed();
        } else {
            return false;
        }
    }

private:
    template <class Good>
    std::size_t until(std::size_t i, std::size_t end, const Good& good) const
    {
        constexpr std::size_t block = 4096;
        while (i < end && !failed()) {
            for (const std::size_t stop = std::min(end, i + block); i < stop; ++i) {
                if (!good(i)) return i;
            }
        }
        return end;
    }

    I first_;
    const Less& less_;
};

/// The runs of a sequence, if they are few.
class run_list {
public:
    /// No more than `most` runs are wanted of n elements.
    run_list(std::size_t n, std::size_t most)
        : n_(n),
          grain_(std::max<std::size_t>(16384, n / 64)),
          most_(most),
          room_(std::min(std::size(runs_), std::clamp<std::size_t>(n / 512, 3, 2 * most) + n / grain_ + 1))
    {
    }

    /// Fills the list; false if there are too many.
    template <class Pairs>
    bool find(fork_context c, const Pairs& pairs)
    {
        find(c, 0, n_, pairs);
        std::size_t found = found_.load(order::relaxed);
        if (found > room_ || pairs.failed()) return false;
        std::sort(runs_, runs_ + found, [](const run& a, const run& b) { return a.begin < b.begin; });
        count_ = 0;
        for (std::size_t i = 0; i < found; ++i) {
            if (count_ != 0) {
                if (!pairs.sound(runs_[i].begin)) return false;
                if (join(runs_[count_ - 1], runs_[i], pairs)) continue;
            }
            runs_[count_++] = runs_[i];
        }
        return count_ <= most_;
    }
    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] const run& operator[](std::size_t i) const { return runs_[i]; }

private:
    template <class Pairs>
    void find(fork_context c, std::size_t lo, std::size_t hi, const Pairs& pairs)
    {
        while (lo < hi) {
            if (hi - lo > 2 * grain_ && c.wanted()) {
                const std::size_t middle = lo + (hi - lo) / 2;
                weft::fork_join(
                    c, [&](fork_context here) { find(here, lo, middle, pairs); },
                    [&](fork_context there) { find(there, middle, hi, pairs); });
                return;
            }
            for (const std::size_t piece_end = std::min(hi, lo + grain_); lo < piece_end;) {
                run next{lo, pairs.up_until(lo + 1, piece_end), false};
                if (next.end < piece_end && pairs.may_go_down(lo, next.end)) {
                    const std::size_t end = pairs.down_until(next.end, piece_end);
                    next.down = end > next.end;
                    next.end = end;
                }
                // Each takes an entry of its own; the join at the end makes all entries visible.
                const std::size_t place = found_.fetch_add(1, order::relaxed);
                if (place >= room_ || pairs.failed()) return;
                runs_[place] = next;
                lo = next.end;
            }
        }
    }

    /// Appends b to a, if it belongs to the same run.
    template <class Pairs>
    static bool join(run& a, const run& b, const Pairs& pairs)
    {
        const auto one = [](const run& r) { return r.end - r.begin == 1; };
        for (const bool down : {false, true}) {
            if ((a.down != down && !one(a)) || (b.down != down && !one(b))) continue;
            if (!(down ? pairs.down(b.begin) : pairs.up(b.begin))) continue;
            a.end = b.end;
            a.down = down;
            return true;
        }
        return false;
    }

    std::size_t n_;
    std::size_t grain_;
    std::size_t most_;
    std::size_t room_;
    std::size_t count_ = 0;
    atomic<std::size_t> found_{0};
    run runs_[256];
};

/// Merges the sorted runs [lo, hi). They are in `here`; afterwards everything is sorted, in `here`, or in `there` if
/// asked.
template <class I, class J, class Less>
void merge_runs(fork_context c, const run_list& runs, std::size_t lo, std::size_t hi, I here, J there, bool into_there,
                const Less& less)
{
    const std::size_t begin = runs[lo].begin;
    const std::size_t end = runs[hi - 1].end;
    if (hi - lo == 1) {
        if (into_there) algorithm::move_all(c, past(here, begin), end - begin, past(there, begin));
        return;
    }
    const std::size_t half = begin + (end - begin) / 2;
    std::size_t m = lo + 1;
    while (m + 1 < hi && runs[m].end <= half) ++m;
    const std::size_t middle = runs[m].begin;
    weft::fork_join(
        c, [&](fork_context k) { algorithm::merge_runs(k, runs, lo, m, here, there, !into_there, less); },
        [&](fork_context k) { algorithm::merge_runs(k, runs, m, hi, here, there, !into_there, less); });
    if (into_there) {
        algorithm::merge(c, past(here, begin), middle - begin, past(here, middle), end - middle, past(there, begin),
                         less, take_by_move());
    } else {
        algorithm::merge(c, past(there, begin), middle - begin, past(there, middle), end - middle, past(here, begin),
                         less, take_by_move());
    }
}

/// Sorts by merging, where the sequence consists of at most `most` runs; stable if the pairs are. False if this was not
/// done: there are more, or there is no memory. `reverse(c, begin, end)` reverses elements.
template <class I, class Pairs, class Less, class Reverse>
bool sort_runs(fork_context c, I first, std::size_t n, std::size_t most, const Pairs& pairs, const Less& less,
               const Reverse& reverse)
{
    run_list runs(n, most);
    if (!runs.find(c, pairs)) return pairs.failed();
    if (runs.count() == 1) {
        if (runs[0].down) reverse(c, 0, n);
        return true;
    }
    try {
        const sort_scratch<std::iter_value_t<I>> scratch(first, n, [&] {
            for (std::size_t i = 0; i < runs.count(); ++i) {
                if (runs[i].down) reverse(c, runs[i].begin, runs[i].end);
            }
        });
        if constexpr (scratch.holds) {
            algorithm::merge_runs(c, runs, 0, runs.count(), scratch.data(), first, true, less);
        } else {
            algorithm::merge_runs(c, runs, 0, runs.count(), first, scratch.data(), false, less);
        }
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

/// Sorts input that consists of a few runs, by a comparator that cannot throw.
template <bool Stable, class I, class Less>
bool sort_runs(fork_context c, I first, std::size_t n, const Less& less)
{
    constexpr std::size_t most = 64;
    if (n < 2) return true;
    const compared_pairs<Stable, I, Less> pairs(first, less);
    return algorithm::sort_runs(
        c, first, n, most, pairs, less, [&](fork_context k, std::size_t begin, std::size_t end) {
            detail::algorithm::reverse(k, past(first, begin), end - begin, 0, (end - begin) / 2);
        });
}

}  // namespace weft::detail::algorithm
