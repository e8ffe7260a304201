// tests/channel/idioms_test.cpp - what Go programmers build from channels, as tests: generators, chains, merges, locks,
// barriers, and the races of trying and selecting.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/select.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

EACH_CHANNEL("channel idioms: a generator that a second channel stops")
{
    auto [numbers_tx, numbers] = test::channel<unsigned>(capacity);
    auto [quit_tx, quit] = weft::bounded<int>(0);
    std::jthread generator([to = std::move(numbers_tx), quit = quit] {
        unsigned a = 0;
        unsigned b = 1;
        bool on = true;
        while (on) {
            weft::select(weft::on_send(to, a, [&](auto) { a = std::exchange(b, a + b); }),
                         weft::on_recv(quit, [&](auto) { on = false; }));
        }
    });
    std::vector<unsigned> seen;
    for (int i = 0; i < 10; ++i) seen.push_back(*numbers.recv());
    {
        const auto gone = std::move(quit_tx);
    }
    generator.join();
    CHECK(seen == std::vector<unsigned>{0, 1, 1, 2, 3, 5, 8, 13, 21, 34});
}

EACH_CHANNEL("channel idioms: a chain of many threads, each adding one")
{
    const std::size_t length = test::sanitized ? 20 : 60;
    auto [leftmost_tx, leftmost] = test::channel<std::size_t>(capacity);
    std::vector<std::jthread> threads;
    auto left = std::move(leftmost_tx);
    for (std::size_t i = 0; i < length; ++i) {
        auto [tx, rx] = test::channel<std::size_t>(capacity);
        threads.emplace_back(
            [to = std::move(left), from = std::move(rx)] { static_cast<void>(to.send(1 + *from.recv())); });
        left = std::move(tx);
    }
    CHECK(left.send(0));
    CHECK(leftmost.recv() == length);
}

EACH_CHANNEL("channel idioms: merging sorted streams")
{
    const auto stream = [capacity](int step, int limit, std::vector<std::jthread>& threads) {
        auto [tx, rx] = test::channel<int>(capacity);
        threads.emplace_back([tx = std::move(tx), step, limit] {
            for (int i = step; i <= limit; i += step) static_cast<void>(tx.send(i));
        });
        return std::move(rx);
    };
    std::vector<std::jthread> threads;
    const auto twos = stream(2, 300, threads);
    const auto threes = stream(3, 300, threads);
    std::vector<int> merged;
    auto a = twos.recv();
    auto b = threes.recv();
    while (a || b) {
        const int smallest = !b || (a && *a <= *b) ? *a : *b;
        merged.push_back(smallest);
        if (a == smallest) a = twos.recv();
        if (b == smallest) b = threes.recv();
    }
    std::vector<int> expected;
    for (int i = 1; i <= 300; ++i) {
        if (i % 2 == 0 || i % 3 == 0) expected.push_back(i);
    }
    CHECK(merged == expected);
}

