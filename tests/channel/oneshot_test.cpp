// tests/channel/oneshot_test.cpp - the life of a channel that carries one message: every order of sending, receiving
// and leaving.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

using test::drop;

/// Fills the channel until a further send would wait. Nothing to do at a rendezvous, or without a limit.
template <class T>
void fill(const weft::sender<T>& tx)
{
    if (!tx.capacity()) return;
    while (tx.try_send(T())) {}
}

const std::size_t rounds = test::scaled(100);

}  // namespace

EACH_CHANNEL("one message: nobody sends, the receiver leaves first")
{
    auto [tx, rx] = test::channel<int>(capacity);
    drop(std::move(rx));
    drop(std::move(tx));
    CHECK(true);
}

EACH_CHANNEL("one message: the sender leaves without sending")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
    drop(std::move(tx));
    CHECK(rx.recv().closed());
    CHECK(rx.try_recv().closed());
    CHECK(rx.recv_for(1h).closed());
}

EACH_CHANNEL("one message: the receiver leaves before it is sent")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
    drop(std::move(rx));
    auto message = std::make_unique<int>(10);
    CHECK(tx.send(std::move(message)).closed());
    REQUIRE(message != nullptr);
    CHECK(*message == 10);
}

EACH_BUFFERED("one message: sent, and the sender has left before it is received")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
    CHECK(tx.send(std::make_unique<int>(10)));
    drop(std::move(tx));
    auto got = rx.recv();
    REQUIRE(got);
    CHECK(**got == 10);
    CHECK(rx.recv().closed());
}

EACH_BUFFERED("one message: sent, and nobody receives it")
{
    const long before = test::counted::alive();
    auto [tx, rx] = test::channel<test::counted>(capacity);
    CHECK(tx.send(test::counted(1)));
    CHECK(test::counted::alive() == before + 1);
    drop(std::move(rx));
    CHECK(test::counted::alive() == before);
}

EACH_CHANNEL("one message: trying to receive says empty, then gives the message, then says closed")
{
    auto [tx, rx] = test::channel<int>(capacity);
    CHECK(rx.try_recv().empty());
    std::jthread sender([tx = std::move(tx)] { static_cast<void>(tx.send(7)); });
    std::optional<int> got;
    bool closed = false;
    while (!closed) {
        const auto now = rx.try_recv();
        if (now) got = *now;
        closed = now.closed();
        std::this_thread::yield();
    }
    CHECK(got == 7);
    CHECK(rx.try_recv().closed());
}

EACH_CHANNEL("one message: trying to send succeeds, then says closed")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto first = tx.try_send(1);
    CHECK(static_cast<bool>(first) == (capacity != 0));
    CHECK(first.full() == (capacity == 0));
    drop(std::move(rx));
    CHECK(tx.try_send(2).closed());
}

EACH_CHANNEL("one message: the receiver waits first")
{
    for (std::size_t i = 0; i < rounds; ++i) {
        auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
        int got = 0;
        {
            test::sleeper waiting;
            std::jthread receiver([&, rx = std::move(rx)] {
                waiting.here();
                got = **rx.recv();
            });
            if (i % 4 == 0) waiting.await();
            static_cast<void>(tx.send(std::make_unique<int>(10)));
        }
        REQUIRE(got == 10);
    }
}

EACH_CHANNEL("one message: the receiver waits, and the sender leaves instead")
{
    for (std::size_t i = 0; i < rounds; ++i) {
        auto [tx, rx] = test::channel<int>(capacity);
        bool closed = false;
        {
            test::sleeper waiting;
            std::jthread receiver([&, rx = std::move(rx)] {
                waiting.here();
                closed = rx.recv().closed();
            });
            if (i % 4 == 0) waiting.await();
            drop(std::move(tx));
        }
        REQUIRE(closed);
    }
}

EACH_LIMITED("one message: the sender waits for room")
{
    for (std::size_t i = 0; i < test::scaled(20); ++i) {
        auto [tx, rx] = test::channel<int>(capacity);
        fill(tx);
        bool sent = false;
        {
            test::sleeper waiting;
            std::jthread sender([&, tx = std::move(tx)] {
                waiting.here();
                sent = static_cast<bool>(tx.send(5));
            });
            if (i % 4 == 0) waiting.await();
            for (std::size_t k = 0; k < capacity; ++k) static_cast<void>(rx.recv());
            const auto last = rx.recv();
            REQUIRE(last == 5);
        }
        REQUIRE(sent);
    }
}

EACH_LIMITED("one message: the sender waits for room, and the receiver leaves instead")
{
    for (std::size_t i = 0; i < test::scaled(20); ++i) {
        auto [tx, rx] = test::channel<int>(capacity);
        fill(tx);
        bool closed = false;
        {
            test::sleeper waiting;
            std::jthread sender([&, tx = std::move(tx)] {
                waiting.here();
                closed = tx.send(5).closed();
            });
            if (i % 4 == 0) waiting.await();
            drop(std::move(rx));
        }
        REQUIRE(closed);
    }
}

EACH_CHANNEL("one message: sending races with the receiver's leaving, and it is destroyed once")
{
    const long before = test::counted::alive();
    for (std::size_t i = 0; i < rounds; ++i) {
        auto [tx, rx] = test::channel<test::counted>(capacity);
        std::jthread sender([tx = std::move(tx)] { static_cast<void>(tx.send(test::counted(1))); });
        std::jthread leaver([rx = std::move(rx)]() mutable { drop(std::move(rx)); });
    }
    CHECK(test::counted::alive() == before);
}

