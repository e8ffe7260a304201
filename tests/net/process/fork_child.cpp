// tests/net/process/fork_child.cpp - the child of a fork uses sockets: those of its own, and one that it has inherited.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>
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

}  // namespace

int main()
{
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
