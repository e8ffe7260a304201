// src/pool/work.cpp - finding work and running it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/notes.hpp"
#include "pool/pool_core.hpp"
#include "pool/steal_from.hpp"

#include <weft/base/rng.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/this_thread.hpp>
#include <weft/seam/ticks.hpp>

#include <algorithm>
#include <optional>

namespace weft::detail {

scope_core* scope_of(const place& self, std::uint32_t slot) noexcept
{
    const activation* a = self.top;
    while (a != nullptr && a->first > slot) a = a->outer;
    return a != nullptr ? a->scope : nullptr;
}

/// For a push of a job that is too short to share, and on which a thread insists all the same. It has its way: else nobody
/// would find out that such jobs have become longer. But the thread was woken for this, which costs the owner as much as many
/// such jobs, so after each time that it was for nothing it has to wait twice as long.
static bool gives_in(place& me) noexcept
{
    constexpr std::uint32_t pushes_a_look = 256;  // no more, since they may have become long ones
    constexpr std::uint64_t first_microseconds = 20;
    constexpr std::uint64_t most_microseconds = 2000;
    const std::uint64_t now = ticks();
    if (now < me.keeps_until) {
        me.jobs.keep(pushes_a_look);
        return false;
    }
    const std::uint64_t microsecond = ticks_per_microsecond();
    me.keeps_for = std::clamp(2 * me.keeps_for, first_microseconds * microsecond, most_microseconds * microsecond);
    me.keeps_until = now + me.keeps_for;
    return true;
}

bool push_cold(worker& w, job_slot* slot) noexcept
{
    place& me = static_cast<place&>(w);
    if (me.in_test_pool) [[unlikely]]
        return me.pool.schedule_push(me, slot);
    if (me.jobs.is_full(slot)) return false;
    const fork_site* const site = slot->kind.read()->site;
    if (site == nullptr || !site->is_too_short()) {
        me.keeps_for = 0;
    } else if (!gives_in(me)) {
        return true;
    }
    job_notes notes(me, slot);
    const bool others = me.jobs.any_private_below(slot);
    me.jobs.publish(me.jobs.index_of(slot) + 1, notes);
    // The mode under which the next one is forked is known, too, if it is published at once.
    if (others && !notes.all_alike()) me.jobs.keep_asking();
    me.pool.jobs_published(me);
    return true;
}

// --- running ---------------------------------------------------------------------------------------------------------

template <class F>
void pool_core::run_under(place& me, float_mode mode, F&& f) noexcept
{
    const float_mode begun_under = me.begun_under;
    const spawning_mode spawns_under = me.spawns_under;
    if (!me.own_is_read) me.own = float_registers::now();
    me.own_is_read = true;
    const float_mode own = me.own.mode();
    if ((mode & unknown_mode) != 0) mode = own;
    if (mode != own || !float_registers::may_be(begun_under, own)) {
        // What lies below was not forked under this mode.
        if (me.jobs.publish_all(job_notes(me))) jobs_published(me);
        me.own.change_to(mode);
    }
    me.begun_under = mode;
    me.spawns_under = spawning_mode::of(mode);
    f();
    me.own.restore();
    me.begun_under = begun_under;
    me.spawns_under = spawns_under;
}

void pool_core::run_task(place& me, task* t) noexcept
{
    run_under(me, t->mode, [&] {
        const working_for activation(me, t->scope);
        t->run(t, &me);
    });
}

void pool_core::run_own(place& me, task* t) noexcept
{
    const spawning_mode under = me.spawns_under;
    if (t->mode != under.mode || !under.holds()) return run_task(me, t);
    {
        const working_for activation(me, t->scope);
        t->run(t, &me);
    }
    if (!under.holds()) float_registers::now().change_to(under.mode);
    me.spawns_under = under;
    me.own_is_read = false;  // a glance does not see what the task has made of flushing to zero
}

void pool_core::run_next(place& me, task* t) noexcept
{
    run_under(me, t->mode, [&] { t->run(t, &me); });
}

/// The average of the ways that the jobs stolen from `me` on have come, with one more. One way alone says little: the
/// job's line may have come already, or its owner may be just at it. One that was interrupted counts no more than four.
static std::uint64_t average_way(place& me, std::uint64_t more) noexcept
{
    constexpr std::uint32_t weight = 8;  // the sum is that of so many ways: nothing is lost where ticks are long
    constexpr std::uint64_t longest = 1u << 20;
    const std::uint64_t so_far = me.ways / weight;
    more = std::min({more, longest, me.ways == 0 ? longest : 4 * so_far + 1});
    me.ways = static_cast<std::uint32_t>(me.ways == 0 ? weight * more : me.ways - so_far + more);
    return me.ways / weight;
}

void pool_core::run_job(place& me, place& victim, job_slot& job) noexcept
{
    static_assert(places_per_chunk * max_chunks <= 1u << 16, "a thief's index has 16 bits in job_state");
    const job_kind& kind = *job.kind.read();
    // To judge each would cost those that are worth it.
    constexpr std::uint32_t judges_one_in = 8;
    const bool judges = kind.site != nullptr && (kind.site->is_too_short() || me.stolen++ % judges_one_in == 0);
    const std::uint64_t began = judges ? ticks() : 0;
    split_deque::set_taken(job, me.index, me.jobs.index_of(me.jobs.head()), me.yields.load(order::relaxed));
    note_steal(me, victim, job, kind);
    const float_mode mode = job_state(job.state.load(order::relaxed)).mode();
    bool succeeded = true;
    if ((mode & unknown_mode) == 0) {
        run_under(me, mode, [&] {
            const working_for activation(me, job.scope.read());
            if (!judges) {
                succeeded = kind.run(job.frame.read(), me);
                return;
            }
            // If its owner waits already, the function beside it is no longer than the way either. One that waits for this
            // one is not: it must never be kept.
            const bool is_waited_for = victim.waits_for.load(order::relaxed) == &job;
            const std::uint64_t taken = ticks();
            const std::uint64_t way = average_way(me, taken - began);
            succeeded = kind.run(job.frame.read(), me);
            // The data came with it, and go back: about as long as it took to take it, several times.
            const bool is_short = ticks() - taken < 4 * way;
            if (is_waited_for || !is_short) kind.site->note(is_short);
        });
    } else {
        victim.jobs.keep_asking();  // its owner runs it; somebody may want the next one
    }
    note(event_kind::job_end, me);
    if (split_deque::finish(job, succeeded)) victim.wait_spot.unpark();
}

bool pool_core::has_mail_for(const place& p) const noexcept
{
    // order: as in own_seat
    const std::uint32_t number = p.seat.load(order::acquire);
    return number != no_seat && !seats_[number].mail.empty();
}

task* pool_core::pop_mail(place& me) noexcept
{
    const std::uint32_t number = me.own_seat();
    return number != no_seat ? seats_[number].mail.pop() : nullptr;
}

bool pool_core::run_mail_of(place& me, const scope_core& scope) noexcept
{
    // Only what it waits for: the rest is for whoever has this seat when its holder next looks for work.
    const std::uint32_t number = me.own_seat();
    if (number == no_seat) return false;
    task* const t =
        seats_[number].mail.pop([&](const task& m) { return m.scope != nullptr && m.scope->descends_from(scope); });
    if (t == nullptr) return false;
    helps_now(me);
    run_task(me, t);
    return true;
}

void pool_core::run(place& me, const found& work) noexcept
{
    if (work.job != nullptr) {
        run_job(me, *work.victim, *work.job);
    } else {
        run_task(me, work.t);
    }
}

// --- finding ---------------------------------------------------------------------------------------------------------

task* pool_core::pop_task(place& me) noexcept
{
    std::optional<task*> t = me.tasks.pop();
    if (!t) return nullptr;
    --me.level.write();
    // yield_now takes tasks of outer scopes too; newer ones then lie lower.
    me.low.write() = std::min(me.low.read(), me.level.read());
    return *t;
}

bool pool_core::leaves_tasks(const place& me) noexcept
{
    return me.is_in_its_loop() && ticks() < me.tasks_of_others.ends_at();
}

task* pool_core::take_bite(place& me, deque<task*>& from, deque<task*>& mine) noexcept
{
    if (from.empty()) return nullptr;
    // Only who comes back for them takes several.
    if (!me.is_in_its_loop()) return steal_from(from);
    const std::uint64_t began = ticks();
    task* const first = steal_from(from);
    if (first == nullptr) return nullptr;
    __builtin_prefetch(first, 1);
    std::uint32_t more = 0;
    const std::uint32_t most = me.tasks_of_others.most();
    if (most > 1 && mine.empty()) {  // so that there is room for the others
        const std::size_t share = std::min<std::size_t>(most - 1, from.size() / 2);
        for (; more < share; ++more) {
            task* const t = steal_from(from);
            if (t == nullptr) break;
            __builtin_prefetch(t, 1);
            mine.push(t);
        }
        if (&mine == &me.tasks) me.level.write() += more;
        // Whoever went to sleep while they were in neither deque has not seen them.
        if (more > 0) work_available(me.index);
    }
    me.tasks_of_others.take(1 + more, began);
    return first;
}

void pool_core::count_what_has_ended(place& me) noexcept
{
    scope_core* const scope = std::exchange(me.uncounted_of, nullptr);
    if (scope == nullptr) return;
    const std::uint32_t n = std::exchange(me.uncounted, 0u);
    if (n != 0) scope->tasks_done(n);
}

bool pool_core::steal_from_place(place& me, place& victim, found& out) noexcept
{
    const split_deque::view seen = victim.jobs.look();
    if (seen.has_work()) {
        if ((out.job = victim.jobs.steal(seen)) != nullptr) {
            out.victim = &victim;
            me.near = victim.index;
            return true;
        }
    } else {
        victim.jobs.ask();
    }
    if (leaves_tasks(me)) return false;
    if ((out.t = take_bite(me, victim.tasks, me.tasks)) == nullptr &&
        (out.t = take_bite(me, victim.detached, me.detached)) == nullptr)
        return false;
    me.near = victim.index;
    return true;
}

bool pool_core::steal_near(place& me, std::uint32_t from, found& out) noexcept
{
    if (!places_.nearest.empty() && me.index < num_threads_) {  // pinned: the nearest first, then whoever is not pinned
        const std::uint32_t others = num_threads_ - 1;
        const std::uint32_t* const row = places_.nearest.data() + std::size_t{me.index} * others;
        for (std::uint32_t n = 0; n < std::min(others, most_looks); ++n) {
            if (steal_from_place(me, *table_.at(row[n]), out)) return true;
        }
    }
    return table_.find_some(place_table::in_use, table_.before(from), most_looks,
                            [&](place& p) { return &p != &me && steal_from_place(me, p, out); });
}

bool pool_core::take_added(place& me, found& out) const noexcept
{
    annex* const more = added();
    return more != nullptr && (out.t = more->take(me.index)) != nullptr;
}

bool pool_core::take_added_of_others(place& me, found& out) const noexcept
{
    annex* const more = added();
    if (more == nullptr || leaves_tasks(me)) return false;
    const std::uint64_t began = ticks();
    std::uint32_t count = 0;
    out.t = more->take_from_others(me.index, count);
    if (me.is_in_its_loop() && count != 0) {
        if (out.t != nullptr) {
            me.tasks_of_others.take(count, began);
        } else {
            me.tasks_of_others.pause(ticks());
        }
    }
    return out.t != nullptr;
}

bool pool_core::find_in_turn(place& me, found& out) noexcept
{
    // Each queue, and each end of it, comes first once in so many turns, so that nothing waits forever behind what
    // keeps coming.
    constexpr std::uint32_t turns = 64;
    switch (me.turns.write()++ % turns) {
        case 6:
            return take_added(me, out) || take_added_of_others(me, out);
        case 12:
            return !detached_.empty() && (out.t = steal_from(detached_)) != nullptr;
        case 18:
            if (driver* const d = driver_there()) d->glance();
            return false;
        case 24:
            return !shared_.empty() && (out.t = steal_from(shared_)) != nullptr;
        case 36:
            return !me.tasks.empty() && (out.t = steal_from(me.tasks)) != nullptr;
        case 48:
            return !me.detached.empty() && (out.t = steal_from(me.detached)) != nullptr;
        case 60:
            return steal_near(me, (me.turns.read() / turns) % table_.size(), out);
        default:
            return false;
    }
}

bool pool_core::find(place& me, found& out) noexcept
{
    if ((out.t = pop_mail(me)) != nullptr || find_in_turn(me, out)) {
        count_what_has_ended(me);
        return true;
    }
    if ((out.t = pop_task(me)) != nullptr) {
        if (out.t->scope != me.uncounted_of) count_what_has_ended(me);
        return true;
    }
    count_what_has_ended(me);
    if (const auto t = me.detached.pop()) {
        out.t = *t;
        return true;
    }
    if (take_added(me, out)) return true;
    me.tasks_of_others.judge();
    if (take_added_of_others(me, out)) return true;
    if (!shared_.empty() && (out.t = steal_from(shared_)) != nullptr) return true;
    if (!detached_.empty() && (out.t = steal_from(detached_)) != nullptr) return true;
    return steal_near(me, me.near, out);
}

void pool_core::work_until_idle(place& me, std::uint32_t from) noexcept
{
    const noted_search noted(me);
    patience looking(options_.idle);
    // Jobs that are known to be too short it wants only so often, the less often the more threads there are that look.
    const std::uint64_t patient_for = 20 * ticks_per_microsecond();
    std::uint64_t insists_at = ticks() + patient_for;
    std::uint64_t leaves_tasks_until = 0;
    bool from_driver = false;
    bool helped = false;
    bool has_just_come = true;
    std::uint32_t looks_in_vain = 0;
    rng random(me.index);
    for (;;) {
        // Searching: the place, or its seat, may be taken at any moment, so none of it is touched yet.
        telling what = telling::ask;
        const std::uint64_t now = ticks();
        if (now > insists_at) {
            what = telling::insist;
            insists_at = now + patient_for * searching_.estimate();
        }
        bool any = false;
        if (sees_work_near(me, from, what, now >= leaves_tasks_until)) {
            place_status expected = place_status::searching;
            // order: hands on the place's plain fields; too rare for a bounded search
            if (!me.status.compare_exchange_strong(expected, place_status::busy, order::acquire, order::relaxed))
                return;
            found work;
            me.near = from;
            any = find(me, work);
            if (any) {
                stop_searching(me);
                if (std::exchange(has_just_come, false)) wake_next(me, work);
                helped = false;
                note(event_kind::found, me, work.t != nullptr ? work.t->scope : nullptr, work.job != nullptr ? 1 : 0);
                do {
                    helped = helped || work.job != nullptr || work.t->scope != nullptr;
                    me.in_loop = true;
                    run(me, work);
                    me.in_loop = false;
                    work = {};
                    if (!keeps_seat(me)) return;
                    // Whoever goes on without a seat gets this one.
                    if (debt_.load(order::relaxed) != 0) {
                        count_what_has_ended(me);
                        if (go_to_sleep(me, place_status::busy, &from)) return;
                        break;
                    }
                } while (find(me, work));
                note(event_kind::search, me);
                // Of several threads that look at the driver in turn one is enough, if each finds something to do now and
                // then, but not for long: the patience of the others ends.
                if (!from_driver || searching_.none()) looking.reset();
                from_driver = false;
                insists_at = ticks() + patient_for;
                if (me.status.load(order::relaxed) != place_status::busy) continue;  // nobody wanted it: it searches
                from = me.near;
                searching_.add(me.index, searchers::kind::awake);
            }
            leaves_tasks_until = me.tasks_of_others.ends_at();
            // order: hands on the place's plain fields; too rare for a bounded search
            me.status.store(place_status::searching, order::release);
        }
        // The same places several times in a row: one that has been asked for work publishes it a little later.
        if (any) looks_in_vain = 0;
        if (!any && ++looks_in_vain % looks_before_others == 0 && table_.size() > most_looks) {
            from = random.below(table_.size());
        }
        driver* const d = any ? nullptr : driver_there();
        if (d != nullptr && d->look(&me.thread_spot)) {
            from_driver = true;
            continue;
        }
        // The thread that gets what descriptors bring looks around for all, except for those that help loops and scopes: the
        // next one may come soon.
        const bool is_wanted = d == nullptr || helped || options_.idle == idle_policy::spin ||
                               now < leaves_tasks_until || !d->is_left_to_another(me.thread_spot);
        // At the end of the pool nobody spins: it waits until all sleep.
        if (is_wanted && looking.wait() && !stopping_.load(order::relaxed)) continue;
        if (go_to_sleep(me, place_status::searching, &from)) return;
        looking.reset();
    }
}

void pool_core::wake_next(place& me, const found& work) noexcept
{
    if (!table_.any(place_table::asleep)) return;
    if (work.job != nullptr) {
        const std::uint32_t more = std::min(work.victim->jobs.look().size(), most_calls);
        for (std::uint32_t n = 0; n < more; ++n) {
            if (!call_one(me.index)) return;
        }
        if (more != 0) return;
    }
    if (sees_work_near(me, me.near, telling::nothing, true)) wake_one(me.index);
}

template <class RunOne>
yield_result pool_core::yield_with(place& me, RunOne&& run_one) noexcept
{
    constexpr std::uint32_t most_yields = 32;
    const std::uint32_t yields = me.yields.load(order::relaxed);
    if (yields < most_yields) {
        const keeps_float_registers kept(me);
        me.yields.store(yields + 1, order::relaxed);  // seen by helpers before what the task forks: split_deque, O1
        const bool any = run_one();
        me.yields.store(yields, order::relaxed);
        return any ? yield_result::executed : yield_result::idle;
    }
    // Deep enough on this stack: another thread may do it on its own stack.
    if (me.left.write()++ != 0 || !has_threads()) {
        --me.left.write();
        return yield_result::idle;
    }
    const bool given = leave_as(me, place_status::away) == relief::given;
    yield_thread();
    come_back(me);
    return given ? yield_result::executed : yield_result::idle;
}

yield_result pool_core::yield_now(place& me) noexcept
{
    if (me.in_test_pool) return schedule_yield(me, false);
    return yield_with(me, [&] {
        found work;
        if (!find(me, work)) return false;
        run(me, work);
        return true;
    });
}

yield_result pool_core::yield_local(place& me) noexcept
{
    if (me.in_test_pool) return schedule_yield(me, true);
    return yield_with(me, [&] {
        task* t = pop_mail(me);
        if (t == nullptr) t = pop_task(me);
        if (t == nullptr) {
            const auto detached = me.detached.pop();
            if (!detached) return false;
            t = *detached;
        }
        run_task(me, t);
        return true;
    });
}

}  // namespace weft::detail
