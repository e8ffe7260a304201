// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_event.hpp>
#include <weft/async/async_latch.hpp>
#include <weft/async/async_mutex.hpp>
#include <weft/async/async_semaphore.hpp>

#include <weft/async/async_scope.hpp>
#include <weft/async/schedule.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/async/when_all.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <optional>
#include <stdexcept>
#include <vector>

namespace {

/// Runs `n` tasks that `make(i)` gives in one scope.
template <class Pool, class F>
void run_all(Pool& pool, int n, F make)
{
    weft::sync_wait(pool, weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
                        for (int i = 0; i < n; ++i) s.spawn(make(i));
                        co_return;
                    }));
}

}  // namespace

TEST_CASE("async_mutex: one at a time, and what a holder did is seen by the next")
{
    weft::thread_pool pool{{.num_threads = 3}};
    weft::async_mutex m;
    long count = 0;
    const int rounds = static_cast<int>(test::scaled(2000));
    run_all(pool, 64, [&](int) -> weft::task<> {
        for (int i = 0; i < rounds; ++i) {
            const auto hold = co_await m.lock();
            ++count;
            if (i % 16 == 0) co_await weft::async_yield();
        }
    });
    CHECK(count == 64L * rounds);
}

TEST_CASE("async_mutex: first come, first served")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::vector<int> order;
    const auto run = [&]() -> weft::task<> {
        weft::async_mutex m;
        auto hold = co_await m.lock();
        const auto one = [&](int i) -> weft::task<> {
            const auto g = co_await m.lock();
            order.push_back(i);
        };
        co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            for (int i = 0; i < 20; ++i) {
                s.spawn(one(i));
                co_await weft::async_yield();
            }
            hold.unlock();
        });
    };
    weft::sync_wait(pool, run());
    for (int i = 0; i < 20; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("async_mutex: try_lock, the guard's moves, and its early unlock")
{
    weft::async_mutex m;
    auto a = m.try_lock();
    CHECK(static_cast<bool>(a));
    CHECK_FALSE(static_cast<bool>(m.try_lock()));
    auto b = std::move(a);
    CHECK_FALSE(static_cast<bool>(a));
    CHECK_FALSE(static_cast<bool>(m.try_lock()));
    b.unlock();
    b.unlock();
    CHECK(static_cast<bool>(m.try_lock()));
    weft::async_mutex other;
    a = m.try_lock();
    a = other.try_lock();
    CHECK(static_cast<bool>(m.try_lock()));
    CHECK_FALSE(static_cast<bool>(other.try_lock()));
}

TEST_CASE("async_mutex: taken on one thread and given back on another")
{
    weft::thread_pool pool{{.num_threads = 2}};
    weft::async_mutex m;
    const auto take = [&]() -> weft::task<weft::async_mutex::guard> { co_return co_await m.lock(); };
    std::optional<weft::async_mutex::guard> guard(weft::sync_wait(pool, take()));
    auto waits = pool.spawn(take());
    std::thread([&] { guard.reset(); }).join();
    CHECK(static_cast<bool>(waits.get()));
}

TEST_CASE("async_mutex: one that is stopped in line is passed by, and has not got the lock")
{
    weft::thread_pool pool{{.num_threads = 2}};
    weft::async_mutex m;
    auto hold = m.try_lock();
    std::atomic<int> got{0};
    std::atomic<int> stopped{0};
    std::vector<weft::join_handle<void>> handles;
    const auto wants = [&]() -> weft::task<> {
        try {
            const auto g = co_await m.lock();
            ++got;
        } catch (const weft::stopped&) {
            ++stopped;
        }
    };
    for (int i = 0; i < 30; ++i) handles.push_back(pool.spawn(wants()));
    for (int i = 0; i < 30; i += 2) handles[static_cast<std::size_t>(i)].request_stop();
    for (int i = 0; i < 30; i += 2) handles[static_cast<std::size_t>(i)].get();
    CHECK(stopped == 15);
    CHECK(got == 0);
    hold.unlock();
    for (int i = 1; i < 30; i += 2) handles[static_cast<std::size_t>(i)].get();
    CHECK(got == 15);
    CHECK(static_cast<bool>(m.try_lock()));
}

TEST_CASE("async_mutex: what is free is got, stop or not")
{
    weft::thread_pool pool{{.num_threads = 1}};
    weft::async_mutex m;
    const auto run = [&]() -> weft::task<bool> {
        const std::stop_token token = co_await weft::get_stop_token();
        while (!token.stop_requested()) co_await weft::async_yield();
        const auto g = co_await m.lock();
        bool stopped = false;
        try {
            const auto again = co_await m.lock();
        } catch (const weft::stopped&) {
            stopped = true;
        }
        co_return static_cast<bool>(g) && stopped;
    };
    auto h = pool.spawn(run());
    h.request_stop();
    CHECK(h.get());
}

TEST_CASE("async_mutex: a stop that meets the lock loses neither")
{
    weft::thread_pool pool{{.num_threads = 2}};
    weft::async_mutex m;
    const std::size_t rounds = test::scaled(20'000);
    std::size_t got = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        auto hold = m.try_lock();
        if (!hold) FAIL("the lock is lost");
        const auto wants = [&]() -> weft::task<bool> {
            try {
                const auto g = co_await m.lock();
                co_return true;
            } catch (const weft::stopped&) {
            }
            co_return false;
        };
        auto h = pool.spawn(wants());
        if (i % 2 == 0) {
            h.request_stop();
            hold.unlock();
        } else {
            hold.unlock();
            h.request_stop();
        }
        got += h.get() ? 1 : 0;
    }
    CHECK(got >= rounds / 2);
}

TEST_CASE("async_semaphore: no more at once than there are permits")
{
    weft::thread_pool pool{{.num_threads = 3}};
    weft::async_semaphore s(3);
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    run_all(pool, 50, [&](int) -> weft::task<> {
        for (int i = 0; i < 50; ++i) {
            co_await s.acquire();
            const int now = ++inside;
            int seen = most;
            while (seen < now && !most.compare_exchange_weak(seen, now)) {}
            co_await weft::async_yield();
            --inside;
            s.release();
        }
    });
    CHECK(most <= 3);
    CHECK(most >= 2);
    CHECK((s.try_acquire() && s.try_acquire() && s.try_acquire()));
    CHECK_FALSE(s.try_acquire());
}

TEST_CASE("async_semaphore: release of several serves several, and keeps the rest")
{
    weft::thread_pool pool{{.num_threads = 2}};
    weft::async_semaphore s(0);
    std::atomic<int> got{0};
    std::vector<weft::join_handle<void>> handles;
    const auto wants = [&]() -> weft::task<> {
        co_await s.acquire();
        ++got;
    };
    for (int i = 0; i < 3; ++i) handles.push_back(pool.spawn(wants()));
    s.release(5);
    for (auto& h : handles) h.get();
    CHECK(got == 3);
    CHECK((s.try_acquire() && s.try_acquire()));
    CHECK_FALSE(s.try_acquire());
    s.release(0);
    CHECK_FALSE(s.try_acquire());
}

TEST_CASE("async_semaphore: a permit is not lost to one that is stopped")
{
    weft::thread_pool pool{{.num_threads = 2}};
    weft::async_semaphore s(0);
    for (std::size_t i = 0; i < test::scaled(10'000); ++i) {
        const auto wants = [&]() -> weft::task<bool> {
            try {
                co_await s.acquire();
                co_return true;
            } catch (const weft::stopped&) {
            }
            co_return false;
        };
        auto h = pool.spawn(wants());
        h.request_stop();
        s.release();
        if (h.get()) {
            CHECK_FALSE(s.try_acquire());
        } else {
            CHECK(s.try_acquire());
        }
    }
}

TEST_CASE("async_event: lets all go that wait, and all that come later, until it is reset")
{
    weft::thread_pool pool{{.num_threads = 2}};
    weft::async_event e;
    CHECK_FALSE(e.is_set());
    std::atomic<int> passed{0};
    std::vector<weft::join_handle<void>> handles;
    const auto waits = [&]() -> weft::task<> {
        co_await e.wait();
        ++passed;
    };
    for (int i = 0; i < 100; ++i) handles.push_back(pool.spawn(waits()));
    e.set();
    e.set();
    for (auto& h : handles) h.get();
    CHECK(passed == 100);
    CHECK(e.is_set());
    weft::sync_wait(pool, waits());
    CHECK(passed == 101);
    e.reset();
    auto h = pool.spawn(waits());
    CHECK_FALSE(h.is_done());
    e.set();
    h.get();
    CHECK(passed == 102);
    CHECK(weft::async_event(true).is_set());
}

TEST_CASE("async_event: may end as soon as a wait has returned, whoever sets it")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const auto run = [&]() -> weft::task<> {
        for (std::size_t i = 0; i < test::scaled(20'000); ++i) {
            weft::async_event e;
            const auto sets = [&]() -> weft::task<> {
                e.set();
                co_return;
            };
            auto h = weft::spawn(sets());
            co_await e.wait();
            // The handle outlives the event on purpose.
            static_cast<void>(std::move(h));
        }
    };
    weft::sync_wait(pool, run());
    SUCCEED();
}

TEST_CASE("async_event: a stop in every state")
{
    weft::thread_pool pool{{.num_threads = 2}};
    weft::async_event e;
    const auto waits = [&]() -> weft::task<> { co_await e.wait(); };
    auto before = pool.spawn(waits());
    before.request_stop();
    CHECK_THROWS_AS(before.get(), weft::stopped);
    auto during = pool.spawn(waits());
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    during.request_stop();
    CHECK_THROWS_AS(during.get(), weft::stopped);
    e.set();
    auto after = pool.spawn(waits());
    after.request_stop();
    after.get();
}

TEST_CASE("async_latch: waits for the last of many")
{
    weft::thread_pool pool{{.num_threads = 3}};
    weft::async_latch l(100);
    std::atomic<int> done{0};
    std::atomic<int> seen{-1};
    const auto waits = [&]() -> weft::task<> {
        co_await l.wait();
        seen = done.load();
    };
    auto h = pool.spawn(waits());
    run_all(pool, 100, [&](int i) -> weft::task<> {
        if (i % 2 == 0) co_await weft::async_yield();
        ++done;
        l.count_down();
    });
    h.get();
    CHECK(seen == 100);
    CHECK(l.is_done());
    weft::sync_wait(pool, waits());
    l.count_down(5);
    CHECK(l.is_done());
    CHECK(weft::async_latch(0).is_done());
}

TEST_CASE("async_latch: a wait that is stopped")
{
    weft::async_latch l(1);
    const auto waits = [&]() -> weft::task<> { co_await l.wait(); };
    auto h = weft::spawn(waits());
    h.request_stop();
    CHECK_THROWS_AS(h.get(), weft::stopped);
}

TEST_CASE("async locks: a task that always gets what it wants at once lets others run")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> seen{false};
    weft::async_mutex m;
    weft::async_event e(true);
    weft::async_semaphore s(1);
    weft::async_latch l(0);
    pool.spawn([&] { seen = true; });
    const auto spin = [&]() -> weft::task<> {
        while (!seen) {
            {
                const auto hold = co_await m.lock();
            }
            co_await e.wait();
            co_await s.acquire();
            s.release();
            co_await l.wait();
        }
    };
    weft::sync_wait(pool, spin());
    CHECK(seen);
}

TEST_CASE("async locks: dining philosophers, who take both forks in order, for every seed")
{
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        weft::test_pool pool(seed);
        weft::async_mutex forks[5];
        int meals = 0;
        run_all(pool, 5, [&](int i) -> weft::task<> {
            for (int n = 0; n < 5; ++n) {
                const int left = i < (i + 1) % 5 ? i : (i + 1) % 5;
                const int right = i < (i + 1) % 5 ? (i + 1) % 5 : i;
                const auto a = co_await forks[left].lock();
                co_await weft::async_yield();
                const auto b = co_await forks[right].lock();
                ++meals;
            }
        });
        CHECK(meals == 25);
    }
}
