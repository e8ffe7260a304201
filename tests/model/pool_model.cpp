// tests/model/pool_model.cpp - the shipped pool as a whole: its sleep, its wake-ups, its waiting and its end.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A pool takes some hundred steps, so the searches are bounded, and cut short. More of the pool: help_model.cpp,
// mail_model.cpp.
#include <weft/model/thread.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/per_worker.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/seam/cell.hpp>
#include <weft/sync/parker.hpp>

#include "small_pool.hpp"

namespace {

using scenarios::enter;
using scenarios::large;
using scenarios::threads;
using weft::detail::cell;
using weft::detail::parking_spot;
using weft::model::require;
using weft::model::thread;

const enter starts_and_stops("pool", "pool_starts_and_stops", [] { weft::thread_pool pool(threads(1)); }, large(2));

const enter spawn_wakes(
    "pool", "pool_spawn_wakes",
    [] {
        weft::thread_pool pool(threads(1));
        parking_spot done;
        cell<int> data{0};
        cell<int> result{0};
        data.write() = 1;
        pool.spawn([&] {
            result.write() = data.read();
            done.unpark();
        });
        done.park();
        require(result.read() == 1);
    },
    large(2));

const enter stop_waits(
    "pool", "pool_stop_waits",
    [] {
        // What was spawned runs before the pool ends.
        cell<int> result{0};
        {
            weft::thread_pool pool(threads(1));
            pool.spawn([&] { result.write() = 1; });
        }
        require(result.read() == 1);
    },
    large(2));

const enter two_spawns(
    "pool", "pool_two_spawns",
    [] {
        // The second comes while a thread may be on its way back to sleep.
        weft::thread_pool pool(threads(1));
        parking_spot done;
        cell<int> result{0};
        for (int i = 1; i <= 2; ++i) {
            pool.spawn([&] {
                ++result.write();
                done.unpark();
            });
            done.park();
            require(result.read() == i);
        }
    },
    large(1));

const enter join_is_helped(
    "pool", "pool_join_is_helped",
    [] {
        // The caller sits down on one thread's seat; the other thread may be woken, and steal.
        weft::thread_pool pool(threads(2));
        cell<int> a{0};
        cell<int> b{0};
        pool.join([&] { a.write() = 1; }, [&] { b.write() = 1; });
        require(a.read() == 1 && b.read() == 1);
    },
    large(1));

const enter join_needs_another(
    "pool", "pool_join_needs_another",
    [] {
        // One side waits for what the other side does: somebody must be woken for it.
        weft::thread_pool pool(threads(2));
        parking_spot done;
        cell<int> data{0};
        pool.join(
            [&] {
                done.park();
                require(data.read() == 1);
            },
            [&] {
                data.write() = 1;
                done.unpark();
            });
    },
    large(1));

const enter push_against_sleep(
    "pool", "pool_push_against_sleep",
    [] {
        // A thread that has worked is on its way to sleep while a job is published that only it can run.
        weft::thread_pool pool(threads(2));
        parking_spot awake;
        pool.spawn([&] { awake.unpark(); });
        awake.park();
        parking_spot done;
        pool.join([&] { done.park(); }, [&] { done.unpark(); });
    },
    large(1));

const enter chain_of_wakes(
    "pool", "pool_chain_of_wakes",
    [] {
        // Who spawns the second task may rely on the thread that still looks for the first one.
        parking_spot done;
        parking_spot ended;
        weft::thread_pool pool(threads(2));
        pool.spawn([&] {
            done.park();
            ended.unpark();
        });
        pool.spawn([&] { done.unpark(); });
        ended.park();  // the end of the pool would wake everybody
    },
    large(1));

const enter borrowed_seat(
    "pool", "pool_borrowed_seat",
    [] {
        // The only thread's seat is lent to a caller while something is spawned: the caller must see to it.
        parking_spot done;
        weft::thread_pool pool(threads(1));
        {
            thread caller([&] { pool.install([] {}); });
            pool.spawn([&] { done.unpark(); });
            done.park();
        }
    },
    large(2));

const enter extra_seat(
    "pool", "pool_extra_seat",
    [] {
        // A seat is added for the caller while the only thread looks for work.
        cell<int> data{0};
        weft::thread_pool pool(threads(1));
        pool.spawn([&] { ++data.write(); });
        pool.install([&] { static_cast<void>(weft::current_num_threads()); });
    },
    large(2));

const enter waiter_is_told(
    "pool", "pool_waiter_is_told",
    [] {
        // The caller's job may be stolen, and then publish one that nobody but the waiting caller can run.
        weft::thread_pool pool(threads(2));
        parking_spot done;
        pool.join([] {}, [&] { weft::join([&] { done.park(); }, [&] { done.unpark(); }); });
    },
    large(1));

const enter scope_waiter_is_told(
    "pool", "pool_scope_waiter_is_told",
    [] {
        weft::thread_pool pool(threads(2));
        parking_spot done;
        pool.scope([&](auto& s) {
            s.spawn([&] {
                s.spawn([&] { done.unpark(); });
                done.park();
            });
        });
    },
    large(1));

const enter scope_ends(
    "pool", "pool_scope_ends",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> a{0};
        cell<int> b{0};
        pool.scope([&](auto& s) {
            s.spawn([&] { a.write() = 1; });
            s.spawn([&] { b.write() = 1; });
        });
        require(a.read() == 1 && b.read() == 1);
    },
    large(1));

// Tasks that a task has spawned end where it ran: one at the thread that opened the scope, or both elsewhere, where they
// are counted together.
const enter scope_counts_together(
    "pool", "pool_scope_counts_together",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> a{0};
        cell<int> b{0};
        pool.scope([&](auto& s) {
            s.spawn([&](weft::task_scope& same) {
                same.spawn([&] { a.write() = 1; });
                same.spawn([&] { b.write() = 1; });
            });
        });
        require(a.read() == 1 && b.read() == 1);
    },
    large(1));

// The thread at home waits, and has counted its own elsewhere, when it is called to help and then waits again.
const enter scope_waits_twice(
    "pool", "pool_scope_waits_twice",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> a{0};
        cell<int> b{0};
        pool.scope([&](auto& s) {
            s.spawn([&](weft::task_scope& same) {
                same.spawn([&] { b.write() = 1; });
                weft::join([&] { a.write() = 1; }, [] {});
            });
        });
        require(a.read() == 1 && b.read() == 1);
    },
    large(1));

// The caller waits for a job, helps with one of a scope in it, and spawns into that: what it has counted in advance it could
// not give back before the scope has ended.
const enter scope_spawned_into_by_helper(
    "pool", "pool_scope_spawned_into_by_helper",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> a{0};
        pool.join([] {},
                  [&] { weft::scope([&](auto& s) { weft::join([] {}, [&] { s.spawn([&] { a.write() = 1; }); }); }); });
        require(a.read() == 1);
    },
    large(1));

}  // namespace
