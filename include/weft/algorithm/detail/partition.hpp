// weft/algorithm/detail/partition.hpp - moves some elements to the front, on one thread or on many, in place.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// In parallel: each piece is partitioned by itself, which leaves as many elements too far right as too far left; these
// are swapped pairwise, each thread doing its share.
#pragma once

#include <weft/algorithm/detail/nth.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

/// Moves the elements that `keep` accepts to the front; returns how many.
template <class I, class Keep>
std::size_t partition_all(I first, std::size_t n, const Keep& keep)
{
    using value = std::iter_value_t<I>;
    if constexpr (std::is_trivially_copyable_v<value> && sizeof(value) <= 16) {
        // No branch depends on the answers.
        std::size_t kept = 0;
        for (std::size_t i = 0; i < n; ++i) {
            value x = nth(first, i);
            const bool wanted = keep(x);
            nth(first, i) = nth(first, kept);
            nth(first, kept) = x;
            kept += wanted ? 1 : 0;
        }
        return kept;
    } else {
        std::size_t low = 0;
        std::size_t high = n;
        for (;;) {
            while (low < high && keep(nth(first, low))) ++low;
            while (low < high && !keep(nth(first, high - 1))) --high;
            if (low >= high) return low;
            std::ranges::iter_swap(past(first, low), past(first, high - 1));
            ++low;
            --high;
        }
    }
}

/// What `partition_pieces` knows about its pieces.
struct partitioned_pieces {
    static constexpr std::size_t most = 64;
    std::size_t n;
    std::size_t count;
    std::size_t kept[most];

    [[nodiscard]] std::size_t begin(std::size_t piece) const { return n / count * piece + std::min(piece, n % count); }
};

template <class I, class Partition>
void partition_pieces(fork_context c, I first, partitioned_pieces& pieces, std::size_t lo, std::size_t hi,
                      const Partition& partition)
{
    if (hi - lo == 1) {
        const std::size_t begin = pieces.begin(lo);
        pieces.kept[lo] = partition(past(first, begin), pieces.begin(hi) - begin);
        return;
    }
    const std::size_t middle = lo + (hi - lo) / 2;
    weft::fork_join(
        c, [&](fork_context here) { algorithm::partition_pieces(here, first, pieces, lo, middle, partition); },
        [&](fork_context there) { algorithm::partition_pieces(there, first, pieces, middle, hi, partition); });
}

/// Walks over the elements that are on the wrong side of `border`: the kept ones after it, or the others before it.
class misplaced {
public:
    misplaced(const partitioned_pieces& pieces, std::size_t border, bool kept)
        : pieces_(pieces), border_(border), kept_(kept)
    {
        load();
    }

    void skip(std::size_t n)
    {
        for (;;) {
            const std::size_t here = std::min(n, end_ - at_);
            at_ += here;
            n -= here;
            if (n == 0) return;
            ++piece_;
            load();
        }
    }
    /// The next ones are contiguous, from position() on.
    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] std::size_t in_a_row()
    {
        while (at_ == end_) {
            ++piece_;
            load();
        }
        return end_ - at_;
    }

private:
    void load()
    {
        const std::size_t begin = pieces_.begin(piece_);
        const std::size_t split = begin + pieces_.kept[piece_];
        const std::size_t end = pieces_.begin(piece_ + 1);
        at_ = kept_ ? std::max(begin, border_) : split;
        end_ = kept_ ? split : std::min(end, border_);
        if (end_ < at_) end_ = at_;
    }

    const partitioned_pieces& pieces_;
    std::size_t border_;
    bool kept_;
    std::size_t piece_ = 0;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
};

template <class I>
void swap_misplaced(fork_context c, I first, const partitioned_pieces& pieces, std::size_t border, std::size_t lo,
                    std::size_t hi)
{
    constexpr std::size_t worth_a_fork = 16384;
    if (hi - lo > worth_a_fork && c.wanted()) {
        const std::size_t middle = lo + (hi - lo) / 2;
        weft::fork_join(
            c, [&](fork_context here) { algorithm::swap_misplaced(here, first, pieces, border, lo, middle); },
            [&](fork_context there) { algorithm::swap_misplaced(there, first, pieces, border, middle, hi); });
        return;
    }
    if (lo == hi) return;
    misplaced left(pieces, border, false);
    misplaced right(pieces, border, true);
    left.skip(lo);
    right.skip(lo);
    while (lo < hi) {
        const std::size_t size = std::min({hi - lo, left.in_a_row(), right.in_a_row()});
        const I a = past(first, left.position());
        const I b = past(first, right.position());
        std::ranges::swap_ranges(a, past(a, size), b, past(b, size));
        left.skip(size);
        right.skip(size);
        lo += size;
    }
}

/// The fewest elements that are worth a partition by many threads.
inline constexpr std::size_t worth_par_partition = 1U << 17U;

/// Partitions by all threads; `partition(first, n)` does it for a piece, and must not throw.
template <class I, class Partition>
std::size_t par_partition_by(fork_context c, I first, std::size_t n, const Partition& partition)
{
    const std::size_t wanted = std::min(n / (worth_par_partition / 8), 2 * c.num_threads());
    partitioned_pieces pieces{n, std::clamp(wanted, std::size_t{1}, partitioned_pieces::most), {}};
    algorithm::partition_pieces(c, first, pieces, 0, pieces.count, partition);
    std::size_t border = 0;
    for (std::size_t i = 0; i < pieces.count; ++i) border += pieces.kept[i];
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < pieces.count; ++i) {
        const std::size_t split = pieces.begin(i) + pieces.kept[i];
        const std::size_t end = std::min(pieces.begin(i + 1), border);
        if (split < end) wrong += end - split;
    }
    algorithm::swap_misplaced(c, first, pieces, border, 0, wrong);
    return border;
}

}  // namespace weft::detail::algorithm
