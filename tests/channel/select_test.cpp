// tests/channel/select_test.cpp - select does exactly one operation, fairly.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/select.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using weft::on_default;
using weft::on_recv;
using weft::on_send;
using weft::on_timeout;
using weft::select;
using weft::select_biased;

EACH_BUFFERED("select: takes the message that is ready and returns what its function returns")
{
    auto [tx1, rx1] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<std::string>(capacity);
    REQUIRE(tx2.send("x"));
    const int r = select(on_recv(rx1, [](auto) { return 1; }), on_recv(rx2, [](auto m) { return m == "x" ? 2 : 3; }));
    CHECK(r == 2);
    REQUIRE(tx1.send(5));
    CHECK(select(on_recv(rx1, [](auto m) { return *m; }), on_recv(rx2, [](auto) { return -1; })) == 5);
}

EACH_BUFFERED("select: returns nothing if one of the functions returns nothing")
{
    auto [tx, rx] = test::channel<int>(capacity);
    REQUIRE(tx.send(3));
    int got = 0;
    const auto one_of_two = [&] {
        return select(on_recv(rx, [&](auto m) { return got = *m; }), on_default([&] { got = -1; }));
    };
    static_assert(std::is_void_v<decltype(one_of_two())>);
    one_of_two();
    CHECK(got == 3);
    one_of_two();
    CHECK(got == -1);
}

EACH_BUFFERED("select: sends where there is room")
{
    auto [tx1, rx1] = weft::bounded<int>(1);
    auto [tx2, rx2] = test::channel<int>(capacity);
    REQUIRE(tx1.send(0));
    const int r = select(on_send(tx1, 1, [](auto) { return 1; }), on_send(tx2, 2, [](auto s) { return s ? 2 : 3; }));
    CHECK(r == 2);
    CHECK(rx2.recv() == 2);
}

EACH_CHANNEL("select: on_default runs if nothing is ready, and only then")
{
    auto [tx, rx] = test::channel<int>(capacity);
    CHECK(select(on_recv(rx, [](auto) { return 1; }), on_default([] { return 2; })) == 2);
    auto [tx2, rx2] = weft::unbounded<int>();
    REQUIRE(tx2.send(1));
    CHECK(select(on_recv(rx2, [](auto) { return 1; }), on_default([] { return 2; })) == 1);
}

TEST_CASE("select: on_default alone, and on_timeout alone, are allowed")
{
    CHECK(select(on_default([] { return 3; })) == 3);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(select(on_timeout(2ms, [] { return 4; })) == 4);
    CHECK(std::chrono::steady_clock::now() - begin >= 2ms);
}

EACH_CHANNEL("select: on_timeout runs when the time is up")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(select(on_recv(rx, [](auto) { return 1; }), on_timeout(3ms, [] { return 2; })) == 2);
    CHECK(std::chrono::steady_clock::now() - begin >= 3ms);
}

EACH_BUFFERED("select: with a limit that has passed it still takes what is ready")
{
    auto [tx, rx] = test::channel<int>(capacity);
    REQUIRE(tx.send(1));
    CHECK(select(on_recv(rx, [](auto) { return 1; }), on_timeout(-1ms, [] { return 2; })) == 1);
}

EACH_CHANNEL("select: a closed channel counts as ready")
{
    auto [tx, rx] = test::channel<int>(capacity);
    {
        const auto gone = std::move(tx);
    }
    CHECK(select(on_recv(rx, [](auto m) { return m.closed() ? 1 : 0; }), on_default([] { return 2; })) == 1);
    auto [tx2, rx2] = test::channel<std::string>(capacity);
    {
        const auto gone = std::move(rx2);
    }
    std::string message = "not moved, and too long for the small string";
    CHECK(select(on_send(tx2, std::move(message), [](auto s) { return s.closed() ? 1 : 0; })) == 1);
    CHECK(message == "not moved, and too long for the small string");
}

EACH_CHANNEL("select: closing wakes it")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [other_tx, other_rx] = weft::bounded<int>(1);
    test::sleeper waiting;
    std::jthread closer([&, tx = std::move(tx)] { waiting.await(); });
    waiting.here();
    CHECK(select(on_recv(rx, [](auto m) { return m.closed(); }), on_recv(other_rx, [](auto) { return false; })));
}

EACH_CHANNEL("select: a message wakes it")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [other_tx, other_rx] = test::channel<int>(capacity);
    test::sleeper waiting;
    std::jthread producer([&, tx = tx] {
        waiting.await();
        static_cast<void>(tx.send(7));
    });
    waiting.here();
    CHECK(select(on_recv(other_rx, [](auto) { return 0; }), on_recv(rx, [](auto m) { return *m; })) == 7);
}

TEST_CASE("select: room wakes it")
{
    auto [tx, rx] = weft::bounded<int>(1);
    REQUIRE(tx.send(1));
    test::sleeper waiting;
    std::jthread consumer([&, rx = rx] {
        waiting.await();
        static_cast<void>(rx.recv());
    });
    waiting.here();
    CHECK(select(on_send(tx, 2, [](auto s) { return bool(s); })));
}

