// tests/compile_fail/async.cpp - misuse of coroutines, and the first line that the compiler says about it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/pool/thread_pool.hpp>

#include <chrono>
#include <vector>

// A warning, unless it is turned into an error, as here.
#if defined(__GNUC__)
#pragma GCC diagnostic error "-Wunused-result"
#endif

struct foreign {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

weft::task<int> answer() { co_return 42; }

weft::task<int> uses()
{
    using namespace std::chrono_literals;
    const auto ends = weft::bounded<int>(1);
    weft::task<int> named = answer();
#if defined(CASE_task_by_name)  // expect: a task is awaited once, and is gone then: write co_await std::move(t)
    co_return co_await named;
#elif defined(CASE_foreign_awaitable)       // expect: a task can await tasks, and what weft makes for that purpose
    co_await foreign();
#elif defined(CASE_body_is_no_coroutine)    // expect: the body of an async_scope must be a coroutine
    co_await weft::async_scope([](weft::async_task_scope&) {});
#elif defined(CASE_offload_with_arguments)  // expect: offload calls its function without arguments
    co_await weft::offload([](int n) { return n; });
#elif defined(CASE_forgotten_task)          // expect: ignoring return
    answer();
#elif defined(CASE_forgotten_group)         // expect: ignoring return
    weft::when_all(answer(), answer());
#elif defined(CASE_forgotten_sleep)         // expect: ignoring return
    weft::sleep_for(std::chrono::seconds(1));
#elif defined(CASE_forgotten_timeout)       // expect: ignoring return
    weft::with_timeout(answer(), std::chrono::seconds(1));
#elif defined(CASE_forgotten_scope)         // expect: ignoring return
    weft::async_scope([](weft::async_task_scope&) -> weft::task<> { co_return; });
#elif defined(CASE_forgotten_yield)         // expect: ignoring return
    weft::async_yield();
#elif defined(CASE_forgotten_offload)       // expect: ignoring return
    weft::offload([] { return 1; });
#elif defined(CASE_forgotten_lock)          // expect: ignoring return
    weft::async_mutex m;
    m.lock();
#elif defined(CASE_forgotten_event)         // expect: ignoring return
    weft::async_event e;
    e.wait();
#elif defined(CASE_forgotten_permit)        // expect: ignoring return
    weft::async_semaphore s(1);
    s.acquire();
#elif defined(CASE_forgotten_latch)         // expect: ignoring return
    weft::async_latch l(1);
    l.wait();
#elif defined(CASE_forgotten_handle)        // expect: ignoring return
    weft::spawn(answer());
#elif defined(CASE_forgotten_detached)      // expect: ignoring return
    weft::detached_from_stop(answer());
#elif defined(CASE_forgotten_schedule)      // expect: ignoring return
    weft::thread_pool pool;
    pool.schedule();
#elif defined(CASE_forgotten_token)         // expect: ignoring return
    weft::get_stop_token();
#elif defined(CASE_forgotten_item)          // expect: ignoring return
    const auto items = []() -> weft::async_generator<int> { co_yield 1; };
    auto g = items();
    g.next();
#elif defined(CASE_spawn_of_a_coroutine)    // expect: spawn takes a task, not the function that makes one
    const int captured = 1;
    weft::spawn([captured]() -> weft::task<int> { co_return captured; });
#elif defined(CASE_spawn_of_a_coroutine_in_a_pool)  // expect: spawn takes a task, not the function that makes one
    weft::thread_pool pool;
    pool.spawn(answer);
#elif defined(CASE_lock_given_up_at_once)           // expect: ignoring return
    weft::async_mutex m;
    m.try_lock();
#elif defined(CASE_any_of_nothing)                  // expect: when_any needs a task at least
    co_await weft::when_any();
#elif defined(CASE_async_select_of_functions)  // expect: select takes arms: on_recv, on_send, on_default or on_timeout
    co_await weft::async_select([] {});
#elif defined(CASE_async_select_two_defaults)  // expect: select takes one on_default or one on_timeout, not both
    co_await weft::async_select(weft::on_recv(ends.second, [](auto) {}), weft::on_default([] {}), weft::on_timeout(1ms, [] {}));
#elif defined(CASE_async_select_of_unlike_results)  // expect: the functions of a select return types that have nothing in common
    co_await weft::async_select(weft::on_recv(ends.second, [](auto) -> weft::task<int> { co_return 1; }),
                                weft::on_default([] { return foreign(); }));
#elif defined(CASE_async_send_of_another_type)  // expect: a message of this channel cannot be made from this argument
    co_await ends.first.async_send(foreign());
#endif
    co_return co_await std::move(named);
}
