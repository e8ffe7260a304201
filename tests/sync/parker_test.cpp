// tests/sync/parker_test.cpp - a token is never lost, never doubled, and brings what was done before it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/parker.hpp>

#include "test.hpp"

#include <array>
#include <chrono>
#include <optional>

using namespace std::chrono_literals;

TEST_CASE("parker: a token that comes first is kept, and there is at most one")
{
    weft::parker parker;
    const auto waker = parker.unparker();
    waker.unpark();
    waker.unpark();
    parker.park();
    CHECK_FALSE(parker.park_for(0ms));
    waker.unpark();
    CHECK(parker.park_for(0ms));
    CHECK_FALSE(parker.park_for(-1h));
}

TEST_CASE("parker: a limit ends the wait without a token, and not too early")
{
    weft::parker parker;
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(parker.park_for(5ms));
    CHECK(std::chrono::steady_clock::now() >= begin + 5ms);
    CHECK_FALSE(parker.park_until(begin));
    CHECK_FALSE(parker.park_until(std::chrono::system_clock::now() + 1ms));

    parker.unparker().unpark();
    CHECK(parker.park_for(std::chrono::hours::max()));
    parker.unparker().unpark();
    CHECK(parker.park_until(std::chrono::steady_clock::time_point::max()));
}

TEST_CASE("parker: a token is good after a wait that ran out")
{
    weft::parker parker;
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(parker.park_for(100us));
        parker.unparker().unpark();
        CHECK(parker.park_for(1h));
    }
}

TEST_CASE("parker: two threads pass a number back and forth")
{
    std::array<weft::parker, 2> parkers;
    const std::array wakers{parkers[0].unparker(), parkers[1].unparker()};
    const int rounds = static_cast<int>(test::scaled(2'000));
    int number = 0;  // plain: the tokens order it
    wakers[0].unpark();
    test::run_threads(2, [&](std::size_t id) {
        for (int i = 0; i < rounds; ++i) {
            parkers[id].park();
            ++number;
            wakers[1 - id].unpark();
        }
    });
    CHECK(number == 2 * rounds);
}

TEST_CASE("parker: waits with a limit lose no token in a race with unpark")
{
    weft::parker parker;
    const auto waker = parker.unparker();
    const std::size_t rounds = test::scaled(2'000);
    std::atomic<std::size_t> taken{0};
    test::run_threads(2, [&](std::size_t id) {
        for (std::size_t i = 0; i < rounds; ++i) {
            if (id == 0) {
                while (!parker.park_for(1us)) {}
                taken.fetch_add(1, std::memory_order_release);
            } else {
                waker.unpark();
                while (taken.load(std::memory_order_acquire) <= i) std::this_thread::yield();
            }
        }
    });
    CHECK(taken.load() == rounds);
    CHECK_FALSE(parker.park_for(0ms));
}

TEST_CASE("parker: what each of several unparkers did before is visible once their work is counted")
{
    weft::parker parker;
    const auto waker = parker.unparker();
    constexpr int senders = 3;
    const int each = static_cast<int>(test::scaled(1'000));
    std::atomic<int> sent{0};
    int received = 0;
    test::run_threads(senders + 1, [&](std::size_t id) {
        if (id > 0) {
            for (int i = 0; i < each; ++i) {
                sent.fetch_add(1, std::memory_order_relaxed);  // ordered by the token alone
                waker.unpark();
            }
        } else {
            while (received < senders * each) {
                parker.park();
                received = sent.load(std::memory_order_relaxed);
            }
        }
    });
    CHECK(received == senders * each);
}

TEST_CASE("unparker: a copy that outlives the parker does nothing")
{
    std::optional<weft::parker> parker(std::in_place);
    const auto waker = parker->unparker();
    const auto copy = waker;
    parker.reset();
    copy.unpark();
    waker.unpark();
}
