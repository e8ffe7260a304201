// weft/algorithm/par_group.hpp - histograms, groups, and reductions by key.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/bin_counts.hpp>
#include <weft/algorithm/detail/checks.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/key_runs.hpp>
#include <weft/algorithm/detail/nth.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/detail/tiled_array.hpp>
#include <weft/algorithm/detail/tiles.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/pool/context.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// How many elements have each key in [0, bins); the key of an integer is the integer itself. A floating-point key is
/// rounded down.
///
/// Throws: std::out_of_range if a key is negative, NaN, or not below `bins`; what `key` throws; std::bad_alloc.
/// Cost:   one pass; a table of counts for each piece that another thread takes.
template <detail::algorithm::elements R, class Key = std::identity>
[[nodiscard]] std::vector<std::size_t> par_histogram(R&& r, std::size_t bins, const Key& key = {})
{
    static_assert(detail::sound<detail::algorithm::check_bin<Key, std::ranges::range_reference_t<R>>>);
    std::vector<std::size_t> counts;
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    constexpr std::size_t most = std::size_t{1} << 31;  // the counts of a part have 32 bits
    weft::with_context([&](fork_context c) {
        std::size_t lo = 0;
        do {
            const std::size_t hi = std::min(n, lo + most);
            detail::algorithm::bin_counts part(c, bins, hi - lo);
            detail::algorithm::count_bins(c, std::ranges::begin(r), lo, hi, key, part, hi - lo);
            part.fold();
            if (lo == 0) {
                counts.assign(part.data(), part.data() + bins);
            } else {
                for (std::size_t b = 0; b < bins; ++b) counts[b] += part.data()[b];
            }
            lo = hi;
        } while (lo < n);
    });
    return counts;
}

/// The elements by key: pairs of a key and a vector of its elements, in order of the input. Keys ascend. `key` is
/// called once per element, from several threads at once. All NaN are one key, the last.
///
/// Throws: what `key`, a comparison of keys or a copy throws; std::bad_alloc.
/// Cost:   a stable sort of the keys, and a pass that copies each element from where it lies. The elements of a key are
///         copied by one thread, unless they are plain bytes.
template <detail::algorithm::elements R, class Key>
[[nodiscard]] auto par_group_by(R&& r, const Key& key)
{
    namespace own = detail::algorithm;
    using item = std::ranges::range_value_t<R>;
    static_assert(detail::sound<detail::algorithm::check_key<Key, std::ranges::range_reference_t<R>>>);
    using element = std::ranges::range_reference_t<R>;
    using key_type = typename own::kept_key<std::invoke_result_t<const Key&, element>, element, item>::value;
    struct keyed {
        key_type key;
        std::size_t index;
    };
    const auto first = std::ranges::begin(r);
    const auto n = static_cast<std::size_t>(std::ranges::size(r));
    std::vector<std::pair<key_type, std::vector<item>>> groups;
    if (n == 0) return groups;
    weft::with_context([&](fork_context c) {
        own::tiled_array<keyed> keys(n);
        keys.make(c, [&](std::size_t i) { return keyed{key_type(own::invoke(key, own::nth(first, i))), i}; });
        keyed* const sorted = keys.data();
        weft::par_stable_sort(sorted, sorted + n, std::ranges::less(), &keyed::key);
        const own::key_runs runs(
            c, n, [&](std::size_t i) { return own::comes_before<false>(sorted[i - 1].key, sorted[i].key); });
        groups.reserve(runs.count());
        for (std::size_t g = 0; g < runs.count(); ++g)
            groups.emplace_back(std::move(sorted[runs.begin(g)].key), std::vector<item>());
        const auto fill = [&](std::size_t g) {
            std::vector<item>& elements = groups[g].second;
            elements.reserve(runs.end(g) - runs.begin(g));
            for (std::size_t i = runs.begin(g); i < runs.end(g); ++i)
                elements.push_back(own::nth(first, sorted[i].index));
        };
        // Each tile of the sorted keys makes the groups that begin in it; long ones of plain bytes are made tile by
        // tile.
        constexpr bool plain = std::is_trivially_copyable_v<item> && std::is_default_constructible_v<item> &&
                               !std::is_same_v<item, bool>;  // whose vector is packed
        const auto is_long = [&](std::size_t g) { return plain && runs.end(g) - runs.begin(g) >= own::tile_length; };
        own::run_tiles(c, 0, own::tile_count(n), n, [&](std::size_t tile, std::size_t, std::size_t) {
            for (std::size_t g = runs.first_of_tile(tile); g < runs.first_of_tile(tile + 1); ++g) {
                if (!is_long(g)) {
                    fill(g);
                } else if constexpr (plain) {
                    groups[g].second.resize(runs.end(g) - runs.begin(g));
                }
            }
        });
        if constexpr (plain) {
            for (std::size_t g = 0; g < runs.count(); ++g) {
                if (!is_long(g)) continue;
                const keyed* const from = sorted + runs.begin(g);
                item* const to = groups[g].second.data();
                const std::size_t length = runs.end(g) - runs.begin(g);
                own::run_tiles(c, 0, own::tile_count(length), length, [&](std::size_t, std::size_t lo, std::size_t hi) {
                    for (std::size_t i = lo; i < hi; ++i) to[i] = own::nth(first, from[i].index);
                });
            }
        }
    });
    return groups;
}

