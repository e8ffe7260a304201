// tests/model/help_model.cpp - a worker that waits: what it helps with, what it leaves, and who tells it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
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
using weft::detail::parking_spot;
using weft::model::require;

const enter scope_jobs(
    "help", "help_scope_jobs",
    [] {
        // The scope's task forks a job while the scope's owner goes to sleep, and nobody but the owner can run it.
        parking_spot begun;
        parking_spot done;
        weft::thread_pool pool(threads(2));
        pool.scope([&](auto& s) {
            s.spawn([&] {
                begun.unpark();
                weft::join([&] { done.park(); }, [&] { done.unpark(); });
            });
            begun.park();
        });
    },
    large(1));

/// A task that takes what it finds once `ready` has been unparked, on top of an older job that whoever waits must not run.
void spawn_beside_a_stranger(weft::thread_pool& pool, parking_spot& ready)
{
    pool.spawn([&] {
        weft::join(
            [&] {
                ready.park();
                static_cast<void>(weft::yield_now());
            },
            [] { require(weft::model::detail::self() != 0, "a stranger runs on the waiting thread"); });
    });
}

const enter strangers(
    "help", "help_leaves_strangers",
    [] {
        // The thread that runs the scope's task has an older job of its own, which the scope's owner must not run: it
        // would wait for something that it does not wait for.
        parking_spot ready;
        weft::thread_pool pool(threads(2));
        spawn_beside_a_stranger(pool, ready);
        pool.scope([&](auto& s) {
            s.spawn([] {});
            ready.unpark();
        });
    },
    large(2));

const enter job_strangers(
    "help", "help_job_leaves_strangers",
    [] {
        // As above, for who waits for a stolen job: what its thief had before is not of that job.
        parking_spot ready;
        weft::thread_pool pool(threads(2));
        spawn_beside_a_stranger(pool, ready);
        pool.join([&] { ready.unpark(); }, [] {});
    },
    large(2));

}  // namespace
