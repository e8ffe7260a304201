// tests/channel/messages_test.cpp - messages of all kinds: who owns them, and when they are destroyed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>

using test::counted;

namespace {

struct alignas(256) wide {
    explicit wide(int v) : value(v), aligned(reinterpret_cast<std::uintptr_t>(this) % 256 == 0) {}
    wide(wide&& other) noexcept
        : value(other.value), aligned(other.aligned && reinterpret_cast<std::uintptr_t>(this) % 256 == 0)
    {
    }
    int value;
    bool aligned;
};

struct big {
    std::array<unsigned char, 32 * 1024> bytes;
};

/// Throws at the n-th move from now on.
struct fragile {
    explicit fragile(int v) : value(v) { ++alive; }
    fragile(fragile&& other) : value(other.value)
    {
        if (fuse > 0 && --fuse == 0) throw std::runtime_error("move");
        ++alive;
    }
    ~fragile() { --alive; }
    int value;
    inline static int fuse = 0;
    inline static int alive = 0;
};

}  // namespace

EACH_BUFFERED("channel messages: move-only ones pass")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
    REQUIRE(tx.send(std::make_unique<int>(5)));
    const auto got = rx.recv();
    REQUIRE(got);
    CHECK(**got == 5);
}

EACH_CHANNEL("channel messages: over-aligned ones without a default stay aligned")
{
    auto [tx, rx] = test::channel<wide>(capacity);
    std::jthread producer([tx = std::move(tx)] {
        for (int i = 0; i < 100; ++i) static_cast<void>(tx.send(wide(i)));
    });
    int next = 0;
    bool aligned = true;
    while (const auto got = rx.recv()) {
        aligned = aligned && got->aligned && got->value == next;
        ++next;
    }
    CHECK(aligned);
    CHECK(next == 100);
}

TEST_CASE("channel messages: 32 KiB pass without much stack")
{
    auto [tx, rx] = test::channel<big>(GENERATE(as<std::size_t>(), 0, 1, 3, test::unlimited));
    std::jthread producer([tx = std::move(tx)] {
        auto message = std::make_unique<big>();
        for (unsigned char i = 0; i < 20; ++i) {
            message->bytes.fill(i);
            static_cast<void>(tx.send(std::move(*message)));
        }
    });
    unsigned char next = 0;
    bool good = true;
    for (big& m : rx) {
        good = good && m.bytes.front() == next && m.bytes.back() == next;
        ++next;
    }
    CHECK(good);
    CHECK(next == 20);
}

EACH_BUFFERED("channel messages: what is not received is destroyed when the last receiver goes")
{
    auto [tx, rx] = test::channel<counted>(capacity);
    const long before = counted::alive();
    long sent = 0;
    while (sent < 500 && tx.try_send(counted(1))) ++sent;
    CHECK(counted::alive() == before + sent);
    if (sent > 2) {
        CHECK(rx.recv());
        --sent;
    }
    CHECK(counted::alive() == before + sent);
    {
        const auto gone = std::move(rx);
    }
    CHECK(counted::alive() == before);
    CHECK(tx.send(counted(2)).closed());
    CHECK(counted::alive() == before);
}

EACH_BUFFERED("channel messages: when the senders go nothing is destroyed")
{
    auto [tx, rx] = test::channel<counted>(capacity);
    const long before = counted::alive();
    REQUIRE(tx.send(counted(3)));
    {
        const auto gone = std::move(tx);
    }
    CHECK(counted::alive() == before + 1);
    CHECK(rx.recv() == counted(3));
    CHECK(counted::alive() == before);
}

EACH_CHANNEL("channel messages: each is destroyed exactly once while both ends race")
{
    const long before = counted::alive();
    for (int round = 0; round < 20; ++round) {
        auto [tx, rx] = test::channel<counted>(capacity);
        std::vector<std::jthread> threads;
        for (int p = 0; p < 2; ++p) {
            threads.emplace_back([tx = tx] {
                for (int i = 0; i < 200; ++i) {
                    if (!tx.send(counted(i))) break;
                }
            });
            threads.emplace_back([rx = rx] {
                for (int i = 0; i < 100; ++i) {
                    if (!rx.recv()) break;
                }
            });
        }
        {
            const auto gone = std::move(tx);
        }
        {
            const auto gone = std::move(rx);
        }
    }
    CHECK(counted::alive() == before);
}

EACH_BUFFERED("channel messages: a sender travels through its own channel")
{
    struct letter {
        std::optional<weft::sender<letter>> back;
    };
    auto [tx, rx] = test::channel<letter>(capacity);
    REQUIRE(tx.send(letter{tx}));
    {
        const auto gone = std::move(tx);
    }
    {
        const auto got = rx.recv();
        REQUIRE(got);
        CHECK(got->back->send(letter{}));
    }
    CHECK(rx.recv());
    CHECK(rx.recv().closed());
}

EACH_BUFFERED("channel messages: an undelivered sender of the same channel does not keep it alive")
{
    struct letter {
        std::optional<weft::sender<letter>> back;
        counted token;
    };
    const long before = counted::alive();
    {
        auto [tx, rx] = test::channel<letter>(capacity);
        REQUIRE(tx.send(letter{tx, counted(1)}));
    }
    CHECK(counted::alive() == before);
}

EACH_BUFFERED("channel messages: channels travel through channels")
{
    auto [tx, rx] = test::channel<weft::receiver<int>>(capacity);
    auto [inner_tx, inner_rx] = weft::bounded<int>(1);
    REQUIRE(tx.send(std::move(inner_rx)));
    REQUIRE(inner_tx.send(8));
    CHECK((*rx.recv()).recv() == 8);
    CHECK(inner_tx.send(9).closed());
}

EACH_BUFFERED("channel messages: a move that throws while sending sends nothing")
{
    auto [tx, rx] = test::channel<fragile>(capacity);
    fragile::fuse = 0;
    {
        fragile message(1);
        fragile::fuse = 1;
        CHECK_THROWS_AS(tx.send(std::move(message)), std::runtime_error);
        CHECK(rx.try_recv().empty());
        CHECK(tx.send(std::move(message)));
    }
    const auto got = rx.recv();
    REQUIRE(got);
    CHECK(got->value == 1);
    CHECK(rx.try_recv().empty());
    CHECK(rx.empty());
}

TEST_CASE("channel messages: a move that throws while receiving loses that message only")
{
    auto [tx, rx] = test::channel<fragile>(GENERATE(as<std::size_t>(), 3, 1024, test::unlimited));
    fragile::fuse = 0;
    REQUIRE(tx.send(fragile(1)));
    REQUIRE(tx.send(fragile(2)));
    fragile::fuse = 1;
    CHECK_THROWS_AS(rx.recv(), std::runtime_error);
    const auto got = rx.recv();
    REQUIRE(got);
    CHECK(got->value == 2);
    CHECK(rx.try_recv().empty());
}

TEST_CASE("channel messages: throwing moves leak nothing") { CHECK(fragile::alive == 0); }

EACH_BUFFERED("channel messages: holes left by throwing sends are skipped, many laps long")
{
    auto [tx, rx] = test::channel<fragile>(capacity);
    for (int i = 0; i < 300; ++i) {
        fragile message(i);
        fragile::fuse = 1;
        CHECK_THROWS(tx.send(std::move(message)));
        CHECK(rx.try_recv().empty());
        fragile::fuse = 0;
        REQUIRE(tx.try_send(std::move(message)));
        const auto got = rx.try_recv();
        REQUIRE(got);
        REQUIRE(got->value == i);
    }
}
