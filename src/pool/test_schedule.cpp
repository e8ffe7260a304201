// src/pool/test_schedule.cpp - one thread that plays all places of a pool, in an order drawn from a seed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/test_schedule.hpp"

#include <weft/pool/context.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/seam/this_thread.hpp>

#include <algorithm>
#include <memory>
#include <utility>

#include "pool/pool_core.hpp"

namespace weft {
namespace detail {
namespace {

/// Takes an entry out of a list; the others keep their order.
template <class Entry>
Entry take_out(std::vector<Entry>& list, std::size_t which) noexcept
{
    const Entry taken = list[which];
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(which));
    return taken;
}

/// The same in constant time; the last entry takes its place.
template <class Entry>
Entry swap_out(std::vector<Entry>& list, std::size_t which) noexcept
{
    const Entry taken = list[which];
    list[which] = list.back();
    list.pop_back();
    return taken;
}

}  // namespace

// --- playing ---------------------------------------------------------------------------------------------------------

template <class F>
void pool_core::act_as(place& actor, F&& f) noexcept
{
    const keeps_float_registers kept(actor);
    worker* const before = current_worker::get();
    const place_status was = actor.status.load(order::relaxed);
    if (was == place_status::asleep) actor.status.store(place_status::busy, order::relaxed);
    current_worker::set(&actor);
    f();
    current_worker::set(before);
    actor.status.store(was, order::relaxed);
}

place* pool_core::idle_place() noexcept
{
    const auto idle = [&](std::uint32_t i) {
        return table_.at(i)->status.load(order::relaxed) == place_status::asleep;
    };
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < num_threads_; ++i) count += idle(i) ? 1 : 0;
    if (count == 0) return nullptr;
    std::size_t skip = schedule_->draw(count);
    for (std::uint32_t i = 0;; ++i) {
        if (idle(i) && skip-- == 0) return table_.at(i);
    }
}

void pool_core::schedule_job(place& actor, std::size_t which) noexcept
{
    const test_schedule::waiting_job job = take_out(schedule_->jobs, which);
    act_as(actor, [&] { run_job(actor, *job.home, *job.slot); });
}

bool pool_core::schedule_one(place* actor) noexcept
{
    if (actor == nullptr && (actor = idle_place()) == nullptr) return false;
    const std::size_t jobs = schedule_->jobs.size();
    const std::size_t tasks = schedule_->tasks.size();
    const std::size_t detached = detached_.size();
    const std::size_t shared = shared_.size();
    const std::size_t mail = has_mail_for(*actor) ? 1 : 0;
    const std::size_t all = jobs + tasks + detached + shared + mail;
    if (all == 0) return false;
    std::size_t which = schedule_->pick(all);
    if (which < jobs) {
        schedule_job(*actor, which);
        return true;
    }
    which -= jobs;
    if (which >= tasks + detached + shared) {
        act_as(*actor, [&] { run_task(*actor, pop_mail(*actor)); });
        return true;
    }
    task* t = nullptr;
    if (which < tasks) {
        t = swap_out(schedule_->tasks, which).t;
    } else {  // from outside: only this thread takes from that queue
        auto stolen = which < tasks + detached ? detached_.steal() : shared_.steal();
        if (!stolen) return true;  // being pushed just now: look again
        t = *stolen;
    }
    act_as(*actor, [&] { run_task(*actor, t); });
    return true;
}

void pool_core::schedule_moment(place& me, job_slot* forked) noexcept
{
    while (schedule_->go()) {
        auto& jobs = schedule_->jobs;
        // The job that was forked just now has its own chance, however much else waits.
        const bool fresh = forked != nullptr && !job_state(forked->state.load(order::relaxed)).is_taken();
        if (fresh && (!schedule_->overlap() || schedule_->draw(2) == 0)) {
            place* const actor = idle_place();
            if (actor == nullptr) return;
            std::size_t which = jobs.size() - 1;
            while (jobs[which].slot != forked || jobs[which].home != &me) --which;
            schedule_job(*actor, which);
        } else if (!schedule_->overlap() || !schedule_one(nullptr)) {
            return;
        }
    }
}

// --- forks -----------------------------------------------------------------------------------------------------------

bool pool_core::schedule_push(place& me, job_slot* slot) noexcept
{
    if (me.jobs.is_full(slot) || schedule_->jobs.size() == schedule_->jobs.capacity()) return false;
    slot->scope.write() = scope_of(me, me.jobs.index_of(slot));
    slot->state.store(job_state::forked_under(float_registers::now().mode()), order::relaxed);
    schedule_->jobs.push_back({&me, slot});
    me.jobs.set_head(slot + 1);
    schedule_moment(me, slot);
    return true;
}