TEST_CASE("channel idioms: a channel with one place is a lock")
{
    auto [unlock, lock] = weft::bounded<int>(1);
    static_cast<void>(unlock.send(0));
    long counter = 0;
    const std::size_t n = test::scaled(3'000);
    test::run_threads(3, [&, &unlock = unlock, &lock = lock](std::size_t) {
        const auto give = unlock;
        const auto take = lock;
        for (std::size_t i = 0; i < n; ++i) {
            static_cast<void>(take.recv());
            ++counter;
            static_cast<void>(give.send(0));
        }
    });
    CHECK(counter == static_cast<long>(3 * n));
}

EACH_CHANNEL("channel idioms: a barrier of messages")
{
    constexpr int parties = 4;
    constexpr int phases = 20;
    auto [arrive, arrivals] = test::channel<int>(capacity);
    std::vector<weft::sender<int>> gates;
    std::atomic<int> in_phase{0};
    std::atomic<bool> together{true};
    {
        std::vector<std::jthread> threads;
        for (int p = 0; p < parties; ++p) {
            auto [open, gate] = test::channel<int>(capacity);
            gates.push_back(std::move(open));
            threads.emplace_back([&, arrive = arrive, gate = std::move(gate)] {
                for (int phase = 0; phase < phases; ++phase) {
                    if (in_phase.load() != phase) together = false;
                    static_cast<void>(arrive.send(phase));
                    static_cast<void>(gate.recv());
                }
            });
        }
        for (int phase = 0; phase < phases; ++phase) {
            for (int p = 0; p < parties; ++p) {
                if (arrivals.recv() != phase) together = false;
            }
            in_phase = phase + 1;
            for (const auto& gate : gates) static_cast<void>(gate.send(0));
        }
    }
    CHECK(together.load());
}

TEST_CASE("channel idioms: philosophers whose forks are channels with one place do not starve")
{
    constexpr std::size_t seats = 5;
    const std::size_t meals = test::scaled(200);
    std::vector<std::pair<weft::sender<int>, weft::receiver<int>>> forks;
    for (std::size_t i = 0; i < seats; ++i) {
        forks.push_back(weft::bounded<int>(1));
        static_cast<void>(forks.back().first.send(0));
    }
    std::array<std::size_t, seats> eaten{};
    test::run_threads(seats, [&](std::size_t seat) {
        const auto low = forks[std::min(seat, (seat + 1) % seats)];
        const auto high = forks[std::max(seat, (seat + 1) % seats)];
        for (std::size_t i = 0; i < meals; ++i) {
            static_cast<void>(low.second.recv());
            static_cast<void>(high.second.recv());
            ++eaten[seat];
            static_cast<void>(high.first.send(0));
            static_cast<void>(low.first.send(0));
        }
    });
    CHECK(std::accumulate(eaten.begin(), eaten.end(), std::size_t{0}) == seats * meals);
}

EACH_BUFFERED("channel idioms: a try sees the message or that the channel is closed, and nothing in between")
{
    const std::size_t rounds = test::scaled(300);
    std::size_t lost = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        auto [tx, rx] = test::channel<int>(capacity);
        std::jthread closer([tx = std::move(tx)]() mutable {
            static_cast<void>(tx.send(1));
            const auto gone = std::move(tx);
        });
        int got = 0;
        for (;;) {
            const auto now = rx.try_recv();
            if (now) ++got;
            if (now.closed()) break;
            std::this_thread::yield();
        }
        if (got != 1) ++lost;
    }
    CHECK(lost == 0);
}

EACH_BUFFERED("channel idioms: of two channels, one always ready, on_default never runs")
{
    const std::size_t rounds = test::scaled(300);
    std::atomic<std::size_t> missed{0};
    for (std::size_t i = 0; i < rounds; ++i) {
        auto [tx1, rx1] = test::channel<int>(capacity);
        auto [tx2, rx2] = test::channel<int>(capacity);
        static_cast<void>(tx1.send(1));
        std::jthread chooser([&, rx1 = rx1, rx2 = rx2] {
            weft::select(weft::on_recv(rx1, [](auto) {}), weft::on_recv(rx2, [](auto) {}),
                         weft::on_default([&] { ++missed; }));
        });
        static_cast<void>(tx2.send(1));
        static_cast<void>(rx1.try_recv());
    }
    CHECK(missed.load() == 0);
}

EACH_BUFFERED("channel idioms: of two channels, one ready until the other is closed, on_default never runs")
{
    const std::size_t rounds = test::scaled(300);
    std::atomic<std::size_t> missed{0};
    for (std::size_t i = 0; i < rounds; ++i) {
        auto [tx1, rx1] = test::channel<int>(capacity);
        auto [tx2, rx2] = test::channel<int>(capacity);
        static_cast<void>(tx1.send(1));
        std::jthread chooser([&, rx1 = rx1, rx2 = rx2] {
            weft::select(weft::on_recv(rx1, [](auto) {}), weft::on_recv(rx2, [](auto) {}),
                         weft::on_default([&] { ++missed; }));
        });
        {
            const auto gone = std::move(tx2);
        }
        static_cast<void>(rx1.try_recv());
    }
    CHECK(missed.load() == 0);
}

