// tests/channel/select_races_test.cpp - selects that meet closings, copies, duplicates, limits and each other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/select.hpp>
#include <weft/channel/timer.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

using test::drop;

const auto nothing = [](auto) {};

}  // namespace

EACH_CHANNEL("select races: all receiving arms closed beforehand")
{
    auto [tx1, rx1] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    drop(std::move(tx1));
    drop(std::move(tx2));
    std::array<int, 2> chosen{};
    for (int i = 0; i < 200; ++i) {
        bool closed = false;
        weft::select(weft::on_recv(rx1,
                                   [&](auto m) {
                                       closed = m.closed();
                                       ++chosen[0];
                                   }),
                     weft::on_recv(rx2, [&](auto m) {
                         closed = m.closed();
                         ++chosen[1];
                     }));
        REQUIRE(closed);
    }
    CHECK(chosen[0] > 40);
    CHECK(chosen[1] > 40);
}

EACH_CHANNEL("select races: all sending arms closed beforehand leave the values alone")
{
    auto [tx1, rx1] = test::channel<std::unique_ptr<int>>(capacity);
    auto [tx2, rx2] = test::channel<std::unique_ptr<int>>(capacity);
    drop(std::move(rx1));
    drop(std::move(rx2));
    auto value = std::make_unique<int>(3);
    bool closed = false;
    const auto note = [&](weft::send_result r) { closed = r.closed(); };
    weft::select(weft::on_send(tx1, std::move(value), note), weft::on_send(tx2, std::move(value), note));
    CHECK(closed);
    REQUIRE(value != nullptr);
    CHECK(*value == 3);
}

EACH_CHANNEL("select races: an arm that is closed while the select waits on others")
{
    for (std::size_t i = 0; i < test::scaled(40); ++i) {
        auto [tx1, rx1] = test::channel<int>(capacity);
        auto [tx2, rx2] = test::channel<int>(capacity);
        test::sleeper waiting;
        std::jthread leaver([&, tx2 = std::move(tx2), i]() mutable {
            if (i % 4 == 0) waiting.await();
            drop(std::move(tx2));
        });
        bool closed = false;
        waiting.here();
        weft::select(weft::on_recv(rx1, nothing), weft::on_recv(rx2, [&](auto m) { closed = m.closed(); }));
        REQUIRE(closed);
    }
}

EACH_LIMITED("select races: a sending arm that is closed while the select waits")
{
    for (std::size_t i = 0; i < test::scaled(20); ++i) {
        auto [tx, rx] = test::channel<int>(capacity);
        while (tx.try_send(0)) {}
        test::sleeper waiting;
        std::jthread leaver([&, rx = std::move(rx), i]() mutable {
            if (i % 4 == 0) waiting.await();
            drop(std::move(rx));
        });
        bool closed = false;
        waiting.here();
        weft::select(weft::on_send(tx, 1, [&](weft::send_result r) { closed = r.closed(); }));
        REQUIRE(closed);
    }
}

EACH_CHANNEL("select races: copies come and go while a select waits")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [other_tx, other] = test::channel<int>(capacity);
    int got = 0;
    {
        std::jthread chooser([&, rx = rx, other = other] {
            weft::select(weft::on_recv(rx, [&](auto m) { got = *m; }), weft::on_recv(other, nothing));
        });
        for (int i = 0; i < 50; ++i) {
            drop(weft::receiver<int>(rx));
            drop(weft::sender<int>(tx));
        }
        REQUIRE(tx.send(9));
    }
    CHECK(got == 9);
}

EACH_BUFFERED("select races: one channel in three arms: all three are chosen, each message once")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::array<int, 3> chosen{};
    for (int i = 0; i < 300; ++i) {
        REQUIRE(tx.send(i));
        int got = -1;
        const auto arm = [&](std::size_t which) {
            return weft::on_recv(rx, [&, which](auto m) {
                got = *m;
                ++chosen[which];
            });
        };
        weft::select(arm(0), arm(1), arm(2));
        REQUIRE(got == i);
    }
    for (const int n : chosen) CHECK(n > 50);
}

