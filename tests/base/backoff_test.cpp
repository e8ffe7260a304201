// tests/base/backoff_test.cpp - a backoff ends in "block instead", and starts again when told.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/backoff.hpp>

#include "test.hpp"

TEST_CASE("backoff: snoozing is completed after a few turns, and stays so")
{
    weft::backoff pause;
    int turns = 0;
    while (!pause.is_completed()) {
        pause.snooze();
        REQUIRE(++turns < 100);
    }
    CHECK(turns > 1);
    for (int i = 0; i < 1000; ++i) pause.snooze();
    CHECK(pause.is_completed());
}

TEST_CASE("backoff: spinning never says that blocking is better")
{
    weft::backoff pause;
    for (int i = 0; i < 1000; ++i) pause.spin();
    CHECK_FALSE(pause.is_completed());
}

TEST_CASE("backoff: reset starts from the beginning")
{
    weft::backoff pause;
    int first = 0;
    for (; !pause.is_completed(); ++first) pause.snooze();
    pause.reset();
    CHECK_FALSE(pause.is_completed());
    int second = 0;
    for (; !pause.is_completed(); ++second) pause.snooze();
    CHECK(first == second);
}

TEST_CASE("backoff: a loop that snoozes lets the other thread get on, on one processor too")
{
    std::atomic<int> turn{0};
    const int rounds = static_cast<int>(test::scaled(200));
    test::run_threads(2, [&](std::size_t id) {
        for (int i = static_cast<int>(id); i < 2 * rounds; i += 2) {
            weft::backoff pause;
            while (turn.load(std::memory_order_acquire) != i) pause.snooze();
            turn.store(i + 1, std::memory_order_release);
        }
    });
    CHECK(turn.load() == 2 * rounds);
}
