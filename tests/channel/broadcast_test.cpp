// tests/channel/broadcast_test.cpp - every message to every receiver.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/broadcast.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/selector.hpp>
#include <weft/channel/timer.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"
#include "must.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Copies throw while it is armed.
struct brittle {
    int value = 0;
    inline static std::atomic<bool> armed{false};

    explicit brittle(int v) : value(v) {}
    brittle(const brittle& other) : value(other.value)
    {
        if (armed.load()) throw std::runtime_error("copy");
    }
    brittle& operator=(const brittle&) = default;
};

}  // namespace

TEST_CASE("broadcast: every receiver gets every message in order, from where it began")
{
    auto [tx, rx] = weft::broadcast_channel<std::string>(8);
    CHECK(tx.send("a") == 1);
    const auto late = tx.subscribe();
    CHECK(tx.receiver_count() == 2);
    CHECK(tx.send("b") == 2);
    CHECK(rx.len() == 2);
    CHECK(late.len() == 1);
    const auto copy = rx;  // begins where rx is
    for (const auto& r : {std::cref(rx), std::cref(copy)}) {
        CHECK(r.get().recv() == "a");
        CHECK(r.get().recv() == "b");
        CHECK(r.get().try_recv().empty());
        CHECK(r.get().recv_for(1ms).timed_out());
    }
    CHECK(late.recv() == "b");
    test::drop(std::move(tx));
    CHECK(rx.recv().closed());
    CHECK(late.try_recv().closed());
}

TEST_CASE("broadcast: a receiver that falls behind learns how many messages it has missed, and goes on")
{
    for (const std::size_t capacity : {1u, 3u, 4u}) {
        auto [tx, rx] = weft::broadcast_channel<int>(capacity);
        const auto quick = rx;
        const int n = 10;
        for (int i = 0; i < n; ++i) {
            CHECK(tx.send(i) == 2);
            const auto got = quick.recv();
            CHECK(got == i);
            CHECK(got.missed() == 0);
        }
        CHECK(rx.len() == capacity);
        const auto first = rx.recv();
        CHECK(first == n - static_cast<int>(capacity));
        CHECK(first.missed() == static_cast<std::size_t>(n) - capacity);
        for (int i = n - static_cast<int>(capacity) + 1; i < n; ++i) CHECK(rx.recv() == i);
        CHECK(rx.empty());
    }
}

TEST_CASE("broadcast: a message is destroyed when all receivers have seen it, missed it or gone")
{
    const long before = test::counted::alive();
    auto [tx, rx] = weft::broadcast_channel<test::counted>(4);
    CHECK(tx.send(test::counted(1)) == 1);
    {
        const auto second = rx;
        CHECK(test::counted::alive() == before + 1);
        CHECK(rx.recv() == test::counted(1));
        CHECK(test::counted::alive() == before + 1);
    }
    CHECK(test::counted::alive() == before);  // the second one has gone without seeing it
    for (int i = 0; i < 10; ++i) CHECK(tx.send(test::counted(i)) == 1);
    CHECK(test::counted::alive() == before + 4);
    test::drop(std::move(rx));
    CHECK(test::counted::alive() == before);
    CHECK(tx.send(test::counted(1)) == 0);
    CHECK(test::counted::alive() == before);
    const auto again = tx.subscribe();
    CHECK(tx.send(test::counted(2)) == 1);
    CHECK(again.recv() == test::counted(2));
}

TEST_CASE("broadcast: misuse is refused, and a copy that throws loses one message for one receiver")
{
    CHECK_THROWS_AS(weft::broadcast_channel<int>(0), std::invalid_argument);
    CHECK_THROWS_AS(weft::broadcast_channel<int>(static_cast<std::size_t>(-1)), std::length_error);
    auto [tx, rx] = weft::broadcast_channel<brittle>(4);
    const auto other = rx;
    brittle::armed = false;
    CHECK(tx.send(brittle(1)) == 2);
    brittle::armed = true;
    CHECK_THROWS_AS(rx.recv(), std::runtime_error);
    CHECK_THROWS_AS(tx.send(brittle(2)), std::runtime_error);
    brittle::armed = false;
    CHECK(rx.try_recv().empty());
    CHECK(other.recv()->value == 1);
    CHECK(other.try_recv().empty());
}

TEST_CASE("broadcast: a message wakes all receivers that wait, and is an arm of select")
{
    auto [tx, rx] = weft::broadcast_channel<int>(4);
    std::atomic<int> sum{0};
    test::sleeper waits;
    test::sleeper chooses;
    std::jthread waiter([&, rx = rx] {
        waits.here();
        sum += *rx.recv();
    });
    std::jthread chooser([&, rx = rx] {
        const auto nothing = weft::never<int>();
        chooses.here();
        weft::select(weft::on_recv(nothing, [](auto) {}), weft::on_recv(rx, [&](auto m) { sum += *m; }));
        test::must(weft::select(weft::on_recv(rx, [](auto m) { return m.closed(); }),
                                weft::on_timeout(10s, [] { return false; })));
    });
    waits.await();
    chooses.await();
    CHECK(tx.send(5) == 3);
    waiter.join();
    test::drop(std::move(tx));
    chooser.join();
    CHECK(sum.load() == 10);
    CHECK(weft::select(weft::on_recv(rx, [](auto m) { return *m; }), weft::on_default([] { return 0; })) == 5);
    CHECK(weft::select(weft::on_recv(rx, [](auto m) { return m.closed(); }), weft::on_default([] { return false; })));
}

