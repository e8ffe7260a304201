// tests/net/faults/system_calls.hpp - makes the system calls of sockets fail, by the linker's --wrap.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

namespace net_faults {

/// The calls that can fail. The names in CMakeLists.txt are the same.
enum class call {
    recv,
    send,
    sendmsg,
    sendto,
    recvfrom,
    accept4,
    connect,
    socket,
    bind,
    listen,
    setsockopt,
    getsockopt,
    epoll_ctl,
    epoll_wait,
    eventfd,
    socketpair,
    poll,
    count
};

/// The next `times` calls fail with `error`, on whatever thread.
void fail(call which, int error, int times = 1) noexcept;

/// Nothing fails any more. How many of those calls are left that were to fail.
int stop_failing(call which) noexcept;

}  // namespace net_faults
