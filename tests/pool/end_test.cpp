// tests/pool/end_test.cpp - a pool that is being destroyed still does everything that its tasks ask for.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/pool/thread_pool.hpp>

#include "pool/patience.hpp"
#include "test.hpp"

#include <vector>

using namespace std::chrono_literals;

namespace {

/// Spawns a task and returns a receiver that has a message once it has run.
auto spawn_sender()
{
    auto [tx, rx] = weft::bounded<int>(1);
    weft::spawn([tx = tx] { static_cast<void>(tx.send(1)); });
    return rx;
}

}  // namespace

TEST_CASE("end: a task blocks, and blocks again for one that it has spawned, while the destructor waits")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 8u}) {
        std::atomic<bool> begun{false};
        std::atomic<bool> received{false};
        {
            weft::thread_pool pool{{.num_threads = threads}};
            pool.spawn([&] {
                begun = true;
                weft::blocking([] { std::this_thread::sleep_for(100ms); });  // the destructor begins meanwhile
                const auto rx = spawn_sender();
                weft::blocking([&] { received = rx.recv().has_value(); });
            });
            test::wait_for(begun);
        }
        CHECK(received.load());
    }
}

TEST_CASE("end: several tasks block at once while the destructor waits")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 8u}) {
        constexpr int tasks = 10;
        std::atomic<int> begun{0};
        std::atomic<int> met{0};
        {
            weft::thread_pool pool{{.num_threads = threads}};
            for (int i = 0; i < tasks; ++i) {
                pool.spawn([&] {
                    begun.fetch_add(1);
                    weft::blocking([&] {
                        while (begun.load() < tasks) std::this_thread::sleep_for(1ms);
                    });
                    met.fetch_add(1);
                });
            }
        }
        CHECK(met.load() == tasks);
    }
}

TEST_CASE("end: an idle thread takes what a task has spawned and waits for in a call that the pool knows nothing of")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {2u, 4u}) {
        std::atomic<bool> begun{false};
        std::atomic<bool> received{false};
        {
            weft::thread_pool pool{{.num_threads = threads}};
            pool.spawn([&] {
                begun = true;
                std::this_thread::sleep_for(100ms);  // the destructor has begun, and the others have nothing to do
                const auto rx = spawn_sender();
                received = rx.recv().has_value();
            });
            test::wait_for(begun);
        }
        CHECK(received.load());
    }
}

TEST_CASE("end: a loop that begins while the destructor waits has all threads of the pool")
{
    const test::test_watchdog limit;
    constexpr std::size_t threads = 4;
    std::atomic<bool> begun{false};
    std::atomic<std::size_t> here{0};
    {
        weft::thread_pool pool{{.num_threads = threads}};
        pool.spawn([&] {
            begun = true;
            std::this_thread::sleep_for(100ms);
            // Each task waits for all the others: it takes as many threads as the pool has.
            weft::scope([&](weft::task_scope& s) {
                for (std::size_t i = 0; i < threads; ++i) {
                    s.spawn([&] {
                        here.fetch_add(1);
                        while (here.load() < threads) std::this_thread::sleep_for(1ms);
                    });
                }
            });
        });
        test::wait_for(begun);
    }
    CHECK(here.load() == threads);
}

TEST_CASE("end: on_thread_start and on_thread_exit may use the pool, and wait for one another")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        std::atomic<std::size_t> ran{0};
        const auto use = [&](std::size_t) {
            weft::join([&] { ran.fetch_add(1); }, [&] { ran.fetch_add(1); });
            weft::scope([&](weft::task_scope& s) { s.spawn([&] { ran.fetch_add(1); }); });
            weft::blocking([&] { ran.fetch_add(1); });
            weft::spawn([&] { ran.fetch_add(1); });
            weft::broadcast([&] { ran.fetch_add(1); });
        };
        {
            const weft::thread_pool pool{{.num_threads = threads, .on_thread_start = use, .on_thread_exit = use}};
        }
        CHECK(ran.load() == 2 * threads * (5 + threads));
    }
}

TEST_CASE("end: on_thread_start may block for what another thread of the pool does")
{
    const test::test_watchdog limit;
    for (const std::size_t threads : {1u, 2u, 4u}) {
        std::atomic<std::size_t> received{0};
        {
            const weft::thread_pool pool{{.num_threads = threads, .on_thread_start = [&](std::size_t) {
                                              const auto rx = spawn_sender();
                                              weft::blocking([&] { received.fetch_add(rx.recv().has_value()); });
                                          }}};
        }
        CHECK(received.load() == threads);
    }
}
