// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <chrono>

using namespace std::chrono_literals;
using net_test::error_of;
using net_test::is_stopped;

namespace {

struct pipe_ends {
    int read = -1;
    int write = -1;
    pipe_ends()
    {
        int both[2];
        REQUIRE(::pipe2(both, O_CLOEXEC) == 0);
        read = both[0];
        write = both[1];
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends()
    {
        ::close(read);
        close_writer();
    }
    void close_writer()
    {
        if (write >= 0) ::close(write);
        write = -1;
    }
};

}  // namespace

EACH_POOL("readable: a pipe, once there is something, and at its end")
{
    const auto run = [&]() -> weft::task<> {
        pipe_ends p;
        const auto write = [&]() -> weft::task<> {
            co_await net_test::for_a_while();
            CHECK(::write(p.write, "a", 1) == 1);
        };
        for (int round = 0; round < 20; ++round) {
            co_await weft::when_all(net::readable(p.read), write());
            char c = 0;
            CHECK(::read(p.read, &c, 1) == 1);
        }
        const auto end = [&]() -> weft::task<> {
            co_await net_test::for_a_while();
            p.close_writer();
        };
        co_await weft::when_all(net::readable(p.read), end());
        char c = 0;
        CHECK(::read(p.read, &c, 1) == 0);
        co_await net::readable(p.read);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("writable: a full pipe, once there is room")
{
    const auto run = [&]() -> weft::task<> {
        pipe_ends p;
        co_await net::writable(p.write);
        REQUIRE(::fcntl(p.write, F_SETFL, O_NONBLOCK) == 0);
        std::vector<char> much(1'000'000);
        while (::write(p.write, much.data(), much.size()) > 0) {}
        const auto drain = [&]() -> weft::task<> {
            co_await net_test::for_a_while();
            CHECK(::read(p.read, much.data(), much.size()) > 0);
        };
        co_await weft::when_all(net::writable(p.write), drain());
        CHECK(::write(p.write, much.data(), 1) == 1);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("readable: eventfd, timerfd, a file, a terminal's twin")
{
    const auto run = [&]() -> weft::task<> {
        const int event = ::eventfd(0, EFD_CLOEXEC);
        const auto ring = [&]() -> weft::task<> {
            co_await net_test::for_a_while();
            const std::uint64_t one = 1;
            CHECK(::write(event, &one, sizeof one) == sizeof one);
        };
        co_await weft::when_all(net::readable(event), net::writable(event), ring());
        ::close(event);

        const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        itimerspec in{};
        in.it_value.tv_nsec = 3'000'000;
        REQUIRE(::timerfd_settime(timer, 0, &in, nullptr) == 0);
        co_await net::readable(timer);
        std::uint64_t count = 0;
        CHECK(::read(timer, &count, sizeof count) == sizeof count);
        ::close(timer);

        const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        co_await net::readable(file);
        ::close(file);
        const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        co_await net::readable(null);
        co_await net::writable(null);
        ::close(null);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("readable: several wait for one descriptor, and all are woken")
{
    const auto run = [&]() -> weft::task<> {
        pipe_ends p;
        std::atomic<int> woken = 0;
        const auto wait = [&]() -> weft::task<> {
            co_await net::readable(p.read);
            ++woken;
        };
        const auto body = [&](weft::async_task_scope& scope) -> weft::task<> {
            for (int i = 0; i < 10; ++i) scope.spawn(wait());
            co_await net_test::for_a_while();
            CHECK(::write(p.write, "a", 1) == 1);
        };
        co_await weft::async_scope(body);
        CHECK(woken == 10);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("readable: stop and time-outs end the wait, what is no descriptor is refused")
{
    const auto run = [&]() -> weft::task<> {
        pipe_ends p;
        auto waiting = pool.spawn(is_stopped(net::readable(p.read)));
        co_await net_test::for_a_while();
        waiting.request_stop();
        CHECK_AWAITED(co_await std::move(waiting));
        CHECK_AWAITED(!(co_await weft::with_timeout(net::readable(p.read), 1ms)));
        CHECK(::write(p.write, "a", 1) == 1);
        CHECK_AWAITED(co_await weft::with_timeout(net::readable(p.read), 1h));
        CHECK_AWAITED((co_await error_of(net::readable(-1))) == std::errc::bad_file_descriptor);
        CHECK_AWAITED((co_await error_of(net::writable(100'000))) == std::errc::bad_file_descriptor);
    };
    weft::sync_wait(pool, run());
}