TEST_CASE("select: a value is moved only if its arm is chosen")
{
    auto [tx1, rx1] = weft::bounded<std::unique_ptr<int>>(1);
    auto [tx2, rx2] = weft::bounded<std::unique_ptr<int>>(1);
    REQUIRE(tx1.send(nullptr));
    auto a = std::make_unique<int>(1);
    auto b = std::make_unique<int>(2);
    select(on_send(tx1, std::move(a), [](auto) {}), on_send(tx2, std::move(b), [](auto) {}));
    CHECK(a != nullptr);
    CHECK(b == nullptr);
    CHECK(**rx2.recv() == 2);
    select(on_send(tx1, std::move(a), [](auto) {}), on_default([] {}));
    CHECK(a != nullptr);
}

EACH_BUFFERED("select: a value is made only if its arm is chosen")
{
    auto [tx1, rx1] = weft::bounded<std::string>(1);
    auto [tx2, rx2] = test::channel<std::string>(capacity);
    REQUIRE(tx1.send("full"));
    int made1 = 0;
    int made2 = 0;
    const auto make1 = [&] {
        ++made1;
        return std::string("one");
    };
    const auto make2 = [&] {
        ++made2;
        return std::string("two");
    };
    select(on_send(tx1, make1, [](auto) {}), on_send(tx2, make2, [](auto) {}));
    CHECK(made1 == 0);
    CHECK(made2 == 1);
    CHECK(rx2.recv() == "two");
}

EACH_CHANNEL("select: if making a message throws nothing is sent, and the channel goes on")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::jthread consumer;
    std::atomic<int> got{0};
    consumer = std::jthread([&got, rx = rx] { got = *rx.recv(); });
    const auto bad = []() -> int { throw std::runtime_error("no value"); };
    CHECK_THROWS_AS(select(on_send(tx, bad, [](auto) {})), std::runtime_error);
    CHECK(tx.send(3));
    consumer.join();
    CHECK(got.load() == 3);
    CHECK(rx.empty());
}

EACH_BUFFERED("select: an exception of a function leaves select, after the operation")
{
    auto [tx, rx] = test::channel<int>(capacity);
    REQUIRE(tx.send(1));
    CHECK_THROWS_AS(select(on_recv(rx, [](auto) { throw std::runtime_error("x"); })), std::runtime_error);
    CHECK(rx.empty());
}

TEST_CASE("select: two ready channels each get 40 to 60 of a hundred")
{
    const auto capacity = GENERATE(as<std::size_t>(), 1024, test::unlimited);
    auto [tx1, rx1] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    int first = 0;
    const int n = 2000;
    for (int i = 0; i < n; ++i) {
        while (tx1.len() < 2) REQUIRE(tx1.send(1));
        while (tx2.len() < 2) REQUIRE(tx2.send(2));
        first += select(on_recv(rx1, [](auto) { return 1; }), on_recv(rx2, [](auto) { return 0; }));
    }
    CHECK(first > n * 2 / 5);
    CHECK(first < n * 3 / 5);
}

TEST_CASE("select: two ready arms among four are equally likely to be chosen, wherever they are")
{
    auto [tx, rx] = weft::unbounded<int>();
    auto [silent_tx, silent] = weft::unbounded<int>();
    int first = 0;
    const int n = 2000;
    for (int i = 0; i < n; ++i) {
        while (tx.len() < 2) REQUIRE(tx.send(1));
        first += select(on_recv(rx, [](auto) { return 1; }), on_recv(rx, [](auto) { return 0; }),
                        on_recv(silent, [](auto) { return 0; }), on_recv(silent, [](auto) { return 0; }));
    }
    CHECK(first > n * 2 / 5);
    CHECK(first < n * 3 / 5);
}

TEST_CASE("select: biased takes the first ready one")
{
    auto [tx1, rx1] = weft::unbounded<int>();
    auto [tx2, rx2] = weft::unbounded<int>();
    for (int i = 0; i < 100; ++i) {
        REQUIRE(tx1.send(1));
        REQUIRE(tx2.send(2));
    }
    for (int i = 0; i < 100; ++i)
        REQUIRE(select_biased(on_recv(rx1, [](auto) { return 1; }), on_recv(rx2, [](auto) { return 2; })) == 1);
    CHECK(select_biased(on_recv(rx1, [](auto) { return 1; }), on_recv(rx2, [](auto) { return 2; })) == 2);
}

TEST_CASE("select: a thread does not meet itself at a rendezvous")
{
    auto [tx, rx] = weft::bounded<int>(0);
    CHECK(select(on_send(tx, 1, [](auto) { return 1; }), on_recv(rx, [](auto) { return 2; }),
                 on_default([] { return 3; })) == 3);
    CHECK(select(on_recv(rx, [](auto) { return 2; }), on_send(tx, 1, [](auto) { return 1; }),
                 on_timeout(3ms, [] { return 3; })) == 3);
}

