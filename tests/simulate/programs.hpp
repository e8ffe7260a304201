// tests/simulate/programs.hpp - programs that run on a simulated machine, and on the one at hand: with work that only takes time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/weft.hpp>

#include <cstdint>

namespace programs {

/// Computes for so many nanoseconds: virtual or real ones, as the program that includes this says.
void work(double nanoseconds);

/// A leaf every so often takes `leaf` nanoseconds; every join forks.
inline long join_tree(long leaves, double leaf)
{
    if (leaves == 1) {
        work(leaf);
        return 1;
    }
    const auto [a, b] =
        weft::join([&] { return join_tree(leaves / 2, leaf); }, [&] { return join_tree(leaves - leaves / 2, leaf); });
    return a + b;
}

/// The number itself takes no time: what is left is the joins.
inline long fib(int n)
{
    if (n < 2) return n;
    const auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

inline std::uint64_t mixed(std::uint64_t x) noexcept
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/// A binomial tree (after UTS, Olivier and others, 2006): a node has eight children or none, by chance; each takes a
/// microsecond. The children of a node are joined in halves.
inline long binomial_node(std::uint64_t id);
inline long binomial_children(std::uint64_t id, int first, int last)
{
    if (last - first == 1) return binomial_node(mixed(id * 8 + static_cast<std::uint64_t>(first) + 1));
    const int middle = (first + last) / 2;
    const auto [a, b] = weft::join([&] { return binomial_children(id, first, middle); },
                                   [&] { return binomial_children(id, middle, last); });
    return a + b;
}
inline long binomial_node(std::uint64_t id)
{
    constexpr double chance = 0.1248;  // of children: nearly one child a node
    work(1000);
    const bool has_children = static_cast<double>(mixed(id) >> 11) * 0x1p-53 < chance;
    return has_children ? 1 + binomial_children(id, 0, 8) : 1;
}

/// So many trees below one root. Returns the number of nodes.
inline long binomial_tree(long first, long last)
{
    if (last - first == 1) return binomial_node(mixed(static_cast<std::uint64_t>(last)));
    const long middle = (first + last) / 2;
    const auto [a, b] =
        weft::join([&] { return binomial_tree(first, middle); }, [&] { return binomial_tree(middle, last); });
    return a + b;
}

inline void even_loop(long items, double each)
{
    weft::par_range(0L, items).for_each([each](long) { work(each); });
}

/// From nothing to twice `each`: the last items are the longest.
inline void uneven_loop(long items, double each)
{
    weft::par_range(0L, items).for_each(
        [=](long i) { work(2 * each * static_cast<double>(i) / static_cast<double>(items)); });
}

}  // namespace programs
