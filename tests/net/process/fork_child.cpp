// tests/net/process/fork_child.cpp - the child of a fork uses sockets: those of its own, and one that it has inherited.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <weft/pool/thread_pool.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <thread>
#include <utility>

namespace {

namespace net = weft::net;

weft::task<int> ping(net::unix_stream& one, net::unix_stream& other)
{
    std::array<std::byte, 1> room;
    int right = 0;
    for (int i = 0; i < 20; ++i) {
        const std::byte sent{static_cast<unsigned char>(i)};
        const auto late = [&]() -> weft::task<> {
            co_await weft::async_yield();
            co_await one.write_all(std::span(&sent, 1));
        };
        co_await weft::when_all(other.read_exact(room), late());
        if (room[0] == sent) ++right;
    }
    co_return right;
}

weft::task<std::size_t> read(net::unix_stream& from)
{
    std::array<std::byte, 8> room;
    co_return co_await from.read_some(room);
}

/// A child that has a pool, but no sockets, takes nothing of what comes for the parent's tasks.
bool parent_keeps_its_events()
{
    weft::thread_pool pool({.num_threads = 1});
    auto pair = net::unix_stream::pair();
    auto reading = pool.spawn(read(pair.first));
    pid_t child = 0;
    int ready[2];
    if (::pipe(ready) != 0) return false;
    const auto make_child = [&]() -> weft::task<> {
        child = ::fork();  // on the pool's only thread, which so does not sleep in the system
        if (child != 0) co_return;
        std::thread([&] {
            const weft::thread_pool own({.num_threads = 2});
            std::this_thread::sleep_for(std::chrono::milliseconds(20));  // both of its threads sleep now
            if (::write(ready[1], "a", 1) != 1) std::_Exit(EXIT_FAILURE);
            std::this_thread::sleep_for(std::chrono::hours(1));
        }).join();
    };
    weft::sync_wait(pool, make_child());
    char c = 0;
    bool right = ::read(ready[0], &c, 1) == 1;
    const auto write = [&]() -> weft::task<> { co_await pair.second.write_all("hello"); };
    weft::sync_wait(pool, write());
    right = reading.get() == 5 && right;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return right;
}

}  // namespace

int main()
{
    if (!parent_keeps_its_events()) return EXIT_FAILURE;
    auto inherited = net::unix_stream::pair();
    if (weft::sync_wait(ping(inherited.first, inherited.second)) != 20) return EXIT_FAILURE;
    const pid_t child = ::fork();
    if (child == 0) {
        auto own = net::unix_stream::pair();
        const bool right = weft::sync_wait(ping(own.first, own.second)) == 20 &&
                           weft::sync_wait(ping(inherited.first, inherited.second)) == 20;
        std::_Exit(right ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) {
        std::printf("the child has failed: %d\n", status);
        return EXIT_FAILURE;
    }
    return weft::sync_wait(ping(inherited.first, inherited.second)) == 20 ? EXIT_SUCCESS : EXIT_FAILURE;
}
