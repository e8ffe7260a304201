// weft/algorithm/par_group.hpp - histograms, groups, and reductions by key.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/quicksort.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/base/ranges.hpp>
#include <weft/base/throw.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail::algorithm {

/// The counts of a part of the input: a table, or four of them side by side if there are few bins, so that a count need
/// not wait for the same count just before. Small counts keep large tables in the caches.
class bin_counts {
public:
    explicit bin_counts(std::size_t bins) : bins_(bins), tables_(bins <= 2048 ? 4 : 1), counts_(bins * tables_) {}

    /// Counts the keys of fewer than 2^32 elements, [lo, hi), altogether.
    template <class I, class Key>
    void count(I first, std::size_t lo, std::size_t hi, const Key& key)
    {
        const auto bin = [&](std::size_t i) {
            const auto& k = detail::algorithm::invoke(key, nth(first, i));
            if constexpr (std::is_floating_point_v<std::remove_cvref_t<decltype(k)>>) {
                // What is no bin, NaN among them, must not be made an integer.
                if (!(k >= 0 && k < static_cast<std::remove_cvref_t<decltype(k)>>(bins_))) throw_no_bin();
                return static_cast<std::size_t>(k);
            } else {
                const auto b = static_cast<std::size_t>(k);
                if (b >= bins_) throw_no_bin();
                return b;
            }
        };
        std::uint32_t* const table = counts_.data();
        if (tables_ == 4) {
            for (; hi - lo >= 4; lo += 4) {
                ++table[bin(lo)];
                ++table[bins_ + bin(lo + 1)];
                ++table[2 * bins_ + bin(lo + 2)];
                ++table[3 * bins_ + bin(lo + 3)];
            }
        }
        for (; lo < hi; ++lo) ++table[bin(lo)];
    }

    void add(const bin_counts& other)
    {
        for (std::size_t b = 0; b < counts_.size(); ++b) counts_[b] += other.counts_[b];
    }
    void add_to(std::vector<std::size_t>& all) const
    {
        for (std::size_t table = 0; table < tables_; ++table) {
            for (std::size_t b = 0; b < bins_; ++b) all[b] += counts_[table * bins_ + b];
        }
    }
    [[nodiscard]] std::size_t bins() const noexcept { return bins_; }

private:
    [[noreturn]] static void throw_no_bin()
    {
        throw_out_of_range("weft::par_histogram: a key is negative or not below the number of bins");
    }

    std::size_t bins_;
    std::size_t tables_;
    std::vector<std::uint32_t> counts_;
};

/// Counts [lo, hi) into `counts`. A part that another thread takes has tables of its own.
template <class I, class Key>
void count_bins(fork_context c, I first, std::size_t lo, std::size_t hi, const Key& key, bin_counts& counts)
{
    // A table costs as much as its bins: a piece should have more elements than that.
    const std::size_t worth_a_fork = std::max<std::size_t>(8 * counts.bins(), 2 * tile_length);
    while (lo < hi) {
        if (hi - lo >= worth_a_fork && c.wanted()) {
            const std::size_t middle = lo + (hi - lo) / 2;
            std::optional<bin_counts> other;
            fork_join(
                c, [&](fork_context here) { count_bins(here, first, lo, middle, key, counts); },
                [&](fork_context there) {
                    bin_counts& mine = same_worker(c, there) ? counts : other.emplace(counts.bins());
                    count_bins(there, first, middle, hi, key, mine);
                });
            if (other) counts.add(*other);
            return;
        }
        const std::size_t end = std::min(hi, lo + tile_length);
        counts.count(first, lo, end, key);
        lo = end;
    }
}

}  // namespace detail::algorithm

/// How many elements have each key in [0, bins); the key of an integer is the integer itself. A floating-point key is
/// rounded down.
///
/// Throws: std::out_of_range if a key is negative, NaN, or not below `bins`; what `key` throws; std::bad_alloc.
/// Cost:   one pass; a table of counts for each piece that another thread takes.
template <detail::algorithm::elements R, class Key = std::identity>
[[nodiscard]] std::vector<std::size_t> par_histogram(R&& r, std::size_t bins, const Key& key = {})
{
    static_assert(detail::algorithm::sound<detail::algorithm::check_bin<Key, std::ranges::range_reference_t<R>>>);
    std::vector<std::size_t> counts(bins);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    constexpr std::size_t most = std::size_t{1} << 31;  // the counts of a part have 32 bits
    for (std::size_t lo = 0; lo < n; lo += most) {
        detail::algorithm::bin_counts part(bins);
        with_context([&](fork_context c) {
            detail::algorithm::count_bins(c, std::ranges::begin(r), lo, std::min(n, lo + most), key, part);
        });
        part.add_to(counts);
    }
    return counts;
}

/// The elements by key: pairs of a key and a vector of its elements, in order of the input. Keys ascend.
///
/// Throws: what `key`, a comparison of keys or a copy throws; std::bad_alloc.
template <detail::algorithm::elements R, class Key>
[[nodiscard]] auto par_group_by(R&& r, const Key& key)
{
    using item = std::ranges::range_value_t<R>;
    static_assert(detail::algorithm::sound<detail::algorithm::check_key<Key, std::ranges::range_reference_t<R>>>);
    using key_type = std::remove_cvref_t<std::invoke_result_t<const Key&, std::ranges::range_reference_t<R>>>;
    struct keyed {
        key_type key;
        std::size_t index;
    };
    const auto first = std::ranges::begin(r);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    std::vector<keyed> keys;
    keys.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
        keys.push_back({detail::algorithm::invoke(key, detail::algorithm::nth(first, i)), i});
    par_stable_sort(keys, std::ranges::less(), &keyed::key);
    std::vector<std::pair<key_type, std::vector<item>>> groups;
    for (keyed& k : keys) {
        const bool fresh = groups.empty() || groups.back().first < k.key;
        const std::size_t index = k.index;
        if (fresh) groups.emplace_back(std::move(k.key), std::vector<item>());
        groups.back().second.push_back(detail::algorithm::nth(first, index));
    }
    return groups;
}

/// Combines the values of equal keys, in order of the input, by `op`: pairs of key and result. Keys ascend. The shorter
/// of both ranges counts.
///
/// Throws: what `op`, a comparison of keys or a copy throws; std::bad_alloc.
template <detail::algorithm::elements Keys, detail::algorithm::elements Values, class Op = detail::algorithm::plus>
[[nodiscard]] auto par_reduce_by_key(Keys&& keys, Values&& values, const Op& op = {})
{
    using key_type = std::ranges::range_value_t<Keys>;
    using value_type = std::ranges::range_value_t<Values>;
    static_assert(detail::algorithm::sound<detail::algorithm::check_operation<Op, value_type, value_type>>);
    std::vector<std::pair<key_type, value_type>> items;
    const auto n = static_cast<std::size_t>(std::ranges::min(std::ranges::size(keys), std::ranges::size(values)));
    items.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
        items.emplace_back(detail::algorithm::nth(std::ranges::begin(keys), i),
                           detail::algorithm::nth(std::ranges::begin(values), i));
    par_stable_sort(items, std::ranges::less(), &std::pair<key_type, value_type>::first);
    std::vector<std::pair<key_type, value_type>> results;
    for (auto& [key, value] : items) {
        if (results.empty() || results.back().first < key) {
            results.emplace_back(std::move(key), std::move(value));
        } else {
            results.back().second = op(std::move(results.back().second), std::move(value));
        }
    }
    return results;
}

}  // namespace weft
