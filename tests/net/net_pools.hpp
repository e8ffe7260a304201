// tests/net/net_pools.hpp - the pools on which everything about sockets is tested, and connections for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/async.hpp>
#include <weft/net/net.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace net = weft::net;

namespace net_test {

/// Makes a pool, and calls `body(pool)`.
template <class Body>
void on_pool(std::size_t threads, bool driver_thread, Body&& body)
{
    const test::watchdog dog("a test of sockets", std::chrono::seconds(120));
    weft::thread_pool pool({.num_threads = threads, .driver_thread = driver_thread});
    body(pool);
}

inline net::endpoint loopback() { return net::endpoint("127.0.0.1", 0); }

/// Two streams that are connected.
inline weft::task<std::pair<net::tcp_stream, net::tcp_stream>> connected_pair()
{
    auto listener = net::tcp_listener::bind(loopback());
    auto [one, other] = co_await weft::when_all(net::tcp_stream::connect(listener.local_endpoint()), listener.accept());
    co_return std::pair(std::move(one), std::move(other));
}

inline std::vector<std::byte> bytes(std::size_t count, std::uint32_t seed)
{
    std::vector<std::byte> all(count);
    for (std::byte& b : all) {
        seed = seed * 1664525 + 1013904223;
        b = static_cast<std::byte>(seed >> 24);
    }
    return all;
}

/// The error with which a task fails; none if it does not.
template <class T>
weft::task<std::error_code> error_of(weft::task<T> t)
{
    try {
        static_cast<void>(co_await std::move(t));
    } catch (const std::system_error& e) {
        co_return e.code();
    }
    co_return std::error_code();
}

/// Whether a task ends with weft::stopped.
template <class T>
weft::task<bool> is_stopped(weft::task<T> t)
{
    try {
        static_cast<void>(co_await std::move(t));
    } catch (const weft::stopped&) {
        co_return true;
    }
    co_return false;
}

/// So many bytes as text, in whatever pieces they come.
inline weft::task<std::string> text_of(net::byte_stream& from, std::size_t size)
{
    std::string got;
    std::array<char, 100> room;
    while (got.size() < size) {
        const std::size_t n = co_await from.read_some(std::as_writable_bytes(std::span(room)));
        got.append(room.data(), n);
    }
    co_return got;
}

/// Sends back what it gets, until its end.
inline weft::task<> echo(net::tcp_stream peer)
{
    std::array<std::byte, 1000> buffer;
    while (const std::size_t n = co_await peer.read_some(buffer))
        co_await peer.write_all(std::span<const std::byte>(buffer.data(), n));
}

/// Sends all of it and reads it back, at once.
inline weft::task<bool> to_and_fro(net::tcp_stream& server, std::span<const std::byte> sent)
{
    std::vector<std::byte> got(sent.size());
    const auto send = [&]() -> weft::task<> { co_await server.write_all(sent); };
    co_await weft::when_all(send(), server.read_exact(got));
    co_return std::equal(sent.begin(), sent.end(), got.begin());
}

/// Closes a connection so that the other side gets a reset.
inline void reset(net::tcp_stream& s)
{
    const linger at_once{1, 0};
    REQUIRE(::setsockopt(s.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    s.close();
}

/// Waits until every other thread of this process sleeps: those of pools do so on their spots, one of them in the system.
inline void until_others_sleep()
{
    const std::string own = std::to_string(::gettid());
    const auto is_awake = [&](const std::filesystem::directory_entry& thread) {
        std::string text;
        std::getline(std::ifstream(thread.path() / "stat"), text);  // "TID (NAME) STATE ..", empty if it has ended
        const std::size_t name_end = text.rfind(')');
        return thread.path().filename() != own && name_end != std::string::npos && text[name_end + 2] != 'S';
    };
    for (bool all_asleep = false; !all_asleep;) {
        std::this_thread::yield();
        const std::filesystem::directory_iterator all("/proc/self/task");
        all_asleep = std::none_of(begin(all), end(all), is_awake);
    }
}

inline std::size_t open_descriptors()
{
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Lets a task that has been started come to where it waits: it may come later, too.
inline weft::task<> for_a_while() { co_await weft::sleep_for(std::chrono::milliseconds(2)); }

}  // namespace net_test

/// CHECK for an expression with co_await, which GCC 12 would evaluate twice in there.
#define CHECK_AWAITED(...)                                 \
    do {                                                   \
        const bool holds = static_cast<bool>(__VA_ARGS__); \
        INFO(#__VA_ARGS__);                                \
        CHECK(holds);                                      \
    } while (false)

/// A test on each kind of pool; its body gets `pool`.
#define EACH_POOL(name) EACH_POOL_JOIN(each_pool_, __LINE__, name)
#define EACH_POOL_JOIN(prefix, line, name) EACH_POOL_AS(prefix, line, name)
#define EACH_POOL_AS(prefix, line, name)                                                          \
    static void prefix##line(weft::thread_pool& pool);                                            \
    TEST_CASE(name ", one thread") { net_test::on_pool(1, false, prefix##line); }                 \
    TEST_CASE(name ", two threads") { net_test::on_pool(2, false, prefix##line); }                \
    TEST_CASE(name ", four threads and a driver's") { net_test::on_pool(4, true, prefix##line); } \
    static void prefix##line([[maybe_unused]] weft::thread_pool& pool)
