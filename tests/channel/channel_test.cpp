// tests/channel/channel_test.cpp - sending and receiving, over every flavour.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <chrono>
#include <string>

using namespace std::chrono_literals;

EACH_BUFFERED("channel: a message comes out as it went in")
{
    auto [tx, rx] = test::channel<std::string>(capacity);
    CHECK(tx.send("hello"));
    const auto got = rx.recv();
    REQUIRE(got);
    CHECK(*got == "hello");
    CHECK(got->size() == 5);
}

EACH_BUFFERED("channel: messages come in the order of sending")
{
    auto [tx, rx] = test::channel<int>(capacity);
    int next = 0;
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(tx.try_send(i));
        if (capacity == 1 || i % 3 == 2) {
            while (const auto got = rx.try_recv()) REQUIRE(*got == next++);
        }
    }
    while (const auto got = rx.try_recv()) REQUIRE(*got == next++);
    CHECK(next == 1000);
}

EACH_CHANNEL("channel: try_recv on an empty channel says empty")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto got = rx.try_recv();
    CHECK_FALSE(got);
    CHECK(got.empty());
    CHECK_FALSE(got.closed());
    CHECK_FALSE(got.timed_out());
}

EACH_LIMITED("channel: try_send on a full channel says full and leaves the message alone")
{
    auto [tx, rx] = weft::bounded<std::string>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) REQUIRE(tx.try_send("x"));
    std::string message = "a message that is longer than the small string";
    const auto result = tx.try_send(std::move(message));
    CHECK_FALSE(result);
    CHECK(result.full());
    CHECK(message == "a message that is longer than the small string");
    CHECK(tx.full());
}

EACH_BOUNDED("channel: a full channel has room again after one message was taken")
{
    auto [tx, rx] = weft::bounded<int>(capacity);
    for (int round = 0; round < 5; ++round) {
        while (tx.try_send(round)) {}
        CHECK(rx.len() == capacity);
        CHECK(rx.try_recv());
        CHECK(tx.try_send(round));
        CHECK_FALSE(tx.try_send(round));
        while (rx.try_recv()) {}
        CHECK(rx.empty());
    }
}

EACH_BOUNDED("channel: len, capacity, empty and full agree")
{
    auto [tx, rx] = weft::bounded<int>(capacity);
    CHECK(tx.capacity() == capacity);
    CHECK(rx.capacity() == capacity);
    for (std::size_t i = 0; i < capacity; ++i) {
        CHECK(tx.len() == i);
        CHECK(rx.len() == i);
        CHECK(tx.empty() == (i == 0));
        CHECK_FALSE(rx.full());
        REQUIRE(tx.send(1));
    }
    CHECK(tx.full());
    CHECK(rx.full());
    CHECK_FALSE(rx.empty());
}

TEST_CASE("channel: an unbounded one has no capacity, is never full and counts its messages")
{
    auto [tx, rx] = weft::unbounded<int>();
    CHECK_FALSE(tx.capacity().has_value());
    CHECK_FALSE(rx.capacity().has_value());
    for (std::size_t i = 0; i < 1000; ++i) {
        REQUIRE(tx.len() == i);
        REQUIRE(tx.send(7));
        REQUIRE_FALSE(tx.full());
    }
    for (std::size_t i = 1000; i > 0; --i) {
        REQUIRE(rx.len() == i);
        REQUIRE(rx.recv());
    }
    CHECK(rx.empty());
}

TEST_CASE("channel: a rendezvous is always both empty and full")
{
    auto [tx, rx] = weft::bounded<int>(0);
    CHECK(tx.capacity() == 0u);
    CHECK(tx.len() == 0);
    CHECK(tx.empty());
    CHECK(tx.full());
    CHECK(rx.empty());
    CHECK(rx.full());
}

EACH_CHANNEL("channel: sending after the receivers have gone says closed and leaves the message alone")
{
    auto [tx, rx] = test::channel<std::string>(capacity);
    {
        const auto gone = std::move(rx);
    }
    std::string message = "still mine, and longer than a small string is";
    const std::string copy = message;
    CHECK(tx.send(std::move(message)).closed());
    CHECK(message == copy);
    CHECK(tx.try_send(std::move(message)).closed());
    CHECK(message == copy);
    CHECK(tx.send_for(std::move(message), 1ms).closed());
    CHECK(message == copy);
}

EACH_CHANNEL("channel: receiving after the senders have gone drains first, then says closed")
{
    auto [tx, rx] = test::channel<int>(capacity);
    int sent = 0;
    while (sent < 10 && tx.try_send(sent)) ++sent;
    {
        const auto gone = std::move(tx);
    }
    for (int i = 0; i < sent; ++i) {
        const auto got = rx.recv();
        REQUIRE(got);
        CHECK(*got == i);
    }
    CHECK(rx.recv().closed());
    CHECK(rx.try_recv().closed());
    CHECK(rx.recv_for(1ms).closed());
    CHECK_FALSE(rx.recv().timed_out());
}