EACH_CHANNEL("select races: one channel in three arms of a select that waits")
{
    auto [tx, rx] = test::channel<int>(capacity);
    constexpr int n = 200;
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    });
    bool in_order = true;
    for (int i = 0; i < n; ++i) {
        const auto look = [&](auto m) { in_order = in_order && m == i; };
        weft::select(weft::on_recv(rx, look), weft::on_recv(rx, look), weft::on_recv(rx, look));
    }
    CHECK(in_order);
}

EACH_CHANNEL("select races: everybody offers a message and looks for a partner, and the odd one out is left")
{
    // Each of five threads either sends its index or receives another's. The main thread frees the fifth.
    const std::size_t rounds = test::scaled(40);
    for (std::size_t round = 0; round < rounds; ++round) {
        auto [tx, rx] = test::channel<std::size_t>(capacity);
        std::atomic<int> sent{0};
        std::atomic<int> received{0};
        {
            std::vector<std::jthread> threads;
            for (std::size_t id = 0; id < 5; ++id) {
                threads.emplace_back([&, tx = tx, rx = rx, id] {
                    weft::select(weft::on_send(tx, id, [&](auto) { ++sent; }),
                                 weft::on_recv(rx, [&](auto) { ++received; }));
                });
            }
            if (capacity == 0) {
                weft::select(weft::on_send(tx, std::size_t{9}, [&](auto) { ++sent; }),
                             weft::on_recv(rx, [&](auto) { ++received; }));
            }
        }
        while (rx.try_recv()) ++received;
        REQUIRE(sent.load() == received.load());
        REQUIRE(sent.load() >= 3);
    }
}

EACH_BUFFERED("select races: a thread that has sent one message finds one by select, if all others do the same")
{
    auto [tx1, rx1] = test::channel<std::size_t>(std::max<std::size_t>(capacity, 4));
    auto [tx2, rx2] = test::channel<std::size_t>(std::max<std::size_t>(capacity, 4));
    const std::size_t n = test::scaled(2'000);
    std::atomic<std::size_t> missed{0};
    test::run_threads(4, [&, &tx1 = tx1, &tx2 = tx2, &rx1 = rx1, &rx2 = rx2](std::size_t id) {
        const auto to = id % 2 == 0 ? tx1 : tx2;
        const auto from1 = rx1;
        const auto from2 = rx2;
        for (std::size_t i = 0; i < n; ++i) {
            static_cast<void>(to.send(id));
            bool found = false;
            // Two channels are not looked at in one moment: a message that was missed in the first may be in the
            // second.
            for (int look = 0; look < 1'000 && !found; ++look) {
                weft::select(weft::on_recv(from1, [&](auto) { found = true; }),
                             weft::on_recv(from2, [&](auto) { found = true; }), weft::on_default([] {}));
            }
            if (!found) ++missed;
        }
    });
    CHECK(missed.load() == 0);
}

EACH_CHANNEL("select races: on_timeout of zero is on_default")
{
    auto [tx, rx] = test::channel<int>(capacity);
    int late = 0;
    weft::select(weft::on_recv(rx, nothing), weft::on_timeout(0ms, [&] { ++late; }));
    weft::select(weft::on_recv(rx, nothing), weft::on_timeout(-1ms, [&] { ++late; }));
    CHECK(late == 2);
}

EACH_CHANNEL("select races: a limit that is far away does not keep a message back")
{
    auto [tx, rx] = test::channel<int>(capacity);
    test::sleeper waiting;
    std::jthread sender([&, tx = std::move(tx)] {
        waiting.await();
        static_cast<void>(tx.send(1));
    });
    bool late = false;
    waiting.here();
    weft::select(weft::on_recv(rx, nothing), weft::on_timeout(1h, [&] { late = true; }));
    CHECK_FALSE(late);
}

EACH_CHANNEL("select races: messages that come as limits run out are neither lost nor taken twice")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [never_tx, never] = test::channel<int>(capacity);
    const int n = static_cast<int>(test::scaled(200));
    std::atomic<int> late{0};
    std::jthread sender([&, tx = std::move(tx), n] {
        for (int i = 0; i < n; ++i) {
            if (i % 8 == 0) {
                // A limit has run out; the message comes at any time during the next ones.
                for (const int before = late.load(); late.load() == before;) std::this_thread::yield();
                for (int k = 0; k < i; ++k) std::this_thread::yield();
            }
            static_cast<void>(tx.send(i));
        }
    });
    int next = 0;
    bool in_order = true;
    while (next < n) {
        weft::select(weft::on_recv(rx, [&](auto m) { in_order = in_order && m == next++; }),
                     weft::on_recv(never, nothing), weft::on_timeout(50us, [&] { ++late; }));
    }
    CHECK(in_order);
}

