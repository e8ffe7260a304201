// bench/net/uv_server.cpp - the server on libuv: a loop for each thread, and connections dealt to them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/servers.hpp"
#include "net/sockets.hpp"

#include <uv.h>

#include <fcntl.h>

#include <mutex>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

void require(int status, const char* what)
{
    if (status < 0) throw std::runtime_error(std::string(what) + ": " + uv_strerror(status));
}

/// A connection; destroyed by the loop.
struct session {
    uv_tcp_t socket;
    char buffer[buffer_bytes];

    explicit session(uv_loop_t* loop)
    {
        uv_tcp_init(loop, &socket);
        socket.data = this;
    }
    [[nodiscard]] uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&socket); }
    static session& of(void* handle) noexcept
    {
        return *static_cast<session*>(static_cast<uv_handle_t*>(handle)->data);
    }

    void close()
    {
        uv_close(reinterpret_cast<uv_handle_t*>(&socket), [](uv_handle_t* h) { delete &of(h); });
    }
    void start()
    {
        const auto give_buffer = [](uv_handle_t* h, std::size_t, uv_buf_t* out) {
            *out = uv_buf_init(of(h).buffer, buffer_bytes);
        };
        const auto got = [](uv_stream_t* s, ssize_t n, const uv_buf_t*) {
            if (n == 0) return;
            uv_buf_t piece = uv_buf_init(of(s).buffer, static_cast<unsigned>(n > 0 ? n : 0));
            // What does not go at once would need a uv_write_t: 64 bytes do.
            if (n < 0 || uv_try_write(s, &piece, 1) != n) of(s).close();
        };
        uv_read_start(stream(), give_buffer, got);
    }
};

class uv_server;

/// A thread's loop, and what other threads have for it.
struct uv_thread {
    uv_server* server = nullptr;
    uv_loop_t loop;
    uv_async_t bell;
    std::mutex lock;
    std::vector<int> dealt;
    bool ends = false;
    std::jthread thread;

    void tell(int fd)
    {
        {
            const std::lock_guard hold(lock);
            if (fd >= 0) {
                dealt.push_back(fd);
            } else {
                ends = true;
            }
        }
        uv_async_send(&bell);
    }
};

class uv_server final : public server {
public:
    uv_server(int threads, service what) : what_(what)
    {
        for (int i = 0; i < threads; ++i) {
            auto& t = *threads_.emplace_back(std::make_unique<uv_thread>());
            t.server = this;
            require(uv_loop_init(&t.loop), "uv_loop_init");
            require(
                uv_async_init(&t.loop, &t.bell, [](uv_async_t* bell) { hear(*static_cast<uv_thread*>(bell->data)); }),
                "uv_async_init");
            t.bell.data = &t;
        }
        constexpr int backlog = 4096;
        const sockaddr_in at = loopback(0);
        require(uv_tcp_init(&threads_.front()->loop, &listener_), "uv_tcp_init");
        listener_.data = this;
        require(uv_tcp_bind(&listener_, reinterpret_cast<const sockaddr*>(&at), 0), "uv_tcp_bind");
        require(uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), backlog,
                          [](uv_stream_t* s, int) { static_cast<uv_server*>(s->data)->accept(); }),
                "uv_listen");
        uv_os_fd_t fd = -1;
        uv_fileno(reinterpret_cast<uv_handle_t*>(&listener_), &fd);
        port_ = port_of(fd);
        for (const auto& t : threads_) {
            t->thread = std::jthread([&loop = t->loop] {
                uv_run(&loop, UV_RUN_DEFAULT);
                uv_loop_close(&loop);
            });
        }
    }
    ~uv_server() override
    {
        for (const auto& t : threads_) t->tell(-1);
    }
    [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }

private:
    void accept()
    {
        auto* const fresh = new session(&threads_.front()->loop);
        if (uv_accept(reinterpret_cast<uv_stream_t*>(&listener_), fresh->stream()) < 0 ||
            what_ == service::close_at_once)
            return fresh->close();
        uv_thread& to = *threads_[next_++ % threads_.size()];
        if (&to == threads_.front().get()) return fresh->start();
        // A handle stays with its loop: the other one gets a descriptor of its own.
        uv_os_fd_t fd = -1;
        uv_fileno(reinterpret_cast<uv_handle_t*>(&fresh->socket), &fd);
        to.tell(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
        fresh->close();
    }
    static void hear(uv_thread& me)
    {
        std::vector<int> dealt;
        bool ends = false;
        {
            const std::lock_guard hold(me.lock);
            dealt.swap(me.dealt);
            ends = me.ends;
        }
        for (const int fd : dealt) {
            auto* const fresh = new session(&me.loop);
            uv_tcp_open(&fresh->socket, fd);
            fresh->start();
        }
        if (!ends) return;
        uv_close(reinterpret_cast<uv_handle_t*>(&me.bell), nullptr);
        if (&me == me.server->threads_.front().get())
            uv_close(reinterpret_cast<uv_handle_t*>(&me.server->listener_), nullptr);
    }

    const service what_;
    uv_tcp_t listener_;
    std::uint16_t port_ = 0;
    std::size_t next_ = 0;
    std::vector<std::unique_ptr<uv_thread>> threads_;
};

}  // namespace

std::unique_ptr<server> make_uv_server(int threads, service what) { return std::make_unique<uv_server>(threads, what); }

}  // namespace bench
