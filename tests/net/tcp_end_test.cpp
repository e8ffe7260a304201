// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

using namespace std::chrono_literals;
using net_test::bytes;
using net_test::connected_pair;
using net_test::error_of;
using net_test::is_stopped;
using net_test::loopback;
using net_test::reset;

EACH_POOL("tcp: to close a stream wakes its reader and its writer")
{
    const auto run = [&]() -> weft::task<> {
        for (int round = 0; round < 20; ++round) {
            auto [one, other] = co_await connected_pair();
            std::array<std::byte, 8> room;
            const auto much = bytes(20'000'000, 1);  // more than the system takes
            const auto close = [&, &which = one]() -> weft::task<> {
                if (round % 2 == 0) co_await net_test::for_a_while();
                which.close();
                which.close();
            };
            // Both have begun when they are called: in what follows they wait, or are about to.
            const auto [from_read, from_write] =
                co_await weft::when_all(error_of(one.read_some(room)), error_of(one.write_all(much)), close());
            CHECK(from_read == std::errc::operation_canceled);
            CHECK(from_write == std::errc::operation_canceled);
            CHECK(one.native_handle() == -1);
        }
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
