// src/net/reactor.cpp - asking epoll: by a thread that sleeps, in passing, or by the watcher.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/reactor.hpp"

#include <weft/async/detail/strand.hpp>
#include <weft/seam/clock.hpp>
#include <weft/seam/this_thread.hpp>
#include <weft/seam/ticks.hpp>

#include "async/keeper.hpp"
#include "net/failure.hpp"
#include "net/source.hpp"
#include "pool/pool_core.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>

namespace weft::detail {
namespace {

constexpr int most_events = 128;  // at once: who gets them lets others look while it wakes
constexpr auto shortest_nap = std::chrono::milliseconds(1);
constexpr auto longest_nap = std::chrono::milliseconds(8);

/// Of this process, and of its parents: none is ever destroyed.
constinit atomic<reactor*> reactor_of_all{nullptr};

[[nodiscard]] bool watcher_serves() noexcept { return drivers_wanted.load(std::memory_order_relaxed) != 0; }

/// The system's words for sides.
std::uint32_t mask_of(std::uint32_t sides) noexcept
{
    return EPOLLET | EPOLLRDHUP | ((sides & 1) != 0 ? EPOLLIN | EPOLLPRI : 0u) | ((sides & 2) != 0 ? EPOLLOUT : 0u);
}

}  // namespace

struct reactor::events {
    int count = 0;
    epoll_event of[most_events];

    void wake() noexcept
    {
        if (count == 0) return;
        const ready_batch all;
        for (int i = 0; i < count; ++i) {
            if (auto* const s = static_cast<io_source*>(of[i].data.ptr)) s->wake(of[i].events);
        }
    }
};

// --- there is one ----------------------------------------------------------------------------------------------------

reactor* reactor::there() noexcept
{
    // order: shows the reactor; no scenario makes one
    reactor* const r = reactor_of_all.load(order::acquire);
    return r != nullptr && r->born_in_ == fork_generation() ? r : nullptr;
}

reactor& reactor::here()
{
    reactor* const r = there();
    return r != nullptr ? *r : make();
}

[[gnu::noinline]] reactor& reactor::make()
{
    static auto* const making = new std::mutex;
    watch_forks();
    const std::lock_guard hold(*making);
    if (reactor* const r = there()) return *r;
    struct deleter {
        void operator()(reactor* r) const noexcept
        {
            if (r->epoll_ >= 0) ::close(r->epoll_);
            if (r->bell_ >= 0) ::close(r->bell_);
            delete r;
        }
    };
    std::unique_ptr<reactor, deleter> owner(new reactor);
    reactor& fresh = *owner;
    fresh.epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (fresh.epoll_ < 0) throw_system(errno, "watch descriptors", "epoll_create1");
    fresh.bell_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;  // each write is an event: nobody need read it
    if (fresh.bell_ < 0 || ::epoll_ctl(fresh.epoll_, EPOLL_CTL_ADD, fresh.bell_, &event) != 0)
        throw_system(errno, "watch descriptors", "eventfd");
    start_keeper("weft-driver", [&fresh] { fresh.watch_over(); });
    // order: as in there()
    reactor_of_all.store(owner.get(), order::release);
    driver_of_all.store(owner.get(), std::memory_order_release);
    return *owner.release();
}

reactor::reactor() : born_in_(fork_generation()) {}

// --- sources ---------------------------------------------------------------------------------------------------------

io_source* reactor::make_source()
{
    depot_lock_.lock();
    io_source* s = depot_;
    if (s != nullptr) depot_ = s->next_free_;
    depot_lock_.unlock();
    if (s == nullptr) return new io_source;
    for (readiness& side : s->sides_) side.reset();
    s->uses_.reset();
    s->where_.store(nullptr, order::relaxed);
    s->wants_.store(0, order::relaxed);
    return s;
}

void reactor::take_back(io_source& s) noexcept
{
    reactor* const r = there();
    if (r == nullptr) return;  // in the child of a fork, the parent's
    r->depot_lock_.lock();
    s.next_free_ = r->depot_;
    r->depot_ = &s;
    r->depot_lock_.unlock();
}

int reactor::watch(io_source& s, std::uint32_t sides, bool is_new) noexcept
{
    epoll_event event{};
    event.events = mask_of(sides);
    event.data.ptr = &s;
    if (::epoll_ctl(epoll_, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, s.fd_, &event) != 0) return errno;
    if (is_new) who_.add();
    return 0;
}

void reactor::forget(io_source& s) noexcept
{
    if (born_in_ != fork_generation()) return;
    who_.remove();
    // To close it does not do that, if somebody else has the file.
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, s.fd_, nullptr);
}

