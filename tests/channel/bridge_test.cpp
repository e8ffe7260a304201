// tests/channel/bridge_test.cpp - a receiver as the input of a parallel loop.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/iter/par_bridge.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <atomic>
#include <cstddef>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

EACH_CHANNEL("channel bridge: a parallel loop takes every message once, while they are sent")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    const std::size_t n = test::scaled(2'000);
    std::jthread sender([tx = std::move(tx), n] {
        for (std::size_t i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    });
    std::vector<std::atomic<int>> seen(n);
    weft::par_bridge(rx).for_each([&](std::size_t m) { seen[m].fetch_add(1); });
    bool once = true;
    for (const auto& s : seen) once = once && s.load() == 1;
    CHECK(once);
    CHECK(rx.try_recv().closed());
}

EACH_CHANNEL("channel bridge: in order, if asked")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const int n = static_cast<int>(test::scaled(1'000));
    std::jthread sender([tx = std::move(tx), n] {
        for (int i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    });
    std::vector<int> expected(static_cast<std::size_t>(n));
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(weft::par_bridge(rx).ordered().to_vector() == expected);
}

EACH_CHANNEL("channel bridge: a closed channel is an empty loop")
{
    auto [tx, rx] = test::channel<int>(capacity);
    {
        const auto gone = std::move(tx);
    }
    CHECK(weft::par_bridge(rx).map([](int m) { return m; }).to_vector().empty());
}
