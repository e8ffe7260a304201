// tests/observe/waits_test.cpp - every wait that puts a thread to sleep is told, as what it is; and so are coroutines.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/events.hpp>

#include "test.hpp"

#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/timer.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/sync/event_count.hpp>
#include <weft/sync/fair_mutex.hpp>
#include <weft/sync/mutex.hpp>
#include <weft/sync/parker.hpp>
#include <weft/sync/sharded_mutex.hpp>
#include <weft/sync/wait_group.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using weft::detail::event_kind;
using weft::detail::event_note;

namespace {

/// Hears all that is told during its life.
class listener {
public:
    struct heard {
        std::thread::id thread;
        event_note note;
    };

    listener()
    {
        const std::lock_guard hold(lock());
        events().clear();
        weft::detail::event_seam::writer.store(&hear, weft::detail::order::relaxed);
        weft::detail::event_seam::task_writer.store(&hear, weft::detail::order::relaxed);
    }
    ~listener()
    {
        weft::detail::event_seam::task_writer.store(nullptr, weft::detail::order::relaxed);
        weft::detail::event_seam::writer.store(nullptr, weft::detail::order::relaxed);
    }

    static std::vector<heard> all()
    {
        const std::lock_guard hold(lock());
        return events();
    }

    /// What has been told on that thread of a wait: its kinds, a '-' at each end.
    static std::string waits_of(std::thread::id thread)
    {
        std::string out;
        for (const heard& h : all()) {
            if (h.thread != thread) continue;
            if (h.note.kind == event_kind::block_begin) out += static_cast<const char*>(h.note.what);
            if (h.note.kind == event_kind::block_end) out += '-';
        }
        return out;
    }

private:
    static std::mutex& lock()
    {
        static auto* const one = new std::mutex;
        return *one;
    }
    static std::vector<heard>& events()
    {
        static auto* const all = new std::vector<heard>;
        return *all;
    }
    static void hear(const event_note& note) noexcept
    {
        const std::lock_guard hold(lock());
        events().push_back({std::this_thread::get_id(), note});
    }
};

/// A thread calls `wait`, which is let go on by `release` once it has told that it sleeps, as `kind` and for `object`.
template <class Wait, class Release>
void check_told(const char* kind, const void* object, Wait wait, Release release)
{
    INFO(kind);
    const listener ear;
    std::thread waiter(wait);
    const std::thread::id who = waiter.get_id();
    bool found = false;
    while (!found) {
        std::this_thread::yield();
        for (const listener::heard& h : listener::all()) {
            if (h.thread != who || h.note.kind != event_kind::block_begin) continue;
            found = true;
            CHECK(std::string_view(static_cast<const char*>(h.note.what)) == kind);
            if (object != nullptr) CHECK(h.note.value == reinterpret_cast<std::uintptr_t>(object));
        }
    }
    CHECK(listener::waits_of(who) == kind);
    release();
    waiter.join();
    // It may have slept several times.
    const std::string told = listener::waits_of(who);
    std::string pair = std::string(kind) + '-';
    std::string left = told;
    while (left.starts_with(pair)) left.erase(0, pair.size());
    INFO(told);
    CHECK(left.empty());
}

weft::task<int> waits_for(weft::async_mutex& m)
{
    const auto guard = co_await m.lock();
    co_return 1;
}

weft::task<std::uint64_t> holds(weft::async_mutex& m, weft::async_event& locked, weft::async_event& go)
{
    const auto guard = co_await m.lock();
    locked.set();
    co_await go.wait();
    co_return weft::current_task_id();
}

weft::task<> wait_for(weft::async_event& e) { co_await e.wait(); }

weft::task<> wait_in_scope(weft::async_event& e)
{
    const auto body = [&e](weft::async_task_scope& s) -> weft::task<> {
        s.spawn(wait_for(e));
        co_return;
    };
    co_await weft::async_scope(body);
}

/// Whether a coroutine has told that it waits for that.
bool told_of_task(std::string_view kind)
{
    for (const listener::heard& h : listener::all()) {
        if (h.note.kind == event_kind::task_waits && h.note.what != nullptr &&
            static_cast<const char*>(h.note.what) == kind)
            return true;
    }
    return false;
}

}  // namespace

TEST_CASE("waits: locks that put a thread to sleep are told by name")
{
    weft::mutex plain;
    plain.lock();
    check_told("mutex", &plain, [&] { const std::lock_guard hold(plain); }, [&] { plain.unlock(); });

    weft::fair_mutex fair;
    fair.lock();
    check_told("fair_mutex", &fair, [&] { const std::lock_guard hold(fair); }, [&] { fair.unlock(); });

    weft::sharded_mutex shared;
    shared.lock();
    check_told("sharded_mutex", &shared, [&] { const std::shared_lock hold(shared); }, [&] { shared.unlock(); });
    shared.lock_shared();
    check_told("sharded_mutex", &shared, [&] { const std::lock_guard hold(shared); }, [&] { shared.unlock_shared(); });
}