bool pool_core::schedule_pop(place& me, job_slot* slot) noexcept
{
    const auto waits = [&] { return !job_state(slot->state.load(order::relaxed)).is_taken(); };
    if (waits()) {
        me.jobs.set_head(slot + 1);
        schedule_moment(me, nullptr);
        me.jobs.set_head(slot);
    }
    if (!waits()) return false;
    auto& jobs = schedule_->jobs;
    std::size_t which = jobs.size() - 1;
    while (jobs[which].slot != slot) --which;
    take_out(jobs, which);
    return true;
}

// --- tasks -----------------------------------------------------------------------------------------------------------

void pool_core::schedule_spawn(place& me, task* t)
{
    schedule_->tasks.push_back({&me, t});
    schedule_moment(me, nullptr);
}

bool pool_core::schedule_task_of(place& me, const scope_core& scope) noexcept
{
    const auto belongs = [&](const task* t) { return t->scope != nullptr && t->scope->descends_from(scope); };
    auto& tasks = schedule_->tasks;
    if (!tasks.empty()) {
        const std::size_t begin = schedule_->pick(tasks.size());
        for (std::size_t n = 0; n < tasks.size(); ++n) {
            const std::size_t i = begin >= n ? begin - n : begin + tasks.size() - n;
            if (!belongs(tasks[i].t)) continue;
            run_task(me, swap_out(tasks, i).t);
            return true;
        }
    }
    if (auto stolen = shared_.steal()) {  // spawned by a thread outside; whatever its scope, somebody waits for it
        run_task(me, *stolen);
        return true;
    }
    return false;
}

bool pool_core::schedule_any_mail() noexcept
{
    const std::uint32_t begin = static_cast<std::uint32_t>(schedule_->draw(num_threads_));
    for (std::uint32_t n = 0; n < num_threads_; ++n) {
        // Even for one that is in the middle of a call: that call cannot go on before this one returns.
        place& actor = *table_.at((begin + n) % num_threads_);
        if (!has_mail_for(actor)) continue;
        act_as(actor, [&] { run_task(actor, pop_mail(actor)); });
        return true;
    }
    return false;
}

void pool_core::schedule_scope(place& me, const scope_core& scope) noexcept
{
    while (!scope.is_done()) {
        if (schedule_->overlap() && schedule_->go() && schedule_one(nullptr)) continue;
        if (schedule_task_of(me, scope) || schedule_any_mail()) continue;
        yield_thread();  // a thread outside is about to spawn
    }
}

void pool_core::schedule_mail(place& me, const mail_counter& counter) noexcept
{
    while (counter.pending.load(order::acquire) != 0) {
        schedule_moment(me, nullptr);
        schedule_any_mail();
    }
}

yield_result pool_core::schedule_yield(place& me, bool own) noexcept
{
    const keeps_float_registers kept(me);
    if (task* const part = pop_mail(me)) {
        run_task(me, part);
        return yield_result::executed;
    }
    if (!own) return schedule_one(&me) ? yield_result::executed : yield_result::idle;
    auto& tasks = schedule_->tasks;
    for (std::size_t i = tasks.size(); i-- > 0;) {
        if (tasks[i].home != &me) continue;
        run_task(me, take_out(tasks, i).t);
        return yield_result::executed;
    }
    return yield_result::idle;
}

void pool_core::schedule_the_rest()
{
    const visit here(*this);
    const auto run_one = [&] { return schedule_one(&static_cast<place&>(here.place())) || schedule_any_mail(); };
    do {
        while (run_one()) {}
    } while (added() != nullptr && added()->pass_time());
}

}  // namespace detail

std::size_t fork_context::draw(std::size_t bound) const noexcept
{
    detail::test_schedule* const schedule = worker_->pool.schedule();
    return schedule != nullptr && bound != 0 ? schedule->draw(bound) : 0;
}

// --- public ----------------------------------------------------------------------------------------------------------

namespace {

/// Jobs that may wait at once; beyond that a fork runs its sides one after the other.
constexpr std::size_t most_jobs = std::size_t{1} << 14;

}  // namespace

test_pool::test_pool(const test_pool_options& options) : seed_(options.seed), core_(nullptr)
{
    pool_options how;
    how.num_threads = options.num_threads != 0 ? options.num_threads : 1;
    how.on_unhandled = options.on_unhandled;
    core_ = new detail::pool_core(std::move(how),
                                  std::make_unique<detail::test_schedule>(options.seed, options.overlap, most_jobs));
}

test_pool::~test_pool() { delete core_; }

void test_pool::run_until_idle() { core_->schedule_the_rest(); }

std::uint64_t test_pool::decisions() const noexcept { return core_->schedule()->decisions(); }

std::uint64_t test_pool::fingerprint() const noexcept { return core_->schedule()->fingerprint(); }

}  // namespace weft
