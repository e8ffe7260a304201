// tests/channel/close_test.cpp - closing a channel by hand, and what threads that wait are told.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/selector.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"
#include "must.hpp"

#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

EACH_CHANNEL("channel close: works from either end, for all handles, and may be repeated")
{
    for (const bool by_sender : {true, false}) {
        auto [tx, rx] = test::channel<int>(capacity);
        const auto other = tx;
        CHECK_FALSE(tx.is_closed());
        CHECK_FALSE(rx.is_closed());
        if (capacity != 0) REQUIRE(tx.send(1));
        by_sender ? tx.close() : rx.close();
        by_sender ? rx.close() : tx.close();
        CHECK(other.is_closed());
        CHECK(rx.is_closed());
        CHECK(other.send(2).closed());
        CHECK(other.try_send(2).closed());
        CHECK(other.send_for(2, 1ms).closed());
        CHECK(other.force_send(2).closed());
        CHECK(other.emplace(2).closed());
        CHECK(other.send_many(std::vector{2, 3}) == 0);
        if (capacity != 0) CHECK(rx.recv() == 1);
        CHECK(rx.recv().closed());
        CHECK(rx.try_recv().closed());
        std::vector<int> none;
        CHECK(rx.recv_many_for(none, 5, 10s) == 0);
    }
}

EACH_CHANNEL("channel close: a channel also closes when one side has gone")
{
    {
        auto [tx, rx] = test::channel<int>(capacity);
        test::drop(std::move(tx));
        CHECK(rx.is_closed());
        rx.close();
        CHECK(rx.recv().closed());
    }
    auto [tx, rx] = test::channel<int>(capacity);
    test::drop(std::move(rx));
    CHECK(tx.is_closed());
    tx.close();
    CHECK(tx.send(1).closed());
}

EACH_LIMITED("channel close: wakes threads that wait to send")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) REQUIRE(tx.send(1));
    test::sleeper waits;
    std::jthread sender([&, tx = tx] {
        waits.here();
        test::must(tx.send(2).closed());
    });
    waits.await();
    rx.close();
}

EACH_CHANNEL("channel close: wakes threads that wait to receive, and selects")
{
    auto [tx, rx] = test::channel<int>(capacity);
    test::sleeper waits;
    test::sleeper chooses;
    std::jthread receiver([&, rx = rx] {
        waits.here();
        test::must(rx.recv().closed());
    });
    std::jthread chooser([&, rx = rx] {
        chooses.here();
        weft::select(weft::on_recv(rx, [](auto m) { test::must(m.closed()); }));
    });
    waits.await();
    chooses.await();
    tx.close();
}

EACH_BUFFERED("channel close: receivers get everything that was sent before, even if others send meanwhile")
{
    for (int round = 0; round < 20; ++round) {
        auto [tx, rx] = test::channel<int>(capacity);
        std::atomic<int> sent{0};
        std::vector<std::jthread> senders;
        for (int s = 0; s < 3; ++s) {
            senders.emplace_back([&sent, tx = tx] {
                while (tx.send(1)) sent.fetch_add(1);
            });
        }
        int got = 0;
        for (int i = 0; i < 50; ++i) got += *rx.recv();
        rx.close();
        while (const auto m = rx.recv()) got += *m;
        senders.clear();
        CHECK(got == sent.load());
        CHECK(rx.len() == 0);
    }
}

TEST_CASE("channel close: timers, and receivers made by never(), do not close")
{
    const auto timer = weft::after(1ms);
    timer.close();
    CHECK_FALSE(timer.is_closed());
    CHECK(timer.recv());
    const auto none = weft::never<int>();
    none.close();
    CHECK_FALSE(none.is_closed());
    CHECK(none.try_recv().empty());
}