TEST_CASE("waits: for conditions, groups and tokens")
{
    std::atomic<bool> holds{false};
    weft::event_count changed;
    const auto change = [&] {
        holds = true;
        changed.notify_all();
    };
    check_told("event_count", &changed, [&] { changed.await([&] { return holds.load(); }); }, change);
    holds = false;
    check_told(
        "event_count", &changed,
        [&] { changed.await_until([&] { return holds.load(); }, std::chrono::steady_clock::now() + 1h); }, change);

    weft::wait_group group;
    weft::wait_group other = group;
    check_told("wait_group", nullptr, [&] { group.wait(); }, [&] { weft::wait_group last(std::move(other)); });

    weft::parker spot;
    check_told("parker", &spot, [&] { spot.park(); }, [&] { spot.unparker().unpark(); });
    check_told("parker", &spot, [&] { spot.park_for(1h); }, [&] { spot.unparker().unpark(); });
}

TEST_CASE("waits: in channels, for timers, in blocking, and for tasks")
{
    auto [tx, rx] = weft::bounded<int>(1);
    check_told(
        "channel", nullptr, [&rx = rx] { static_cast<void>(rx.recv()); },
        [&tx = tx] { static_cast<void>(tx.send(1)); });

    const auto late = weft::after(20ms);
    check_told("timer", nullptr, [&] { static_cast<void>(late.recv()); }, [] {});

    std::atomic<bool> go{false};
    check_told(
        "blocking", nullptr,
        [&] {
            weft::blocking([&] {
                while (!go) std::this_thread::yield();
            });
        },
        [&] { go = true; });

    weft::async_event done;
    check_told("sync_wait", nullptr, [&] { weft::sync_wait(wait_for(done)); }, [&] { done.set(); });
}

TEST_CASE("waits: a lock that is free is not told")
{
    const listener ear;
    weft::mutex plain;
    weft::fair_mutex fair;
    weft::sharded_mutex shared;
    plain.lock();
    plain.unlock();
    fair.lock();
    fair.unlock();
    shared.lock();
    shared.unlock();
    shared.lock_shared();
    shared.unlock_shared();
    CHECK(listener::waits_of(std::this_thread::get_id()).empty());
}

TEST_CASE("waits: a coroutine is resumed, says what it waits for, and by whom it goes on")
{
    weft::thread_pool pool({.num_threads = 2});
    std::uint64_t id = 0;
    std::vector<listener::heard> all;
    {
        const listener ear;
        weft::async_mutex m;
        weft::async_event locked;
        weft::async_event go;
        weft::join_handle<std::uint64_t> holder = pool.spawn(holds(m, locked, go));
        weft::sync_wait(pool, wait_for(locked));
        weft::join_handle<int> waiter = pool.spawn(waits_for(m));
        while (!told_of_task("async_mutex")) std::this_thread::yield();
        go.set();
        id = holder.get();
        CHECK(waiter.get() == 1);
        all = listener::all();
    }

    // The holder: begun by its spawner, waits for the event, goes on by this thread.
    const void* strand = nullptr;
    std::string story;
    for (const listener::heard& h : all) {
        if (h.note.kind == event_kind::task_run && h.note.value == id) strand = h.note.what;
    }
    REQUIRE(strand != nullptr);
    std::thread::id runs_on;
    for (const listener::heard& h : all) {
        const bool its_own = h.thread == runs_on;
        if (h.note.kind == event_kind::task_ready && h.note.what == strand)
            story += h.thread == std::this_thread::get_id() ? "ready by this thread, " : "ready by another, ";
        if (h.note.kind == event_kind::task_run && h.note.what == strand) {
            CHECK(h.note.value == id);
            story += "runs, ";
            runs_on = h.thread;
        }
        if (its_own && h.note.kind == event_kind::task_waits && h.note.what != nullptr)
            story += std::string("waits for ") + static_cast<const char*>(h.note.what) + ", ";
        if (its_own && h.note.kind == event_kind::task_pause) {
            story += "pauses, ";
            runs_on = {};
        }
    }
    CHECK(story == "ready by this thread, runs, waits for async_event, pauses, ready by this thread, runs, pauses, ");
}

TEST_CASE("waits: coroutines wait for scopes, groups, tasks, channels and time, and say so")
{
    weft::thread_pool pool({.num_threads = 2});
    const listener ear;
    weft::async_event go;
    auto [tx, rx] = weft::bounded<int>(1);
    const auto receive = [](weft::receiver<int> from) -> weft::task<> {
        static_cast<void>(co_await from.async_recv());
    };
    const auto sleep = []() -> weft::task<> { co_await weft::sleep_for(1ms); };
    const auto await_both = [](weft::async_event& e) -> weft::task<> {
        co_await weft::when_all(wait_for(e), wait_for(e));
    };
    const auto await_handle = [](weft::join_handle<void> h) -> weft::task<> { co_await std::move(h); };

    std::vector<weft::join_handle<void>> handles;
    handles.push_back(pool.spawn(wait_in_scope(go)));
    handles.push_back(pool.spawn(await_both(go)));
    handles.push_back(pool.spawn(await_handle(pool.spawn(wait_for(go)))));
    handles.push_back(pool.spawn(receive(std::move(rx))));
    handles.push_back(pool.spawn(sleep()));
    for (const char* const kind :
         {"a scope's end", "a group's end", "a task's end", "channel", "time", "async_event"}) {
        while (!told_of_task(kind)) std::this_thread::yield();
    }
    go.set();
    static_cast<void>(tx.send(1));
    for (auto& h : handles) h.get();
    CHECK(handles.size() == 5);
}
