// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/pool_options.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <atomic>
#include <barrier>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__linux__)
#include <pthread.h>
#endif

TEST_CASE("pool_options: too many threads are refused")
{
    CHECK_THROWS_AS(weft::thread_pool({.num_threads = 5000}), std::invalid_argument);
}

TEST_CASE("pool_options: hooks run once on every thread")
{
    std::mutex lock;
    std::multiset<std::size_t> started;
    std::multiset<std::size_t> exited;
    std::set<std::thread::id> ids;
    {
        weft::thread_pool pool{{.num_threads = 4,
                                .on_thread_start =
                                    [&](std::size_t i) {
                                        const std::lock_guard hold(lock);
                                        started.insert(i);
                                        ids.insert(std::this_thread::get_id());
                                    },
                                .on_thread_exit =
                                    [&](std::size_t i) {
                                        const std::lock_guard hold(lock);
                                        exited.insert(i);
                                    }}};
        CHECK(started == std::multiset<std::size_t>{0, 1, 2, 3});
    }
    CHECK(exited == std::multiset<std::size_t>{0, 1, 2, 3});
    CHECK(ids.size() == 4);
}

TEST_CASE("pool_options: an exception of on_thread_start leaves the constructor, and the other threads end")
{
    for (std::size_t bad = 0; bad < 4; ++bad) {
        std::atomic<int> running{0};
        CHECK_THROWS_AS(weft::thread_pool({.num_threads = 4,
                                           .on_thread_start =
                                               [&](std::size_t i) {
                                                   if (i == bad) throw std::runtime_error("start");
                                                   running.fetch_add(1);
                                               },
                                           .on_thread_exit = [&] { running.fetch_sub(1); }}),
                        std::runtime_error);
        CHECK(running.load() == 0);
    }
}

TEST_CASE("pool_options: an exception of on_thread_exit goes to on_unhandled")
{
    std::atomic<int> reported{0};
    {
        weft::thread_pool pool{{.num_threads = 2,
                                .on_thread_exit = [] { throw std::runtime_error("exit"); },
                                .on_unhandled = [&](std::exception_ptr e) { reported.fetch_add(e != nullptr); }}};
    }
    CHECK(reported.load() == 2);
}

#if defined(__linux__)
TEST_CASE("pool_options: threads have names")
{
    const auto name_of_this_thread = [] {
        char name[32] = {};
        pthread_getname_np(pthread_self(), name, sizeof name);
        return std::string(name);
    };
    weft::thread_pool plain{{.num_threads = 2}};
    CHECK(plain.broadcast(name_of_this_thread) == std::vector<std::string>{"weft-0", "weft-1"});
    weft::thread_pool named{{.num_threads = 2, .thread_name = [](std::size_t i) { return "io" + std::to_string(i); }}};
    CHECK(named.broadcast(name_of_this_thread) == std::vector<std::string>{"io0", "io1"});
}

TEST_CASE("pool_options: stack_size is honoured")
{
    weft::thread_pool pool{{.num_threads = 1, .stack_size = 16u << 20}};
    const auto sizes = pool.broadcast([] {
        pthread_attr_t attributes;
        pthread_getattr_np(pthread_self(), &attributes);
        std::size_t size = 0;
        pthread_attr_getstacksize(&attributes, &size);
        pthread_attr_destroy(&attributes);
        return size;
    });
    CHECK(sizes.at(0) >= 16u << 20);
}
#endif

TEST_CASE("pool_options: idle policies all do the work")
{
    for (auto policy : {weft::idle_policy::spin, weft::idle_policy::balanced, weft::idle_policy::frugal}) {
        weft::thread_pool pool{{.num_threads = 3, .idle = policy}};
        std::atomic<int> ran{0};
        for (int round = 0; round < 10; ++round) {
            pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 20; ++i) s.spawn([&] { ran.fetch_add(1); });
            });
        }
        CHECK(ran.load() == 200);
    }
}
