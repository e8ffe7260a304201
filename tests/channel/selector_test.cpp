// tests/channel/selector_test.cpp - the selector: operations known at run time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/selector.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"
#include "must.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

EACH_BUFFERED("selector: chooses what is ready and completes it")
{
    auto [tx1, rx1] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<std::string>(capacity);
    weft::selector s;
    CHECK(s.recv(rx1) == 0);
    CHECK(s.recv(rx2) == 1);
    CHECK_FALSE(s.try_wait());
    CHECK_FALSE(s.wait_for(1ms));
    REQUIRE(tx2.send("x"));
    auto op = s.wait();
    CHECK(op.index() == 1);
    CHECK(op.recv(rx2) == "x");
    REQUIRE(tx1.send(3));
    auto again = s.try_wait();
    REQUIRE(again);
    CHECK(again->index() == 0);
    CHECK(again->recv(rx1) == 3);
}

EACH_BUFFERED("selector: sends")
{
    auto [tx, rx] = test::channel<std::string>(capacity);
    weft::selector s;
    const auto i = s.send(tx);
    auto op = s.wait();
    CHECK(op.index() == i);
    CHECK(op.send(tx, "m"));
    CHECK(rx.recv() == "m");
}

EACH_BUFFERED("selector: no index is used twice, and removing an unknown one throws")
{
    auto [tx, rx] = test::channel<int>(capacity);
    weft::selector s;
    CHECK(s.recv(rx) == 0);
    s.remove(0);
    CHECK(s.recv(rx) == 1);
    CHECK_THROWS_AS(s.remove(0), std::out_of_range);
    REQUIRE(tx.send(1));
    auto op = s.wait();
    CHECK(op.index() == 1);
    CHECK(op.recv(rx) == 1);
    s.remove(1);
    CHECK_THROWS_AS(s.wait(), std::logic_error);
    CHECK_THROWS_AS(s.ready(), std::logic_error);
    CHECK_FALSE(s.try_wait());
    CHECK_FALSE(s.wait_for(1ms));
}

EACH_BUFFERED("selector: an operation is completed through any handle of its channel, and no other")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(1);
    weft::selector s;
    s.recv(rx);
    REQUIRE(tx.send(1));
    auto op = s.wait();
    CHECK_THROWS_AS(op.recv(rx2), std::logic_error);
    CHECK_THROWS_AS(op.send(tx, 1), std::logic_error);
    const auto copy = rx;
    CHECK(op.recv(copy) == 1);
}

EACH_BUFFERED("selector: a dropped operation gives its place up")
{
    auto [tx, rx] = test::channel<test::counted>(capacity);
    const long before = test::counted::alive();
    weft::selector s;
    s.send(tx);
    {
        const auto dropped = s.wait();
    }
    CHECK(rx.try_recv().empty());
    REQUIRE(tx.send(test::counted(1)));
    weft::selector r;
    r.recv(rx);
    {
        const auto dropped = r.wait();
    }
    CHECK(test::counted::alive() == before);
    CHECK(rx.try_recv().empty());
    REQUIRE(tx.send(test::counted(2)));
    CHECK(rx.recv() == test::counted(2));
}

EACH_CHANNEL("selector: closed counts as ready")
{
    auto [tx, rx] = test::channel<int>(capacity);
    weft::selector s;
    s.recv(rx);
    {
        const auto gone = std::move(tx);
    }
    CHECK(s.ready() == 0);
    auto op = s.wait();
    CHECK(op.recv(rx).closed());
}

EACH_BUFFERED("selector: ready looks and takes nothing")
{
    auto [tx, rx] = test::channel<int>(capacity);
    weft::selector s;
    const auto i = s.recv(rx);
    CHECK_FALSE(s.try_ready());
    CHECK_FALSE(s.ready_for(1ms));
    REQUIRE(tx.send(1));
    CHECK(s.ready() == i);
    CHECK(s.try_ready() == i);
    CHECK(rx.recv() == 1);
}

EACH_CHANNEL("selector: ready is woken without keeping others asleep")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::atomic<int> got{0};
    test::sleeper taking;
    test::sleeper watching;
    std::jthread taker([&, rx = rx] {
        taking.here();
        got = *rx.recv();
    });
    std::jthread watcher([&, rx = rx, capacity] {
        weft::selector s;
        s.recv(rx);
        watching.here();
        static_cast<void>(s.ready_for(capacity == 0 ? 3ms : 20ms));
    });
    taking.await();
    watching.await();
    CHECK(tx.send(4));
    taker.join();
    CHECK(got.load() == 4);
}

