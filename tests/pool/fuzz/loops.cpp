// tests/pool/fuzz/loops.cpp - runs nodes: sorts, parallel iterators, streams, pipelines, worklists.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_sort.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_worklist.hpp>
#include <weft/iter/pipeline.hpp>
#include <weft/iter/range.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/iter/stream.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "stage.hpp"

namespace fuzz {
namespace {

/// An item of a loop: a child, or a number.
std::uint64_t item(const node& n, std::size_t k, place at)
{
    const std::size_t children = n.children.size();
    if (k < children) return run_child(n, k, at);
    if (k % 64 == 0) {
        const presence here(at, n);
        return number(n, k - children);
    }
    return number(n, k - children);
}

std::uint64_t run_sort(const node& n, place at)
{
    std::vector<std::uint64_t> v(n.n);
    for (std::size_t j = 0; j < v.size(); ++j) v[j] = (n.how & 4) != 0 ? number(n, j) : number(n, j) % 16 + (j << 8);
    const auto before = own_numbers(n);
    const auto less = [&](std::uint64_t a, std::uint64_t b) {
        if (n.fails) throw failure{n.id};
        if (a % 64 == 0) {
            const presence here(at, n);
            return a < b;
        }
        return a < b;
    };
    std::uint64_t sum = 0;
    for (std::uint64_t x : v) sum += x;
    const auto check_sum = [&] {
        for (std::uint64_t x : v) sum -= x;
        require(sum == 0, "a sort has lost an element", n);
    };
    try {
        switch (n.how % 3) {
            case 0:
                weft::par_sort(v);
                break;
            case 1:
                weft::par_sort(v, less);
                break;
            default:
                weft::par_stable_sort(v, less);
                break;
        }
    } catch (const failure&) {
        check_sum();
        throw;
    }
    check_sum();
    require(std::is_sorted(v.begin(), v.end()), "a sort has not sorted", n);
    return before;
}

std::uint64_t run_numbers(const node& n, place at)
{
    return weft::par_range(std::size_t{0}, n.children.size() + n.n)
        .map([&](std::size_t k) { return item(n, k, at); })
        .sum();
}

std::uint64_t run_stream(const node& n, place at)
{
    // First bit: the last child runs in the body of the loop. Second bit: in order. Then the window.
    const bool child_in_body = (n.how & 1) != 0;
    const std::size_t first = child_in_body ? 1 : 0;
    const std::size_t last_child = n.children.size() - 1;
    const std::size_t count = n.children.size() + n.n - first;
    const auto f = [&](std::size_t k) { return item(n, child_in_body && k >= last_child ? k + 1 : k, at); };
    std::uint64_t sum = 0;
    bool in_body = child_in_body;
    const auto look_at = [&](std::uint64_t share) {
        sum += share;
        if (std::exchange(in_body, false)) sum += run_child(n, last_child, at);
    };
    std::vector<std::size_t> items(count);
    std::iota(items.begin(), items.end(), std::size_t{0});
    auto mapped = weft::stream(items).parallel_map(f, 1 + (n.how >> 2) % 9);
    if ((n.how & 2) != 0) {
        std::size_t seen = 0;
        for (auto&& share : std::move(mapped).ordered()) {
            look_at(share);
            if (++seen == n.target) break;
        }
    } else {
        for (auto&& share : std::move(mapped).unordered()) look_at(share);
    }
    if (in_body) sum += run_child(n, last_child, at);  // there was nothing to loop over
    return sum;
}

std::uint64_t run_pipeline(const node& n, place at)
{
    const std::size_t count = n.children.size() + n.n;
    std::size_t next = 0;
    const auto read = [&]() -> std::optional<std::size_t> {
        if (next == count) return std::nullopt;
        return next++;
    };
    struct shared {
        std::size_t k;
        std::uint64_t share;
    };
    const auto work = weft::parallel([&](std::size_t k) { return shared{k, item(n, k, at)}; });
    std::uint64_t sum = 0;
    std::size_t expected = 0;
    const auto in_order = weft::serial_in_order([&](const shared& s) {
        require(s.k == expected++, "a serial stage is out of order", n);
        sum += s.share;
    });
    const std::size_t tokens = 1 + n.how / 4 % 12;
    std::size_t passed = 0;
    if ((n.how & 1) != 0) {
        passed = weft::pipeline(tokens, read, work, in_order);
    } else {
        std::size_t seen = 0;
        const auto any_order = weft::serial_out_of_order([&](std::size_t k) {
            ++seen;
            return k;
        });
        passed = weft::pipeline(tokens, read, any_order, work, in_order);
        require(seen == count, "a serial stage has not seen all items", n);
    }
    require(passed == count, "a pipeline has not read all items", n);
    return sum;
}

std::uint64_t run_worklist(const node& n, place at)
{
    const std::size_t count = n.children.size() + n.n;
    std::atomic<std::uint64_t> sum{0};
    weft::par_worklist(std::vector<std::size_t>{0}, [&](std::size_t k, weft::feeder<std::size_t>& more) {
        for (std::size_t next : {2 * k + 1, 2 * k + 2}) {
            if (next < count) more.add(next);
        }
        sum.fetch_add(item(n, k, at), std::memory_order_relaxed);
    });
    return sum.load();
}

}  // namespace

std::uint64_t run_loops(node& n, place at)
{
    const place in = at.inside();
    switch (n.what) {
        case kind::sort:
            return run_sort(n, in);
        case kind::numbers:
            return run_numbers(n, in);
        case kind::stream:
            return run_stream(n, in);
        case kind::pipeline:
            return run_pipeline(n, in);
        default:
            return run_worklist(n, in);
    }
}

}  // namespace fuzz
