// The child of a fork: the global pool is rebuilt, own pools work without their threads, and nothing hangs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "process.hpp"

#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <memory>
#include <stdexcept>

namespace {

long fib(int n)
{
    if (n < 2) return n;
    auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

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

}  // namespace

int main()
{
    EXPECT(fib(16) == 987);
    auto pool = std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 2});
    EXPECT(pool->install([] { return fib(16); }) == 987);

    in_child([] {
        EXPECT(fib(16) == 987);
        EXPECT(weft::broadcast([](std::size_t i) { return i; }).size() == weft::current_num_threads());
    });
    in_child([&] {
        EXPECT(pool->install([] { return fib(16); }) == 987);
        bool ran = false;
        pool->spawn([&] { ran = true; });
        EXPECT(ran);
        bool reported = false;
        try {
            pool->broadcast([] {});
        } catch (const std::runtime_error&) {
            reported = true;
        }
        EXPECT(reported);
        std::atomic<int> tasks{0};
        pool->scope([&](weft::task_scope& s) {
            for (int i = 0; i < 10; ++i) s.spawn([&] { tasks.fetch_add(1); });
        });
        EXPECT(tasks.load() == 10);
        pool.reset();
    });
    // From inside a parallel region.
    for (int i = 0; i < 20; ++i) {
        weft::join([] { in_child([] { EXPECT(fib(12) == 144); }); }, [] { fib(18); });
    }
    EXPECT(fib(16) == 987);
}
