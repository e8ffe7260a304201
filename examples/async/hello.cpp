// examples/async/hello.cpp - tasks: awaited, side by side, and in a scope.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace {

weft::task<int> answer() { co_return 42; }

weft::task<int> work(int n)
{
    co_await weft::async_yield();  // others may run; this one may go on, on another thread
    co_return n* n;
}

weft::task<int> all()
{
    const int a = co_await answer();                          // like a call
    auto [x, y] = co_await weft::when_all(work(2), work(3));  // both on the pool
    auto later = weft::spawn(work(4));                        // runs beside this one

    std::atomic<int> sum{0};
    const auto add = [&sum](int n) -> weft::task<> { sum += co_await work(n); };  // lives until all have ended
    co_await weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < 10; ++i) s.spawn(add(i));
        co_return;
    });  // all ten have ended here
    co_return a + x + y + co_await later + sum;
}

}  // namespace

int main()
{
    const int got = weft::sync_wait(all());
    std::printf("%d\n", got);
    return got == 42 + 4 + 9 + 16 + 285 ? EXIT_SUCCESS : EXIT_FAILURE;
}
