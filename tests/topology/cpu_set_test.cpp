// tests/topology/cpu_set_test.cpp - sets of processors and pinning.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/cpu_counts.hpp>
#include <weft/topology/cpu_set.hpp>

#include "test.hpp"

#include <random>
#include <set>

TEST_CASE("cpu_set: agrees with std::set")
{
    std::mt19937 random(5);
    weft::cpu_set a;
    std::set<std::size_t> reference;
    for (int i = 0; i < 3000; ++i) {
        const std::size_t cpu = random() % 1500;
        if (random() % 2 == 0) {
            a.add(cpu);
            reference.insert(cpu);
        } else {
            a.remove(cpu);
            reference.erase(cpu);
        }
        REQUIRE(a.size() == reference.size());
        REQUIRE(a.contains(cpu) == reference.contains(cpu));
    }
    const std::vector<std::size_t> expected(reference.begin(), reference.end());
    CHECK(a.to_vector() == expected);
    std::vector<std::size_t> visited;
    for (const std::size_t cpu : a) visited.push_back(cpu);
    CHECK(visited == expected);
    static_assert(std::forward_iterator<weft::cpu_set::iterator>);
}

TEST_CASE("cpu_set: equality and set operations do not depend on history")
{
    weft::cpu_set a{1, 70, 2000};
    a.remove(2000);
    CHECK(a == weft::cpu_set{70, 1});
    CHECK((a & weft::cpu_set{70, 3000}) == weft::cpu_set{70});
    CHECK((a | weft::cpu_set{3}) == weft::cpu_set{1, 3, 70});
    CHECK((a & weft::cpu_set{2}).empty());
    CHECK(weft::cpu_set{}.empty());
    CHECK_FALSE(weft::cpu_set{}.next(0));
    CHECK_THROWS_AS(a.add(std::size_t{1} << 40), std::invalid_argument);
    CHECK_FALSE(a.contains(std::size_t{1} << 40));
}

TEST_CASE("pin_this_thread: what was asked for is what is there")
{
    std::jthread([] {
        const weft::cpu_set before = weft::this_thread_affinity();
        if (before.empty()) return;  // a system that does not tell
        for (const std::size_t cpu : before.to_vector()) {
            const bool pinned = !weft::pin_this_thread(weft::cpu_set{cpu});
            const bool there = weft::this_thread_affinity() == weft::cpu_set{cpu} && weft::this_thread_cpu() == cpu;
            if (!pinned || !there) throw std::runtime_error("not pinned");
        }
    }).join();
    const bool can_pin = !weft::this_thread_affinity().empty();
    const std::errc refused = can_pin ? std::errc::invalid_argument : std::errc::not_supported;
    CHECK(weft::pin_this_thread({}) == refused);
    CHECK(weft::pin_this_thread({1'000'000}) == refused);
}

TEST_CASE("available_parallelism: at least one, at most what is allowed")
{
    const auto counts = weft::cpu_counts();
    CHECK(weft::available_parallelism() >= 1);
    CHECK(weft::available_parallelism() <= counts.allowed);
    CHECK(counts.allowed <= counts.configured);
    CHECK(counts.online <= counts.configured);
    CHECK(counts.physical <= counts.online);
}