TEST_CASE("selector: meets partners at a rendezvous in both directions")
{
    auto [tx, rx] = weft::bounded<int>(0);
    const int n = static_cast<int>(test::scaled(1000));
    std::jthread producer([tx = std::move(tx), n] {
        weft::selector s;
        s.send(tx);
        for (int i = 0; i < n;) {
            auto op = s.wait();
            i += op.send(tx, int(i)) ? 1 : 0;
        }
    });
    weft::selector s;
    s.recv(rx);
    int next = 0;
    bool in_order = true;
    for (;;) {
        auto op = s.wait();
        const auto got = op.recv(rx);
        if (got.closed()) break;
        if (got) in_order = in_order && *got == next++;
    }
    CHECK(in_order);
    CHECK(next == n);
}

TEST_CASE("selector: when a partner at a rendezvous is dropped the other goes on waiting")
{
    auto [tx, rx] = weft::bounded<int>(0);
    std::atomic<int> got{0};
    std::jthread taker([&got, rx = rx] { got = *rx.recv(); });
    weft::selector s;
    s.send(tx);
    for (int i = 0; i < 10; ++i) const auto dropped = s.wait();
    CHECK(got.load() == 0);
    CHECK(tx.send(6));
    taker.join();
    CHECK(got.load() == 6);
}

TEST_CASE("selector: thousands of operations")
{
    std::vector<std::pair<weft::sender<int>, weft::receiver<int>>> channels;
    weft::selector s;
    const std::size_t n = 3000;
    for (std::size_t i = 0; i < n; ++i) channels.push_back(weft::bounded<int>(1));
    for (auto& c : channels) s.recv(c.second);
    test::sleeper waiting;
    std::jthread producer([&, tx = channels[n / 2].first] {
        waiting.await();
        static_cast<void>(tx.send(5));
    });
    waiting.here();
    auto op = s.wait();
    CHECK(op.index() == n / 2);
    CHECK(op.recv(channels[n / 2].second) == 5);
    CHECK_FALSE(s.try_wait());
}

TEST_CASE("selector: is fair, or prefers the first if biased")
{
    auto [tx1, rx1] = weft::unbounded<int>();
    auto [tx2, rx2] = weft::unbounded<int>();
    for (const bool biased : {false, true}) {
        weft::selector s(biased);
        s.recv(rx1);
        s.recv(rx2);
        int first = 0;
        const int n = 1000;
        for (int i = 0; i < n; ++i) {
            while (tx1.len() < 2) REQUIRE(tx1.send(1));
            while (tx2.len() < 2) REQUIRE(tx2.send(2));
            auto op = s.wait();
            if (op.index() == 0) {
                ++first;
                REQUIRE(op.recv(rx1));
            } else {
                REQUIRE(op.recv(rx2));
            }
        }
        CHECK(first >= (biased ? n : n * 2 / 5));
        CHECK(first <= (biased ? n : n * 3 / 5));
    }
}

EACH_CHANNEL("selector: a message for a closed channel is left alone")
{
    auto [tx, rx] = test::channel<std::string>(capacity);
    {
        const auto gone = std::move(rx);
    }
    weft::selector s;
    s.send(tx);
    std::string message = "still here, and too long for a small string";
    auto op = s.wait();
    CHECK(op.send(tx, std::move(message)).closed());
    CHECK(message == "still here, and too long for a small string");
}

EACH_BUFFERED("selector: ready_all names all that are ready, and waits for one")
{
    auto [tx1, rx1] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    auto [tx3, rx3] = test::channel<int>(capacity);
    weft::selector s;
    CHECK_THROWS_AS(s.ready_all(), std::logic_error);
    CHECK(s.try_ready_all().empty());
    s.recv(rx1);
    s.recv(rx2);
    s.recv(rx3);
    CHECK(s.try_ready_all().empty());
    REQUIRE(tx1.send(1));
    REQUIRE(tx3.send(1));
    CHECK(s.ready_all() == std::vector<std::size_t>{0, 2});
    CHECK(s.try_ready_all() == std::vector<std::size_t>{0, 2});
    CHECK(rx1.recv());
    CHECK(rx3.recv());
    std::jthread sender([tx = tx2] {
        std::this_thread::sleep_for(2ms);
        test::must(tx.send(1));
    });
    CHECK(s.ready_all() == std::vector<std::size_t>{1});
}
