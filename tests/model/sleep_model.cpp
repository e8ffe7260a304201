// tests/model/sleep_model.cpp - the protocol of docs/sleep.md in miniature, under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One worker that publishes, one thread that goes to sleep. The deque and the parking spot are the shipped ones; the
// steps around them are those of src/pool/sleep.cpp written out again, so small that all executions are seen;
// pool_model.cpp runs the shipped code, within bounds. A wake-up that is lost is a deadlock here: the publisher waits
// for the sleeper to run the job.
#include <weft/model/thread.hpp>
#include <weft/pool/detail/split_deque.hpp>
#include <weft/sync/parker.hpp>

#include <array>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::atomic;
using weft::detail::cell;
using weft::detail::full_fence;
using weft::detail::job_slot;
using weft::detail::parking_spot;
using weft::detail::split_deque;
using weft::model::require;
using weft::model::thread;
namespace order = weft::detail::order;

enum class status : std::uint32_t { asleep, searching };

struct little_pool {
    std::array<job_slot, 3> slots;
    split_deque jobs{slots.data(), 2, true};
    atomic<std::uint32_t> searching{1};
    atomic<status> state{status::searching};
    atomic<bool> stopping{false};
    parking_spot bed;
    parking_spot done;
    cell<int> result{0};

    /// The sleeper's announcement, fence and last look. False: there is something to do.
    bool go_to_sleep()
    {
        status expected = status::searching;
        require(state.compare_exchange_strong(expected, status::asleep, order::release, order::relaxed));
        searching.fetch_sub(1, order::relaxed);
        full_fence();  // SleepFence
        jobs.insist();
        if (!jobs.look().has_work() && !stopping.load(order::relaxed)) return true;
        expected = status::asleep;
        if (!state.compare_exchange_strong(expected, status::searching, order::acquire, order::relaxed)) return true;
        searching.fetch_add(1, order::relaxed);
        return false;
    }

    void wake()
    {
        status expected = status::asleep;
        if (!state.compare_exchange_strong(expected, status::searching, order::acq_rel, order::relaxed)) return;
        searching.fetch_add(1, order::relaxed);
        bed.unpark();
    }

    /// The sleeper's life: one job, or until the pool stops.
    void work()
    {
        while (!stopping.load(order::acquire)) {
            const auto seen = jobs.look();
            job_slot* const job = seen.has_work() ? jobs.steal(seen) : nullptr;
            if (job != nullptr) {
                ++result.write();
                if (split_deque::finish(*job, true)) done.unpark();
                return;
            }
            if (go_to_sleep()) bed.park();
        }
    }

    void publish(job_slot* slot, bool fenced)
    {
        slot->frame.write() = nullptr;
        jobs.set_head(slot + 1);
        jobs.publish(jobs.index_of(slot) + 1, [](std::uint32_t) { return nullptr; });
        if (fenced) full_fence();  // PushFence
        if (searching.load(order::relaxed) == 0) wake();
    }
};

const enter push_against_announce("sleep", "push_against_announce", [] {
    little_pool pool;
    job_slot* const slot = pool.jobs.head();
    thread sleeper([&] { pool.work(); });
    pool.publish(slot, true);
    if (split_deque::announce_parked(*slot)) pool.done.park();
    require(pool.result.read() == 1);
});

const enter private_job_is_asked_for("sleep", "private_job_is_asked_for", [] {
    // The job is pushed in private while the other searches; the armed limit makes the next push publish it.
    little_pool pool;
    job_slot* const slot = pool.jobs.head();
    pool.jobs.publish(0, [](std::uint32_t) { return nullptr; });  // disarm
    thread sleeper([&] { pool.work(); });
    pool.jobs.set_head(slot + 1);
    while (pool.jobs.can_push(slot)) weft::model::spin_hint();  // pushes go on until attention is asked for
    pool.publish(slot, true);
    if (split_deque::announce_parked(*slot)) pool.done.park();
    require(pool.result.read() == 1);
});

const enter short_job_is_insisted_on("sleep", "short_job_is_insisted_on", [] {
    // A join whose jobs are known to be too short publishes one, takes it back, if it still can, and keeps the next ones
    // until somebody insists: nobody may sleep without having been heard.
    little_pool pool;
    job_slot* const slot = pool.jobs.head();
    thread sleeper([&] { pool.work(); });
    pool.publish(slot, true);
    pool.jobs.set_head(slot);
    if (!pool.jobs.take_back(slot)) {
        if (split_deque::announce_parked(*slot)) pool.done.park();
        require(pool.result.read() == 1);
        return;
    }
    while (pool.jobs.can_push(slot) || pool.jobs.may_keep(slot)) weft::model::spin_hint();
    pool.publish(slot, true);
    if (split_deque::announce_parked(*slot)) pool.done.park();
    require(pool.result.read() == 1);
});

const enter stop_against_sleep("sleep", "stop_against_sleep", [] {
    little_pool pool;
    thread sleeper([&] { pool.work(); });
    pool.stopping.store(true, order::release);
    full_fence();
    pool.wake();
});

}  // namespace
