// bench/net/epoll_server.cpp - the server by hand: an epoll descriptor a thread, and three system calls an echo.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/servers.hpp"
#include "net/sockets.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <atomic>
#include <thread>

namespace bench {
namespace {

class epoll_server final : public server {
public:
    epoll_server(int threads, service what)
        : what_(what),
          listener_(listen_at_loopback(SOCK_NONBLOCK)),
          bell_(checked(::eventfd(0, EFD_CLOEXEC), "eventfd"))
    {
        for (int i = 0; i < threads; ++i) {
            polls_.emplace_back(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"));
            watch(polls_.back().get(), bell_.get(), EPOLLIN | EPOLLET);
        }
        watch(polls_.front().get(), listener_.get(), EPOLLIN);
        for (const owned_fd& poll : polls_) threads_.emplace_back([this, fd = poll.get()] { run(fd); });
    }
    ~epoll_server() override
    {
        ends_.store(true);
        ring();
        threads_.clear();
    }
    [[nodiscard]] std::uint16_t port() const noexcept override { return port_of(listener_.get()); }

private:
    static void watch(int poll, int fd, std::uint32_t events)
    {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        checked(::epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    }
    void ring() const
    {
        const std::uint64_t one = 1;
        checked(static_cast<int>(::write(bell_.get(), &one, sizeof one)), "write");
    }

    void run(int poll)
    {
        constexpr int most = 128;
        epoll_event events[most];
        while (!ends_.load(std::memory_order_relaxed) || open_.load() != 0) {
            const int n = ::epoll_wait(poll, events, most, -1);
            for (int i = 0; i < n; ++i) {
                const int fd = events[i].data.fd;
                if (fd == listener_.get()) {
                    accept_all();
                } else if (fd != bell_.get()) {
                    answer(fd);
                }
            }
        }
    }
    /// The threads get one in turn.
    void accept_all()
    {
        for (;;) {
            const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0) return;
            if (what_ == service::close_at_once) {
                ::close(fd);
            } else {
                open_.fetch_add(1);
                watch(polls_[next_++ % polls_.size()].get(), fd, EPOLLIN);
            }
        }
    }
    void answer(int fd)
    {
        char buffer[buffer_bytes];
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EAGAIN) return;
        // What does not go at once would have to wait: 64 bytes do.
        if (n > 0 && ::write(fd, buffer, static_cast<std::size_t>(n)) == n) return;
        ::close(fd);
        if (open_.fetch_sub(1) == 1 && ends_.load()) ring();
    }

    const service what_;
    owned_fd listener_;
    owned_fd bell_;
    std::vector<owned_fd> polls_;
    std::size_t next_ = 0;
    std::atomic<int> open_{0};
    std::atomic<bool> ends_{false};
    std::vector<std::jthread> threads_;
};

}  // namespace

std::unique_ptr<server> make_epoll_server(int threads, service what)
{
    return std::make_unique<epoll_server>(threads, what);
}

}  // namespace bench