EACH_CHANNEL("channel: only the last sender closes")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto second = tx;
    {
        const auto gone = std::move(tx);
    }
    CHECK(rx.try_recv().empty());
    {
        const auto gone = std::move(second);
    }
    CHECK(rx.try_recv().closed());
}

EACH_CHANNEL("channel: only the last receiver closes")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto second = rx;
    {
        const auto gone = std::move(rx);
    }
    CHECK_FALSE(tx.send_for(1, 1us).closed());
    {
        const auto gone = std::move(second);
    }
    CHECK(tx.try_send(1).closed());
}

EACH_CHANNEL("channel: recv_for and recv_until give up in time")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(rx.recv_for(5ms).timed_out());
    CHECK(rx.recv_until(std::chrono::steady_clock::now() + 5ms).timed_out());
    CHECK(std::chrono::steady_clock::now() - begin >= 10ms);
}

TEST_CASE("channel: send_for and send_until give up in time and leave the message alone")
{
    const auto capacity = GENERATE(as<std::size_t>(), 0, 1, 3);
    auto [tx, rx] = weft::bounded<std::string>(capacity);
    while (tx.try_send("x")) {}
    std::string message = "a message that is longer than the small string";
    const auto begin = std::chrono::steady_clock::now();
    CHECK(tx.send_for(std::move(message), 5ms).timed_out());
    CHECK(tx.send_until(std::move(message), std::chrono::steady_clock::now() + 5ms).timed_out());
    CHECK(std::chrono::steady_clock::now() - begin >= 10ms);
    CHECK(message == "a message that is longer than the small string");
}

EACH_BUFFERED("channel: with a limit that has passed it still takes what is ready")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto past = std::chrono::steady_clock::now() - 1s;
    CHECK(tx.send_until(4, past));
    CHECK(rx.recv_until(past) == 4);
    CHECK(rx.recv_until(past).timed_out());
    CHECK(rx.recv_until(std::chrono::system_clock::now() + 1ms).timed_out());
    CHECK(tx.send_for(5, -1s));
    CHECK(rx.recv_for(0s) == 5);
}

EACH_BUFFERED("channel: an endless limit does not overflow")
{
    auto [tx, rx] = test::channel<int>(capacity);
    CHECK(tx.send_for(4, std::chrono::hours::max()));
    CHECK(rx.recv_for(std::chrono::hours::max()) == 4);
}

EACH_CHANNEL("channel: same_channel tells channels apart")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    const auto copy = tx;
    const auto rx_copy = rx;
    CHECK(tx.same_channel(copy));
    CHECK(rx.same_channel(rx_copy));
    CHECK_FALSE(tx.same_channel(tx2));
    CHECK_FALSE(rx.same_channel(rx2));
}

EACH_CHANNEL("channel: range-for ends when the channel is closed and drained")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::jthread producer([tx = std::move(tx)] {
        for (int i = 0; i < 100; ++i) static_cast<void>(tx.send(i));
    });
    int next = 0;
    bool in_order = true;
    for (int& m : rx) in_order = in_order && m == next++;
    CHECK(in_order);
    CHECK(next == 100);
    int more = 0;
    for ([[maybe_unused]] int& m : rx) ++more;
    CHECK(more == 0);
}

TEST_CASE("channel: try_iter ends when nothing is there now")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 3, 1024, test::unlimited));
    for (int i = 0; i < 3; ++i) REQUIRE(tx.send(i));
    int next = 0;
    for (int& m : rx.try_iter()) CHECK(m == next++);
    CHECK(next == 3);
    REQUIRE(tx.send(3));
    for (int& m : rx.try_iter()) CHECK(m == next++);
    CHECK(next == 4);
}

TEST_CASE("channel: leaving a range-for early keeps the rest")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 3, 1024, test::unlimited));
    for (int i = 0; i < 3; ++i) REQUIRE(tx.send(i));
    for (int& m : rx) {
        if (m == 1) break;
    }
    CHECK(rx.recv() == 2);
}

EACH_CHANNEL("channel: handles can be assigned, and the old channel is let go")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    tx = tx2;
    CHECK(rx.recv().closed());
    CHECK(tx.same_channel(tx2));
    rx = rx2;
    CHECK(rx.same_channel(rx2));
    rx = std::move(rx2);
    CHECK(rx.try_recv().empty());
}

TEST_CASE("channel: an impossible capacity is refused")
{
    CHECK_THROWS_AS(weft::bounded<int>(static_cast<std::size_t>(-1)), std::length_error);
}

TEST_CASE("channel: any capacity is kept exactly")
{
    for (std::size_t capacity = 1; capacity <= 70; ++capacity) {
        auto [tx, rx] = weft::bounded<std::size_t>(capacity);
        for (std::size_t round = 0; round < 3; ++round) {
            std::size_t n = 0;
            while (tx.try_send(n)) ++n;
            REQUIRE(n == capacity);
            for (std::size_t i = 0; i < capacity; ++i) REQUIRE(rx.try_recv() == i);
            REQUIRE(tx.send(0));  // shift the laps
            REQUIRE(rx.recv());
        }
    }
}
