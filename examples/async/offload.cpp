// examples/async/offload.cpp - a call that blocks, from a task: the pool's threads go on.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/pool/thread_pool.hpp>

#include <cstdio>
#include <cstdlib>
#include <latch>

int main()
{
    weft::thread_pool pool({.num_threads = 1});
    std::latch answered(1);

    const auto asks = [&]() -> weft::task<int> {
        co_return co_await weft::offload([&] {
            answered.wait();  // as a read of a file would: this thread sleeps in the system
            return 42;
        });
    };
    const auto answers = [&]() -> weft::task<> {
        answered.count_down();  // on the pool's only thread, while the other task blocks
        co_return;
    };
    const int got = weft::sync_wait(pool, weft::when_all(asks(), answers()));
    std::printf("%d\n", got);
    return got == 42 ? EXIT_SUCCESS : EXIT_FAILURE;
}
