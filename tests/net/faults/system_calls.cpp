// SPDX-License-Identifier: MIT OR Apache-2.0
#include "system_calls.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>

namespace net_faults {
namespace {

struct plan {
    std::atomic<int> error{0};
    std::atomic<int> left{0};
};
plan plans[static_cast<std::size_t>(call::count)];

bool fails(call which) noexcept
{
    plan& p = plans[static_cast<std::size_t>(which)];
    int left = p.left.load();
    while (left > 0) {
        if (!p.left.compare_exchange_weak(left, left - 1)) continue;
        errno = p.error.load();
        return true;
    }
    return false;
}

}  // namespace

void fail(call which, int error, int times) noexcept
{
    plan& p = plans[static_cast<std::size_t>(which)];
    p.error = error;
    p.left = times;
}

int stop_failing(call which) noexcept { return plans[static_cast<std::size_t>(which)].left.exchange(0); }

}  // namespace net_faults

// NOLINTBEGIN: the linker's names
#define WRAP(result, name, parameters, arguments)                                        \
    extern "C" result __real_##name parameters;                                          \
    extern "C" result __wrap_##name parameters                                           \
    {                                                                                    \
        return net_faults::fails(net_faults::call::name) ? -1 : __real_##name arguments; \
    }

WRAP(ssize_t, recv, (int s, void* b, size_t n, int f), (s, b, n, f))
WRAP(ssize_t, send, (int s, const void* b, size_t n, int f), (s, b, n, f))
WRAP(ssize_t, sendmsg, (int s, const msghdr* m, int f), (s, m, f))
WRAP(ssize_t, sendto, (int s, const void* b, size_t n, int f, const sockaddr* a, socklen_t l), (s, b, n, f, a, l))
WRAP(ssize_t, recvfrom, (int s, void* b, size_t n, int f, sockaddr* a, socklen_t* l), (s, b, n, f, a, l))
WRAP(int, accept4, (int s, sockaddr* a, socklen_t* l, int f), (s, a, l, f))
WRAP(int, connect, (int s, const sockaddr* a, socklen_t l), (s, a, l))
WRAP(int, socket, (int d, int t, int p), (d, t, p))
WRAP(int, bind, (int s, const sockaddr* a, socklen_t l), (s, a, l))
WRAP(int, listen, (int s, int b), (s, b))
WRAP(int, setsockopt, (int s, int v, int o, const void* p, socklen_t l), (s, v, o, p, l))
WRAP(int, getsockopt, (int s, int v, int o, void* p, socklen_t* l), (s, v, o, p, l))
WRAP(int, epoll_ctl, (int e, int o, int s, epoll_event* v), (e, o, s, v))
WRAP(int, epoll_wait, (int e, epoll_event* v, int n, int t), (e, v, n, t))
WRAP(int, eventfd, (unsigned c, int f), (c, f))
WRAP(int, socketpair, (int d, int t, int p, int* s), (d, t, p, s))
WRAP(int, poll, (pollfd * p, nfds_t n, int t), (p, n, t))
// NOLINTEND
