// tests/channel/state_test.cpp - what a channel says of itself: length, fullness, capacity; alone, over many laps, and
// while others use it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/channel/channel.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <thread>
#include <utility>
#include <vector>

EACH_BUFFERED("channel state: any sequence of sends and receives agrees with std::deque")
{
    std::mt19937 random(7);
    auto [tx, rx] = test::channel<int>(capacity);
    std::deque<int> model;
    int next = 0;
    bool agrees = true;
    for (int i = 0; i < 20'000; ++i) {
        if (random() % 2 == 0) {
            const bool sent = static_cast<bool>(tx.try_send(next));
            agrees = agrees && sent == (model.size() < capacity);
            if (sent) model.push_back(next++);
        } else {
            const auto got = rx.try_recv();
            agrees = agrees && got.has_value() != model.empty();
            if (got && agrees) {
                agrees = *got == model.front();
                model.pop_front();
            }
        }
        agrees = agrees && tx.len() == model.size() && rx.len() == model.size() && rx.empty() == model.empty() &&
                 tx.full() == (model.size() == capacity);
        if (!agrees) break;
    }
    CHECK(agrees);
}

EACH_BUFFERED("channel state: batches and single messages agree with std::deque")
{
    std::mt19937 random(8);
    auto [tx, rx] = test::channel<int>(capacity);
    std::deque<int> model;
    int next = 0;
    bool agrees = true;
    for (int i = 0; i < 3'000 && agrees; ++i) {
        const std::size_t room = std::min<std::size_t>(capacity - model.size(), 300);
        const std::size_t n = random() % 40;
        if (random() % 2 == 0) {
            std::vector<int> batch;
            for (std::size_t k = 0; k < std::min(n, room); ++k) batch.push_back(next++);
            agrees = tx.send_many(batch) == batch.size();
            model.insert(model.end(), batch.begin(), batch.end());
        } else if (!model.empty()) {
            std::vector<int> batch;
            const std::size_t taken = rx.recv_many(batch, n);
            agrees = taken == batch.size() && taken <= n && (n == 0 || taken > 0);
            for (const int m : batch) {
                agrees = agrees && m == model.front();
                model.pop_front();
            }
        }
        agrees = agrees && rx.len() == model.size();
    }
    CHECK(agrees);
}

EACH_BUFFERED("channel state: every number of messages is counted exactly")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const std::size_t most = std::min<std::size_t>(capacity, 700);
    for (std::size_t i = 0; i <= most; ++i) {
        REQUIRE(tx.len() == i);
        if (i < most) REQUIRE(tx.send(1));
    }
    for (std::size_t i = most; i > 0; --i) {
        REQUIRE(rx.len() == i);
        REQUIRE(rx.recv());
    }
    CHECK(rx.empty());
}

EACH_BUFFERED("channel state: copies of a handle see the same")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto tx2 = tx;
    const auto rx2 = rx;
    REQUIRE(tx2.send(1));
    CHECK(tx.len() == 1);
    CHECK(rx2.len() == 1);
    CHECK(tx2.capacity() == rx.capacity());
    CHECK(tx.same_channel(tx2));
    CHECK(rx.same_channel(rx2));
}

EACH_BUFFERED("channel state: a closed channel still counts what is left")
{
    auto [tx, rx] = test::channel<int>(capacity);
    REQUIRE(tx.send(1));
    const auto was = rx.capacity();
    {
        const auto gone = std::move(tx);
    }
    CHECK(rx.len() == 1);
    CHECK(rx.capacity() == was);
    CHECK_FALSE(rx.empty());
    CHECK(rx.recv());
    CHECK(rx.len() == 0);
    CHECK(rx.empty());
}

EACH_CHANNEL("channel state: a channel without receivers is empty")
{
    auto [tx, rx] = test::channel<int>(capacity);
    static_cast<void>(tx.try_send(1));
    {
        const auto gone = std::move(rx);
    }
    CHECK(tx.len() == 0);
    CHECK(tx.empty());
}

EACH_CHANNEL("channel state: the length never leaves its bounds while others send and receive")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const std::size_t n = test::scaled(10'000);
    std::atomic<bool> over{false};
    std::size_t most = 0;
    {
        std::jthread watcher([&, tx = tx, rx = rx] {
            while (!over.load()) most = std::max({most, tx.len(), rx.len()});
        });
        std::vector<std::jthread> users;
        for (int k = 0; k < 2; ++k) {
            users.emplace_back([tx = tx, n] {
                for (std::size_t i = 0; i < n; ++i) static_cast<void>(tx.send(1));
            });
            users.emplace_back([rx = rx, n] {
                for (std::size_t i = 0; i < n; ++i) static_cast<void>(rx.recv());
            });
        }
        users.clear();
        over = true;
    }
    CHECK(most <= std::min<std::size_t>(capacity, 2 * n));
    CHECK(rx.len() == 0);
}

EACH_BUFFERED("channel state: a thread that has sent does not find the channel empty before somebody has received")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const std::size_t n = test::scaled(3'000);
    bool seen = true;
    for (std::size_t i = 0; i < n; ++i) {
        REQUIRE(tx.send(1));
        seen = seen && !tx.empty() && !rx.empty() && rx.len() == 1;
        REQUIRE(rx.recv());
        seen = seen && tx.empty() && rx.len() == 0;
    }
    CHECK(seen);
}

EACH_BUFFERED("channel state: a thread that has sent can receive without waiting, if all others do the same")
{
    // Each thread sends one message before it receives one: there are never fewer messages than receivers.
    auto [tx, rx] = test::channel<std::size_t>(std::max<std::size_t>(capacity, 4));
    const std::size_t n = test::scaled(5'000);
    std::atomic<bool> always{true};
    test::run_threads(4, [&, &tx = tx, &rx = rx](std::size_t id) {
        const auto to = tx;
        const auto from = rx;
        for (std::size_t i = 0; i < n; ++i) {
            if (!to.try_send(id)) always = false;
            if (!from.try_recv()) always = false;
        }
    });
    CHECK(always.load());
}

EACH_BUFFERED("channel state: it works for many laps")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    const std::size_t n = test::scaled(100'000);
    bool in_order = true;
    for (std::size_t i = 0; i < n; ++i) {
        static_cast<void>(tx.send(i));
        in_order = in_order && rx.recv() == i;
    }
    CHECK(in_order);
    CHECK(rx.try_recv().empty());
}

EACH_BOUNDED("channel state: it says full exactly while it is")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (int lap = 0; lap < 4; ++lap) {
        for (std::size_t i = 0; i < capacity; ++i) REQUIRE(tx.try_send(1));
        CHECK(tx.full());
        CHECK(rx.full());
        CHECK(tx.try_send(1).full());
        REQUIRE(rx.recv());
        CHECK_FALSE(tx.full());
        REQUIRE(tx.try_send(1));
        for (std::size_t i = 0; i < capacity; ++i) REQUIRE(rx.recv());
        CHECK(rx.empty());
    }
}

EACH_CHANNEL("channel state: two channels are not the same, whatever they hold")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    CHECK_FALSE(tx.same_channel(tx2));
    CHECK_FALSE(rx.same_channel(rx2));
}
