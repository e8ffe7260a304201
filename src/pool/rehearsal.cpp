// src/pool/rehearsal.cpp - one thread that plays all seats of a pool, in an order drawn from a seed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/rehearsal.hpp"

#include <weft/base/this_thread.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/test_pool.hpp>

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

/// The same in constant time; the last entry takes the place.
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
void pool_core::act_as(seat& actor, F&& f) noexcept
{
    worker* const before = current_worker::get();
    const seat_status was = actor.status.load(order::relaxed);
    if (was == seat_status::asleep) {
        actor.status.store(seat_status::busy, order::relaxed);
        actor.outer = nullptr;
    }
    current_worker::set(&actor);
    f();
    current_worker::set(before);
    actor.status.store(was, order::relaxed);
}

seat* pool_core::idle_seat() noexcept
{
    const auto idle = [&](std::uint32_t i) { return seat_at(i)->status.load(order::relaxed) == seat_status::asleep; };
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < num_threads_; ++i) count += idle(i) ? 1 : 0;
    if (count == 0) return nullptr;
    std::size_t skip = play_->draw(count);
    for (std::uint32_t i = 0;; ++i) {
        if (idle(i) && skip-- == 0) return seat_at(i);
    }
}

void pool_core::rehearse_job(seat& actor, std::size_t which) noexcept
{
    const rehearsal::waiting_job job = take_out(play_->jobs, which);
    act_as(actor, [&] { run_job(actor, *job.home, *job.slot); });
}

bool pool_core::rehearse_one(seat* actor) noexcept
{
    if (actor == nullptr && (actor = idle_seat()) == nullptr) return false;
    const std::size_t jobs = play_->jobs.size();
    const std::size_t tasks = play_->tasks.size();
    const std::size_t strays = strays_.size();
    const std::size_t shared = shared_.size();
    const std::size_t mail = actor->mail.empty() ? 0 : 1;
    const std::size_t all = jobs + tasks + strays + shared + mail;
    if (all == 0) return false;
    std::size_t which = play_->pick(all);
    if (which < jobs) {
        rehearse_job(*actor, which);
        return true;
    }
    which -= jobs;
    if (which >= tasks + strays + shared) {
        act_as(*actor, [&] { run_mail(*actor); });
        return true;
    }
    task* t = nullptr;
    if (which < tasks) {
        t = swap_out(play_->tasks, which).t;
    } else {  // from outside: only this thread takes from there
        auto stolen = which < tasks + strays ? strays_.steal() : shared_.steal();
        if (!stolen) return true;  // being pushed just now: look again
        t = *stolen;
    }
    act_as(*actor, [&] { run_task(*actor, t); });
    return true;
}

void pool_core::rehearse_moment(seat& me, job_slot* forked) noexcept
{
    while (play_->go()) {
        auto& jobs = play_->jobs;
        // The job that was forked just now has a chance of its own, however much else waits.
        const bool fresh = forked != nullptr && forked->state.load(order::relaxed) == 0;
        if (fresh && (!play_->overlap() || play_->draw(2) == 0)) {
            seat* const actor = idle_seat();
            if (actor == nullptr) return;
            std::size_t which = jobs.size() - 1;
            while (jobs[which].slot != forked || jobs[which].home != &me) --which;
            rehearse_job(*actor, which);
        } else if (!play_->overlap() || !rehearse_one(nullptr)) {
            return;
        }
    }
}

// --- forks -----------------------------------------------------------------------------------------------------------

bool pool_core::rehearse_push(seat& me, job_slot* slot) noexcept
{
    if (me.jobs.is_full(slot) || play_->jobs.size() == play_->jobs.capacity()) return false;
    slot->scope.write() = scope_of(me, me.jobs.index_of(slot));
    slot->state.store(0, order::relaxed);
    play_->jobs.push_back({&me, slot});
    me.jobs.set_head(slot + 1);
    rehearse_moment(me, slot);
    return true;
}

