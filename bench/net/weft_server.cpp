// bench/net/weft_server.cpp - the server on weft: a task for each connection.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/servers.hpp"

#include <weft/async/async.hpp>
#include <weft/net/net.hpp>
#include <weft/pool/thread_pool.hpp>

#include <array>
#include <span>
#include <system_error>
#include <utility>

namespace bench {
namespace {

namespace net = weft::net;

weft::task<> echo(net::tcp_stream peer)
{
    std::array<std::byte, buffer_bytes> buffer;
    try {
        while (const std::size_t n = co_await peer.read_some(buffer)) {
            co_await peer.write_all(std::span<const std::byte>(buffer.data(), n));
        }
    } catch (const std::system_error&) {  // the other side is gone: so is this one
    }
}

class weft_server final : public server {
public:
    /// A pool of its own: those of other benchmarks would take turns with it at waiting for the system.
    weft_server(int threads, service what)
        : pool_(weft::pool_options{.num_threads = static_cast<std::size_t>(threads)}),
          listener_(net::tcp_listener::bind(net::endpoint("127.0.0.1", 0), {.backlog = 4096})),
          port_(listener_.local_endpoint().port()),
          served_(pool_.spawn(serve(what)))
    {
    }
    ~weft_server() override
    {
        listener_.close();
        served_.get();
    }
    [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }

private:
    weft::task<> serve(service what)
    {
        const auto body = [this, what](weft::async_task_scope& connections) -> weft::task<> {
            try {
                for (;;) {
                    net::tcp_stream peer = co_await listener_.accept();
                    if (what == service::echo) connections.spawn(echo(std::move(peer)));
                }
            } catch (const std::system_error&) {  // the listener has been closed
            }
        };
        co_await weft::async_scope(body);
    }

    weft::thread_pool pool_;
    net::tcp_listener listener_;
    std::uint16_t port_;
    weft::join_handle<void> served_;
};

}  // namespace

std::unique_ptr<server> make_weft_server(int threads, service what)
{
    return std::make_unique<weft_server>(threads, what);
}

}  // namespace bench
