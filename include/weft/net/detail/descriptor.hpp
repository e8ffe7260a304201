// weft/net/detail/descriptor.hpp - a descriptor of the system that coroutines wait for, and who owns it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <utility>

#if !defined(__linux__)
#error "weft: <weft/net/...> needs Linux: it waits by epoll"
#endif

namespace weft::detail {

class io_source;
struct net_access;

/// Owns one. An operation that is under way keeps it open, even when its owner has closed it, until it has noticed that.
class descriptor {
public:
    descriptor() noexcept = default;
    struct kind {
        bool blocks = true;      ///< so far; from now on it does not
        bool reads_all = false;  ///< a read that gives less than there is room for has given all that there is
    };
    /// Takes `fd` over; closes it if that cannot be done. Throws std::system_error, std::bad_alloc.
    explicit descriptor(int fd) : descriptor(fd, kind()) {}
    descriptor(int fd, kind of);
    descriptor(descriptor&& other) noexcept : source_(std::exchange(other.source_, nullptr)) {}
    descriptor& operator=(descriptor&& other) noexcept
    {
        if (this != &other) {
            release();
            source_ = std::exchange(other.source_, nullptr);
        }
        return *this;
    }
    ~descriptor() { release(); }

    /// Wakes who waits for it, with an error; closes it when all operations have ended.
    void close() noexcept;
    /// -1 if there is none, or it has been closed.
    [[nodiscard]] int native_handle() const noexcept;
    /// Null: there is none.
    [[nodiscard]] io_source* source() const noexcept { return source_; }

private:
    void release() noexcept;

    io_source* source_ = nullptr;
};

}  // namespace weft::detail
