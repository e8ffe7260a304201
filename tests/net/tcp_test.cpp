// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <weft/iter/par_iter.hpp>
#include <weft/iter/reduce.hpp>

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <thread>

using namespace std::chrono_literals;
using net_test::bytes;
using net_test::connected_pair;
using net_test::error_of;
using net_test::is_stopped;
using net_test::loopback;
using net_test::open_descriptors;

namespace {

weft::task<> echo(net::tcp_stream peer)
{
    std::array<std::byte, 1000> buffer;
    while (const std::size_t n = co_await peer.read_some(buffer))
        co_await peer.write_all(std::span<const std::byte>(buffer.data(), n));
}

weft::task<> echo_quietly(net::tcp_stream peer)
{
    try {
        co_await echo(std::move(peer));
    } catch (const std::system_error&) {
    }
}

/// Sends all of it and reads it back, at once.
weft::task<bool> to_and_fro(net::tcp_stream& server, std::span<const std::byte> sent)
{
    std::vector<std::byte> got(sent.size());
    const auto send = [&]() -> weft::task<> { co_await server.write_all(sent); };
    co_await weft::when_all(send(), server.read_exact(got));
    co_return std::equal(sent.begin(), sent.end(), got.begin());
}

/// Closes a connection so that the other side gets a reset.
void reset(net::tcp_stream& s)
{
    const linger at_once{1, 0};
    REQUIRE(::setsockopt(s.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
    s.close();
}

}  // namespace

EACH_POOL("tcp: what is sent comes back, whatever its size")
{
    const auto run = [&]() -> weft::task<bool> {
        auto [server, peer] = co_await connected_pair();
        auto echoing = pool.spawn(echo(std::move(peer)));
        bool right = true;
        for (const std::size_t size : {1u, 2u, 64u, 999u, 1000u, 1001u, 5000u, 70'000u, 1'000'000u}) {
            right = co_await to_and_fro(server, bytes(size, static_cast<std::uint32_t>(size))) && right;
        }
        server.close();
        co_await std::move(echoing);
        co_return right;
    };
    CHECK(weft::sync_wait(pool, run()));
}

EACH_POOL("tcp: the end is 0, again and again, no room is 0 too")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 8> room;
        CHECK_AWAITED(co_await one.read_some({}) == 0);
        co_await other.write_all("abc");
        CHECK_AWAITED(co_await one.read_some(std::span(room).first(2)) == 2);
        other.close();
        CHECK_AWAITED(co_await one.read_some(room) == 1);
        CHECK(room[0] == std::byte{'c'});
        for (int i = 0; i < 3; ++i) CHECK_AWAITED(co_await one.read_some(room) == 0);
        CHECK_AWAITED(co_await one.write_some({}) == 0);
        co_await one.write_all(std::string_view());
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: read_exact puts together what comes byte by byte")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        other.set_nodelay(true);
        const auto sent = bytes(300, 7);
        const auto trickle = [&, &to = other]() -> weft::task<> {
            for (const std::byte& b : sent) {
                co_await to.write_all(std::span(&b, 1));
                if (std::to_integer<int>(b) % 8 == 0) co_await weft::async_yield();
            }
        };
        std::vector<std::byte> got(sent.size());
        co_await weft::when_all(trickle(), one.read_exact(got));
        CHECK(got == sent);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: read_exact says how much there was, if the end comes first")
{
    const auto run = [&]() -> weft::task<> {
        for (const std::size_t sent : {0u, 1u, 9u}) {
            auto [one, other] = co_await connected_pair();
            co_await other.write_all(bytes(sent, 1));
            other.close();
            std::array<std::byte, 10> room;
            bool threw = false;
            try {
                co_await one.read_exact(room);
            } catch (const net::end_of_stream& e) {
                threw = true;
                CHECK(e.bytes_read() == sent);
                CHECK(std::string_view(e.what()).find(std::to_string(sent)) != std::string_view::npos);
            }
            CHECK(threw);
            co_await one.read_exact({});
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: many buffers are written in their order")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::vector<std::vector<std::byte>> parts;
        for (std::uint32_t i = 0; i < 500; ++i) parts.push_back(bytes(i % 7 == 0 ? 0 : i * i % 3001, i));
        parts.push_back({});
        std::vector<std::span<const std::byte>> buffers(parts.begin(), parts.end());
        std::vector<std::byte> all;
        for (const auto& p : parts) all.insert(all.end(), p.begin(), p.end());
        std::vector<std::byte> got(all.size());
        co_await weft::when_all(one.write_all(std::span<const std::span<const std::byte>>(buffers)),
                                other.read_exact(got));
        CHECK(got == all);
        co_await one.write_all(std::span<const std::span<const std::byte>>());
        const std::span<const std::byte> nothing[3];
        co_await one.write_all(std::span<const std::span<const std::byte>>(nothing));
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: both directions carry much at once")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        const auto there = bytes(test::scaled(40'000'000), 1);
        const auto back = bytes(test::scaled(40'000'000), 2);
        std::vector<std::byte> got_there(there.size());
        std::vector<std::byte> got_back(back.size());
        co_await weft::when_all(one.write_all(there), other.write_all(back), one.read_exact(got_back),
                                other.read_exact(got_there));
        CHECK(got_there == there);
        CHECK(got_back == back);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: after shutdown_send the answer can still be read")
{
    const auto run = [&]() -> weft::task<> {
        auto [client, server] = co_await connected_pair();
        const auto answer = [&, &peer = server]() -> weft::task<> {
            std::array<std::byte, 100> room;
            std::size_t all = 0;
            while (const std::size_t n = co_await peer.read_some(room)) all += n;
            co_await peer.write_all(std::to_string(all));
            peer.close();
        };
        const auto ask = [&, &peer = client]() -> weft::task<> {
            co_await peer.write_all(bytes(12'345, 3));
            peer.shutdown_send();
            std::array<std::byte, 5> room;
            co_await peer.read_exact(room);
            CHECK(std::memcmp(room.data(), "12345", 5) == 0);
            CHECK_AWAITED(co_await peer.read_some(room) == 0);
            CHECK_AWAITED((co_await error_of(peer.write_all("x"))) == std::errc::broken_pipe);
        };
        co_await weft::when_all(answer(), ask());
    };
    weft::sync_wait(pool, run());
}

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

EACH_POOL("tcp: to close a stream wakes its reader and its writer")
{
    const auto run = [&]() -> weft::task<> {
        for (int round = 0; round < 20; ++round) {
            auto [one, other] = co_await connected_pair();
            const auto read = [&, &from = one]() -> weft::task<std::error_code> {
                std::array<std::byte, 8> room;
                co_return co_await error_of(from.read_some(room));
            };
            const auto much = bytes(20'000'000, 1);  // more than the system takes
            const auto close = [&, &which = one]() -> weft::task<> {
                if (round % 2 == 0) co_await net_test::for_a_while();
                which.close();
                which.close();
            };
            const auto [from_read, from_write] =
                co_await weft::when_all(read(), error_of(one.write_all(much)), close());
            // One that begins after the end finds it closed already.
            for (const std::error_code e : {from_read, from_write}) {
                CHECK((e == std::errc::operation_canceled || (round % 2 != 0 && e == std::errc::bad_file_descriptor)));
            }
            CHECK(one.native_handle() == -1);
        }
    };
    weft::sync_wait(pool, run());
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

EACH_POOL("tcp: what is closed, or was never open, says so")
{
    const auto run = [&]() -> weft::task<> {
        auto [closed, other] = co_await connected_pair();
        closed.close();
        net::tcp_stream moved_from = std::move(other);
        net::tcp_stream never;
        std::array<std::byte, 8> room;
        const std::array<net::tcp_stream*, 3> all{&closed, &other, &never};
        for (net::tcp_stream* s : all) {
            CHECK(s->native_handle() == -1);
            CHECK_AWAITED((co_await error_of(s->read_some(room))) == std::errc::bad_file_descriptor);
            CHECK_AWAITED((co_await error_of(s->read_exact(room))) == std::errc::bad_file_descriptor);
            CHECK_AWAITED((co_await error_of(s->write_some(room))) == std::errc::bad_file_descriptor);
            CHECK_AWAITED((co_await error_of(s->write_all(room))) == std::errc::bad_file_descriptor);
            CHECK_THROWS_AS(s->shutdown_send(), std::system_error);
            CHECK_THROWS_AS(s->set_nodelay(true), std::system_error);
            CHECK_THROWS_AS(s->peer_endpoint(), std::system_error);
            s->close();
        }
        CHECK_AWAITED((co_await error_of(net::tcp_listener().accept())) == std::errc::bad_file_descriptor);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: a second reader is refused, the first goes on")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        auto first = pool.spawn(one.read_exact(room));
        co_await net_test::for_a_while();
        std::array<std::byte, 4> more;
        CHECK_AWAITED((co_await error_of(one.read_some(more))) == std::errc::device_or_resource_busy);
        co_await other.write_all("abcd");
        co_await std::move(first);
        CHECK(room[3] == std::byte{'d'});
        co_await other.write_all("e");
        CHECK_AWAITED(co_await one.read_some(more) == 1);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: a reader that is stopped loses nothing that comes later")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        for (std::size_t round = 0; round < test::scaled(400); ++round) {
            const auto read = [&, &from = one]() -> weft::task<std::size_t> {
                const auto n = co_await weft::with_timeout(from.read_some(std::span(room).first(1)),
                                                           std::chrono::microseconds(round % 200));
                co_return n.value_or(0);
            };
            const std::byte sent{static_cast<unsigned char>(round)};
            const auto write = [&, &to = other]() -> weft::task<> { co_await to.write_all(std::span(&sent, 1)); };
            const auto got = co_await weft::when_all(read(), write());
            if (got == 0) CHECK_AWAITED(co_await one.read_some(std::span(room).first(1)) == 1);
            CHECK(room[0] == sent);
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: stop ends a read, a write, an accept and what waits to be stopped before it begins")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        auto listener = net::tcp_listener::bind(loopback());
        const auto much = bytes(20'000'000, 1);
        std::array<std::byte, 4> room;
        int stopped = 0;
        const auto count = [&](auto t) -> weft::task<> { stopped += co_await is_stopped(std::move(t)) ? 1 : 0; };
        const auto all = [&, &s = one]() -> weft::task<> {
            co_await count(s.read_some(room));
            co_await count(s.write_all(much));
            co_await count(listener.accept());
        };
        const auto body = [&](weft::async_task_scope& scope) -> weft::task<> {
            scope.spawn(all());
            co_await net_test::for_a_while();
            scope.request_stop();
        };
        co_await weft::async_scope(body);
        CHECK(stopped == 3);
        co_await other.write_all("a");
        CHECK_AWAITED(co_await one.read_some(room) == 1);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: with_timeout gives a read up, and the stream can still be used")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        CHECK_AWAITED(!(co_await weft::with_timeout(one.read_some(room), 2ms)).has_value());
        CHECK_AWAITED(!(co_await weft::with_timeout(one.read_some(room), 0ms)).has_value());
        co_await other.write_all("ab");
        CHECK_AWAITED((co_await weft::with_timeout(one.read_some(room), 1h)).value() == 2);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: a peer that vanishes is an error, not a signal")
{
    const auto run = [&]() -> weft::task<> {
        std::array<std::byte, 4> room;
        auto [one, other] = co_await connected_pair();
        const auto vanish = [&, &which = other]() -> weft::task<> {
            co_await net_test::for_a_while();
            reset(which);
        };
        const auto error = co_await weft::when_all(error_of(one.read_some(room)), vanish());
        CHECK(error == std::errc::connection_reset);
        std::error_code later;
        for (int i = 0; i < 10 && !later; ++i) later = co_await error_of(one.write_all("x"));
        CHECK((later == std::errc::broken_pipe || later == std::errc::connection_reset));

        auto [writer, reader] = co_await connected_pair();
        const auto much = bytes(20'000'000, 1);
        const auto vanish_too = [&, &which = reader]() -> weft::task<> {
            co_await which.read_exact(room);
            reset(which);
        };
        const auto from_write = co_await weft::when_all(error_of(writer.write_all(much)), vanish_too());
        CHECK((from_write == std::errc::connection_reset || from_write == std::errc::broken_pipe));
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

EACH_POOL("tcp: a stream is moved while somebody reads from it")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        auto reading = pool.spawn(one.read_exact(room));
        co_await net_test::for_a_while();
        net::tcp_stream elsewhere = std::move(one);
        co_await other.write_all("abcd");
        co_await std::move(reading);
        CHECK(room[0] == std::byte{'a'});
        net::tcp_stream replaced;
        replaced = std::move(elsewhere);
        co_await other.write_all("e");
        CHECK_AWAITED(co_await replaced.read_some(room) == 1);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: an operation that is never awaited, or whose stream has gone, does no harm")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        {
            const auto dropped = one.read_some(room);
        }
        co_await other.write_all("ab");
        CHECK_AWAITED(co_await one.read_some(room) == 2);
        auto late = one.read_some(room);
        {
            const net::tcp_stream gone = std::move(one);
        }
        CHECK_AWAITED((co_await error_of(std::move(late))) == std::errc::operation_canceled);
        CHECK_AWAITED(co_await other.read_some(room) == 0);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: an operation is over when it has ended, though its task has a name")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        co_await other.write_all("ab");
        auto first = one.read_some(std::span(room).first(1));
        co_await std::move(first);
        auto second = one.read_some(room);
        CHECK_AWAITED(co_await std::move(second) == 1);
        auto written = one.write_all("c");
        co_await std::move(written);
        one.close();
        CHECK_AWAITED(co_await other.read_some(room) == 1);
        CHECK_AWAITED(co_await other.read_some(room) == 0);  // the end, though all of them have their names still
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: what comes behind urgent data is read")
{
    const auto run = [&]() -> weft::task<> {
        for (int round = 0; round < 20; ++round) {
            auto [one, other] = co_await connected_pair();
            const int fd = other.native_handle();
            CHECK(::send(fd, "abc", 3, 0) == 3);
            CHECK(::send(fd, "x", 1, MSG_OOB) == 1);
            CHECK(::send(fd, "def", 3, 0) == 3);
            if (round % 2 == 0) co_await net_test::for_a_while();
            const std::string got = co_await net_test::text_of(one, 6);
            CHECK(got == "abcdef");
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: a duplicate that is closed leaves nothing with the reactor")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        for (int round = 0; round < 5; ++round) {
            net::tcp_stream again = net::tcp_stream::from_native(::dup(one.native_handle()));
            CHECK_AWAITED(!(co_await weft::with_timeout(again.read_some(room), 1ms)).has_value());
        }
        co_await other.write_all("a");
        CHECK_AWAITED(co_await one.read_some(room) == 1);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: many connections at once")
{
    const std::size_t count = test::scaled(300);
    const auto run = [&]() -> weft::task<std::size_t> {
        auto listener = net::tcp_listener::bind(loopback());
        std::atomic<std::size_t> right = 0;
        const auto client = [&](std::uint32_t seed) -> weft::task<> {
            net::tcp_stream server = co_await net::tcp_stream::connect(listener.local_endpoint());
            for (std::uint32_t i = 0; i < 5; ++i) {
                if (co_await to_and_fro(server, bytes(1 + (seed * 37 + i * 1009) % 9000, seed + i))) ++right;
            }
        };
        const auto body = [&](weft::async_task_scope& scope) -> weft::task<> {
            for (std::size_t i = 0; i < count; ++i) scope.spawn(client(static_cast<std::uint32_t>(i)));
            for (std::size_t i = 0; i < count; ++i) scope.spawn(echo(co_await listener.accept()));
        };
        co_await weft::async_scope(body);
        co_return right.load();
    };
    CHECK(weft::sync_wait(pool, run()) == 5 * count);
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

EACH_POOL("tcp: an exception between two operations closes what it leaves")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        const auto fail = [](net::tcp_stream s) -> weft::task<> {
            co_await s.write_all("ab");
            throw std::runtime_error("enough");
        };
        bool threw = false;
        try {
            co_await fail(std::move(one));
        } catch (const std::runtime_error&) {
            threw = true;
        }
        CHECK(threw);
        std::array<std::byte, 4> room;
        CHECK_AWAITED(co_await other.read_some(room) == 2);
        CHECK_AWAITED(co_await other.read_some(room) == 0);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: loops and joins between two operations")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        auto echoing = pool.spawn(echo(std::move(other)));
        for (std::size_t i = 1; i <= 20; ++i) {
            std::vector<int> numbers(i * 1000);
            std::iota(numbers.begin(), numbers.end(), 1);
            const long sum = weft::par_iter(numbers).map([](int n) { return long{n}; }).sum();
            std::vector<std::byte> sent(sizeof sum);
            std::memcpy(sent.data(), &sum, sizeof sum);
            CHECK_AWAITED(co_await to_and_fro(one, sent));
        }
        one.close();
        co_await std::move(echoing);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("tcp: the pool's end stops who waits for a socket")
{
    const auto run = []() -> weft::task<std::pair<net::tcp_stream, net::tcp_stream>> { return connected_pair(); };
    auto [one, other] = weft::sync_wait(pool, run());
    std::array<std::byte, 4> room;
    std::atomic<bool> stopped = false;
    {
        weft::thread_pool inner({.num_threads = 2});
        const auto wait = [&, &from = one]() -> weft::task<> { stopped = co_await is_stopped(from.read_some(room)); };
        auto handle = inner.spawn(wait());
        std::this_thread::sleep_for(2ms);
    }
    CHECK(stopped);
    const auto later = [&, &from = one, &to = other]() -> weft::task<> {
        co_await to.write_all("a");
        CHECK_AWAITED(co_await from.read_some(room) == 1);
    };
    weft::sync_wait(pool, later());
}

EACH_POOL("tcp: a task that awaits in one pool is woken by the threads of another")
{
    weft::thread_pool second({.num_threads = 1});
    auto [one, other] = weft::sync_wait(pool, connected_pair());
    const auto pong = [&, &s = other]() -> weft::task<> {
        std::array<std::byte, 1> room;
        for (int i = 0; i < 200; ++i) {
            co_await s.read_exact(room);
            co_await s.write_all(room);
        }
    };
    auto there = second.spawn(pong());
    const auto ping = [&, &s = one]() -> weft::task<> {
        std::array<std::byte, 1> room{};
        for (int i = 0; i < 200; ++i) {
            room[0] = static_cast<std::byte>(i);
            co_await s.write_all(room);
            co_await s.read_exact(room);
            CHECK(room[0] == static_cast<std::byte>(i));
        }
    };
    weft::sync_wait(pool, ping());
    there.get();
}

EACH_POOL("tcp: clients that block, on threads of their own")
{
    auto listener = net::tcp_listener::bind(loopback());
    const auto serve = [&]() -> weft::task<> {
        const auto body = [&](weft::async_task_scope& scope) -> weft::task<> {
            for (int i = 0; i < 8; ++i) scope.spawn(echo_quietly(co_await listener.accept()));
        };
        co_await weft::async_scope(body);
    };
    auto serving = pool.spawn(serve());
    std::atomic<int> right = 0;
    test::run_threads(8, [&](std::size_t i) {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(listener.local_endpoint().port());
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bool good = ::connect(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
        for (std::uint32_t round = 0; good && round < 50; ++round) {
            const auto sent = bytes(1 + i * 131 + round, round);
            std::vector<std::byte> got(sent.size());
            good = ::send(fd, sent.data(), sent.size(), 0) == static_cast<ssize_t>(sent.size()) &&
                   ::recv(fd, got.data(), got.size(), MSG_WAITALL) == static_cast<ssize_t>(got.size()) && got == sent;
        }
        ::close(fd);
        if (good) ++right;
    });
    serving.get();
    CHECK(right == 8);
}

EACH_POOL("tcp: tasks that are waited for from many threads")
{
    std::atomic<int> right = 0;
    test::run_threads(12, [&](std::size_t i) {
        const auto run = [&]() -> weft::task<bool> {
            auto [one, other] = co_await connected_pair();
            auto echoing = pool.spawn(echo(std::move(other)));
            const bool good = co_await to_and_fro(one, bytes(1000 + i, static_cast<std::uint32_t>(i)));
            one.close();
            co_await std::move(echoing);
            co_return good;
        };
        for (int k = 0; k < 10; ++k) right += weft::sync_wait(pool, run()) ? 1 : 0;
    });
    CHECK(right == 120);
}
