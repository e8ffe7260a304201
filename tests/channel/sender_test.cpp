// tests/channel/sender_test.cpp - the less common ways in: new receivers, force_send, emplace.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/selector.hpp>
#include <weft/channel/sender.hpp>

#include "test.hpp"

#include "flavours.hpp"
#include "must.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

EACH_BUFFERED("channel: a sender makes new receivers while there is one")
{
    auto [tx, rx] = test::channel<int>(capacity);
    REQUIRE(tx.send(1));
    auto second = tx.new_receiver();
    REQUIRE(second);
    CHECK(second->same_channel(rx));
    test::drop(std::move(rx));
    CHECK(second->recv() == 1);
    CHECK_FALSE(tx.is_closed());
    second.reset();
    CHECK(tx.is_closed());
    CHECK_FALSE(tx.new_receiver());
}

EACH_BOUNDED("channel force_send: the oldest message makes room")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
    const int n = static_cast<int>(capacity);
    for (int i = 0; i < n; ++i) CHECK_FALSE(tx.force_send(std::make_unique<int>(i)).displaced);
    for (int i = 0; i < 2 * n; ++i) {
        auto got = tx.force_send(std::make_unique<int>(n + i));
        CHECK(got);
        REQUIRE(got.displaced);
        REQUIRE(**got.displaced == i);
        REQUIRE(tx.len() == capacity);
    }
    for (int i = 2 * n; i < 3 * n; ++i) REQUIRE(**rx.try_recv() == i);
    CHECK(rx.empty());
}

TEST_CASE("channel force_send: without a limit nothing is displaced, and at a rendezvous somebody must be there")
{
    auto [tx, rx] = weft::unbounded<int>();
    for (int i = 0; i < 100; ++i) CHECK_FALSE(tx.force_send(i).displaced);
    CHECK(rx.len() == 100);
    auto [hand, other] = weft::bounded<int>(0);
    CHECK(hand.force_send(1).full());
}

EACH_BOUNDED("channel force_send: a place that is promised is not displaced")
{
    auto [tx, rx] = test::channel<int>(capacity);
    weft::selector s;
    s.send(tx);
    auto op = s.wait();
    for (int i = 1; i < static_cast<int>(capacity); ++i) CHECK_FALSE(tx.force_send(i).displaced);
    if (capacity == 1) {
        CHECK(tx.force_send(9).full());
    } else {
        CHECK(tx.force_send(9).displaced == 1);
    }
    CHECK(tx.len() == capacity - 1);
    CHECK(op.send(tx, 100));
    CHECK(tx.len() == capacity);
}

EACH_BOUNDED("channel force_send: among senders, receivers and others by force each message is seen once")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const int each = static_cast<int>(test::scaled(4'000));
    std::atomic<long> sent{0};
    std::atomic<long> seen{0};
    std::vector<std::jthread> senders;
    for (int t = 0; t < 3; ++t) {
        senders.emplace_back([&, t, tx = tx] {
            for (int i = 1; i <= each; ++i) {
                if (t == 0) {
                    test::must(tx.send(int(i)));
                } else {
                    const auto got = tx.force_send(int(i));
                    if (got.displaced) seen.fetch_add(*got.displaced);
                }
                sent.fetch_add(i);
            }
        });
    }
    std::jthread receiver([&, rx = rx] {
        std::vector<int> some;
        while (rx.recv_many(some, 5) != 0) {
            for (const int m : some) seen.fetch_add(m);
            some.clear();
        }
    });
    senders.clear();
    tx.close();
    receiver.join();
    CHECK(sent.load() == seen.load());
}

EACH_CHANNEL("channel emplace: makes the message from its arguments")
{
    auto [tx, rx] = test::channel<std::string>(capacity);
    std::jthread sender([tx = tx] { test::must(tx.emplace(std::size_t{3}, 'x')); });
    CHECK(rx.recv() == "xxx");
    sender.join();
    if (capacity != 0) {
        CHECK(tx.try_emplace("abc", std::size_t{2}));
        CHECK(rx.recv() == "ab");
    } else {
        CHECK(tx.try_emplace("abc", std::size_t{2}).full());
    }
}

EACH_BOUNDED("channel force_send: while promises come and go each message is seen once, and displaced at most once")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const int each = static_cast<int>(test::scaled(2'000));
    std::atomic<long> sent{0};
    std::atomic<long> seen{0};
    std::atomic<int> left{3};
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&, tx = tx] {
            for (int i = 1; i <= each; ++i) {
                for (;;) {
                    const auto got = tx.force_send(int(i));
                    if (got.displaced) seen.fetch_add(*got.displaced);
                    if (got) break;
                    test::must(got.full());
                    test::must_not(got.displaced);
                    std::this_thread::yield();  // all places are promised
                }
                sent.fetch_add(i);
            }
            left.fetch_sub(1);
        });
    }
    threads.emplace_back([&, tx = tx] {
        for (int i = 0; left.load() != 0; ++i) {
            weft::selector s;
            s.send(tx);
            s.send(tx);
            auto op = s.try_wait();
            std::this_thread::yield();
            if (op && i % 2 == 0) {
                test::must(op->send(tx, 1));
                sent.fetch_add(1);
            }
        }
    });
    threads.emplace_back([&, rx = rx] {
        while (left.load() != 0) {
            if (const auto m = rx.try_recv()) seen.fetch_add(*m);
            std::this_thread::yield();
        }
    });
    threads.clear();
    CHECK(tx.len() <= capacity);
    for (const int m : rx.try_iter()) seen.fetch_add(m);
    CHECK(sent.load() == seen.load());
}