/// Combines the values of equal keys, in the order of the input, by `op`, which must be associative and is called from
/// several threads at once: pairs of key and result. Keys ascend, NaN is the last. The shorter of the two ranges
/// determines the length. The result has the same bits for any number of threads.
///
/// Throws: what `op`, a comparison of keys or a copy throws; std::bad_alloc.
/// Cost:   a stable sort of the keys with their values, and a pass over them.
template <detail::algorithm::elements Keys, detail::algorithm::elements Values, class Op = detail::algorithm::plus>
[[nodiscard]] auto par_reduce_by_key(Keys&& keys, Values&& values, const Op& op = {})
{
    namespace own = detail::algorithm;
    using value_type = std::ranges::range_value_t<Values>;
    using key_type = std::ranges::range_value_t<Keys>;
    using result = std::pair<key_type, value_type>;
    struct keyed {  // a std::pair is not plain bytes, even if it is one of numbers
        key_type key;
        value_type value;
    };
    static_assert(detail::sound<own::check_operation<Op, value_type, value_type>>);
    const auto n = static_cast<std::size_t>(std::ranges::min(std::ranges::size(keys), std::ranges::size(values)));
    std::vector<result> results;
    if (n == 0) return results;
    weft::with_context([&](fork_context c) {
        own::tiled_array<keyed> items(n);
        items.make(c, [&](std::size_t i) {
            return keyed{own::nth(std::ranges::begin(keys), i), own::nth(std::ranges::begin(values), i)};
        });
        keyed* const sorted = items.data();
        weft::par_stable_sort(sorted, sorted + n, std::ranges::less(), &keyed::key);
        const own::key_runs runs(
            c, n, [&](std::size_t i) { return own::comes_before<false>(sorted[i - 1].key, sorted[i].key); });
        // A tile gathers each run in the first element of it that lies in the tile; runs that go on from one tile into
        // the next are joined afterwards.
        const auto join = [&](std::size_t to, std::size_t from) {
            sorted[to].value = own::invoke(op, std::move(sorted[to].value), std::move(sorted[from].value));
        };
        own::run_tiles(c, 0, own::tile_count(n), n, [&](std::size_t tile, std::size_t lo, std::size_t hi) {
            std::size_t run = runs.first_of_tile(tile);
            for (std::size_t begin = lo; begin < hi;) {
                if (runs.begin(run) == begin) ++run;
                const std::size_t end = std::min(hi, runs.begin(run));
                for (std::size_t i = begin + 1; i < end; ++i) join(begin, i);
                begin = end;
            }
        });
        for (std::size_t tile = 1; tile < own::tile_count(n); ++tile) {
            const std::size_t run = runs.first_of_tile(tile);
            const std::size_t lo = tile * own::tile_length;
            if (runs.begin(run) != lo) join(runs.begin(run - 1), lo);
        }
        results.reserve(runs.count());
        for (std::size_t g = 0; g < runs.count(); ++g) {
            keyed& whole = sorted[runs.begin(g)];
            results.emplace_back(std::move(whole.key), std::move(whole.value));
        }
    });
    return results;
}

}  // namespace weft