// --- asking ----------------------------------------------------------------------------------------------------------

bool reactor::take_turn() noexcept
{
    return !turn_.load(order::relaxed) && !turn_.exchange(true, order::acquire);  // O1
}

void reactor::give_turn() noexcept { turn_.store(false, order::release); }  // O1

bool reactor::ask(events& into, int milliseconds, const parking_spot* who) noexcept
{
    const int n = ::epoll_wait(epoll_, into.of, most_events, milliseconds);
    into.count = n > 0 ? n : 0;
    looks_.store(looks_.load(order::relaxed) + 1, order::relaxed);
    const std::uint64_t now = ticks();
    looked_at_.store(now, order::relaxed);
    const bool any =
        std::any_of(into.of, into.of + into.count, [](const epoll_event& e) { return e.data.ptr != nullptr; });
    if (any) {  // not only the bell
        served_at_.store(now, order::relaxed);
        server_.store(who, order::relaxed);
    }
    return n >= 0 || errno == EINTR;
}

bool reactor::was_asked_within(std::uint64_t microseconds) const noexcept
{
    return ticks() - looked_at_.load(order::relaxed) < microseconds * ticks_per_microsecond();
}

bool reactor::look(const parking_spot* who) noexcept
{
    // A thread that looks around for work does so several times in a microsecond. What has come since then it finds the next
    // time, or as it goes to sleep in here.
    constexpr std::uint64_t microseconds = 2;
    if (!who_.has_any() || was_asked_within(microseconds) || !take_turn()) return false;
    events got;
    static_cast<void>(ask(got, 0, who));
    give_turn();
    got.wake();
    return got.count != 0;
}

void reactor::glance() noexcept
{
    constexpr std::uint64_t microseconds = 20;
    if (!was_asked_within(microseconds)) static_cast<void>(look(nullptr));
}

bool reactor::is_left_to_another(const parking_spot& who) const noexcept
{
    constexpr std::uint64_t microseconds = 1000;
    const parking_spot* const server = server_.load(order::relaxed);
    return server != nullptr && server != &who &&
           ticks() - served_at_.load(order::relaxed) < microseconds * ticks_per_microsecond();
}

void reactor::park(parking_spot& spot) noexcept
{
    if (!who_.has_any() || watcher_serves() || !take_turn()) return spot.park();
    if (!spot.leave_for_elsewhere()) return give_turn();
    events got;
    who_.enter();
    const bool works = ask(got, -1, &spot);
    const bool token = spot.come_back_from_elsewhere();
    who_.leave();  // before the next one enters
    give_turn();
    got.wake();                         // I2
    if (!works && !token) spot.park();  // somebody has closed the reactor's descriptors
}

void reactor::wake() noexcept
{
    const std::uint64_t one = 1;
    // It is never full: 2^64 - 2 wake-ups.
    static_cast<void>(!::write(bell_, &one, sizeof one));
}

// --- the watcher -----------------------------------------------------------------------------------------------------

void reactor::attend() noexcept
{
    who_.rouse();
    wake();  // who sleeps here leaves it to the watcher, or the other way round
}

void reactor::watch_over() noexcept
{
    constexpr int patience = 8;
    clock::duration pause = shortest_nap;
    std::uint32_t seen = 0;
    int turns = 0;
    for (;;) {
        if (watcher_serves()) serve();
        who_.pause_until(clock::now() + pause);
        if (who_.is_settled()) {
            if (++turns < patience) continue;
            who_.nap(watcher_serves);
            pause = shortest_nap;
            turns = 0;
            continue;
        }
        turns = 0;
        const std::uint32_t now = looks_.load(order::relaxed);
        const bool any = now == seen && look(nullptr);
        seen = looks_.load(order::relaxed);
        pause = any ? clock::duration(shortest_nap) : pause < longest_nap ? pause * 2 : pause;
    }
}

void reactor::serve() noexcept
{
    while (watcher_serves()) {
        if (!take_turn()) {
            if (who_.is_attended()) wake();
            yield_thread();
            continue;
        }
        events got;
        const bool works = ask(got, -1, nullptr);
        give_turn();
        got.wake();
        if (!works) who_.pause_until(clock::now() + longest_nap);
    }
}

}  // namespace weft::detail
