// bench/net/sockets.hpp - the system's sockets, for the clients and the servers by hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace bench {

/// Throws unless `result` is what a call gives that has succeeded.
inline int checked(int result, const char* what)
{
    if (result < 0) throw std::system_error(errno, std::system_category(), what);
    return result;
}

/// Owns a descriptor.
class owned_fd {
public:
    owned_fd() = default;
    explicit owned_fd(int fd) noexcept : fd_(fd) {}
    owned_fd(owned_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    owned_fd& operator=(owned_fd&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~owned_fd()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_ = -1;
};

inline sockaddr_in loopback(std::uint16_t port) noexcept
{
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    return at;
}

/// Listens at a free port; `flags` as SOCK_NONBLOCK.
inline owned_fd listen_at_loopback(int flags)
{
    constexpr int backlog = 4096;
    owned_fd fd(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket"));
    const sockaddr_in at = loopback(0);
    checked(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), "bind");
    checked(::listen(fd.get(), backlog), "listen");
    return fd;
}

inline std::uint16_t port_of(int fd)
{
    sockaddr_in at{};
    socklen_t length = sizeof at;
    checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &length), "getsockname");
    return ntohs(at.sin_port);
}

/// A connection that blocks.
inline owned_fd connect_to(std::uint16_t port)
{
    owned_fd fd(checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    const sockaddr_in at = loopback(port);
    checked(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), "connect");
    return fd;
}

}  // namespace bench
