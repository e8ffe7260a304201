// tests/sync/wait_group_test.cpp - groups of handles that wait for each other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/wait_group.hpp>

#include "test.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

TEST_CASE("wait_group: a single party has nothing to wait for, however often it asks")
{
    weft::wait_group group;
    group.wait();
    group.wait();
    {
        const weft::wait_group copy = group;
        (void)copy;
    }
    group.wait();
}

TEST_CASE("wait_group: a moved-from handle is not a party")
{
    weft::wait_group a;
    weft::wait_group b = std::move(a);
    a.wait();
    b.wait();
    weft::wait_group c = a;  // a copy of nothing
    c.wait();
    a = b;
    b = weft::wait_group();
    a.wait();
}

TEST_CASE("wait_group: waits for all copies, and sees what they did")
{
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        weft::wait_group group;
        std::vector<int> results(4);
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < results.size(); ++i) {
            threads.emplace_back([copy = group, &results, i]() mutable {
                results[i] = static_cast<int>(i) + 1;
                const weft::wait_group gone = std::move(copy);
            });
        }
        group.wait();
        REQUIRE(results == std::vector<int>{1, 2, 3, 4});
    }
}

TEST_CASE("wait_group: parties that all wait meet, for many rounds")
{
    const int rounds = static_cast<int>(test::scaled(1'000));
    weft::wait_group group;
    std::vector<std::optional<weft::wait_group>> handles(3);
    for (auto& h : handles) h = group;
    group = weft::wait_group();  // only the three are parties
    std::atomic<int> at[3]{};
    std::atomic<int> wrong{0};
    // Each turn has two rounds of waiting, so that nobody runs ahead by more than one.
    test::run_threads(3, [&](std::size_t id) {
        for (int r = 1; r <= rounds; ++r) {
            at[id].store(r, std::memory_order_relaxed);
            if (r == rounds) handles[id]->wait();
        }
        for (const auto& other : at) wrong += other.load(std::memory_order_relaxed) != rounds;
    });
    CHECK(wrong.load() == 0);
}

TEST_CASE("wait_group: the end of one round never ends the next one early")
{
    // Two parties meet in each round, and a third joins in every second one and works.
    weft::wait_group group;
    const std::size_t rounds = test::scaled(3'000);
    std::atomic<std::size_t> early{0};
    std::vector<weft::wait_group> handles(2, group);
    {
        const weft::wait_group leaves = std::move(group);
    }
    test::run_threads(2, [&](std::size_t who) {
        weft::wait_group mine = std::move(handles[who]);
        for (std::size_t round = 0; round < rounds; ++round) {
            mine.wait();
            if (who == 1) continue;
            std::atomic<bool> worked{false};
            std::thread helper;
            if (round % 50 == 0) {
                helper = std::thread(
                    [&worked, with = weft::wait_group(mine)] { worked.store(true, std::memory_order_relaxed); });
            }
            if (helper.joinable()) {
                mine.wait();
                if (!worked.load(std::memory_order_relaxed)) early.fetch_add(1);
                helper.join();
            }
        }
    });
    CHECK(early.load() == 0);
}
