// examples/pool/spawn.cpp - tasks that nobody waits for, and what becomes of their exceptions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/spawn.hpp>
#include <weft/pool/thread_pool.hpp>

#include <atomic>
#include <cstdio>
#include <exception>
#include <stdexcept>

int main()
{
    static std::atomic<int> done{0};
    static std::atomic<int> failed{0};
    {
        weft::thread_pool pool({.on_unhandled = [](std::exception_ptr error) {
            // Without this, an exception of a spawned task ends the program: nobody is there to catch it.
            try {
                std::rethrow_exception(error);
            } catch (const std::exception& e) {
                std::printf("a task failed: %s\n", e.what());
                failed.fetch_add(1);
            }
        }});
        for (int i = 0; i < 100; ++i) pool.spawn([] { done.fetch_add(1); });
        pool.spawn([] { throw std::runtime_error("no reason"); });
    }  // the pool's destructor waits for all of them
    std::printf("%d tasks done, %d failed\n", done.load(), failed.load());
    return done.load() == 100 && failed.load() == 1 ? 0 : 1;
}
