// examples/net/readable.cpp - a pipe and a timer's descriptor, awaited: anything that can be polled.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

namespace net = weft::net;

/// Counts the bytes that come through a pipe, until its end.
weft::task<int> count(int from)
{
    int bytes = 0;
    for (;;) {
        co_await net::readable(from);
        std::array<char, 64> room;
        const ssize_t n = ::read(from, room.data(), room.size());
        if (n <= 0) co_return bytes;
        bytes += static_cast<int>(n);
    }
}

/// Writes a byte at each tick of a timer, three times.
weft::task<> tick(int to)
{
    const int timer = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    itimerspec every{};
    every.it_interval.tv_nsec = every.it_value.tv_nsec = 5'000'000;
    ::timerfd_settime(timer, 0, &every, nullptr);
    for (int i = 0; i < 3; ++i) {
        co_await net::readable(timer);
        std::uint64_t ticks = 0;
        if (::read(timer, &ticks, sizeof ticks) > 0 && ::write(to, "x", 1) != 1) break;
    }
    ::close(timer);
    ::close(to);
}

}  // namespace

int main()
{
    int ends[2];
    if (::pipe(ends) != 0) return EXIT_FAILURE;
    const auto both = [&]() -> weft::task<int> { co_return co_await weft::when_all(count(ends[0]), tick(ends[1])); };
    const int bytes = weft::sync_wait(both());
    ::close(ends[0]);
    std::printf("%d bytes came through the pipe\n", bytes);
    return bytes == 3 ? EXIT_SUCCESS : EXIT_FAILURE;
}
