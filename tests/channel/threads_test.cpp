// tests/channel/threads_test.cpp - channels between threads: nothing lost, nothing twice, nobody left asleep.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <vector>

using namespace std::chrono_literals;

EACH_CHANNEL("channel threads: one to one keeps the order")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    const std::size_t n = test::scaled(20'000);
    std::jthread producer([tx = std::move(tx), n] {
        for (std::size_t i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    });
    std::size_t next = 0;
    bool in_order = true;
    while (const auto got = rx.recv()) in_order = in_order && *got == next++;
    CHECK(in_order);
    CHECK(next == n);
}

EACH_CHANNEL("channel threads: every message is received exactly once, by many from many")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    const std::size_t each = test::scaled(5'000);
    constexpr std::size_t side = 3;
    std::vector<std::atomic<int>> seen(side * each);
    std::atomic<bool> ordered{true};
    {
        std::vector<std::jthread> threads;
        for (std::size_t p = 0; p < side; ++p) {
            threads.emplace_back([tx = tx, p, each] {
                for (std::size_t i = 0; i < each; ++i) static_cast<void>(tx.send(p * each + i));
            });
            threads.emplace_back([&, rx = rx] {
                std::vector<std::size_t> last(side, 0);
                while (const auto got = rx.recv()) {
                    seen[*got].fetch_add(1);
                    std::size_t& before = last[*got / each];
                    if (*got % each + 1 <= before)
                        ordered = false;  // messages of one sender are in order, even for one receiver of many
                    before = *got % each + 1;
                }
            });
        }
        {
            const auto gone = std::move(tx);
        }
    }
    CHECK(ordered.load());
    bool once = true;
    for (auto& count : seen) once = once && count.load() == 1;
    CHECK(once);
}

EACH_BUFFERED("channel threads: try-operations from many threads lose nothing")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    const std::size_t each = test::scaled(4'000);
    std::atomic<std::size_t> received{0};
    std::atomic<std::size_t> sum{0};
    test::run_threads(4, [&, &tx = tx, &rx = rx](std::size_t id) {
        if (id < 2) {
            const auto mine = tx;
            for (std::size_t i = 1; i <= each; ++i) {
                while (!mine.try_send(i)) std::this_thread::yield();
            }
        } else {
            const auto mine = rx;
            while (received.load() < 2 * each) {
                if (const auto got = mine.try_recv()) {
                    sum += *got;
                    ++received;
                } else {
                    std::this_thread::yield();
                }
            }
        }
    });
    CHECK(sum.load() == each * (each + 1));
}

EACH_CHANNEL("channel threads: closing by the last sender wakes every receiver")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::atomic<int> closed{0};
    {
        std::array<test::sleeper, 4> waiting;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < 4; ++i) {
            threads.emplace_back([&, i, rx = rx] {
                waiting[i].here();
                if (rx.recv().closed()) ++closed;
            });
        }
        for (const auto& one : waiting) one.await();
        {
            const auto gone = std::move(tx);
        }
    }
    CHECK(closed.load() == 4);
}

TEST_CASE("channel threads: closing by the last receiver wakes every sender")
{
    const auto capacity = GENERATE(as<std::size_t>(), 0, 1, 3);
    auto [tx, rx] = weft::bounded<int>(capacity);
    while (tx.try_send(1)) {}
    std::atomic<int> closed{0};
    {
        std::array<test::sleeper, 4> waiting;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < 4; ++i) {
            threads.emplace_back([&, i, tx = tx] {
                waiting[i].here();
                if (tx.send(2).closed()) ++closed;
            });
        }
        for (const auto& one : waiting) one.await();
        {
            const auto gone = std::move(rx);
        }
    }
    CHECK(closed.load() == 4);
}

EACH_CHANNEL("channel threads: a sleeping receiver is woken by a message")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (int i = 0; i < 3; ++i) {
        test::sleeper waiting;
        std::jthread producer([&, tx = tx, i] {
            waiting.await();
            static_cast<void>(tx.send(i));
        });
        waiting.here();
        CHECK(rx.recv() == i);
    }
}

