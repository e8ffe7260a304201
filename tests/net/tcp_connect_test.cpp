// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;
using net_test::connected_pair;
using net_test::error_of;
using net_test::loopback;
using net_test::open_descriptors;
using net_test::reset;

EACH_POOL("tcp: nobody listens: connection_refused, with the address in words")
{
    const auto run = [&]() -> weft::task<> {
        auto listener = net::tcp_listener::bind(loopback());
        const net::endpoint at = listener.local_endpoint();
        listener.close();
        std::string words;
        try {
            static_cast<void>(co_await net::tcp_stream::connect(at));
        } catch (const std::system_error& e) {
            CHECK(e.code() == std::errc::connection_refused);
            words = e.what();
        }
        CHECK(words.find(at.to_string()) != std::string::npos);
    };
    weft::sync_wait(pool, run());
}

TEST_CASE("tcp: an address that is taken is refused, in words")
{
    auto first = net::tcp_listener::bind(loopback());
    try {
        static_cast<void>(net::tcp_listener::bind(first.local_endpoint()));
        FAIL("two listeners at one address");
    } catch (const std::system_error& e) {
        CHECK(e.code() == std::errc::address_in_use);
        CHECK(std::string_view(e.what()).find(first.local_endpoint().to_string()) != std::string_view::npos);
    }
    const net::endpoint at = first.local_endpoint();
    first.close();
    CHECK(net::tcp_listener::bind(at).local_endpoint() == at);
    const auto shared = net::tcp_listener::bind(loopback(), {.reuse_port = true});
    CHECK(net::tcp_listener::bind(shared.local_endpoint(), {.reuse_port = true}).native_handle() >= 0);
    CHECK_THROWS_AS(net::tcp_listener::bind(net::endpoint("203.0.113.1", 0)), std::system_error);
}