bool pool_core::rehearse_pop(seat& me, job_slot* slot) noexcept
{
    const auto waits = [&] { return slot->state.load(order::relaxed) == 0; };
    if (waits()) {
        me.jobs.set_head(slot + 1);
        rehearse_moment(me, nullptr);
        me.jobs.set_head(slot);
    }
    if (!waits()) return false;
    auto& jobs = play_->jobs;
    std::size_t which = jobs.size() - 1;
    while (jobs[which].slot != slot) --which;
    take_out(jobs, which);
    return true;
}

// --- tasks -----------------------------------------------------------------------------------------------------------

void pool_core::rehearse_spawn(seat& me, task* t)
{
    play_->tasks.push_back({&me, t});
    rehearse_moment(me, nullptr);
}

bool pool_core::rehearse_task_of(seat& me, const scope_core& scope) noexcept
{
    const auto belongs = [&](const task* t) { return t->scope != nullptr && t->scope->descends_from(scope); };
    auto& tasks = play_->tasks;
    if (!tasks.empty()) {
        const std::size_t begin = play_->pick(tasks.size());
        for (std::size_t n = 0; n < tasks.size(); ++n) {
            const std::size_t i = begin >= n ? begin - n : begin + tasks.size() - n;
            if (!belongs(tasks[i].t)) continue;
            run_task(me, swap_out(tasks, i).t);
            return true;
        }
    }
    if (auto stolen = shared_.steal()) {  // spawned by a thread outside; of this scope or not, somebody waits for it
        run_task(me, *stolen);
        return true;
    }
    return false;
}

bool pool_core::rehearse_any_mail() noexcept
{
    const std::uint32_t begin = static_cast<std::uint32_t>(play_->draw(num_threads_));
    for (std::uint32_t n = 0; n < num_threads_; ++n) {
        // Also for a seat that is in the midst of a call: that call cannot go on before this one returns.
        seat& actor = *seat_at((begin + n) % num_threads_);
        if (actor.mail.empty()) continue;
        act_as(actor, [&] { run_mail(actor); });
        return true;
    }
    return false;
}

void pool_core::rehearse_scope(seat& me, const scope_core& scope) noexcept
{
    while (!scope.is_done()) {
        if (play_->overlap() && play_->go() && rehearse_one(nullptr)) continue;
        if (rehearse_task_of(me, scope) || rehearse_any_mail()) continue;
        yield_thread();  // a thread outside is about to spawn
    }
}

void pool_core::rehearse_mail(seat& me, const mail_counter& counter) noexcept
{
    while (counter.pending.load(order::acquire) != 0) {
        rehearse_moment(me, nullptr);
        rehearse_any_mail();
    }
}

yield_result pool_core::rehearse_yield(seat& me, bool own) noexcept
{
    if (run_mail(me)) return yield_result::executed;
    if (!own) return rehearse_one(&me) ? yield_result::executed : yield_result::idle;
    auto& tasks = play_->tasks;
    for (std::size_t i = tasks.size(); i-- > 0;) {
        if (tasks[i].home != &me) continue;
        run_task(me, take_out(tasks, i).t);
        return yield_result::executed;
    }
    return yield_result::idle;
}

void pool_core::rehearse_the_rest()
{
    const visit here(*this);
    while (rehearse_one(&static_cast<seat&>(here.place())) || rehearse_any_mail()) {}
}

}  // namespace detail

std::size_t fork_context::draw(std::size_t bound) const noexcept
{
    detail::rehearsal* const play = worker_->pool.play();
    return play != nullptr && bound != 0 ? play->draw(bound) : 0;
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
                                  std::make_unique<detail::rehearsal>(options.seed, options.overlap, most_jobs));
}

test_pool::~test_pool() { delete core_; }

void test_pool::run_until_idle() { core_->rehearse_the_rest(); }

std::uint64_t test_pool::decisions() const noexcept { return core_->play()->decisions(); }

std::uint64_t test_pool::fingerprint() const noexcept { return core_->play()->fingerprint(); }

}  // namespace weft
