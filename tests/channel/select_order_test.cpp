// tests/channel/select_order_test.cpp - the order in which select looks at its arms.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/timer.hpp>

#include "test.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace {

template <std::size_t N>
using counts = std::array<std::size_t, N>;

/// Selects `rounds` times among N channels, of which those in `ready` always hold a message, and counts.
template <std::size_t N>
counts<N> chosen_among(std::array<bool, N> ready, std::size_t rounds, bool unlimited)
{
    std::vector<std::pair<weft::sender<std::size_t>, weft::receiver<std::size_t>>> channels;
    for (std::size_t i = 0; i < N; ++i) {
        channels.push_back(unlimited ? weft::unbounded<std::size_t>() : weft::bounded<std::size_t>(4));
        if (ready[i]) static_cast<void>(channels[i].first.send(std::size_t{i}));
    }
    counts<N> seen{};
    for (std::size_t k = 0; k < rounds; ++k) {
        const std::size_t which = [&]<std::size_t... I>(std::index_sequence<I...>) {
            return weft::select(weft::on_recv(channels[I].second, [](auto m) { return *m; })...);
        }(std::make_index_sequence<N>());
        ++seen[which];
        static_cast<void>(channels[which].first.send(std::size_t{which}));
    }
    return seen;
}

template <std::size_t N>
void check_fair(std::array<bool, N> ready)
{
    constexpr std::size_t rounds = 6000;
    std::size_t alternatives = 0;
    for (const bool r : ready) alternatives += r ? 1 : 0;
    for (const bool unlimited : {false, true}) {
        const counts<N> seen = chosen_among(ready, rounds, unlimited);
        for (std::size_t i = 0; i < N; ++i) {
            if (ready[i]) {
                CHECK(seen[i] > rounds / alternatives * 8 / 10);
                CHECK(seen[i] < rounds / alternatives * 12 / 10);
            } else {
                CHECK(seen[i] == 0);
            }
        }
    }
}

}  // namespace

TEST_CASE("select: ready arms are equally likely to be chosen, wherever they are")
{
    check_fair<2>({true, true});
    check_fair<3>({true, true, true});
    check_fair<3>({false, true, true});
    check_fair<4>({true, true, true, true});
    check_fair<4>({true, true, true, false});
    check_fair<4>({true, false, false, true});
    check_fair<5>({true, true, true, true, true});
    check_fair<7>({false, true, false, false, true, false, false});
    check_fair<8>({true, false, true, false, false, false, false, false});
}

TEST_CASE("select: a busy channel does not keep a rendezvous or a timer from being chosen")
{
    const auto [busy, from_busy] = weft::bounded<int>(1);
    auto hands = weft::bounded<int>(0);
    const std::jthread other([hand = std::move(hands.first)] {
        while (hand.send(1)) {}
    });
    std::size_t met = 0;
    std::size_t ticked = 0;
    const auto ticks = weft::tick(std::chrono::microseconds(0));
    {
        const weft::receiver<int> meets = std::move(hands.second);  // gone, the other thread ends
        for (std::size_t k = 0; k < 200'000 && (met < 20 || ticked < 20); ++k) {
            static_cast<void>(busy.try_send(1));
            weft::select(weft::on_recv(from_busy, [](auto) {}), weft::on_recv(meets, [&](auto) { ++met; }),
                         weft::on_recv(ticks, [&](auto) { ++ticked; }));
            if (k % 64 == 0) std::this_thread::yield();
        }
    }
    CHECK(met >= 20);
    CHECK(ticked >= 20);
}

TEST_CASE("select: a message that cannot be made leaves a ready channel as it was")
{
    for (const bool unlimited : {false, true}) {
        const auto [to, from] = unlimited ? weft::unbounded<int>() : weft::bounded<int>(2);
        const auto fails = []() -> int { throw std::runtime_error("no message"); };
        CHECK_THROWS_AS(weft::select(weft::on_send(to, fails, [](auto) {})), std::runtime_error);
        CHECK(from.try_recv().empty());
        for (int i = 0; i < 5; ++i) {
            weft::select(weft::on_send(to, int{i}, [](auto r) { CHECK(static_cast<bool>(r)); }));
            CHECK(from.recv() == i);
        }
    }
}

TEST_CASE("select: the function of a ready arm may throw, and its message is taken")
{
    const auto [to, from] = weft::bounded<int>(2);
    static_cast<void>(to.send(1));
    static_cast<void>(to.send(2));
    CHECK_THROWS_AS(weft::select(weft::on_recv(from, [](auto) { throw std::runtime_error("after"); })),
                    std::runtime_error);
    CHECK(from.recv() == 2);
}
