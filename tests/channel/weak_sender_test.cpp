// tests/channel/weak_sender_test.cpp - a way back to a channel that does not keep it open.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/weak_sender.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <optional>
#include <utility>

EACH_CHANNEL("weak_sender: becomes a sender as long as there is one, and keeps nothing open")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const auto weak = tx.downgrade();
    const auto copy = weak;
    {
        const auto again = copy.upgrade();
        REQUIRE(again);
        CHECK(again->same_channel(tx));
        test::drop(std::move(tx));
        CHECK_FALSE(rx.is_closed());  // the new one keeps it open
    }
    CHECK(rx.recv().closed());
    CHECK_FALSE(weak.upgrade());
    test::drop(std::move(rx));
    CHECK_FALSE(copy.upgrade());
}

EACH_BUFFERED("weak_sender: outlives its channel, whose messages are destroyed all the same")
{
    const long before = test::counted::alive();
    std::optional<weft::weak_sender<test::counted>> weak;
    {
        auto [tx, rx] = test::channel<test::counted>(capacity);
        REQUIRE(tx.send(test::counted(1)));
        weak = tx.downgrade();
    }
    CHECK(test::counted::alive() == before);
    CHECK_FALSE(weak->upgrade());
}

EACH_CHANNEL("weak_sender: races with the last sender")
{
    for (int round = 0; round < 200; ++round) {
        auto [tx, rx] = test::channel<int>(capacity);
        std::jthread other([weak = tx.downgrade()] {
            if (const auto again = weak.upgrade()) static_cast<void>(again->try_send(1));
        });
        test::drop(std::move(tx));
        while (rx.recv()) {}
    }
}