EACH_CHANNEL("channel idioms: two sending arms, as the sides of a coin, are both chosen")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const std::size_t n = 200;
    std::jthread tosser([tx = std::move(tx), n] {
        for (std::size_t i = 0; i < n; ++i)
            weft::select(weft::on_send(tx, 0, [](auto) {}), weft::on_send(tx, 1, [](auto) {}));
    });
    std::size_t ones = 0;
    for (std::size_t i = 0; i < n; ++i) ones += static_cast<std::size_t>(*rx.recv());
    CHECK(ones > n / 10);
    CHECK(ones < n - n / 10);
}

EACH_CHANNEL("channel idioms: several workers share one input and one output")
{
    auto [in, work] = test::channel<int>(capacity);
    auto [done, out] = test::channel<int>(capacity);
    constexpr int n = 400;
    std::vector<std::jthread> threads;
    for (int w = 0; w < 3; ++w) {
        threads.emplace_back([work = work, done = done] {
            for (const int m : work) static_cast<void>(done.send(m * m));
        });
    }
    {
        const auto gone = std::move(done);
    }
    threads.emplace_back([in = std::move(in)] {
        for (int i = 0; i < n; ++i) static_cast<void>(in.send(i));
    });
    long sum = 0;
    for (const int m : out) sum += m;
    CHECK(sum == 1L * (n - 1) * n * (2 * n - 1) / 6);
}

EACH_CHANNEL("channel idioms: the same news for all subscribers, in the same order")
{
    constexpr std::size_t subscribers = 3;
    std::vector<weft::sender<int>> wires;
    std::vector<std::vector<int>> heard(subscribers);
    {
        std::vector<std::jthread> threads;
        for (std::size_t s = 0; s < subscribers; ++s) {
            auto [tx, rx] = test::channel<int>(capacity);
            wires.push_back(std::move(tx));
            threads.emplace_back([rx = std::move(rx), &mine = heard[s]] {
                for (const int m : rx) mine.push_back(m);
            });
        }
        for (int i = 0; i < 100; ++i) {
            for (const auto& wire : wires) static_cast<void>(wire.send(i));
        }
        wires.clear();
    }
    std::vector<int> all(100);
    std::iota(all.begin(), all.end(), 0);
    for (const auto& one : heard) CHECK(one == all);
}

EACH_CHANNEL("channel idioms: a result that is waited for with a limit, and comes too late")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::atomic<int> early{0};
    std::jthread slow([&, tx = std::move(tx)] {
        while (early.load() < 2) std::this_thread::yield();
        static_cast<void>(tx.send(42));
    });
    std::optional<int> got;
    while (!got) {
        weft::select(weft::on_recv(rx, [&](auto m) { got = *m; }), weft::on_timeout(1ms, [&] { ++early; }));
    }
    CHECK(got == 42);
}

EACH_CHANNEL("channel idioms: a select in a storm of partners on channels of every kind")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    auto [tx0, rx0] = weft::bounded<std::size_t>(0);
    auto [tx1, rx1] = weft::unbounded<std::size_t>();
    const std::size_t n = test::scaled(2'000);
    std::size_t sum = 0;
    {
        std::vector<std::jthread> threads;
        for (const auto& to : {tx, tx0, tx1}) {
            threads.emplace_back([to, n] {
                for (std::size_t i = 1; i <= n; ++i) static_cast<void>(to.send(i));
            });
        }
        for (std::size_t i = 0; i < 3 * n; ++i) {
            const auto add = [&](auto m) { sum += *m; };
            weft::select(weft::on_recv(rx, add), weft::on_recv(rx0, add), weft::on_recv(rx1, add));
        }
    }
    CHECK(sum == 3 * n * (n + 1) / 2);
}
