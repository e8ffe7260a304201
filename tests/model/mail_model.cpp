// tests/model/mail_model.cpp - work for one certain thread, threads that end, and threads that stand in for others.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/pool/broadcast.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>
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

const enter broadcast(
    "mail", "mail_broadcast",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> ran[2];
        cell<int> data{1};
        pool.install([&] { weft::broadcast([&](std::size_t i) { ran[i].write() += data.read(); }); });
        require(ran[0].read() == 1 && ran[1].read() == 1);
    },
    large(1));

const enter broadcast_from_outside(
    "mail", "mail_broadcast_from_outside",
    [] {
        weft::thread_pool pool(threads(2));
        cell<int> ran[2];
        pool.broadcast([&](std::size_t i) { ++ran[i].write(); });
        require(ran[0].read() == 1 && ran[1].read() == 1);
    },
    large(1));

const enter broadcast_at_the_end(
    "mail", "mail_at_the_end",
    [] {
        // A task sends mail to all threads while the pool is destroyed: whose thread has ended, that part is run by
        // the sender.
        cell<int> ran[2];
        {
            weft::thread_pool pool(threads(2));
            pool.spawn(
                [&] { weft::scope([&](auto& s) { s.spawn_broadcast([&](std::size_t i) { ++ran[i].write(); }); }); });
        }
        require(ran[0].read() == 1 && ran[1].read() == 1);
    },
    large(2));

const enter blocking_twice(
    "mail", "blocking_twice",
    [] {
        // The only thread blocks until a task has run that only its substitute can run; the substitute comes again.
        parking_spot ended;
        cell<int> data{0};
        weft::thread_pool pool(threads(1));
        pool.spawn([&] {
            for (int i = 1; i <= 2; ++i) {
                parking_spot done;
                weft::spawn([&] {
                    ++data.write();
                    done.unpark();
                });
                weft::blocking([&] { done.park(); });
                require(data.read() == i);
            }
            ended.unpark();
        });
        ended.park();
    },
    large(1));

const enter substitute_is_woken(
    "mail", "blocking_substitute_is_woken",
    [] {
        // Who spawns from outside has not met the thread that made the substitute's seat.
        parking_spot busy;
        parking_spot done;
        parking_spot ended;
        weft::thread_pool pool(threads(1));
        pool.spawn([&] {
            busy.unpark();
            weft::blocking([&] { done.park(); });
            ended.unpark();
        });
        busy.park();
        pool.spawn([&] { done.unpark(); });
        ended.park();
    },
    large(1));

const enter substitute_steals(
    "mail", "blocking_substitute_steals",
    [] {
        // As above, for who waits for what the substitute has stolen.
        parking_spot busy;
        parking_spot done;
        weft::thread_pool pool(threads(1));
        pool.spawn([&] {
            busy.unpark();
            weft::blocking([&] { done.park(); });
        });
        busy.park();
        cell<int> data{0};
        pool.join([] {}, [&] { ++data.write(); });
        require(data.read() == 1);
        done.unpark();
    },
    large(2));

const enter blocking_at_the_end(
    "mail", "blocking_at_the_end",
    [] {
        // The substitute retires while the pool is destroyed.
        cell<int> data{0};
        {
            weft::thread_pool pool(threads(1));
            pool.spawn([&] {
                parking_spot done;
                weft::spawn([&] {
                    ++data.write();
                    done.unpark();
                });
                weft::blocking([&] { done.park(); });
                ++data.write();
            });
        }
        require(data.read() == 2);
    },
    large(1));

}  // namespace
