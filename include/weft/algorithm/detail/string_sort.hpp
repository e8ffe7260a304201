// weft/algorithm/detail/string_sort.hpp - the order of strings, eight bytes at a time.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The first eight bytes are kept beside the index, so that most strings are never looked at twice. Those that are equal
// so far are sorted by the next eight bytes that differ, and so on.
#pragma once

#include <weft/algorithm/detail/index_sort.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace weft::detail::algorithm {

/// `ViewOf(index)` is the string at an index, the same each time.
template <class ViewOf>
class string_sorter {
public:
    string_sorter(const ViewOf& view_of, bool descending) : view_of_(view_of), descending_(descending) {}

    /// Fills `order` with the indices in the order of their strings; equal ones keep their order.
    void operator()(fork_context c, keyed_index* order, keyed_index* spare, std::size_t n) const
    {
        algorithm::run_parts(c, 0, n, [&](std::size_t lo, std::size_t hi) {
            for (std::size_t i = lo; i < hi; ++i) order[i] = {prefix(view_of_(i), 0), i};
        });
        sort_indices(c, order, spare, n);
        refine_runs(c, order, spare, 0, n, 0);
    }

private:
    static constexpr std::size_t step = 8;

    /// Eight bytes from `depth` on, as a number of the same order. Bytes beyond the end count as zero.
    [[nodiscard]] std::uint64_t prefix(std::string_view s, std::size_t depth) const
    {
        std::uint64_t bytes = 0;
        if (depth + step <= s.size()) {
            std::memcpy(&bytes, s.data() + depth, step);
        } else if (depth < s.size()) {
            std::memcpy(&bytes, s.data() + depth, s.size() - depth);
        }
        if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
        return descending_ ? ~bytes : bytes;
    }

    [[nodiscard]] bool before(const keyed_index& a, const keyed_index& b, std::size_t depth) const
    {
        const std::string_view x = view_of_(a.index);
        const std::string_view y = view_of_(b.index);
        const int order = x.substr(depth).compare(y.substr(depth));
        return descending_ ? order > 0 : order < 0;
    }

    /// Sorts the runs of equal keys in [lo, hi); the keys are the bytes from `depth` on.
    void refine_runs(fork_context c, keyed_index* order, keyed_index* spare, std::size_t lo, std::size_t hi,
                     std::size_t depth) const
    {
        constexpr std::size_t worth_a_fork = 2048;
        while (lo < hi) {
            if (hi - lo > worth_a_fork && c.wanted()) {
                std::size_t middle = lo + (hi - lo) / 2;
                while (middle < hi && order[middle].key == order[middle - 1].key) ++middle;
                if (middle < hi) {
                    weft::fork_join(
                        c, [&](fork_context here) { refine_runs(here, order, spare, lo, middle, depth); },
                        [&](fork_context there) { refine_runs(there, order, spare, middle, hi, depth); });
                    return;
                }
            }
            std::size_t end = lo + 1;
            while (end < hi && order[end].key == order[lo].key) ++end;
            refine(c, order + lo, spare + lo, end - lo, depth);
            lo = end;
        }
    }

    /// Sorts strings that have the same eight bytes from `depth` on, and the same ones before.
    void refine(fork_context c, keyed_index* order, keyed_index* spare, std::size_t n, std::size_t depth) const
    {
        constexpr std::size_t insertion = 12;
        if (n <= insertion) {
            for (std::size_t i = 1; i < n; ++i) {
                const keyed_index x = order[i];
                std::size_t hole = i;
                for (; hole > 0 && before(x, order[hole - 1], depth); --hole) order[hole] = order[hole - 1];
                order[hole] = x;
            }
            return;
        }
        // Those that end here differ at most in length, and come before the others.
        const std::size_t next = depth + step;
        std::size_t ended = 0;
        std::size_t longer = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t size = view_of_(order[i].index).size();
            if (size <= next) {
                const auto length = static_cast<std::uint64_t>(size);
                order[ended++] = {descending_ ? ~length : length, order[i].index};
            } else {
                spare[longer++] = order[i];
            }
        }
        keyed_index* const ends = descending_ ? order + longer : order;
        keyed_index* const rest = descending_ ? order : order + ended;
        if (descending_) std::copy_backward(order, order + ended, order + n);
        std::copy(spare, spare + longer, rest);
        sort_indices(c, ends, spare, ended);
        if (longer < 2) return;

        const std::string_view one = view_of_(rest[0].index);
        std::size_t common = one.size();
        for (std::size_t i = 1; i < longer && common > next; ++i) {
            const std::string_view other = view_of_(rest[i].index);
            common = std::min(common, other.size());
            if (std::memcmp(one.data() + next, other.data() + next, common - next) != 0) {
                std::size_t at = next;
                while (one[at] == other[at]) ++at;
                common = at;
            }
        }
        for (std::size_t i = 0; i < longer; ++i) rest[i].key = prefix(view_of_(rest[i].index), common);
        sort_indices(c, rest, spare, longer);
        refine_runs(c, rest, spare, 0, longer, common);
    }

    const ViewOf& view_of_;
    bool descending_;
};

}  // namespace weft::detail::algorithm