EACH_CHANNEL("one message: what was sent before the sender left is always received")
{
    for (std::size_t i = 0; i < rounds; ++i) {
        auto [tx, rx] = test::channel<int>(capacity);
        std::jthread sender([tx = std::move(tx)]() mutable {
            static_cast<void>(tx.send(1));
            drop(std::move(tx));
        });
        REQUIRE(rx.recv() == 1);
        REQUIRE(rx.recv().closed());
    }
}

EACH_CHANNEL("one message: sender and receiver meet on fresh threads")
{
    std::vector<int> got(rounds, 0);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < rounds; ++i) {
            auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
            threads.emplace_back([tx = std::move(tx)] { static_cast<void>(tx.send(std::make_unique<int>(10))); });
            threads.emplace_back([rx = std::move(rx), &got, i] { got[i] = **rx.recv(); });
        }
    }
    CHECK(got == std::vector<int>(rounds, 10));
}

EACH_CHANNEL("one message: waiting with a limit, it comes in time")
{
    auto [tx, rx] = test::channel<int>(capacity);
    test::sleeper waiting;
    std::jthread sender([&, tx = std::move(tx)] {
        waiting.await();
        static_cast<void>(tx.send(3));
    });
    waiting.here();
    CHECK(rx.recv_for(1h) == 3);
}

EACH_CHANNEL("one message: waiting with a limit, closing is told from a limit that is over")
{
    auto [tx, rx] = test::channel<int>(capacity);
    CHECK(rx.recv_for(1ms).timed_out());
    test::sleeper waiting;
    std::jthread leaver([&, tx = std::move(tx)]() mutable {
        waiting.await();
        drop(std::move(tx));
    });
    waiting.here();
    const auto got = rx.recv_for(1h);
    CHECK(got.closed());
    CHECK_FALSE(got.timed_out());
}

EACH_LIMITED("one message: sending with a limit, room comes in time")
{
    auto [tx, rx] = test::channel<int>(capacity);
    fill(tx);
    CHECK(tx.send_for(1, 1ms).timed_out());
    test::sleeper waiting;
    std::jthread receiver([&, rx = std::move(rx), capacity] {
        waiting.await();
        for (std::size_t i = 0; i <= capacity; ++i) static_cast<void>(rx.recv());
    });
    waiting.here();
    CHECK(tx.send_for(2, 1h));
}

EACH_LIMITED("one message: sending with a limit, closing is told from a limit that is over")
{
    auto [tx, rx] = test::channel<int>(capacity);
    fill(tx);
    test::sleeper waiting;
    std::jthread leaver([&, rx = std::move(rx)]() mutable {
        waiting.await();
        drop(std::move(rx));
    });
    waiting.here();
    const auto result = tx.send_for(2, 1h);
    CHECK(result.closed());
    CHECK_FALSE(result.timed_out());
}

EACH_CHANNEL("one message: a limit of zero is one try")
{
    auto [tx, rx] = test::channel<int>(capacity);
    CHECK(rx.recv_for(0ms).timed_out());
    if (capacity != 0) {
        CHECK(tx.send_for(1, 0ms));
        CHECK(rx.recv_for(0ms) == 1);
    }
    fill(tx);
    if (capacity != test::unlimited) CHECK(tx.send_for(1, 0ms).timed_out());
}

EACH_CHANNEL("one message: closed stays closed, for copies made later, too")
{
    auto [tx, rx] = test::channel<int>(capacity);
    drop(std::move(tx));
    for (int i = 0; i < 3; ++i) CHECK(rx.recv().closed());
    const auto copy = rx;
    CHECK(copy.recv().closed());
    CHECK(copy.same_channel(rx));

    auto [tx2, rx2] = test::channel<int>(capacity);
    drop(std::move(rx2));
    const auto copy2 = tx2;
    for (int i = 0; i < 3; ++i) CHECK(copy2.send(i).closed());
}

EACH_CHANNEL("one message: a copy made while another waits keeps the channel open")
{
    auto [tx, rx] = test::channel<int>(capacity);
    int got = 0;
    std::jthread receiver([rx = rx, &got] { got = *rx.recv(); });
    auto copy = tx;
    drop(std::move(tx));
    auto another = copy;
    drop(std::move(copy));
    CHECK(another.send(4));
    receiver.join();
    CHECK(got == 4);
    drop(std::move(another));
    CHECK(rx.recv().closed());
}

EACH_CHANNEL("one message: handed on from thread to thread")
{
    constexpr std::size_t hops = 10;
    auto [first, next] = test::channel<std::unique_ptr<std::size_t>>(capacity);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < hops; ++i) {
        auto [tx, rx] = test::channel<std::unique_ptr<std::size_t>>(capacity);
        threads.emplace_back([from = std::move(next), to = std::move(tx)] {
            auto box = *from.recv();
            ++*box;
            static_cast<void>(to.send(std::move(box)));
        });
        next = std::move(rx);
    }
    CHECK(first.send(std::make_unique<std::size_t>(0)));
    CHECK(**next.recv() == hops);
}

EACH_CHANNEL("one message: carries nothing but the news that it came")
{
    struct nothing {};
    auto [tx, rx] = test::channel<nothing>(capacity);
    std::jthread sender([tx = std::move(tx)] {
        for (int i = 0; i < 50; ++i) static_cast<void>(tx.send(nothing()));
    });
    int n = 0;
    while (rx.recv()) ++n;
    CHECK(n == 50);
}
