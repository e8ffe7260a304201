// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

using namespace std::chrono_literals;
using net_test::is_stopped;

namespace {

void send(int number) { REQUIRE(::kill(::getpid(), number) == 0); }

using handler = void (*)(int);
handler handler_of(int number)
{
    struct sigaction now = {};
    REQUIRE(::sigaction(number, nullptr, &now) == 0);
    return now.sa_handler;
}

void do_nothing(int) {}

/// A thread that takes the signals of the process. Otherwise it would be this one, which sleeps in a system call of weft's own, where
/// ThreadSanitizer holds signals back.
class signal_taker {
public:
    signal_taker()
        : taker_([this] {
              while (!over_) std::this_thread::sleep_for(1ms);
          })
    {
        sigset_t both;
        sigemptyset(&both);
        sigaddset(&both, SIGUSR1);
        sigaddset(&both, SIGUSR2);
        REQUIRE(::pthread_sigmask(SIG_BLOCK, &both, &before_) == 0);
    }
    signal_taker(const signal_taker&) = delete;
    signal_taker& operator=(const signal_taker&) = delete;
    ~signal_taker()
    {
        over_ = true;
        taker_.join();
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    std::atomic<bool> over_ = false;
    sigset_t before_{};
    std::thread taker_;
};

}  // namespace

EACH_POOL("signals: each that comes is given")
{
    const signal_taker taker;
    const auto run = [&]() -> weft::task<> {
        net::signal_set set{SIGUSR1, SIGUSR2};
        for (int round = 0; round < 20; ++round) {
            const int number = round % 3 == 0 ? SIGUSR2 : SIGUSR1;
            const auto later = [&]() -> weft::task<> {
                if (round % 2 == 0) co_await net_test::for_a_while();
                send(number);
            };
            const auto got = co_await weft::when_all(set.next(), later());
            CHECK(got == number);
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("signals: what came before anybody asked is given, each once")
{
    const signal_taker taker;
    const auto run = [&]() -> weft::task<> {
        net::signal_set set{SIGUSR1, SIGUSR2, SIGUSR1};
        send(SIGUSR2);
        send(SIGUSR1);
        // A signal to a process may take a moment: so the second one may come first.
        const int first = co_await set.next();
        const int second = co_await set.next();
        CHECK(first != second);
        CHECK((first + second) == SIGUSR1 + SIGUSR2);
        CHECK_AWAITED(!(co_await weft::with_timeout(set.next(), 1ms)).has_value());
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("signals: every set gets its own")
{
    const signal_taker taker;
    const auto run = [&]() -> weft::task<> {
        net::signal_set first{SIGUSR1};
        net::signal_set second{SIGUSR1, SIGUSR2};
        send(SIGUSR1);
        CHECK_AWAITED(co_await first.next() == SIGUSR1);
        CHECK_AWAITED(co_await second.next() == SIGUSR1);
        {
            net::signal_set third{SIGUSR2};
            send(SIGUSR2);
            CHECK_AWAITED(co_await third.next() == SIGUSR2);
        }
        CHECK_AWAITED(co_await second.next() == SIGUSR2);
        CHECK_AWAITED(!(co_await weft::with_timeout(first.next(), 1ms)).has_value());
    };
    weft::sync_wait(pool, run());
}

TEST_CASE("signals: what they did before comes back with the last set")
{
    const handler before = ::signal(SIGUSR1, do_nothing);
    {
        net::signal_set first{SIGUSR1};
        CHECK(handler_of(SIGUSR1) != do_nothing);
        {
            net::signal_set second{SIGUSR1};
        }
        CHECK(handler_of(SIGUSR1) != do_nothing);
        CHECK_THROWS_AS(net::signal_set({SIGUSR1, SIGKILL}), std::system_error);
        CHECK(handler_of(SIGUSR1) != do_nothing);
    }
    CHECK(handler_of(SIGUSR1) == do_nothing);
    ::signal(SIGUSR1, before);
}

TEST_CASE("signals: what is none, or cannot be caught, is refused, and so is one set too many")
{
    for (const int number : {0, -1, 65, 1000, SIGKILL, SIGSTOP, SIGSEGV}) {
        try {
            net::signal_set set{number};
            FAIL(number << " is accepted");
        } catch (const std::system_error& e) {
            CHECK(e.code() == std::errc::invalid_argument);
        }
    }
    std::vector<std::unique_ptr<net::signal_set>> sets;
    for (int i = 0; i < 64; ++i) sets.push_back(std::make_unique<net::signal_set>(std::initializer_list<int>{SIGUSR1}));
    CHECK_THROWS_AS(net::signal_set({SIGUSR1}), std::system_error);
    sets.pop_back();
    const net::signal_set room_again{SIGUSR1};
}

EACH_POOL("signals: a task that is stopped while it waits loses none")
{
    const signal_taker taker;
    const auto run = [&]() -> weft::task<> {
        net::signal_set set{SIGUSR1};
        auto waiting = pool.spawn(is_stopped(set.next()));
        co_await net_test::for_a_while();
        waiting.request_stop();
        CHECK_AWAITED(co_await std::move(waiting));
        send(SIGUSR1);
        CHECK_AWAITED(co_await set.next() == SIGUSR1);
    };
    weft::sync_wait(pool, run());
}
