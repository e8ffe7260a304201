// bench/net/clients.cpp - who asks the servers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/clients.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace bench {
namespace {

void send_message(int fd)
{
    static const char message[message_bytes] = {};
    if (::send(fd, message, sizeof message, MSG_NOSIGNAL) != static_cast<ssize_t>(sizeof message))
        throw std::runtime_error("a message did not go");
}

/// Reads a part of an answer; gives what is missing of it now.
std::size_t read_answer(int fd, std::size_t missing)
{
    char answer[message_bytes];
    const ssize_t n = ::recv(fd, answer, missing, 0);
    if (n <= 0) throw std::runtime_error("the server is gone");
    return missing - static_cast<std::size_t>(n);
}

}  // namespace

void lone_client::round_trips(int count)
{
    for (int i = 0; i < count; ++i) {
        send_message(fd_.get());
        for (std::size_t missing = message_bytes; missing != 0;) missing = read_answer(fd_.get(), missing);
    }
}

int crowd::make_poll() { return checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1"); }

void crowd::connect(std::uint16_t port, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i) {
        connections_.push_back(connect_to(port));
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = connections_.back().get();
        checked(::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, event.data.fd, &event), "epoll_ctl");
    }
}

void crowd::round_trips(int total, std::size_t active)
{
    constexpr int most = 128;
    const std::size_t step = std::max<std::size_t>(1, connections_.size() / active);
    int to_send = total;
    for (std::size_t i = 0; i < active && to_send > 0; ++i, --to_send) send_message(connections_[i * step].get());
    epoll_event events[most];
    for (int to_come = total; to_come > 0;) {
        const int n = ::epoll_wait(poll_.get(), events, most, -1);
        for (int i = 0; i < n; ++i) {
            // 64 bytes that were written at once come at once, on the loopback.
            if (read_answer(events[i].data.fd, message_bytes) != 0) throw std::runtime_error("half an answer");
            --to_come;
            if (to_send <= 0) continue;
            send_message(events[i].data.fd);
            --to_send;
        }
    }
}

struct crowd_process::request {
    std::uint16_t port;  ///< 0: round trips
    std::size_t connections;
    int total;
};

crowd_process::crowd_process()
{
    int ends[2];
    checked(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "socketpair");
    pipe_ = owned_fd(ends[0]);
    const owned_fd other(ends[1]);
    child_ = checked(::fork(), "fork");
    if (child_ != 0) return;
    ::close(ends[0]);
    serve(ends[1]);
}

crowd_process::~crowd_process()
{
    pipe_ = owned_fd();
    ::waitpid(child_, nullptr, 0);
}

void crowd_process::serve(int fd)
{
    {
        crowd all;
        request r{};
        try {
            while (::read(fd, &r, sizeof r) == static_cast<ssize_t>(sizeof r)) {
                const auto began = std::chrono::steady_clock::now();
                r.port != 0 ? all.connect(r.port, r.connections) : all.round_trips(r.total, r.connections);
                const std::int64_t took = (std::chrono::steady_clock::now() - began).count();
                checked(static_cast<int>(::write(fd, &took, sizeof took)), "write");
            }
        } catch (const std::exception& e) {
            std::fprintf(stderr, "the crowd: %s\n", e.what());
        }
    }
    ::_exit(0);  // nothing else in here is this process's
}

std::int64_t crowd_process::ask(const request& r) const
{
    std::int64_t took = 0;
    if (::write(pipe_.get(), &r, sizeof r) != static_cast<ssize_t>(sizeof r) ||
        ::read(pipe_.get(), &took, sizeof took) != static_cast<ssize_t>(sizeof took))
        throw std::runtime_error("the process of the clients is gone");
    return took;
}

void crowd_process::connect(std::uint16_t port, std::size_t count) { ask({port, count, 0}); }

double crowd_process::round_trips(int total, std::size_t active)
{
    constexpr double nanosecond = 1e-9;
    return static_cast<double>(ask({0, active, total})) * nanosecond;
}

void come_and_go(std::uint16_t port, int times)
{
    for (int i = 0; i < times; ++i) {
        const owned_fd fd = connect_to(port);
        char nothing = 0;
        if (::recv(fd.get(), &nothing, 1, 0) > 0) throw std::runtime_error("an answer from a server that closes");
        const linger at_once{1, 0};
        checked(::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), "setsockopt");
    }
}

std::size_t most_connections()
{
    constexpr std::size_t for_other_things = 100;
    rlimit limit{};
    checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    return std::max<std::size_t>(limit.rlim_cur, 2 * for_other_things) - for_other_things;
}

}  // namespace bench
