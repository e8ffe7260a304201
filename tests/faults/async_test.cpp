// tests/faults/async_test.cpp - coroutines without memory or threads: what was started ends, and no frame is left behind.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/pool/thread_pool.hpp>

#include "faults.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// In every frame: counted, and so large that the frame comes from the system.
struct argument {
    argument() : bytes() {}  // no aggregate: GCC 12 destroys those twice in a co_await whose call throws
    test::counted count;
    char bytes[2000];
};

weft::task<int> give(int n, argument = {}) { co_return n; }
weft::task<int> yields(int n, argument = {})
{
    co_await weft::async_yield();
    co_return n;
}
weft::task<int> sleeps(int n, std::chrono::milliseconds time = 1ms, argument = {})
{
    co_await weft::sleep_for(time);
    co_return n;
}

std::unique_ptr<weft::thread_pool> make_pool()
{
    return std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 1});
}
const auto works = [](auto& pool) { return weft::sync_wait(*pool, yields(7)) == 7; };

/// Calls `f` on a thread of its own, which has kept no frames from before.
template <class F>
bool on_fresh_thread(F f)
{
    bool right = false;
    std::exception_ptr error;
    std::thread([&] {
        try {
            right = f();
        } catch (...) {
            error = std::current_exception();
        }
    }).join();
    if (error != nullptr) std::rethrow_exception(error);
    return right;
}

/// `attempt(pool)` throws std::bad_alloc or is right, and whatever it has begun has ended.
template <class Attempt>
void check_all(const char* what, Attempt attempt)
{
    const long before = test::counted::alive();
    const faults::verdict v = faults::fail_everywhere(
        make_pool, [&](auto& pool) { return on_fresh_thread([&] { return attempt(*pool); }); }, works, 200);
    INFO(what << ": " << v.runs << " runs, " << v.threw << " threw, " << v.unharmed << " unharmed");
    CHECK(v.wrong == 0);
    CHECK(v.strange == 0);
    CHECK(v.threw > 2);
    CHECK(v.through);  // small frames are kept: what is left over of blocks says nothing
    CHECK(test::counted::alive() == before);
}

template <class Make>
void check_task(const char* what, Make make)
{
    check_all(what, [&](weft::thread_pool& pool) { return weft::sync_wait(pool, make()); });
}

}  // namespace

#ifdef WEFT_TEST_THREAD_FAULTS
TEST_CASE("async: no thread for whoever wakes sleepers: a sleep throws, a time-out does not begin, both work later")
{
    weft::thread_pool pool{{.num_threads = 1}};
    bool begun = false;
    const auto begins = [&]() -> weft::task<int> {
        begun = true;
        co_return 2;
    };
    // It starts once: where another test has run before in this process, nothing fails any more.
    const auto fails = [&](weft::task<> t) {
        faults::fail_thread(0);
        bool threw = false;
        try {
            weft::sync_wait(pool, std::move(t));
        } catch (const std::system_error&) {
            threw = true;
        }
        return threw == (faults::stop_failing() != 0);
    };
    const auto sleeps_in_vain = []() -> weft::task<> { co_await weft::sleep_for(1ms); };
    const auto timed_in_vain = [&]() -> weft::task<> { static_cast<void>(co_await weft::with_timeout(begins(), 1h)); };
    CHECK(fails(sleeps_in_vain()));
    CHECK(fails(timed_in_vain()));
    CHECK(weft::sync_wait(pool, sleeps(1)) == 1);
    CHECK(weft::sync_wait(pool, weft::with_timeout(begins(), 1h)) == 2);
    CHECK(begun);
}
#endif

TEST_CASE("async: without memory a task is not made, or does its work")
{
    check_task("awaits", []() -> weft::task<bool> {
        const int a = co_await give(1);
        const int b = co_await yields(2);
        co_return a + b == 3;
    });
    check_task("sleeps", []() -> weft::task<bool> { co_return co_await sleeps(1) == 1; });
    check_task("token", []() -> weft::task<bool> {
        const auto asks = []() -> weft::task<bool> {
            const std::stop_token token = co_await weft::get_stop_token();
            co_return !token.stop_requested();
        };
        auto both = co_await weft::when_all(asks(), asks());
        co_return std::get<0>(both) && std::get<1>(both);
    });
    check_task("generator", []() -> weft::task<bool> {
        const auto count = [](argument) -> weft::async_generator<int> {
            for (int i = 0; i < 3; ++i) co_yield i;
        };
        int sum = 0;
        auto g = count({});
        while (auto item = co_await g.next()) sum += *item;
        co_return sum == 3;
    });
}