TEST_CASE("broadcast: many senders and receivers: all see one order, and every message that is lost is counted")
{
    for (const std::size_t capacity : {1u, 8u, 4096u}) {
        const int each = static_cast<int>(test::scaled(1000));
        auto [tx, rx] = weft::broadcast_channel<int>(capacity);
        std::vector<std::vector<int>> seen(3);
        std::vector<std::uint64_t> missed(3, 0);
        std::vector<std::jthread> receivers;
        for (std::size_t r = 0; r < seen.size(); ++r) {
            receivers.emplace_back([&, r, from = rx] {
                for (;;) {
                    const auto m = from.recv();
                    if (!m) break;
                    missed[r] += m.missed();
                    seen[r].push_back(*m);
                }
            });
        }
        {
            std::vector<std::jthread> senders;
            for (int s = 0; s < 2; ++s) {
                senders.emplace_back([each, s, to = tx] {
                    for (int i = 0; i < each; ++i) static_cast<void>(to.send(2 * i + s));
                });
            }
        }
        test::drop(std::move(tx));
        receivers.clear();
        for (std::size_t r = 0; r < seen.size(); ++r) {
            CHECK(seen[r].size() + missed[r] == static_cast<std::size_t>(2 * each));
            int last[2] = {-1, -1};
            bool in_order = true;
            for (const int m : seen[r]) in_order = in_order && std::exchange(last[m % 2], m) < m;
            CHECK(in_order);
            if (capacity >= static_cast<std::size_t>(2 * each)) CHECK(seen[r] == seen[0]);
        }
    }
}

TEST_CASE("broadcast: receivers come and go while messages are sent")
{
    const long before = test::counted::alive();
    {
        auto [tx, rx] = weft::broadcast_channel<test::counted>(3);
        std::jthread sender([to = tx] {
            for (int i = 0; i < 2000; ++i) static_cast<void>(to.send(test::counted(i)));
        });
        test::run_threads(3, [&, &tx = tx](std::size_t) {
            for (int i = 0; i < 200; ++i) {
                const auto mine = tx.subscribe();
                static_cast<void>(mine.try_recv());
                const auto copy = mine;
                static_cast<void>(copy.try_recv());
            }
        });
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("broadcast: is an operation of a selector, among channels, carried out with the handle that was added")
{
    auto [tx, rx] = weft::broadcast_channel<std::string>(2);
    auto [one_tx, one_rx] = weft::bounded<int>(1);
    const auto copy = rx;
    weft::selector s;
    const std::size_t single = s.recv(one_rx);
    const std::size_t every = s.recv(rx);
    CHECK_FALSE(s.try_wait());
    CHECK_FALSE(s.wait_for(1ms));
    CHECK_FALSE(s.try_ready());
    CHECK(s.try_ready_all().empty());

    for (const char* const text : {"a", "b", "c"}) REQUIRE(tx.send(text) == 2);
    CHECK(s.ready() == every);
    CHECK(s.ready_all() == std::vector{every});
    {
        auto op = s.wait();
        REQUIRE(op.index() == every);
        CHECK_THROWS_AS(op.recv(copy), std::logic_error);
        CHECK_THROWS_AS(op.recv(one_rx), std::logic_error);
        const auto got = op.recv(rx);
        CHECK(got == "b");
        CHECK(got.missed() == 1);
    }
    static_cast<void>(s.wait());  // dropped: the message has been received all the same
    CHECK(rx.try_recv().empty());
    CHECK(copy.recv() == "b");

    REQUIRE(one_tx.send(7));
    REQUIRE(tx.send("d"));
    CHECK(s.ready_all() == std::vector{single, every});
    s.remove(single);
    test::drop(std::move(tx));
    CHECK(s.wait().recv(rx) == "d");
    CHECK(s.try_wait()->recv(rx).closed());
    CHECK(s.ready_for(0ms) == every);
}

TEST_CASE("broadcast: wakes selectors that wait, and those that look, beside receivers that wait by themselves")
{
    auto [tx, rx] = weft::broadcast_channel<int>(4);
    std::vector<test::sleeper> asleep(3);
    std::atomic<int> sum{0};
    std::vector<std::jthread> threads;
    threads.emplace_back([&, rx = rx] {
        weft::selector s;
        const auto nothing = weft::never<int>();
        s.recv(nothing);
        s.recv(rx);
        asleep[0].here();
        sum += *s.wait().recv(rx);
        test::must(s.wait().recv(rx).closed());
    });
    threads.emplace_back([&, rx = rx] {
        weft::selector s;
        s.recv(rx);
        asleep[1].here();
        test::must(s.ready() == 0);
        sum += *rx.recv();
        test::must(s.ready_all().size() == 1);
        test::must(rx.recv().closed());
    });
    threads.emplace_back([&, rx = rx] {
        asleep[2].here();
        sum += *rx.recv();
        test::must(rx.recv().closed());
    });
    for (const auto& sleeper : asleep) sleeper.await();
    CHECK(tx.send(5) == 4);
    test::drop(std::move(tx));
    threads.clear();
    CHECK(sum.load() == 15);
}

TEST_CASE("broadcast: of a select and a selector, a copy that throws loses the message, and nothing else")
{
    auto [tx, rx] = weft::broadcast_channel<brittle>(2);
    const auto other = rx;  // so that messages are copied, not moved
    weft::selector s;
    s.recv(rx);
    brittle first(1);
    REQUIRE(tx.send(std::move(first)) == 2);
    REQUIRE(tx.send(brittle(2)) == 2);
    brittle::armed = true;
    CHECK_THROWS_AS(static_cast<void>(s.wait()), std::runtime_error);
    CHECK_THROWS_AS(weft::select(weft::on_recv(rx, [](auto) {}), weft::on_timeout(1s, [] {})), std::runtime_error);
    brittle::armed = false;
    CHECK_FALSE(s.try_wait());
    REQUIRE(tx.send(brittle(3)) == 2);
    CHECK(s.wait().recv(rx)->value == 3);
}