TEST_CASE("select: sending and receiving on one buffered channel in one select")
{
    auto [tx, rx] = weft::bounded<int>(1);
    CHECK(select(on_send(tx, 1, [](auto) { return 1; }), on_recv(rx, [](auto) { return 2; })) == 1);
    CHECK(select(on_send(tx, 1, [](auto) { return 1; }), on_recv(rx, [](auto) { return 2; })) == 2);
}

TEST_CASE("select: many at one rendezvous, all selecting both ways, pair off")
{
    auto [tx, rx] = weft::bounded<int>(0);
    const int each = static_cast<int>(test::scaled(1000));
    std::atomic<int> sent{0};
    std::atomic<int> received{0};
    std::atomic<int> left{4 * each};  // operations, two per pair
    test::run_threads(4, [&, &tx = tx, &rx = rx](std::size_t) {
        const auto my_tx = tx;
        const auto my_rx = rx;
        while (left.load() > 0) {
            select(on_send(my_tx, 1,
                           [&](auto s) {
                               if (s) {
                                   ++sent;
                                   --left;
                               }
                           }),
                   on_recv(my_rx,
                           [&](auto m) {
                               if (m) {
                                   ++received;
                                   --left;
                               }
                           }),
                   on_timeout(1ms, [] {}));
        }
    });
    CHECK(sent.load() == received.load());
    CHECK(sent.load() >= 2 * each);
}

EACH_CHANNEL("select: every message arrives once through selects on both sides")
{
    auto [tx1, rx1] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    const int each = static_cast<int>(test::scaled(1500));
    std::atomic<long> sum{0};
    std::atomic<int> count{0};
    test::run_threads(4, [&, &tx1 = tx1, &rx1 = rx1, &tx2 = tx2, &rx2 = rx2](std::size_t id) {
        const auto a_tx = tx1;
        const auto b_tx = tx2;
        const auto a_rx = rx1;
        const auto b_rx = rx2;
        for (int i = 1; i <= each; ++i) {
            if (id % 2 == 0) {
                select(on_send(a_tx, int(i), [](auto) {}), on_send(b_tx, [i] { return i; }, [](auto) {}));
            } else {
                const auto take = [&](auto m) {
                    sum += *m;
                    ++count;
                };
                select(on_recv(a_rx, take), on_recv(b_rx, take));
            }
        }
    });
    CHECK(count.load() == 2 * each);
    CHECK(sum.load() == static_cast<long>(each) * (each + 1));
}

EACH_CHANNEL("select: against plain senders and receivers nothing is lost")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [quiet_tx, quiet] = test::channel<int>(capacity);
    const int n = static_cast<int>(test::scaled(4000));
    std::jthread producer([tx = std::move(tx), n] {
        for (int i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    });
    int next = 0;
    bool in_order = true;
    bool open = true;
    while (open) {
        select(on_recv(rx,
                       [&](auto m) {
                           open = !m.closed();
                           if (m) in_order = in_order && *m == next++;
                       }),
               on_recv(quiet, [&](auto) { in_order = false; }));
    }
    CHECK(in_order);
    CHECK(next == n);
}

EACH_CHANNEL("select: limits that run out lose no message")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const int n = static_cast<int>(test::scaled(1000));
    std::jthread producer([tx = std::move(tx), n] {
        for (int i = 0; i < n;) select(on_send(tx, int(i), [&](auto s) { i += s ? 1 : 0; }), on_timeout(20us, [] {}));
    });
    int next = 0;
    bool in_order = true;
    bool open = true;
    while (open) {
        select(on_recv(rx,
                       [&](auto m) {
                           open = !m.closed();
                           if (m) in_order = in_order && *m == next++;
                       }),
               on_timeout(20us, [] {}));
    }
    CHECK(in_order);
    CHECK(next == n);
}

EACH_CHANNEL("select: timers are arms")
{
    auto [tx, rx] = test::channel<int>(capacity);
    CHECK(select(on_recv(rx, [](auto) { return 1; }), on_recv(weft::after(2ms), [](auto t) { return t ? 2 : 3; }),
                 on_recv(weft::never<int>(), [](auto) { return 4; })) == 2);
    const auto ticks = weft::tick(1ms);
    int seen = 0;
    while (seen < 3) select(on_recv(rx, [](auto) {}), on_recv(ticks, [&](auto) { ++seen; }));
    CHECK(seen == 3);
}

EACH_BUFFERED("select: may be nested in the function of another")
{
    auto [tx1, rx1] = test::channel<int>(capacity);
    auto [tx2, rx2] = weft::bounded<int>(1);
    REQUIRE(tx1.send(1));
    REQUIRE(tx2.send(2));
    const int sum = select(on_recv(rx1, [&, &rx2 = rx2](auto a) {
        return *a + select(on_recv(rx2, [](auto b) { return *b; }), on_default([] { return 100; }));
    }));
    CHECK(sum == 3);
}
