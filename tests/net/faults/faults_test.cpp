// SPDX-License-Identifier: MIT OR Apache-2.0
#include "../net_pools.hpp"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

#include "system_calls.hpp"

using net_faults::call;
using net_faults::fail;
using net_faults::stop_failing;
using net_test::bytes;
using net_test::connected_pair;
using net_test::error_of;
using net_test::loopback;
using net_test::open_descriptors;

namespace {

/// The error that `f()` throws; none if it does not.
template <class F>
std::error_code thrown_by(F&& f)
{
    try {
        f();
    } catch (const std::system_error& e) {
        return e.code();
    }
    return {};
}

constexpr int many = 1000;

}  // namespace

EACH_POOL("net faults: interrupted calls are made again")
{
    const auto run = [&]() -> weft::task<> {
        for (const call c : {call::recv, call::send, call::sendmsg, call::epoll_wait}) fail(c, EINTR, many);
        auto [one, other] = co_await connected_pair();
        const auto sent = bytes(100'000, 1);
        std::vector<std::byte> got(sent.size());
        co_await weft::when_all(one.write_all(sent), other.read_exact(got));
        CHECK(got == sent);
        const std::array<std::span<const std::byte>, 2> parts{std::span(sent).first(10), std::span(sent).last(20)};
        co_await weft::when_all(one.write_all(std::span<const std::span<const std::byte>>(parts)),
                                other.read_exact(std::span(got).first(30)));
        CHECK(stop_failing(call::recv) == 0);
        CHECK(stop_failing(call::send) == 0);
        CHECK(stop_failing(call::sendmsg) == 0);
        static_cast<void>(stop_failing(call::epoll_wait));

        fail(call::accept4, EINTR, many);
        static_cast<void>(co_await connected_pair());
        CHECK(stop_failing(call::accept4) == 0);

        auto u = net::udp_socket::bind(loopback());
        fail(call::sendto, EINTR, many);
        fail(call::recvfrom, EINTR, many);
        co_await u.send_to(bytes(3, 1), u.local_endpoint());
        const auto m = co_await u.recv_from(got);
        CHECK(m.size == 3);
        CHECK(stop_failing(call::sendto) == 0);
        CHECK(stop_failing(call::recvfrom) == 0);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("net faults: what a read or a write fails with is thrown, and the next one works")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        std::array<std::byte, 4> room;
        for (const int error : {ECONNRESET, ETIMEDOUT, ENOMEM, ENOBUFS, ENOTCONN, EBADF, EFAULT, EINVAL, EIO, EPIPE,
                                EHOSTUNREACH, ENETDOWN}) {
            fail(call::recv, error);
            const auto from_read = co_await error_of(one.read_some(room));
            CHECK(from_read == std::error_code(error, std::system_category()));
            fail(call::recv, error);
            const auto from_exact = co_await error_of(one.read_exact(room));
            CHECK(from_exact.value() == error);
            fail(call::send, error);
            const auto from_write = co_await error_of(one.write_some(room));
            CHECK(from_write.value() == error);
            fail(call::send, error);
            const auto from_all = co_await error_of(one.write_all(room));
            CHECK(from_all.value() == error);
            fail(call::sendmsg, error);
            const std::array<std::span<const std::byte>, 1> parts{room};
            const auto from_parts =
                co_await error_of(one.write_all(std::span<const std::span<const std::byte>>(parts)));
            CHECK(from_parts.value() == error);
            co_await weft::when_all(other.write_all("abcd"), one.read_exact(room));
            CHECK(room[3] == std::byte{'d'});
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("net faults: calls that find nothing wait for the next event")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = co_await connected_pair();
        other.set_nodelay(true);
        std::array<std::byte, 2> room;
        for (std::size_t round = 0; round < test::scaled(200); ++round) {
            fail(call::recv, EAGAIN);
            const auto send = [&, &to = other]() -> weft::task<> {
                co_await to.write_all("a");
                co_await net_test::for_a_while();
                co_await to.write_all("b");
            };
            co_await weft::when_all(send(), one.read_exact(room));
            CHECK(room[1] == std::byte{'b'});
        }
        static_cast<void>(stop_failing(call::recv));
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("net faults: accept passes over connections that have failed, and waits for descriptors")
{
    const auto run = [&]() -> weft::task<> {
        auto listener = net::tcp_listener::bind(loopback());
        for (const int error : {ECONNABORTED, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH,
                                ENETDOWN, EPERM, EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
            fail(call::accept4, error, 2);
            auto [a, b] =
                co_await weft::when_all(net::tcp_stream::connect(listener.local_endpoint()), listener.accept());
            co_await a.write_all("a");
            std::array<std::byte, 1> room;
            co_await b.read_exact(room);
            CHECK(stop_failing(call::accept4) == 0);
        }
        for (const int error : {EINVAL, EOPNOTSUPP, EFAULT}) {
            fail(call::accept4, error);
            const auto thrown = co_await error_of(listener.accept());
            CHECK(thrown.value() == error);
        }
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("net faults: connect by name tries one address after the other, and throws the last one's error")
{
    const auto run = [&]() -> weft::task<> {
        const auto all = co_await net::resolve("localhost", "");
        // Takes IPv4 and IPv6, where there is that.
        auto listener = net::tcp_listener::bind(net::endpoint(all.back().is_v6() ? "::" : "0.0.0.0", 0));
        const std::uint16_t port = listener.local_endpoint().port();
        const int count = static_cast<int>(all.size());
        const std::size_t before = open_descriptors();
        fail(call::connect, ENETUNREACH, count - 1);
        auto [one, other] = co_await weft::when_all(net::tcp_stream::connect("localhost", port), listener.accept());
        CHECK(stop_failing(call::connect) == 0);
        CHECK(one.peer_endpoint() == all.back().with_port(port));
        one.close();
        other.close();
        fail(call::connect, ENETUNREACH, count);
        const auto thrown = co_await error_of(net::tcp_stream::connect("localhost", port));
        CHECK(thrown == std::errc::network_unreachable);
        CHECK(stop_failing(call::connect) == 0);
        CHECK(open_descriptors() == before);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("net faults: connect throws what the system says, and leaves no descriptor behind")
{
    const auto run = [&]() -> weft::task<> {
        auto listener = net::tcp_listener::bind(loopback());
        static_cast<void>(co_await error_of(net::tcp_stream::connect(listener.local_endpoint())));
        static_cast<void>(co_await listener.accept());
        const std::size_t before = open_descriptors();
        for (const int error : {EADDRNOTAVAIL, ENETUNREACH, ECONNREFUSED, ETIMEDOUT, EACCES, EAGAIN, ENOMEM}) {
            fail(call::connect, error);
            const auto thrown = co_await error_of(net::tcp_stream::connect(listener.local_endpoint()));
            CHECK(thrown.value() == error);
        }
        for (const int error : {EMFILE, ENFILE, ENOBUFS, EACCES}) {
            fail(call::socket, error);
            const auto thrown = co_await error_of(net::tcp_stream::connect(listener.local_endpoint()));
            CHECK(thrown.value() == error);
            fail(call::getsockopt, error);
            const auto later = co_await error_of(net::tcp_stream::connect(listener.local_endpoint()));
            static_cast<void>(stop_failing(call::getsockopt));
            CHECK((!later || later.value() == error));  // the loopback may connect at once
        }
        CHECK(open_descriptors() == before);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("net faults: a reactor that cannot watch one more says so, and the stream works later")
{
    const auto run = [&]() -> weft::task<> {
        for (const int error : {ENOSPC, ENOMEM}) {
            auto [one, other] = co_await connected_pair();
            std::array<std::byte, 1> room;
            fail(call::epoll_ctl, error);
            const auto thrown = co_await error_of(one.read_some(room));
            CHECK(thrown.value() == error);
            co_await weft::when_all(one.read_exact(room), other.write_all("a"));
            CHECK(room[0] == std::byte{'a'});
        }
    };
    weft::sync_wait(pool, run());
}

TEST_CASE("net faults: what makes sockets throws the system's error, and leaves nothing behind")
{
    static_cast<void>(net::tcp_listener::bind(loopback()));
    const std::size_t before = open_descriptors();
    const auto refuses = [](call which, int error, auto&& make) {
        fail(which, error);
        const std::error_code thrown = thrown_by(make);
        CHECK(thrown.value() == error);
        CHECK(stop_failing(which) == 0);
    };
    const auto listen = [] { static_cast<void>(net::tcp_listener::bind(loopback())); };
    const auto udp = [] { static_cast<void>(net::udp_socket::bind(loopback())); };
    for (const int error : {EMFILE, ENFILE, ENOBUFS, EACCES, EAFNOSUPPORT}) {
        refuses(call::socket, error, listen);
        refuses(call::socket, error, udp);
        refuses(call::socketpair, error, [] { static_cast<void>(net::unix_stream::pair()); });
    }
    for (const int error : {EADDRINUSE, EACCES, EADDRNOTAVAIL, EINVAL}) {
        refuses(call::bind, error, listen);
        refuses(call::bind, error, udp);
        refuses(call::listen, error, listen);
        refuses(call::setsockopt, error, listen);
    }
    for (const int error : {EMFILE, ENFILE, ENOMEM}) {
        refuses(call::eventfd, error, [] { const net::signal_set set{SIGUSR1}; });
    }
    CHECK(open_descriptors() == before);
}

EACH_POOL("net faults: readable throws what poll says")
{
    const auto run = [&]() -> weft::task<> {
        fail(call::poll, ENOMEM);
        const auto thrown = co_await error_of(net::readable(0));
        CHECK(thrown.value() == ENOMEM);
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        CHECK(::write(ends[1], "a", 1) == 1);
        fail(call::poll, EINTR, 1);
        co_await net::readable(ends[0]);
        ::close(ends[0]);
        ::close(ends[1]);
    };
    weft::sync_wait(pool, run());
}
