// tests/channel/receiver_test.cpp - the less common ways out: batches with a limit, and all messages at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/receiver.hpp>

#include "test.hpp"

#include "flavours.hpp"
#include "must.hpp"

#include <chrono>
#include <set>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

EACH_CHANNEL("channel recv_many_for: waits for the first message, not for more, and not for long")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::vector<int> got;
    CHECK(rx.recv_many_for(got, 8, 1ms) == 0);
    CHECK(rx.recv_many_until(got, 8, std::chrono::system_clock::now()) == 0);
    std::jthread sender([tx = std::move(tx)] {
        std::this_thread::sleep_for(5ms);
        test::must(tx.send_many(std::vector{1, 2, 3}) == 3);
    });
    while (got.size() < 3) CHECK(rx.recv_many_for(got, 8, 10s) != 0);
    CHECK(got == std::vector{1, 2, 3});
    CHECK(rx.recv_many_for(got, 8, 10s) == 0);
}

EACH_CHANNEL("channel collect: all messages to the end, in a container of any kind")
{
    const auto run = [&](auto collect) {
        auto [tx, rx] = test::channel<int>(capacity);
        std::jthread sender([tx = std::move(tx)] {
            for (int i = 0; i < 300; ++i) test::must(tx.send(i % 100));
        });
        return collect(rx);
    };
    const auto list = run([](const auto& rx) { return rx.template collect<std::vector<int>>(); });
    CHECK(list.size() == 300);
    CHECK(list[101] == 1);
    CHECK(run([](const auto& rx) { return rx.template collect<std::vector>(); }) == list);
    CHECK(run([](const auto& rx) { return rx.template collect<std::set<int>>(); }).size() == 100);
}
