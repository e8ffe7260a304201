// tests/gdb/process/held.cpp - a program that holds what gdb is to show, and stops where one thread runs what another has forked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/channel/bounded_queue.hpp>
#include <weft/channel/channel.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/queue/array_queue.hpp>
#include <weft/queue/seg_queue.hpp>
#include <weft/queue/spsc_queue.hpp>
#include <weft/sync/mutex.hpp>

#include <atomic>
#include <thread>
#include <utility>

/// Where gdb stops.
extern "C" [[gnu::noinline]] void stop_here(const char* where) { asm volatile("" : : "r"(where) : "memory"); }

namespace {

std::atomic<int> arrived{0};

/// Two threads meet: so each has taken one of the two functions.
void meet(int round)
{
    arrived.fetch_add(1);
    while (arrived.load() < 2 * round) std::this_thread::yield();
}

[[gnu::noinline]] void forks_one()
{
    weft::join_context([](weft::fn_context) { meet(1); },
                       [](weft::fn_context i) {
                           meet(1);
                           if (i.migrated()) stop_here("a stolen job");
                       });
}

[[gnu::noinline]] void spawns_one(std::thread::id home)
{
    weft::scope([&](weft::task_scope& s) {
        const auto part = [home] {
            meet(2);
            if (std::this_thread::get_id() != home) stop_here("a task of a scope");
        };
        s.spawn(part);
        part();
    });
}

weft::task<int> answers(int x) { co_return x; }

}  // namespace

int main()
{
    weft::thread_pool pool({.num_threads = 2});
    weft::array_queue<int> numbers(4);
    for (const int x : {7, 8, 9}) static_cast<void>(numbers.try_push(x));
    weft::spsc_queue<int> pipe(8);
    static_cast<void>(pipe.try_push(1));
    weft::seg_queue<int> many;
    for (int i = 0; i < 300; ++i) many.push(i);
    auto [tx, rx] = weft::bounded<int>(5);
    for (int i = 0; i < 3; ++i) static_cast<void>(tx.send(i));
    auto moved = tx;
    auto gone = std::move(moved);
    weft::bounded_queue<int> shared(2);
    static_cast<void>(shared.try_push(1));
    weft::task<int> begins = answers(1);
    weft::join_handle<int> handle = pool.spawn(answers(2));
    while (!handle.is_done()) std::this_thread::yield();
    weft::mutex lock;
    lock.lock();

    pool.install([] { forks_one(); });
    pool.install([] { spawns_one(std::this_thread::get_id()); });
    stop_here("main");

    lock.unlock();
    return weft::sync_wait(std::move(begins)) + handle.get() == 3 ? 0 : 1;
}
