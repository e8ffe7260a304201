// bench/net/http/asio_files.cpp - the file server of examples/net/http_files.cpp on Asio, by callbacks.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     http_asio FOLDER THREADS    serves at a free port of the loopback, which it prints, until it is killed
//
// A context for each thread, which needs no locks, and connections dealt to them. Requests, names, files and heads are handled by
// the same functions; the answer's head and the file go out in one call; a client has ten seconds for each request. It neither
// compresses nor knows ranges, which the clients do not ask for.
#include "net/http_file.hpp"
#include "net/http_message.hpp"

#define ASIO_STANDALONE
#define ASIO_NO_DEPRECATED
#include <asio.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using asio::ip::tcp;

class session : public std::enable_shared_from_this<session> {
public:
    session(tcp::socket socket, int folder)
        : socket_(std::move(socket)), timer_(socket_.get_executor()), folder_(folder)
    {
    }

    void read()
    {
        timer_.expires_after(std::chrono::seconds(10));
        timer_.async_wait([self = shared_from_this()](std::error_code error) {
            if (!error) self->socket_.close(error);
        });
        asio::async_read_until(socket_, asio::dynamic_buffer(come_), "\r\n\r\n",
                               [self = shared_from_this()](std::error_code error, std::size_t n) {
                                   self->timer_.cancel();
                                   if (!error) self->answer(n);
                               });
    }

private:
    void answer(std::size_t n)
    {
        constexpr std::size_t mark = 4;
        const auto request = http::parse_request(std::string_view(come_).substr(0, n - mark));
        come_.erase(0, n);
        const auto path = request ? http::path_of(request->target) : std::nullopt;
        if (!path || request->method != "GET") return;
        keeps_alive_ = request->keeps_alive;
        const auto found = http::open_below(folder_, *path, http::patience::may_block);
        if (found->file.fd() < 0) {
            head_ = http::answer("404 Not Found", keeps_alive_, "there is no such file\n");
            body_.clear();
        } else {
            std::string lines = "Accept-Ranges: bytes\r\nContent-Type: ";
            const http::file_type type = http::type_of(*path);
            lines.append(type.name).append("\r\n");
            if (type.is_compressible) lines += "Vary: Accept-Encoding\r\n";
            head_ = http::answer_head("200 OK", keeps_alive_, found->size, lines);
            body_.resize(found->size);
            if (http::read_at(found->file, body_, 0, http::patience::may_block) != found->size) return;
        }
        const std::array<asio::const_buffer, 2> both{asio::buffer(head_), asio::buffer(body_)};
        asio::async_write(socket_, both, [self = shared_from_this()](std::error_code error, std::size_t) {
            if (!error && self->keeps_alive_) self->read();
        });
    }

    tcp::socket socket_;
    asio::steady_timer timer_;
    int folder_;
    bool keeps_alive_ = true;
    std::string come_;
    std::string head_;
    std::vector<std::byte> body_;
};

class server {
public:
    server(int threads, int folder) : folder_(folder)
    {
        for (int i = 0; i < threads; ++i) {
            contexts_.push_back(std::make_unique<asio::io_context>(1));
            held_.emplace_back(contexts_.back()->get_executor());
        }
        acceptor_ =
            std::make_unique<tcp::acceptor>(*contexts_.front(), tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        accept();
    }
    [[nodiscard]] unsigned port() const { return acceptor_->local_endpoint().port(); }
    void run()
    {
        std::vector<std::jthread> threads;
        for (const auto& context : contexts_) threads.emplace_back([&at = *context] { at.run(); });
    }

private:
    void accept()
    {
        asio::io_context& to = *contexts_[next_++ % contexts_.size()];
        acceptor_->async_accept(to, [this, &to](std::error_code error, tcp::socket socket) {
            if (error) return;
            socket.set_option(tcp::no_delay(true), error);
            asio::dispatch(to, [made = std::make_shared<session>(std::move(socket), folder_)] { made->read(); });
            accept();
        });
    }

    int folder_;
    std::vector<std::unique_ptr<asio::io_context>> contexts_;
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> held_;
    std::unique_ptr<tcp::acceptor> acceptor_;
    std::size_t next_ = 0;
};

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 3) return EXIT_FAILURE;
    const int folder = ::open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return EXIT_FAILURE;
    server all(std::atoi(argv[2]), folder);
    std::printf("listening at http://127.0.0.1:%u/\n", all.port());
    std::fflush(stdout);
    all.run();
}
