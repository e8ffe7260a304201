// bench/net/clients.hpp - who asks the servers: by bare system calls, the same for all of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "net/sockets.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

inline constexpr std::size_t message_bytes = 64;

/// One connection, on which every call blocks.
class lone_client {
public:
    explicit lone_client(std::uint16_t port) : fd_(connect_to(port)) {}
    void round_trips(int count);

private:
    owned_fd fd_;
};

/// Many connections and one epoll descriptor. Each active one always has a message under way.
class crowd {
public:
    crowd() : poll_(make_poll()) {}
    void connect(std::uint16_t port, std::size_t count);
    /// So many in all, by `active` of the connections, which lie evenly among them.
    void round_trips(int total, std::size_t active);

private:
    static int make_poll();

    owned_fd poll_;
    std::vector<owned_fd> connections_;
};

/// A crowd in a process of its own: both ends of 10,000 connections are more descriptors than a process may have.
class crowd_process {
public:
    crowd_process();
    crowd_process(const crowd_process&) = delete;
    crowd_process& operator=(const crowd_process&) = delete;
    /// Closes all connections.
    ~crowd_process();

    void connect(std::uint16_t port, std::size_t count);
    /// Gives the seconds.
    double round_trips(int total, std::size_t active);

private:
    struct request;
    std::int64_t ask(const request& r) const;
    [[noreturn]] static void serve(int fd);

    owned_fd pipe_;
    pid_t child_ = -1;
};

/// Connects, waits until the server closes, and closes: without a trace, lest the ports run out.
void come_and_go(std::uint16_t port, int times);

/// Raises the limit of descriptors as far as is allowed; gives how many connections one end of which is here it allows.
std::size_t most_connections();

}  // namespace bench