EACH_POOL("tcp: to close a listener wakes who accepts")
{
    const auto run = [&]() -> weft::task<> {
        auto listener = net::tcp_listener::bind(loopback());
        const auto close = [&]() -> weft::task<> {
            co_await net_test::for_a_while();
            listener.close();
        };
        const auto error = co_await weft::when_all(error_of(listener.accept()), close());
        CHECK(error == std::errc::operation_canceled);
        CHECK_AWAITED((co_await error_of(listener.accept())) == std::errc::bad_file_descriptor);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: a connection that is gone before it is accepted is no fault of the listener's")
{
    const auto run = [&]() -> weft::task<> {
        auto listener = net::tcp_listener::bind(loopback());
        {
            net::tcp_stream gone = co_await net::tcp_stream::connect(listener.local_endpoint());
            reset(gone);
        }
        net::tcp_stream stays = co_await net::tcp_stream::connect(listener.local_endpoint());
        co_await stays.write_all("a");
        std::size_t got = 0;
        while (got == 0) {  // the one that is gone may come first
            net::tcp_stream s = co_await listener.accept();
            std::array<std::byte, 4> room;
            try {
                got = co_await s.read_some(room);
            } catch (const std::system_error&) {
            }
        }
        CHECK(got == 1);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: short connections one after the other leave nothing behind")
{
    const auto run = [&]() -> weft::task<> {
        auto listener = net::tcp_listener::bind(loopback());
        std::size_t before = 0;
        for (std::size_t i = 0; i < test::scaled(2000); ++i) {
            if (i == 1) before = open_descriptors();
            auto [client, server] =
                co_await weft::when_all(net::tcp_stream::connect(listener.local_endpoint()), listener.accept());
            std::array<std::byte, 4> room;
            co_await client.write_all("abcd");
            co_await server.read_exact(room);
            if (i % 2 == 0) server.close();
        }
        if (before != 0) CHECK(open_descriptors() == before);
    };
    weft::sync_wait(pool, run());
}

// UndefinedBehaviorSanitizer needs a descriptor to look at an object; weft_net_faults_test has the same with calls that fail.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("tcp: while there are no descriptors accept waits, and goes on when there are")
{
    const test::watchdog dog("accept without descriptors");
    weft::thread_pool pool({.num_threads = 2});
    const auto run = [&]() -> weft::task<> {
        auto listener = net::tcp_listener::bind(loopback());
        // One that is there before: the limit is the whole process's.
        net::tcp_stream client = co_await net::tcp_stream::connect(listener.local_endpoint());
        rlimit limit{};
        REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
        const rlimit none{open_descriptors() / 2, limit.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
        auto accepting = pool.spawn(listener.accept());
        co_await weft::sleep_for(30ms);
        const bool waits = !accepting.is_done();
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
        CHECK(waits);
        net::tcp_stream server = co_await std::move(accepting);
        co_await server.write_all("a");
        std::array<std::byte, 1> room;
        CHECK_AWAITED(co_await client.read_some(room) == 1);
    };
    weft::sync_wait(pool, run());
}

TEST_CASE("tcp: without descriptors sockets are refused, and can be had again")
{
    weft::thread_pool pool({.num_threads = 1});
    const auto before = net::tcp_listener::bind(loopback());
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlimit none{3, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    std::error_code from_bind;
    try {
        static_cast<void>(net::tcp_listener::bind(loopback()));
    } catch (const std::system_error& e) {
        from_bind = e.code();
    }
    const std::error_code from_connect =
        weft::sync_wait(pool, error_of(net::tcp_stream::connect(before.local_endpoint())));
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(from_bind == std::errc::too_many_files_open);
    CHECK(from_connect == std::errc::too_many_files_open);
    CHECK(net::tcp_listener::bind(loopback()).native_handle() >= 0);
}

#endif

EACH_POOL("tcp: IPv6, where the machine has it")
{
    const auto run = [&]() -> weft::task<> {
        std::optional<net::tcp_listener> listener;
        try {
            listener.emplace(net::tcp_listener::bind(net::endpoint("::1", 0)));
        } catch (const std::system_error&) {
            co_return;  // it does not
        }
        auto [one, other] =
            co_await weft::when_all(net::tcp_stream::connect(listener->local_endpoint()), listener->accept());
        CHECK(one.peer_endpoint() == listener->local_endpoint());
        CHECK(one.local_endpoint() == other.peer_endpoint());
        CHECK(one.local_endpoint().is_v6());
        co_await one.write_all("a");
        std::array<std::byte, 4> room;
        CHECK_AWAITED(co_await other.read_some(room) == 1);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: both sides know their addresses, and set_nodelay sets it")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        CHECK(one.local_endpoint() == other.peer_endpoint());
        CHECK(one.peer_endpoint() == other.local_endpoint());
        CHECK(one.peer_endpoint().is_loopback());
        one.set_nodelay(true);
        one.set_nodelay(false);
        const int copy = ::dup(one.native_handle());
        net::tcp_stream adopted = net::tcp_stream::from_native(copy);
        co_await adopted.write_all("a");
        std::array<std::byte, 4> room;
        CHECK_AWAITED(co_await other.read_some(room) == 1);
        CHECK_THROWS_AS(net::tcp_stream::from_native(-1), std::system_error);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: connect by a host's name, which may have several addresses")
{
    const auto run = [&]() -> weft::task<> {
        // The name may stand for ::1, too, where nobody listens: then the next address is tried.
        auto listener = net::tcp_listener::bind(loopback());
        const std::uint16_t port = listener.local_endpoint().port();
        for (const char* const host : {"localhost", "127.0.0.1"}) {
            auto [one, other] = co_await weft::when_all(net::tcp_stream::connect(host, port), listener.accept());
            CHECK(one.peer_endpoint() == listener.local_endpoint());
            CHECK(other.peer_endpoint() == one.local_endpoint());
        }
        listener.close();
        CHECK_AWAITED((co_await error_of(net::tcp_stream::connect("localhost", port))) ==
                      std::errc::connection_refused);
        const std::error_code unknown = co_await error_of(net::tcp_stream::connect("no-such-host.invalid", port));
        CHECK(std::string_view(unknown.category().name()) == "weft resolver");
    };
    weft::sync_wait(pool, run());
}
