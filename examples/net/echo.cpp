// examples/net/echo.cpp - a server that sends back what it gets, one task a connection, until Ctrl-C; and a client.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     echo PORT    serves at that port of the loopback, until Ctrl-C
//     echo         serves itself for a moment, and stops itself by the same signal
//
// The scope ends when its tasks have: after the signal no connection is taken any more, and those that are open are asked
// to stop. Nothing is left behind.
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

namespace net = weft::net;

weft::task<> echo(net::tcp_stream peer)
{
    std::array<std::byte, 4096> buffer;
    try {
        while (const std::size_t n = co_await peer.read_some(buffer)) {
            co_await peer.write_all(std::span<const std::byte>(buffer.data(), n));
        }
    } catch (const std::system_error&) {  // the other side is gone: so is this one
    }
}

weft::task<> serve(net::tcp_listener& listener)
{
    net::signal_set stop{SIGINT, SIGTERM};
    const auto body = [&](weft::async_task_scope& connections) -> weft::task<> {
        const auto accept_all = [&]() -> weft::task<> {
            for (;;) connections.spawn(echo(co_await listener.accept()));
        };
        static_cast<void>(co_await weft::when_any(accept_all(), stop.next()));
        connections.request_stop();
    };
    co_await weft::async_scope(body);
}

weft::task<bool> ask(net::endpoint at, std::string_view text)
{
    net::tcp_stream server = co_await net::tcp_stream::connect(at);
    co_await server.write_all(text);
    std::string answer(text.size(), '\0');
    co_await server.read_exact(std::as_writable_bytes(std::span<char>(answer)));
    co_return answer == text;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
        auto listener = net::tcp_listener::bind(net::endpoint("127.0.0.1", port));
        std::printf("listening at %s\n", listener.local_endpoint().to_string().c_str());
        if (argc > 1) {
            weft::sync_wait(serve(listener));
            return EXIT_SUCCESS;
        }
        const auto client = [&]() -> weft::task<bool> {
            bool right = true;
            for (const std::string_view text : {"hello", "a", "the same again"}) {
                right = co_await ask(listener.local_endpoint(), text) && right;
            }
            ::kill(::getpid(), SIGTERM);  // to the process: the threads of a pool take no signals
            co_return right;
        };
        const auto both = [&]() -> weft::task<bool> {
            const auto result = co_await weft::when_all(serve(listener), client());
            co_return result;
        };
        const bool right = weft::sync_wait(both());
        std::printf("%s\n", right ? "every answer was right" : "a wrong answer");
        return right ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