EACH_CHANNEL("select races: many selects wait on one channel, and as many are woken as messages come")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [stop_tx, stop] = weft::bounded<int>(0);
    std::atomic<int> got{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&, rx = rx, stop = stop] {
                bool on = true;
                while (on) {
                    weft::select(weft::on_recv(rx, [&](auto m) { got += m ? 1 : 0; }),
                                 weft::on_recv(stop, [&](auto) { on = false; }));
                }
            });
        }
        for (int i = 0; i < 100; ++i) REQUIRE(tx.send(i));
        while (got.load() < 100) std::this_thread::yield();
        drop(std::move(stop_tx));
    }
    CHECK(got.load() == 100);
}

EACH_CHANNEL("select races: eight arms, of which any one becomes ready")
{
    std::vector<std::pair<weft::sender<int>, weft::receiver<int>>> all;
    for (int i = 0; i < 8; ++i) all.push_back(test::channel<int>(capacity));
    for (std::size_t ready = 0; ready < 8; ++ready) {
        std::jthread sender([tx = all[ready].first, ready] { static_cast<void>(tx.send(static_cast<int>(ready))); });
        std::optional<int> got;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            weft::select(weft::on_recv(all[I].second, [&](auto m) {
                if (I == ready) got = *m;
            })...);
        }(std::make_index_sequence<8>());
        REQUIRE(got == static_cast<int>(ready));
    }
}

EACH_CHANNEL("select races: receiving from one channel and sending to another in one select")
{
    auto [in_tx, in] = test::channel<int>(capacity);
    auto [out, out_rx] = test::channel<int>(capacity);
    const int n = static_cast<int>(test::scaled(500));
    std::jthread feeder([to = std::move(in_tx), n] {
        for (int i = 0; i < n; ++i) static_cast<void>(to.send(i));
    });
    std::jthread eater([from = std::move(out_rx), n] {
        for (int i = 0; i < n; ++i) static_cast<void>(from.recv());
    });
    int received = 0;
    int sent = 0;
    while (received < n || sent < n) {
        weft::select(weft::on_recv(in, [&](auto m) { received += m ? 1 : 0; }),
                     weft::on_send(out, 0, [&](auto r) { sent += r ? 1 : 0; }));
        if (received == n && sent < n) {
            for (; sent < n; ++sent) static_cast<void>(out.send(0));
        } else if (sent == n) {
            for (; received < n; ++received) static_cast<void>(in.recv());
        }
    }
    CHECK(received == n);
    CHECK(sent == n);
}

EACH_CHANNEL("select races: a timer among the arms does not disturb the others")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto clock = weft::tick(200us);
    const int n = static_cast<int>(test::scaled(300));
    std::atomic<int> ticks{0};
    std::jthread sender([&, tx = std::move(tx), n] {
        for (int i = 0; i < n; ++i) {
            if (i % 16 == 0) {
                for (const int before = ticks.load(); ticks.load() == before;) std::this_thread::yield();
            }
            static_cast<void>(tx.send(i));
        }
    });
    int next = 0;
    bool in_order = true;
    while (next < n) {
        weft::select(weft::on_recv(rx, [&](auto m) { in_order = in_order && m == next++; }),
                     weft::on_recv(clock, [&](auto) { ++ticks; }));
    }
    CHECK(in_order);
}
