// src/net/signal_set.cpp - signals: a handler that rings the bells of all sets.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A handler may do next to nothing: it marks the signal in each set that wants it, and writes to that set's eventfd, which a
// task can wait for. It may run on any thread at any moment, also while a set is destroyed: so the sets' slots are a table
// that is never freed, and a slot's eventfd is closed when no handler can be in the middle of it.
//
// Orders      O1  handler: pending release -> next: acquire.
//             O2  a set's end: wanted = 0, full fence, look at inside -- handler: inside + 1, full fence, look at wanted.
//                 Either the handler finds nothing wanted, or it is waited for.
//             O3  a set's begin: wanted release -> handler: acquire. Its bell is there.
//
// Checked by  tests/net/signal_test.cpp.
#include <weft/net/signal_set.hpp>

#include <weft/seam/atomic.hpp>
#include <weft/seam/this_thread.hpp>

#include "net/failure.hpp"
#include "net/source.hpp"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace weft {

namespace detail {

struct signal_subscription {
    atomic<std::uint64_t> wanted{0};  ///< bit n - 1: signal n
    atomic<std::uint64_t> pending{0};
    atomic<std::uint32_t> inside{0};  ///< handlers that look at it
    atomic<int> bell{-1};
    bool is_used = false;  ///< under the lock
};

namespace {

constexpr int highest = 64;
constexpr const char* subscribing = "wait for signals";

constinit signal_subscription subscriptions[64];

struct disposition {
    std::uint32_t sets = 0;  ///< that want the signal
    struct sigaction before;
};
disposition dispositions[highest + 1];  // under the lock

std::mutex& lock_of_all()
{
    static auto* const lock = new std::mutex;
    return *lock;
}

constexpr std::uint64_t bit_of(int number) noexcept { return std::uint64_t{1} << (number - 1); }

void handle(int number) noexcept
{
    const int error = errno;
    for (signal_subscription& s : subscriptions) {
        s.inside.fetch_add(1, order::relaxed);
        full_fence();                                                 // O2
        if ((s.wanted.load(order::acquire) & bit_of(number)) != 0) {  // O3
            s.pending.fetch_or(bit_of(number), order::release);       // O1
            const std::uint64_t one = 1;
            static_cast<void>(!::write(s.bell.load(order::relaxed), &one, sizeof one));
        }
        s.inside.fetch_sub(1, order::release);  // O2
    }
    errno = error;
}

/// Gives back what the signals did before. Under the lock.
void leave(std::uint64_t signals) noexcept
{
    for (; signals != 0; signals &= signals - 1) {
        const int number = std::countr_zero(signals) + 1;
        disposition& d = dispositions[number];
        if (--d.sets == 0) ::sigaction(number, &d.before, nullptr);
    }
}

/// Takes the signals over. Under the lock.
void enter(std::uint64_t signals)
{
    struct sigaction ours = {};
    ours.sa_handler = handle;
    ours.sa_flags = SA_RESTART;
    sigfillset(&ours.sa_mask);
    std::uint64_t entered = 0;
    for (std::uint64_t rest = signals; rest != 0; rest &= rest - 1) {
        const int number = std::countr_zero(rest) + 1;
        disposition& d = dispositions[number];
        if (d.sets == 0 && ::sigaction(number, &ours, &d.before) != 0) {
            const int error = errno;
            leave(entered);
            throw_system(error, subscribing, std::to_string(number).c_str());
        }
        ++d.sets;
        entered |= bit_of(number);
    }
}

/// No handler writes to a set's bell any more. What it has wanted. Under the lock.
std::uint64_t quiet(signal_subscription& s) noexcept
{
    const std::uint64_t wanted = s.wanted.exchange(0, order::relaxed);
    full_fence();                                               // O2
    while (s.inside.load(order::acquire) != 0) yield_thread();  // O2
    return wanted;
}

weft::task<int> next_of(signal_subscription* mine, io_use given)
{
    io_use use(std::move(given));  // over when this has ended, not only when the frame is destroyed
    use.check(subscribing);
    for (;;) {
        const std::uint64_t there = mine->pending.load(order::acquire);  // O1
        if (there != 0) {
            mine->pending.fetch_and(~(there & -there), order::relaxed);
            co_return std::countr_zero(there) + 1;
        }
        if (use.may_try(subscribing)) {
            std::uint64_t rung = 0;
            if (::read(use.fd(), &rung, sizeof rung) > 0 || use.is_interrupted(subscribing)) continue;
        }
        co_await use.wait();
    }
}

}  // namespace

}  // namespace detail

net::signal_set::signal_set(std::initializer_list<int> signals)
{
    std::uint64_t wanted = 0;
    for (const int number : signals) {
        // What a thread does itself would be done again at once.
        const bool is_fault = number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
        if (number < 1 || number > detail::highest || is_fault)
            detail::throw_system(EINVAL, detail::subscribing, std::to_string(number).c_str());
        wanted |= detail::bit_of(number);
    }
    const int bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (bell < 0) detail::throw_system(errno, detail::subscribing, "eventfd");
    bell_ = detail::descriptor(bell, {.blocks = false});
    const std::lock_guard hold(detail::lock_of_all());
    for (detail::signal_subscription& s : detail::subscriptions) {
        if (s.is_used) continue;
        s.bell.store(bell, detail::order::relaxed);
        s.pending.store(0, detail::order::relaxed);
        s.wanted.store(wanted, detail::order::release);  // O3
        try {
            detail::enter(wanted);  // now that none can be missed
        } catch (...) {
            static_cast<void>(detail::quiet(s));
            throw;
        }
        s.is_used = true;
        mine_ = &s;
        return;
    }
    detail::throw_system(EMFILE, detail::subscribing, "there are too many sets");
}

net::signal_set::~signal_set()
{
    const std::lock_guard hold(detail::lock_of_all());
    detail::leave(detail::quiet(*mine_));
    mine_->is_used = false;
}

task<int> net::signal_set::next()
{
    return detail::next_of(mine_, detail::io_use(bell_.source(), detail::io_side::reader));
}

}  // namespace weft
