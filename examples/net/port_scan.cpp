// examples/net/port_scan.cpp - who listens on the loopback, and what it says first: thousands of ports, 500 at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     port_scan FIRST LAST    scans these ports of 127.0.0.1
//     port_scan               opens some hundred ports, of which one greets, and looks whether it finds them
//
// The permit is taken before a task is spawned: so there are never more tasks that ask than permits.
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

namespace net = weft::net;
using namespace std::chrono_literals;

constexpr std::size_t most_at_once = 500;

struct finding {
    std::uint32_t port = 0;
    std::string greeting;  ///< its first line, if it says something soon
};

struct scan {
    scan(std::uint32_t from, std::uint32_t to) : first(from), last(to), permits(most_at_once) {}

    std::uint32_t first;
    std::uint32_t last;
    weft::async_semaphore permits;
    weft::async_mutex lock;
    std::vector<finding> open;  ///< under the lock
    std::atomic<std::size_t> now{0};
    std::atomic<std::size_t> most{0};
};

weft::task<std::optional<finding>> ask(net::endpoint at)
{
    constexpr auto patience = 50ms;
    try {
        net::tcp_stream stream = co_await net::tcp_stream::connect(at);
        // The system may have given the connection the very port that it is to reach: then it has reached itself.
        if (stream.local_endpoint() == at) co_return std::nullopt;
        std::array<std::byte, 100> buffer;
        const auto n = co_await weft::with_timeout(stream.read_some(buffer), patience);
        const std::string_view said(reinterpret_cast<const char*>(buffer.data()), n.value_or(0));
        co_return finding{at.port(), std::string(said.substr(0, said.find_first_of("\r\n")))};
    } catch (const std::system_error&) {  // refused, mostly
        co_return std::nullopt;
    }
}

weft::task<> probe(scan& s, std::uint32_t port)
{
    const std::size_t now = s.now.fetch_add(1) + 1;
    for (std::size_t seen = s.most.load(); now > seen && !s.most.compare_exchange_weak(seen, now);) {}
    auto found = co_await ask(net::endpoint("127.0.0.1", static_cast<std::uint16_t>(port)));
    if (found) {
        const auto hold = co_await s.lock.lock();
        s.open.push_back(std::move(*found));
    }
    s.now.fetch_sub(1);
    s.permits.release();
}

weft::task<> run(scan& s)
{
    const auto body = [&s](weft::async_task_scope& probes) -> weft::task<> {
        for (std::uint32_t port = s.first; port <= s.last; ++port) {
            co_await s.permits.acquire();
            probes.spawn(probe(s, port));
        }
    };
    co_await weft::async_scope(body);
    std::ranges::sort(s.open, {}, &finding::port);
}

/// As many listeners as can be had near a free port.
std::vector<net::tcp_listener> open_some()
{
    constexpr std::size_t wanted = most_at_once + 100;
    constexpr std::uint16_t highest = 65'000;
    std::vector<net::tcp_listener> listeners;
    listeners.push_back(net::tcp_listener::bind(net::endpoint("127.0.0.1", 0)));
    net::endpoint next = listeners.front().local_endpoint();
    while (listeners.size() < wanted && next.port() < highest) {
        next = next.with_port(static_cast<std::uint16_t>(next.port() + 2));
        try {
            listeners.push_back(net::tcp_listener::bind(next));
        } catch (const std::system_error&) {  // somebody has it
        }
    }
    return listeners;
}

weft::task<> greet(net::tcp_listener& at)
{
    net::tcp_stream guest = co_await at.accept();
    co_await guest.write_all("hello\n");
}

bool check_itself()
{
    constexpr std::uint32_t around = 1500;
    std::vector<net::tcp_listener> listeners = open_some();
    const std::uint32_t middle = listeners.front().local_endpoint().port();
    scan s(middle - std::min(middle - 1, around), std::min(middle + around, 65'535u));
    weft::sync_wait(weft::when_all(greet(listeners.front()), run(s)));
    bool right = s.most.load() <= most_at_once && s.now.load() == 0;
    for (const net::tcp_listener& listener : listeners) {
        const std::uint32_t port = listener.local_endpoint().port();
        const auto at = std::ranges::lower_bound(s.open, port, {}, &finding::port);
        right = right && at != s.open.end() && at->port == port && (port != middle || at->greeting == "hello");
    }
    std::printf("%u ports, %zu of them open, %zu asked at once: %s\n", s.last - s.first + 1, s.open.size(),
                s.most.load(), right ? "all of ours are among them" : "wrong");
    return right;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        if (argc < 3) return check_itself() ? EXIT_SUCCESS : EXIT_FAILURE;
        const auto number = [](const char* text) {
            return static_cast<std::uint32_t>(std::clamp(std::atoi(text), 1, 65'535));
        };
        scan s(number(argv[1]), number(argv[2]));
        weft::sync_wait(run(s));
        for (const finding& f : s.open) std::printf("%u %s\n", f.port, f.greeting.c_str());
        return EXIT_SUCCESS;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