TEST_CASE("async: without memory groups and time-outs throw, and what they have started has ended")
{
    check_task("when_all", []() -> weft::task<bool> {
        const auto both = co_await weft::when_all(yields(1), sleeps(2));
        co_return both == std::tuple(1, 2);
    });
    check_task("when_all of many", []() -> weft::task<bool> {
        std::vector<weft::task<int>> many;
        for (int i = 0; i < 4; ++i) many.push_back(yields(i));
        const std::vector<int> got = co_await weft::when_all(std::move(many));
        co_return got == std::vector{0, 1, 2, 3};
    });
    check_task("when_any", []() -> weft::task<bool> {
        const auto first = co_await weft::when_any(sleeps(1, 1h), yields(2));
        co_return first.index() == 1 && std::get<1>(first) == 2;
    });
    check_task("with_timeout", []() -> weft::task<bool> {
        const std::optional<int> in_time = co_await weft::with_timeout(yields(1), 1h);
        const std::optional<int> late = co_await weft::with_timeout(sleeps(1, 1h), 1ms);
        co_return in_time == 1 && !late;
    });
}

TEST_CASE("async: without memory a scope ends all that it has begun")
{
    check_task("async_scope", []() -> weft::task<bool> {
        int sum = 0;
        const auto add = [&](int n, argument) -> weft::task<> {
            co_await weft::async_yield();
            sum += n;
        };
        co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            for (int i = 0; i < 5; ++i) s.spawn(add(1, {}));
            co_return;
        });
        co_return sum == 5;
    });
}

TEST_CASE("async: without memory a spawn throws, and nothing runs")
{
    check_all("spawn", [](weft::thread_pool& pool) {
        auto a = pool.spawn(yields(1));
        auto b = pool.spawn(sleeps(2));
        return a.get() + b.get() == 3;
    });
    check_all("spawn, dropped", [](weft::thread_pool& pool) {
        static_cast<void>(pool.spawn(yields(1)));
        static_cast<void>(pool.spawn(sleeps(2)));
        return true;
    });
    check_task("spawn by a task", []() -> weft::task<bool> {
        auto h = weft::spawn(yields(3));
        const int got = co_await h;
        co_return got == 3;
    });
}

TEST_CASE("async: without memory a message is sent or not, a select does one thing or throws, and nothing is lost")
{
    static const auto value = [](std::optional<test::counted> m) { return m ? m->value : -1000; };
    const auto sends = [](const weft::sender<test::counted>& a, const weft::sender<test::counted>& b,
                          argument = {}) -> weft::task<> {
        for (int i = 0; i < 3; ++i) {
            static_cast<void>(co_await a.async_send(test::counted(i)));
            static_cast<void>(co_await b.async_send(test::counted(10 + i)));
        }
    };
    const auto takes = [](const weft::receiver<test::counted>& a, const weft::receiver<test::counted>& b,
                          argument = {}) -> weft::task<int> {
        int sum = 0;
        for (int i = 0; i < 6; ++i)
            sum += co_await weft::async_select(weft::on_recv(a, value), weft::on_recv(b, value));
        co_return sum;
    };
    for (const std::size_t capacity : {0u, 1u, 3u}) {
        check_all("a select", [&, capacity](weft::thread_pool& pool) {
            const auto a = weft::bounded<test::counted>(capacity);
            const auto b = weft::unbounded<test::counted>();
            return weft::sync_wait(pool, weft::when_all(sends(a.first, b.first), takes(a.second, b.second))) == 36;
        });
    }
}

TEST_CASE("async: locks, events and what waits for them need no memory")
{
    weft::thread_pool pool{{.num_threads = 1}};
    weft::async_mutex m;
    weft::async_semaphore s(1);
    weft::async_event e;
    weft::async_latch l(1);
    const auto waits = [&](argument = {}) -> weft::task<bool> {
        {
            const auto hold = co_await m.lock();
            co_await weft::async_yield();
            co_await s.acquire();
            s.release();
        }
        co_await e.wait();
        co_await l.wait();
        co_await weft::sleep_for(1ms);
        co_return true;
    };
    CHECK(weft::sync_wait(pool, sleeps(1)) == 1);  // the thread that wakes sleepers has begun
    auto a = pool.spawn(waits());
    auto b = pool.spawn(waits());
    faults::fail_allocation(0, true);
    e.set();
    l.count_down();
    const bool good = a.get() && b.get();
    faults::stop_failing();
    CHECK(good);
}

#ifdef WEFT_TEST_THREAD_FAULTS
TEST_CASE("async: no thread for whoever offloads or waits, all the same the task ends")
{
    for (long k = 0; k < 3; ++k) {
        weft::thread_pool pool{{.num_threads = 1}};
        const auto run = []() -> weft::task<int> { co_return co_await weft::offload([] { return 4; }); };
        faults::fail_thread(k);
        CHECK(weft::sync_wait(pool, run()) == 4);
        CHECK(pool.install([] { return weft::sync_wait(yields(5)); }) == 5);
        faults::stop_failing();
        CHECK(weft::sync_wait(pool, run()) == 4);
    }
}
#endif
