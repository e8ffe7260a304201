// tests/pool/placement_test.cpp - where the threads of a pool are pinned, here and on other machines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "pool/placement.hpp"
#include "test.hpp"
#include "topology/machine_facts.hpp"

using weft::cpu_set;
using weft::pin_policy;
using weft::topology;
using weft::detail::core_order;
using weft::detail::placement;

namespace {

using order = std::vector<std::size_t>;

cpu_set range(std::size_t first, std::size_t last)
{
    cpu_set out;
    for (std::size_t cpu = first; cpu <= last; ++cpu) out.add(cpu);
    return out;
}

/// Two nodes of four cores with two hardware threads: processors 0-3 and 8-11, 4-7 and 12-15.
topology two_nodes()
{
    weft::detail::machine_facts facts;
    facts.online = range(0, 15);
    const cpu_set halves[] = {range(0, 3) | range(8, 11), range(4, 7) | range(12, 15)};
    for (std::size_t core = 0; core < 8; ++core) facts.cores.push_back(cpu_set{core, core + 8});
    for (const cpu_set& half : halves) {
        facts.packages.push_back(half);
        facts.nodes.push_back({.number = facts.nodes.size(), .cpus = half, .memory_bytes = 0, .distances = {}});
        facts.caches.push_back(
            {.level = 3, .type = weft::cache_type::unified, .size_bytes = 1, .line_bytes = 64, .cpus = half});
    }
    return topology(facts);
}

/// Four efficiency cores (0-3), and two performance cores of two hardware threads (4-7).
topology hybrid()
{
    weft::detail::machine_facts facts;
    facts.online = range(0, 7);
    facts.cores = {cpu_set{4, 5}, cpu_set{6, 7}};
    facts.efficiency = range(0, 3);
    facts.performance = range(4, 7);
    facts.caches.push_back(
        {.level = 3, .type = weft::cache_type::unified, .size_bytes = 1, .line_bytes = 64, .cpus = facts.online});
    return topology(facts);
}

}  // namespace

TEST_CASE("placement: a core for each thread, neighbours first, hardware threads of a core last")
{
    const topology m = two_nodes();
    CHECK(core_order(m, m.cpus()) == order{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
    CHECK(core_order(m, cpu_set{5, 13, 2, 10, 11}) == order{2, 11, 5, 10, 13});
    CHECK(core_order(m, {}) == order{});
    CHECK(core_order(m, range(100, 101)) == order{});

    // Processors of the two nodes in turns: one node after the other all the same.
    weft::detail::machine_facts facts;
    facts.online = range(0, 5);
    facts.nodes = {{.number = 0, .cpus = {0, 2, 4}, .memory_bytes = 0, .distances = {}},
                   {.number = 1, .cpus = {1, 3, 5}, .memory_bytes = 0, .distances = {}}};
    CHECK(core_order(topology(facts), range(0, 5)) == order{0, 2, 4, 1, 3, 5});
}

TEST_CASE("placement: strong cores come before frugal ones, and those before second hardware threads")
{
    const topology m = hybrid();
    CHECK(core_order(m, m.cpus()) == order{4, 6, 0, 1, 2, 3, 5, 7});
    CHECK(core_order(m, range(0, 4)) == order{4, 0, 1, 2, 3});
    for (std::uint32_t i = 0; i < 20; ++i) {
        CHECK(placement(m, m.cpus(), pin_policy::core, i, 20) == cpu_set{core_order(m, m.cpus())[i % 8]});
    }
}

TEST_CASE("placement: nodes get threads as they have processors")
{
    const topology m = two_nodes();
    const auto threads_on_first = [&](const cpu_set& allowed, std::uint32_t count) {
        std::size_t n = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            const cpu_set where = placement(m, allowed, pin_policy::numa, i, count);
            if (where == (m.nodes()[0].cpus & allowed)) {
                ++n;
            } else {
                CHECK(where == (m.nodes()[1].cpus & allowed));
            }
        }
        return n;
    };
    CHECK(threads_on_first(m.cpus(), 1) == 1);
    CHECK(threads_on_first(m.cpus(), 2) == 1);
    CHECK(threads_on_first(m.cpus(), 16) == 8);
    CHECK(threads_on_first(m.cpus(), 100) == 50);
    CHECK(threads_on_first(range(0, 4), 5) == 4);
    CHECK(threads_on_first(range(4, 7), 3) == 0);
    CHECK(placement(m, {}, pin_policy::numa, 0, 1).empty());
}

TEST_CASE("placement: explicit sets in turns, and none at all")
{
    const topology m = two_nodes();
    const weft::pinning how{cpu_set{1, 2}, cpu_set{99}};
    CHECK(placement(m, m.cpus(), how, 2, 4) == cpu_set{1, 2});
    CHECK(placement(m, m.cpus(), how, 3, 4) == cpu_set{99});
    CHECK(placement(m, m.cpus(), pin_policy::none, 0, 4).empty());
    CHECK(placement(how, 1, 4) == cpu_set{99});
    CHECK(placement(pin_policy::none, 1, 4).empty());
}

TEST_CASE("placement: the threads of a pool run where they were put")
{
    const cpu_set allowed = weft::this_thread_affinity();
    if (allowed.empty()) return;  // a system that does not tell
    const std::size_t lowest = *allowed.next(0);
    const weft::pinning ways[] = {pin_policy::core, pin_policy::numa, {cpu_set{lowest}}, pin_policy::none};
    for (const weft::pinning& how : ways) {
        std::vector<cpu_set> seen(3);
        const auto look = [&](std::size_t i) { seen[i] = weft::this_thread_affinity(); };
        weft::thread_pool{{.num_threads = 3, .pin = how, .on_thread_start = look}};
        for (std::uint32_t i = 0; i < 3; ++i) {
            const cpu_set wanted = placement(how, i, 3);
            CHECK(seen[i] == (wanted.empty() ? allowed : wanted));
        }
    }
    CHECK(weft::this_thread_affinity() == allowed);
}
