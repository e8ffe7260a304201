// tests/pool/placement_test.cpp - where the threads of a pool are pinned, here and on other machines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "pool/placement.hpp"
#include "test.hpp"
#include "topology/machine_facts.hpp"

#include <atomic>
#include <future>

using weft::cpu_set;
using weft::pin_policy;
using weft::topology;
using weft::detail::core_order;
using weft::detail::place_threads;
using weft::detail::placement;

namespace {

using order = std::vector<std::size_t>;

cpu_set range(std::size_t first, std::size_t last)
{
    cpu_set out;
    for (std::size_t cpu = first; cpu <= last; ++cpu) out.add(cpu);
    return out;
}

/// Two nodes of four cores with two hardware threads each: processors 0-3 and 8-11, 4-7 and 12-15.
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

/// Four efficiency cores (0-3), and two performance cores with two hardware threads each (4-7).
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

    // Processors of the two nodes alternate: they still come one node after the other.
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
    const placement twenty = place_threads(m, m.cpus(), pin_policy::core, 20);
    REQUIRE(twenty.sets.size() == 20);
    for (std::size_t i = 0; i < 20; ++i) CHECK(twenty.sets[i] == cpu_set{core_order(m, m.cpus())[i % 8]});
    CHECK(twenty.home == m.cpus());
}

TEST_CASE("placement: nodes get threads as they have processors")
{
    const topology m = two_nodes();
    const auto threads_on_first = [&](const cpu_set& allowed, std::uint32_t count) {
        const placement all = place_threads(m, allowed, pin_policy::numa, count);
        CHECK(all.sets.size() == count);
        std::size_t n = 0;
        for (const cpu_set& where : all.sets) {
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
    CHECK(place_threads(m, {}, pin_policy::numa, 1).sets.empty());
}

TEST_CASE("placement: explicit sets in turns, and none at all")
{
    const topology m = two_nodes();
    const weft::pinning how{cpu_set{1, 2}, cpu_set{99}};
    CHECK(place_threads(m, m.cpus(), how, 3).sets == std::vector{cpu_set{1, 2}, cpu_set{99}, cpu_set{1, 2}});
    CHECK(place_threads(how, 2).sets == how.sets);
    CHECK(place_threads(m, m.cpus(), pin_policy::none, 4).sets.empty());
    CHECK(place_threads(pin_policy::none, 4).sets.empty());
    CHECK(place_threads(pin_policy::none, 4).home.empty());
}

TEST_CASE("placement: threads know who is nearest")
{
    const topology m = two_nodes();
    const placement eight = place_threads(m, m.cpus(), pin_policy::core, 8);
    REQUIRE(eight.nearest.size() == 8 * 7);
    const auto row = [&](std::size_t i) {
        return order(eight.nearest.begin() + static_cast<std::ptrdiff_t>(7 * i),
                     eight.nearest.begin() + static_cast<std::ptrdiff_t>(7 * (i + 1)));
    };
    CHECK(row(0) == order{1, 2, 3, 4, 5, 6, 7});
    CHECK(row(3) == order{0, 1, 2, 4, 5, 6, 7});
    CHECK(row(6) == order{7, 4, 5, 0, 1, 2, 3});

    CHECK(place_threads(m, m.cpus(), pin_policy::core, 2).nearest.empty());     // one victim: no choice
    CHECK(place_threads(m, range(0, 3), pin_policy::core, 4).nearest.empty());  // all equally near
    CHECK(place_threads(m, m.cpus(), pin_policy::core, 1000).nearest.empty());
    const placement spread = place_threads(m, m.cpus(), pin_policy::numa, 4);
    CHECK(spread.nearest == std::vector<std::uint32_t>{1, 2, 3, 0, 2, 3, 3, 0, 1, 2, 0, 1});
    CHECK(place_threads(m, m.cpus(), weft::pinning{cpu_set{}, cpu_set{77}, cpu_set{0}}, 3).nearest.size() <= 6);
}

TEST_CASE("placement: the threads of a pool run where they were put")
{
    const cpu_set allowed = weft::this_thread_affinity();
    if (allowed.empty()) return;  // a system that does not say
    const std::size_t lowest = *allowed.next(0);
    const weft::pinning ways[] = {pin_policy::core, pin_policy::numa, {cpu_set{lowest}}, pin_policy::none};
    for (const weft::pinning& how : ways) {
        std::vector<cpu_set> seen(3);
        const auto look = [&](std::size_t i) { seen[i] = weft::this_thread_affinity(); };
        weft::thread_pool{{.num_threads = 3, .pin = how, .on_thread_start = look}};
        const placement wanted = place_threads(how, 3);
        for (std::size_t i = 0; i < 3; ++i) CHECK(seen[i] == (wanted.sets.empty() ? allowed : wanted.sets[i]));
    }
    CHECK(weft::this_thread_affinity() == allowed);
}

TEST_CASE("placement: pinned threads take work from near ones, far ones and callers from outside")
{
    // More threads than processors, two of them on each of some: the distances differ, and every thread must be found.
    weft::thread_pool pool{{.num_threads = 6, .pin = pin_policy::core}};
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        std::atomic<int> ran{0};
        pool.scope([&](auto& s) {
            for (int i = 0; i < 64; ++i) s.spawn([&] { ran.fetch_add(1); });
        });
        REQUIRE(ran.load() == 64);
    }
}

TEST_CASE("placement: a thread that stands in for a blocked one is not pinned where that one is")
{
    const cpu_set allowed = weft::this_thread_affinity();
    if (allowed.size() < 2) return;
    weft::thread_pool pool{{.num_threads = 1, .pin = pin_policy::core}};
    std::promise<cpu_set> seen;
    const std::shared_future<cpu_set> result = seen.get_future().share();
    pool.spawn([&, result] {
        weft::spawn([&seen] { seen.set_value(weft::this_thread_affinity()); });
        weft::blocking([&] { result.wait(); });
    });
    CHECK(result.get() == allowed);
}
