// weft/algorithm/detail/bin_counts.hpp - the tables of a histogram.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/nth.hpp>
#include <weft/algorithm/detail/scratch.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/pool/context.hpp>
#include <weft/seam/ticks.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

/// The counts of a part of the input: a table, or four of them side by side if there are few bins, so that an increment
/// need not wait for one of the same count just before it. Small counts keep large tables in the caches.
class bin_counts {
public:
    /// For about this many elements.
    bin_counts(fork_context c, std::size_t bins, std::size_t elements)
        : bins_(bins), tables_(bins <= 2048 && elements >= 2 * bins ? 4 : 1), counts_(inline_)
    {
        // Large tables are in huge pages, which are kept from one histogram to the next.
        if (size() > inline_size) counts_ = memory_.emplace(size() < much ? size() : std::max(size(), kept)).data();
        each_tile(c, size(),
                  [&](std::size_t, std::size_t lo, std::size_t hi) { std::fill(counts_ + lo, counts_ + hi, 0u); });
    }
    bin_counts(const bin_counts&) = delete;
    bin_counts& operator=(const bin_counts&) = delete;

    /// Counts the keys of fewer than 2^32 elements, [lo, hi), altogether.
    template <class I, class Key>
    void count(I first, std::size_t lo, std::size_t hi, const Key& key)
    {
        const auto key_of = [&](std::size_t i) {
            // By value: a key that is the element itself may have been made for this call only.
            return number_of(detail::algorithm::invoke(key, nth(first, i)));
        };
        using key_type = decltype(key_of(lo));
        if constexpr (std::is_floating_point_v<key_type>) {
            // A value that is no bin, such as NaN, must not be converted to an integer.
            const auto end = static_cast<key_type>(bins_);
            const auto count_below = [&](const auto& below) {
                count_bins(lo, hi, [&](std::size_t i) {
                    const key_type k = key_of(i);
                    if (!(k >= 0 && below(k))) throw_no_bin();
                    return static_cast<std::size_t>(k);
                });
            };
            // This value need not be representable as a key_type: `end` may be the last key instead of the first one
            // beyond.
            if (static_cast<std::size_t>(end) < bins_) {
                count_below([end](key_type k) { return k <= end; });
            } else {
                count_below([end](key_type k) { return k < end; });
            }
            return;
        } else if constexpr (std::is_unsigned_v<key_type> && sizeof(key_type) <= sizeof(std::size_t)) {
            if (std::numeric_limits<key_type>::max() < bins_) {
                count_bins(lo, hi, [&](std::size_t i) { return static_cast<std::size_t>(key_of(i)); });
                return;
            }
        }
        count_bins(lo, hi, [&](std::size_t i) {
            const key_type k = key_of(i);
            const auto b = static_cast<std::size_t>(k);
            if (b >= bins_) throw_no_bin();
            if constexpr (sizeof(key_type) > sizeof(std::size_t)) {
                // The conversion must not have cut anything off.
                if constexpr (requires { static_cast<bool>(static_cast<key_type>(b) == k); }) {
                    if (!(static_cast<key_type>(b) == k)) throw_no_bin();
                }
            }
            return b;
        });
    }

    /// Puts all counts into the first table, for whoever reads them: most often another thread.
    void fold() noexcept
    {
        if (tables_ == 1) return;
        std::uint32_t* const t = counts_;
        for (std::size_t b = 0; b < bins_; ++b) t[b] += t[bins_ + b] + t[2 * bins_ + b] + t[3 * bins_ + b];
    }
    /// Adds the counts of another part, which are folded.
    void add(fork_context c, const bin_counts& other)
    {
        each_tile(c, bins_, [&](std::size_t, std::size_t lo, std::size_t hi) {
            for (std::size_t b = lo; b < hi; ++b) counts_[b] += other.counts_[b];
        });
    }
    /// The counts, one for each bin, once they are folded.
    [[nodiscard]] const std::uint32_t* data() const noexcept { return counts_; }
    [[nodiscard]] std::size_t bins() const noexcept { return bins_; }

private:
    static constexpr std::size_t inline_size = 1024;
    static constexpr std::size_t much = std::size_t{1} << 18;
    static constexpr std::size_t kept = std::size_t{1} << 20;

    [[nodiscard]] std::size_t size() const noexcept { return bins_ * tables_; }

    template <class Bin>
    void count_bins(std::size_t lo, std::size_t hi, const Bin& bin)
    {
        std::uint32_t* const table = counts_;
        if (tables_ == 4) {
            const std::size_t bins = bins_;
            for (; hi - lo >= 4; lo += 4) {
                ++table[bin(lo)];
                ++table[bins + bin(lo + 1)];
                ++table[2 * bins + bin(lo + 2)];
                ++table[3 * bins + bin(lo + 3)];
            }
        }
        for (; lo < hi; ++lo) ++table[bin(lo)];
    }

    /// A key as a number. A key that only converts to one (the reference of a vector<bool>, a number type of the
    /// user's) is converted first, so that none is cut off unnoticed.
    template <class K>
    [[gnu::always_inline]] static auto number_of(K&& k)
    {
        using plain = std::remove_cvref_t<K>;
        if constexpr (std::is_class_v<plain>) {
            if constexpr (requires { +k; }) {
                if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(+k)>>)
                    return +k;
                else
                    return plain(std::forward<K>(k));
            } else {
                return plain(std::forward<K>(k));
            }
        } else {
            return static_cast<plain>(k);
        }
    }

    template <class F>
    static void each_tile(fork_context c, std::size_t n, const F& f)
    {
        algorithm::run_tiles(c, 0, tile_count(n), n, f);
    }

    [[noreturn]] static void throw_no_bin()
    {
        throw_out_of_range("weft::par_histogram: a key is negative or not below the number of bins");
    }

    std::size_t bins_;
    std::size_t tables_;
    std::uint32_t* counts_;
    std::optional<raw_scratch<std::uint32_t>> memory_;
    std::uint32_t inline_[inline_size];
};

/// Counts [lo, hi) into `counts`. A part that another thread takes has tables of its own.
template <class I, class Key>
void count_bins(fork_context c, I first, std::size_t lo, std::size_t hi, const Key& key, bin_counts& counts,
                std::size_t elements)
{
    // The cost of a table is that of its bins: a piece should have more elements than that. A short piece is worth it
    // if a thread is awake.
    constexpr std::size_t shortest = 8192;
    const std::size_t worth_a_fork = std::max<std::size_t>(8 * counts.bins(), shortest);
    const auto ticks_needed = [](std::size_t n) { return n * ticks_per_microsecond() / 4096; };
    while (lo < hi) {
        if (hi - lo >= worth_a_fork && c.wanted() &&
            (hi - lo >= 2 * tile_length || c.wanted_for(ticks_needed(hi - lo)))) {
            const std::size_t middle = lo + (hi - lo) / 2;
            std::unique_ptr<bin_counts> other;  // in memory of the other thread
            weft::fork_join(
                c, [&](fork_context here) { algorithm::count_bins(here, first, lo, middle, key, counts, elements); },
                [&](fork_context there) {
                    if (same_worker(c, there)) {
                        algorithm::count_bins(there, first, middle, hi, key, counts, elements);
                    } else {
                        other = std::make_unique<bin_counts>(there, counts.bins(), elements);
                        algorithm::count_bins(there, first, middle, hi, key, *other, elements);
                        other->fold();
                    }
                });
            if (other) counts.add(c, *other);
            return;
        }
        const std::size_t end = std::min(hi, lo + tile_length);
        counts.count(first, lo, end, key);
        lo = end;
    }
}

}  // namespace weft::detail::algorithm
