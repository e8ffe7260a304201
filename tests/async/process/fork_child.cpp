// The child of a fork: tasks run there, sleep and are timed out, in the global pool and in a pool without threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../../pool/process/process.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Runs `body` in a child and expects it to end well within some seconds.
template <class F>
void in_child(F body)
{
    const pid_t child = fork();
    EXPECT(child >= 0);
    if (child == 0) {
        alarm(20);
        body();
        std::_Exit(0);
    }
    int status = 0;
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

weft::task<int> after(std::chrono::milliseconds time, int value)
{
    co_await weft::sleep_for(time);
    co_return value;
}

weft::task<int> all_kinds()
{
    weft::async_mutex lock;
    int sum = 0;
    const auto adds = [&](int n) -> weft::task<> {
        const auto hold = co_await lock.lock();
        const int before = sum;
        co_await weft::async_yield();
        sum = before + n;
    };
    co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < 10; ++i) s.spawn(adds(1));
        co_return;
    });
    const auto both = co_await weft::when_all(after(2ms, 1), after(1ms, 2));
    sum += std::get<0>(both) + std::get<1>(both);
    const std::optional<int> in_time = co_await weft::with_timeout(after(1ms, 3), 1h);
    const std::optional<int> late = co_await weft::with_timeout(after(1h, 3), 1ms);
    sum += in_time.value_or(100) + (late ? 100 : 4);
    sum += co_await weft::spawn(after(1ms, 5));
    co_return sum;
}
constexpr int of_all_kinds = 10 + 3 + 7 + 5;

}  // namespace

int main()
{
    EXPECT(weft::sync_wait(all_kinds()) == of_all_kinds);
    auto pool = std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 2});
    EXPECT(weft::sync_wait(*pool, all_kinds()) == of_all_kinds);

    // While some sleep in the parent.
    std::vector<weft::join_handle<int>> asleep;
    for (int i = 0; i < 100; ++i) asleep.push_back(pool->spawn(after(1h, i)));
    for (int i = 0; i < 100; ++i) asleep.push_back(weft::spawn(after(1h, i)));
    EXPECT(weft::sync_wait(after(5ms, 1)) == 1);

    in_child([] { EXPECT(weft::sync_wait(all_kinds()) == of_all_kinds); });
    in_child([&] {
        EXPECT(weft::sync_wait(*pool, all_kinds()) == of_all_kinds);
        auto h = pool->spawn(after(1ms, 6));
        EXPECT(h.get() == 6);
        weft::thread_pool fresh{{.num_threads = 2}};
        EXPECT(weft::sync_wait(fresh, all_kinds()) == of_all_kinds);
        auto i = fresh.spawn(after(1h, 6));
        i.request_stop();
        bool stopped = false;
        try {
            i.get();
        } catch (const weft::stopped&) {
            stopped = true;
        }
        EXPECT(stopped);
    });
    // While others come and go.
    std::atomic<bool> over{false};
    const auto busy = [&]() -> weft::task<> {
        while (!over) {
            static_cast<void>(co_await weft::with_timeout(after(0ms, 1), 1h));
            co_await weft::spawn(after(0ms, 1));
            co_await weft::async_yield();
        }
    };
    auto runs = pool->spawn(weft::when_all(busy(), busy(), busy()));
    for (int i = 0; i < 40; ++i) {
        in_child([] { EXPECT(weft::sync_wait(all_kinds()) == of_all_kinds); });
        in_child([] {
            weft::thread_pool fresh{{.num_threads = 2}};
            EXPECT(weft::sync_wait(fresh, all_kinds()) == of_all_kinds);
        });
        in_child([&] { EXPECT(weft::sync_wait(*pool, all_kinds()) == of_all_kinds); });
    }
    over = true;
    runs.get();
    // The parent's sleepers are as they were.
    for (auto& h : asleep) {
        EXPECT(!h.is_done());
        h.request_stop();
    }
    EXPECT(weft::sync_wait(all_kinds()) == of_all_kinds);
}
