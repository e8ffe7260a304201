// tests/model/seats_model.cpp - seats that change hands: who waits, who steps in, who comes back, and who is forgotten.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A wake-up that is lost is a deadlock in each of these: what would end the wait lies in a queue, and all sleep.
#include <weft/model/thread.hpp>
#include <weft/pool/broadcast.hpp>
#include <weft/pool/join.hpp>
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
using weft::model::thread;

const enter chain_of_three(
    "seats", "seats_chain_of_three",
    [] {
        // The last one that looked for work has found some, and must see whoever has gone to sleep meanwhile.
        parking_spot done;
        parking_spot ended;
        weft::thread_pool pool(threads(2));
        pool.spawn([] {});
        pool.spawn([&] {
            done.park();
            ended.unpark();
        });
        pool.spawn([&] { done.unpark(); });
        ended.park();
    },
    large(2));

const enter two_callers(
    "seats", "seats_two_callers",
    [] {
        // Callers have the only seat while tasks are spawned: one of them takes wanted_ back while another spawn relies
        // on it.
        parking_spot first;
        parking_spot second;
        weft::thread_pool pool(threads(1));
        thread one([&] {
            pool.install([] {});
            pool.install([] {});
        });
        thread two([&] { pool.install([] {}); });
        pool.spawn([&] { first.unpark(); });
        first.park();
        pool.spawn([&] { second.unpark(); });
        second.park();
    },
    large(2));

const enter caller_leaves_again(
    "seats", "seats_caller_leaves_again",
    [] {
        // The caller takes the place of a thread that is on its way to sleep and still counts as looking; then it
        // spawns, and is away.
        parking_spot busy;
        weft::thread_pool pool(threads(1));
        pool.spawn([&] { busy.unpark(); });
        busy.park();
        pool.install([&] {
            parking_spot done;
            weft::spawn([&] { done.unpark(); });
            weft::blocking([&] { done.park(); });
        });
    },
    large(2));

const enter waiter_is_relieved(
    "seats", "seats_waiter_is_relieved",
    [] {
        // The caller waits for its scope, whose task waits for a detached one, with one thread less than that needs.
        parking_spot begun;
        parking_spot done;
        weft::thread_pool pool(threads(2));
        pool.scope([&](auto& s) {
            s.spawn([&] {
                begun.unpark();
                done.park();
            });
            begun.park();
            weft::spawn([&] { done.unpark(); });
        });
    },
    large(1));

const enter two_come_back(
    "seats", "seats_two_come_back",
    [] {
        // Two that have blocked come back to one seat: one has it, or gets it, and the other goes on all the same.
        parking_spot go[2];
        cell<int> ran[2];
        parking_spot ended[2];
        weft::thread_pool pool(threads(1));
        for (int i = 0; i < 2; ++i) {
            pool.spawn([&, i] {
                weft::blocking([&] { go[i].park(); });
                ++ran[i].write();
                ended[i].unpark();
            });
        }
        go[0].unpark();
        go[1].unpark();
        for (int i = 0; i < 2; ++i) {
            ended[i].park();
            require(ran[i].read() == 1);
        }
    },
    large(1));

const enter mail_of_a_waiter(
    "seats", "seats_mail_of_a_waiter",
    [] {
        // A part for a seat whose holder is about to wait, or does: whoever has the seat then runs it.
        cell<int> ran[2];
        parking_spot busy;
        parking_spot done;
        weft::thread_pool pool(threads(2));
        pool.spawn([&] {
            busy.unpark();
            weft::blocking([&] { done.park(); });
        });
        busy.park();
        pool.broadcast([&](std::size_t i) { ++ran[i].write(); });
        require(ran[0].read() == 1 && ran[1].read() == 1);
        done.unpark();
    },
    large(1));

const enter to_and_fro(
    "seats", "seats_to_and_fro",
    [] {
        // From one pool into another and back: what is spawned in the first is not forgotten while nobody sits there.
        weft::thread_pool a(threads(1));
        weft::thread_pool b(threads(1));
        parking_spot done;
        cell<int> data{0};
        a.install([&] {
            b.install([&] {
                a.spawn([&] {
                    ++data.write();
                    done.unpark();
                });
                weft::blocking([&] { done.park(); });
                a.install([&] { require(data.read() == 1); });
            });
        });
    },
    large(1));

const enter end_waits_for_waiters(
    "seats", "seats_end_waits",
    [] {
        // The destructor begins while a task waits, plainly, for one that another thread must run.
        cell<int> data{0};
        {
            weft::thread_pool pool(threads(2));
            pool.spawn([&] {
                parking_spot done;
                weft::spawn([&] {
                    ++data.write();
                    done.unpark();
                });
                done.park();
                ++data.write();
            });
        }
        require(data.read() == 2);
    },
    large(1));

}  // namespace
