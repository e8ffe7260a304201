// tests/model/split_deque_model.cpp - the deque under join, and the hand-shake over a stolen job, under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/pool/detail/split_deque.hpp>
#include <weft/seam/memory.hpp>
#include <weft/sync/parker.hpp>

#include <array>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::detail::job_slot;
using weft::detail::job_state;
using weft::detail::parking_spot;
using weft::detail::split_deque;
using weft::model::require;
using weft::model::thread;
namespace order = weft::detail::order;

constexpr std::size_t capacity = 3;

/// An owner that pushes and pops as join does. A job is a cell that whoever runs it writes; each runs once.
struct owner {
    std::array<job_slot, capacity + 1> slots;
    split_deque jobs{slots.data(), capacity, true};
    std::array<cell<int>, capacity> frames;
    std::array<parking_spot, capacity> done;

    static weft::detail::scope_core* no_scope(std::uint32_t) { return nullptr; }

    /// False: the deque is full, the caller runs both sides itself.
    bool push()
    {
        job_slot* const slot = jobs.head();
        const std::uint32_t i = jobs.index_of(slot);
        if (i < capacity) slot->frame.write() = &frames[i];
        if (!jobs.can_push(slot)) {
            if (jobs.is_full(slot)) return false;
            jobs.publish(i + 1, no_scope);
        }
        jobs.set_head(slot + 1);
        return true;
    }

    /// Runs the newest job here, or waits for its thief.
    void pop()
    {
        job_slot* const slot = jobs.head() - 1;
        jobs.set_head(slot);
        if (jobs.is_private(slot) || jobs.take_back(slot)) {
            ++static_cast<cell<int>*>(slot->frame.read())->write();
        } else {
            const std::uint32_t i = jobs.index_of(slot);
            if (split_deque::announce_parked(*slot)) done[i].park();
            require(job_state(slot->state.load(order::acquire)).is_finished());
            jobs.reuse_from(slot);
        }
    }

    /// A thief: one try.
    void steal(std::uint32_t who)
    {
        const auto seen = jobs.look();
        if (!seen.has_work()) return jobs.ask();
        job_slot* const job = jobs.steal(seen);
        if (job == nullptr) return;
        split_deque::set_taken(*job, who, 0);
        const std::uint32_t i = jobs.index_of(job);
        ++static_cast<cell<int>*>(job->frame.read())->write();
        parking_spot& spot = done[i];
        if (split_deque::finish(*job, true)) spot.unpark();
    }

    /// Each of the first `n` frames was run `times` times.
    void require_run(std::size_t n, int times)
    {
        for (std::size_t i = 0; i < n; ++i) require(frames[i].read() == times, "each job runs exactly once");
    }
};

const enter one_job("split_deque", "one_job", [] {
    owner o;
    thread thief([&] { o.steal(1); });
    require(o.push());
    o.pop();
    o.require_run(1, 1);
});

const enter two_jobs("split_deque", "two_jobs", [] {
    owner o;
    thread thief([&] {
        o.steal(1);
        o.steal(1);
    });
    require(o.push());
    require(o.push());
    o.pop();
    o.pop();
    o.require_run(2, 1);
});

const enter job_slot_is_reused("split_deque", "job_slot_is_reused", [] {
    owner o;
    thread thief([&] {
        o.steal(1);
        o.steal(1);
    });
    for (int round = 1; round <= 2; ++round) {
        require(o.push());
        o.pop();
        o.require_run(1, round);
    }
});

const enter asked_while_private("split_deque", "asked_while_private", [] {
    owner o;
    require(o.push());
    require(o.push());
    {
        thread thief([&] {
            o.steal(1);
            o.steal(1);
        });
        require(o.push());
        o.pop();
    }
    o.pop();
    o.pop();
    o.require_run(3, 1);
});

const enter full("split_deque", "full", [] {
    owner o;
    thread thief([&] { o.steal(1); });
    for (std::size_t i = 0; i < capacity; ++i) require(o.push());
    // The owner's next push has no room, unless attention was asked for: then it publishes first.
    for (std::size_t i = 0; i < capacity; ++i) o.pop();
    o.require_run(capacity, 1);
});

const enter two_thieves(
    "split_deque", "two_thieves",
    [] {
        owner o;
        thread one([&] { o.steal(1); });
        thread two([&] { o.steal(2); });
        require(o.push());
        require(o.push());
        o.pop();
        o.pop();
        o.require_run(2, 1);
    },
    scenarios::bounded(3));

const enter publish_all("split_deque", "publish_all", [] {
    owner o;
    thread thief([&] {
        o.steal(1);
        o.steal(1);
    });
    require(o.push());
    require(o.push());
    o.jobs.publish_all(owner::no_scope);
    o.pop();
    o.pop();
    o.require_run(2, 1);
});

const enter helped_with_its_own("split_deque", "helped_with_its_own", [] {
    // Who waits for a stolen job may take what its thief publishes, as long as the job runs (pool_core::help_job): what
    // it saw of the thief's deque before it saw the job unfinished descends from the job.
    owner o;
    job_slot job;
    thread helper([&] {
        const auto seen = o.jobs.look();
        if (!seen.has_work() || job_state(job.state.load(order::acquire)).is_finished()) return;
        require(o.jobs.steal(seen) == nullptr, "nothing was published before the job had finished");
    });
    static_cast<void>(split_deque::finish(job, true));
    require(o.push());
});

const enter parked_or_told("split_deque", "parked_or_told", [] {
    // Without a further look at the state: an owner that may not park has seen the end.
    job_slot job;
    cell<int> result{0};
    thread thief([&] {
        result.write() = 1;
        static_cast<void>(split_deque::finish(job, true));
    });
    if (!split_deque::announce_parked(job)) require(result.read() == 1);
});

const enter latch_may_go("split_deque", "latch_may_go", [] {
    // The frame and the slot may vanish as soon as the owner sees the end: the thief touches neither afterwards.
    auto* const job = weft::detail::make<job_slot>();
    auto* const result = weft::detail::make<cell<int>>();
    parking_spot spot;
    thread thief([&] {
        split_deque::set_taken(*job, 1, 0);
        result->write() = 1;
        if (split_deque::finish(*job, true)) spot.unpark();
    });
    if (split_deque::announce_parked(*job)) spot.park();
    require(job_state(job->state.load(order::acquire)).is_finished());
    require(result->read() == 1);
    weft::detail::dispose(result);
    weft::detail::dispose(job);
});

}  // namespace
