// bench/net/asio_server.cpp - the server on Asio, by callbacks, which are faster than its coroutines.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A context for each thread, which needs no locks, and connections dealt to them; or, as "shared", one context for all
// threads, so that whoever is free takes what comes, as in weft.
#include "net/servers.hpp"

#define ASIO_STANDALONE
#define ASIO_NO_DEPRECATED
#include <asio.hpp>

#include <array>
#include <thread>

namespace bench {
namespace {

using asio::ip::tcp;

class session : public std::enable_shared_from_this<session> {
public:
    explicit session(tcp::socket socket) noexcept : socket_(std::move(socket)) {}

    void read()
    {
        socket_.async_read_some(asio::buffer(buffer_),
                                [self = shared_from_this()](std::error_code error, std::size_t n) {
                                    if (!error) self->write(n);
                                });
    }

private:
    void write(std::size_t n)
    {
        asio::async_write(socket_, asio::buffer(buffer_, n),
                          [self = shared_from_this()](std::error_code error, std::size_t) {
                              if (!error) self->read();
                          });
    }

    tcp::socket socket_;
    std::array<char, buffer_bytes> buffer_;
};

class asio_server final : public server {
public:
    asio_server(int threads, service what, bool is_shared) : what_(what)
    {
        for (int i = 0; i < (is_shared ? 1 : threads); ++i) {
            contexts_.push_back(std::make_unique<asio::io_context>(is_shared ? threads : 1));
            held_.emplace_back(contexts_.back()->get_executor());
        }
        acceptor_ =
            std::make_unique<tcp::acceptor>(*contexts_.front(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        port_ = acceptor_->local_endpoint().port();
        accept();
        for (int i = 0; i < threads; ++i) {
            threads_.emplace_back([&at = *contexts_[static_cast<std::size_t>(i) % contexts_.size()]] { at.run(); });
        }
    }
    ~asio_server() override
    {
        asio::post(*contexts_.front(), [this] { acceptor_->close(); });
        held_.clear();  // each context ends with what it has to do
        threads_.clear();
    }
    [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }

private:
    void accept()
    {
        asio::io_context& to = *contexts_[next_++ % contexts_.size()];
        acceptor_->async_accept(to, [this, &to](std::error_code error, tcp::socket socket) {
            if (error) return;
            if (what_ == service::echo) {
                asio::dispatch(to, [made = std::make_shared<session>(std::move(socket))] { made->read(); });
            } else {
                socket.close(error);
            }
            accept();
        });
    }

    const service what_;
    std::vector<std::unique_ptr<asio::io_context>> contexts_;
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> held_;
    std::unique_ptr<tcp::acceptor> acceptor_;
    std::uint16_t port_ = 0;
    std::size_t next_ = 0;
    std::vector<std::jthread> threads_;
};

}  // namespace

std::unique_ptr<server> make_asio_server(int threads, service what)
{
    return std::make_unique<asio_server>(threads, what, false);
}

std::unique_ptr<server> make_asio_shared_server(int threads, service what)
{
    return std::make_unique<asio_server>(threads, what, true);
}

}  // namespace bench
