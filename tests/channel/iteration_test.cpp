// tests/channel/iteration_test.cpp - going through the messages of a channel by range-for and try_iter.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

static_assert(std::input_iterator<decltype(std::declval<weft::receiver<int>&>().begin())>);

EACH_CHANNEL("channel iteration: sees every message once, in order")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < 100; ++i) static_cast<void>(tx.send(i));
    });
    std::vector<int> seen;
    for (const int m : rx) seen.push_back(m);
    std::vector<int> all(100);
    std::iota(all.begin(), all.end(), 0);
    CHECK(seen == all);
}

EACH_CHANNEL("channel iteration: a loop over a closed channel ends at once")
{
    auto [tx, rx] = test::channel<int>(capacity);
    {
        const auto gone = std::move(tx);
    }
    CHECK(rx.begin() == rx.end());
    for (int round = 0; round < 2; ++round) {
        for (const int m : rx) FAIL("there was " << m);
    }
}

EACH_CHANNEL("channel iteration: waits for the message that comes late")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::array<test::sleeper, 2> waiting;
    std::jthread sender([&, tx = std::move(tx)] {
        for (int m = 1; m <= 2; ++m) {
            static_cast<void>(tx.send(m));
            waiting[static_cast<std::size_t>(m - 1)].await();
        }
    });
    int sum = 0;
    for (const int m : rx) {
        sum += m;
        waiting[static_cast<std::size_t>(m - 1)].here();
    }
    CHECK(sum == 3);
}

EACH_CHANNEL("channel iteration: when a loop is left in the middle the next one goes on from there")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < 20; ++i) static_cast<void>(tx.send(i));
    });
    std::vector<int> seen;
    for (const int m : rx) {
        seen.push_back(m);
        if (m == 9) break;
    }
    for (const int m : rx) seen.push_back(m);
    CHECK(seen.size() == 20);
    CHECK(std::ranges::is_sorted(seen));
}

EACH_CHANNEL("channel iteration: a loop in a loop shares its messages")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < 12; ++i) static_cast<void>(tx.send(i));
    });
    int outer = 0;
    int inner = 0;
    for ([[maybe_unused]] const int m : rx) {
        ++outer;
        int taken = 0;
        for ([[maybe_unused]] const int k : rx) {
            ++inner;
            if (++taken == 2) break;
        }
    }
    CHECK(outer == 4);
    CHECK(inner == 8);
}

EACH_CHANNEL("channel iteration: several threads share the messages")
{
    auto [tx, rx] = test::channel<int>(capacity);
    constexpr int n = 300;
    std::vector<std::vector<int>> got(3);
    {
        std::vector<std::jthread> threads;
        for (auto& mine : got) {
            threads.emplace_back([rx = rx, &mine] {
                for (const int m : rx) mine.push_back(m);
            });
        }
        for (int i = 0; i < n; ++i) REQUIRE(tx.send(i));
        const auto gone = std::move(tx);
    }
    std::vector<int> all;
    for (const auto& part : got) {
        CHECK(std::ranges::is_sorted(part));
        all.insert(all.end(), part.begin(), part.end());
    }
    std::ranges::sort(all);
    CHECK(all.size() == n);
    CHECK(std::ranges::adjacent_find(all) == all.end());
}

EACH_CHANNEL("channel iteration: messages may be changed and moved out of the loop")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < 5; ++i) static_cast<void>(tx.send(std::make_unique<int>(i)));
    });
    std::vector<std::unique_ptr<int>> kept;
    for (auto& m : rx) {
        ++*m;
        kept.push_back(std::move(m));
    }
    REQUIRE(kept.size() == 5);
    for (int i = 0; i < 5; ++i) CHECK(*kept[static_cast<std::size_t>(i)] == i + 1);
}

EACH_BUFFERED("channel iteration: try_iter takes what is there and may be asked again")
{
    auto [tx, rx] = test::channel<int>(capacity);
    int seen = 0;
    for ([[maybe_unused]] const int m : rx.try_iter()) ++seen;
    CHECK(seen == 0);
    for (int round = 0; round < 3; ++round) {
        REQUIRE(tx.send(round));
        for (const int m : rx.try_iter()) {
            CHECK(m == round);
            ++seen;
        }
    }
    CHECK(seen == 3);
}

EACH_CHANNEL("channel iteration: try_iter of an empty or closed channel ends at once")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (const int m : rx.try_iter()) FAIL("there was " << m);
    {
        const auto gone = std::move(tx);
    }
    for (const int m : rx.try_iter()) FAIL("there was " << m);
}

EACH_CHANNEL("channel iteration: if a body throws the rest stays in the channel")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < 10; ++i) static_cast<void>(tx.send(i));
    });
    int thrown = -1;
    try {
        for (const int m : rx) {
            if (m == 4) throw m;
        }
    } catch (int m) {
        thrown = m;
    }
    CHECK(thrown == 4);
    int sum = 0;
    for (const int m : rx) sum += m;
    CHECK(sum == 5 + 6 + 7 + 8 + 9);
}
