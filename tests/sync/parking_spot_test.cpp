// tests/sync/parking_spot_test.cpp - where one thread sleeps: a token is kept, taken once, and brings what came before.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/detail/parking_spot.hpp>

#include "test.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>

using namespace std::chrono_literals;
using weft::detail::clock;
using weft::detail::parking_spot;

TEST_CASE("parking spot: a token that comes first is kept, and there is at most one")
{
    parking_spot spot;
    spot.unpark();
    spot.unpark();
    spot.park();
    CHECK_FALSE(spot.park_until(clock::now()));
    spot.unpark();
    CHECK(spot.park_until(clock::now() - 1h));
    CHECK_FALSE(spot.park_until(clock::time_point::min()));
}

TEST_CASE("parking spot: a wait that runs out does not take a later token")
{
    parking_spot spot;
    for (int i = 0; i < 3; ++i) {
        const auto deadline = clock::now() + 100us;
        CHECK_FALSE(spot.park_until(deadline));
        CHECK(clock::now() >= deadline);
        spot.unpark();
        CHECK(spot.park_until(clock::time_point::max()));
    }
}

TEST_CASE("parking spot: two threads pass a number back and forth")
{
    std::array<parking_spot, 2> spots;
    const int rounds = static_cast<int>(test::scaled(2'000));
    int number = 0;  // plain: the tokens order it
    spots[0].unpark();
    test::run_threads(2, [&](std::size_t id) {
        for (int i = 0; i < rounds; ++i) {
            // Every other wait has a limit that is far away.
            if (i % 2 == 0) {
                spots[id].park();
            } else {
                while (!spots[id].park_until(clock::now() + 1h)) {}
            }
            ++number;
            spots[1 - id].unpark();
        }
    });
    CHECK(number == 2 * rounds);
}

TEST_CASE("parking spot: a token that meets a limit as it runs out is taken or left, not lost")
{
    parking_spot spot;
    const std::size_t rounds = test::scaled(2'000);
    std::atomic<std::size_t> round{0};
    std::size_t taken = 0;
    test::run_threads(2, [&](std::size_t id) {
        for (std::size_t i = 0; i < rounds; ++i) {
            if (id == 0) {
                // The token of this round comes before, during, or after this wait of a few microseconds.
                if (!spot.park_until(clock::now() + std::chrono::microseconds(i % 4))) spot.park();
                ++taken;
                round.fetch_add(1);
            } else {
                while (round.load() < i) std::this_thread::yield();
                spot.unpark();
            }
        }
    });
    CHECK(taken == rounds);
    CHECK_FALSE(spot.park_until(clock::now()));
}

TEST_CASE("parking spot: many unparkers, one parker, and all that came before a token is seen")
{
    constexpr std::size_t unparkers = 3;
    const std::size_t each = test::scaled(1'000);
    parking_spot spot;
    std::array<std::atomic<std::size_t>, unparkers> done{};  // relaxed: the tokens order it
    std::size_t rounds = 0;
    bool ended = false;
    test::run_threads(unparkers + 1, [&](std::size_t id) {
        if (id < unparkers) {
            for (std::size_t i = 1; i <= each; ++i) {
                done[id].store(i, std::memory_order_relaxed);
                spot.unpark();
            }
            return;
        }
        // The last of all tokens comes after the last of all counts, so this loop ends.
        while (!ended) {
            spot.park();
            ++rounds;
            ended = true;
            for (const auto& n : done) ended = ended && n.load(std::memory_order_relaxed) == each;
        }
    });
    CHECK(ended);
    CHECK(rounds <= unparkers * each);
}
