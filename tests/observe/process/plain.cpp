// tests/observe/process/plain.cpp - a program that knows nothing of traces and reports.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/thread_pool.hpp>

#include <atomic>
#include <thread>

int main()
{
    std::atomic<int> there{0};
    const auto meet = [&] {
        there.fetch_add(1);
        while (there.load() % 2 != 0) std::this_thread::yield();
    };
    weft::thread_pool pool({.num_threads = 2});
    pool.install([&] {
        for (int i = 0; i < 20; ++i) {
            weft::par_range(0, 2).with_max_len(1).for_each([&](int) { meet(); });
            weft::join(meet, meet);
            weft::scope([&](weft::task_scope& s) {
                s.spawn(meet);
                meet();
            });
        }
    });
}