TEST_CASE("channel threads: a sleeping sender is woken by room")
{
    const auto capacity = GENERATE(as<std::size_t>(), 0, 1, 3);
    auto [tx, rx] = weft::bounded<int>(capacity);
    while (tx.try_send(1)) {}
    std::atomic<bool> sent{false};
    test::sleeper waiting;
    std::jthread producer([&, tx = tx] {
        waiting.here();
        sent = bool(tx.send(2));
    });
    waiting.await();
    CHECK_FALSE(sent.load());
    for (std::size_t i = 0; i < capacity; ++i) CHECK(rx.recv() == 1);
    CHECK(rx.recv() == 2);
    producer.join();
    CHECK(sent.load());
}

EACH_CHANNEL("channel threads: a message in time beats the limit")
{
    auto [tx, rx] = test::channel<int>(capacity);
    test::sleeper waiting;
    std::jthread producer([&, tx = tx] {
        waiting.await();
        static_cast<void>(tx.send_for(9, 10s));
    });
    waiting.here();
    CHECK(rx.recv_for(10s) == 9);
}

EACH_CHANNEL("channel threads: limits that run out lose no message")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    const std::size_t n = test::scaled(1'000);
    std::jthread producer([tx = std::move(tx), n] {
        for (std::size_t i = 0; i < n; ++i) {
            while (!tx.send_for(i, 20us)) {}
        }
    });
    std::size_t next = 0;
    bool in_order = true;
    for (;;) {
        const auto got = rx.recv_for(20us);
        if (got.closed()) break;
        if (got) in_order = in_order && *got == next++;
    }
    CHECK(in_order);
    CHECK(next == n);
}

EACH_CHANNEL("channel threads: an oversubscribed channel ends")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const std::size_t each = test::scaled(300);
    std::atomic<std::size_t> received{0};
    test::run_threads(16, [&, &tx = tx, &rx = rx](std::size_t id) {
        if (id % 2 == 0) {
            const auto mine = tx;
            for (std::size_t i = 0; i < each; ++i) static_cast<void>(mine.send(1));
        } else {
            const auto mine = rx;
            for (std::size_t i = 0; i < each; ++i) received += mine.recv() ? 1u : 0u;
        }
    });
    CHECK(received.load() == 8 * each);
}

EACH_CHANNEL("channel threads: one-shot channels, made and used at once")
{
    const std::size_t n = test::scaled(200);
    std::size_t good = 0;
    for (std::size_t i = 0; i < n; ++i) {
        auto [tx, rx] = test::channel<std::unique_ptr<std::size_t>>(capacity);
        std::jthread producer(
            [tx = std::move(tx), i] { static_cast<void>(tx.send(std::make_unique<std::size_t>(i))); });
        const auto got = rx.recv();
        good += got && **got == i ? 1u : 0u;
    }
    CHECK(good == n);
}

EACH_CHANNEL("channel threads: both ends leave at once")
{
    const std::size_t n = test::scaled(200);
    for (std::size_t i = 0; i < n; ++i) {
        auto [tx, rx] = test::channel<test::counted>(capacity);
        std::jthread one([tx = std::move(tx)] { static_cast<void>(tx.send_for(test::counted(1), 1us)); });
        std::jthread two([rx = std::move(rx)] { static_cast<void>(rx.try_recv()); });
    }
    CHECK(test::counted::alive() == 0);
}

EACH_CHANNEL("channel threads: what happened before sending is visible after receiving")
{
    auto [tx, rx] = test::channel<int*>(capacity);
    const int n = static_cast<int>(test::scaled(2'000));
    std::vector<int> plain(static_cast<std::size_t>(n), 0);
    std::jthread producer([&plain, tx = std::move(tx), n] {
        for (int i = 0; i < n; ++i) {
            plain[static_cast<std::size_t>(i)] = i;  // not atomic: a race would show under ThreadSanitizer
            static_cast<void>(tx.send(&plain[static_cast<std::size_t>(i)]));
        }
    });
    int next = 0;
    bool good = true;
    for (int* p : rx) good = good && *p == next++;
    CHECK(good);
    CHECK(next == n);
}
