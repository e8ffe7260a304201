// src/async/async_core.cpp - making coroutines ready, and running them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "async/async_core.hpp"
#include "async/notes.hpp"
#include "pool/limits.hpp"

#include <weft/async/schedule.hpp>
#include <weft/base/spin_hint.hpp>
#include <weft/seam/this_thread.hpp>
#include <weft/seam/ticks.hpp>

#include <utility>

namespace weft::detail {
namespace {

using current_strand = thread_slot<struct current_strand_tag, strand*>;

// Strands of test_pools that this thread is about to make ready, oldest first; see ready_batch.
using batches = thread_slot<struct batches_tag, int>;
using first_noted = thread_slot<struct first_noted_tag, strand*>;
using last_noted = thread_slot<struct last_noted_tag, strand*>;

void note(strand& s) noexcept
{
    s.task::next = nullptr;
    if (strand* const last = last_noted::get()) {
        last->task::next = &s;
    } else {
        first_noted::set(&s);
    }
    last_noted::set(&s);
}

void make_noted_ready() noexcept
{
    while (strand* const s = first_noted::get()) {
        first_noted::set(static_cast<strand*>(s->task::next));
        if (first_noted::get() == nullptr) last_noted::set(nullptr);
        make_ready(*s);
    }
}

/// For a thread that plays others: what it waits for may come from a descriptor.
void wait_a_little() noexcept
{
    if (driver* const d = driver_there()) d->look(nullptr);
    yield_thread();
}

[[gnu::noinline, gnu::cold]] void tell_task_run(const strand& s) noexcept
{
    detail::write_task_event({.kind = event_kind::task_run, .what = &s, .value = id_of_this_task()});
}

/// Transfers by way of the runner before a strand gives way.
constexpr int returns_between_queues = 32;

/// Resumes `s`, and what it wants to be run after it, until nothing is left to do here.
template <bool Told>
void run_strands(strand* s) noexcept
{
    strand* const outer = current_strand::get();  // in a test_pool, and in a sync_wait, there may be one below
    turn mine;
    int returns = returns_between_queues;
    do {
        s->now = &mine;
        current_strand::set(s);
        if constexpr (Told) tell_task_run(*s);
        std::coroutine_handle<> at = s->next;
        for (;;) {
            mine.steps = steps_between_returns;
            at.resume();
            at = std::exchange(mine.next, nullptr);
            if (!at) break;
            if (--returns == 0) {
                if constexpr (Told) task_note_writer::tell(event_kind::task_pause, nullptr);
                give_way(*s, at);
                current_strand::set(outer);
                return;
            }
        }
        if constexpr (Told) task_note_writer::tell(event_kind::task_pause, nullptr);
        if (std::exchange(mine.ended, false)) {
            stop_state::forget(*s);
            s = s->end(*s);
        } else {
            s = std::exchange(mine.then, nullptr);  // suspended: the one before may be gone
        }
        if (s != nullptr && --returns <= 0) {
            make_ready(*s);
            s = nullptr;
        }
    } while (s != nullptr);
    current_strand::set(outer);
}

}  // namespace

void run_strand(task* self, worker*) noexcept
{
    if (detail::task_events_wanted()) [[unlikely]]
        return run_strands<true>(static_cast<strand*>(self));
    run_strands<false>(static_cast<strand*>(self));
}

strand::strand() noexcept { run = run_strand; }

void make_ready(strand& s) noexcept { s.core->make_ready(s); }

ready_batch::ready_batch() noexcept { batches::set(batches::get() + 1); }

ready_batch::~ready_batch()
{
    batches::set(batches::get() - 1);
    if (batches::get() == 0 && first_noted::get() != nullptr) make_noted_ready();
}

void prepare(strand& s, async_core& core, stop_state* stop, std::coroutine_handle<> first) noexcept
{
    s.core = &core;
    s.stop = stop;
    s.next = first;
    s.mode = mode_of_spawner(current_worker::get());
}

bool runs_here(const strand& s) noexcept { return current_strand::get() == &s; }

async_core& core_of(pool_core& pool)
{
    annex* const there = pool.added();
    if (there == nullptr) return static_cast<async_core&>(pool.add(std::make_unique<async_core>(pool)));
    async_core& core = static_cast<async_core&>(*there);
    core.renew_after_fork();
    return core;
}

pool_core& pool_of(async_core& core) noexcept { return core.pool(); }

async_core::async_core(pool_core& pool)
    : pool_(pool),
      play_(pool.schedule() != nullptr ? std::make_unique<played_time>() : nullptr),
      count_(pool.num_threads()),
      shards_(std::make_unique<shard[]>(pool.num_threads())),
      has_others_(play_ == nullptr && pool.has_threads())
{
}

async_core::~async_core() = default;

void async_core::renew()
{
    const unsigned now = fork_generation();
    auto fresh = std::make_unique<shard[]>(count_);
    // order: as there
    if (renewed_in_.exchange(now, order::acq_rel) == now) {  // another thread of the child is about to
        // order: as there
        while (born_in_.load(order::acquire) != now) yield_thread();
        return;
    }
    static_cast<void>(shards_.release());  // the parent's: in whatever state they are
    shards_ = std::move(fresh);
    has_others_ = play_ == nullptr && pool_.has_threads();
    guests_.store(0, order::relaxed);
    // order: as there
    born_in_.store(now, order::release);
}

// --- ready -----------------------------------------------------------------------------------------------------------

void async_core::push(std::uint32_t place, task& t) noexcept
{
    ready_queue<>& to = shard_of(place).ready;
    if (owns_shard(place)) [[likely]]
        return to.push(t);
    to.push_as_guest(t);
}

task* async_core::pop(std::uint32_t place) noexcept
{
    ready_queue<>& from = shard_of(place).ready;
    if (!owns_shard(place)) [[unlikely]]
        return from.steal();
    bool moved = false;
    task* const oldest = from.take(moved);
    if (moved && from.size() != 0) pool_.work_available(place);  // O1
    return oldest;
}

void async_core::make_ready(strand& s) noexcept
{
    note_task_ready(s);
    worker* const here = current_worker::get();
    if (here != nullptr && &here->pool == &pool_) {
        if (!has_others_) [[unlikely]]
            return make_ready_alone(s);
        // A thread that sleeps in the driver may have a caller from outside at its place. One that runs a strand works there.
        if (current_strand::get() != nullptr) {
            push(here->index, s);
            pool_.work_available(here->index);
        } else {
            shard_of(here->index).ready.push_as_guest(s);
            pool_.work_available_at(static_cast<place&>(*here));
        }
        return;
    }
    // order: the strand that is made ready keeps the pool alive until it is taken, and whoever takes it sees this
    guests_.fetch_add(1, order::relaxed);  // I2
    if (has_others_) {
        shard_of(0).ready.push_as_guest(s);
        pool_.work_available(0);
    } else {
        make_ready_alone(s);
    }
    // order: the memory of the pool ends after this, which the checker does not watch
    guests_.fetch_sub(1, order::release);  // O2
}

void async_core::make_ready_alone(strand& s) noexcept
{
    if (play_ == nullptr) {  // whoever waits for it runs it
        shard_of(0).ready.push_as_guest(s);
    } else if (batches::get() != 0) {
        note(s);
    } else {  // the seed says when: others may run in there, and this thread's strand be gone
        strand* const outer = current_strand::get();
        current_strand::set(nullptr);
        pool_.spawn_detached(&s);
        current_strand::set(outer);
    }
}

strand* async_core::go_on_with(strand& s) noexcept
{
    if (s.core == this && play_ == nullptr) return &s;
    detail::make_ready(s);
    return nullptr;
}

bool async_core::has_work_at(std::uint32_t where) const noexcept { return shard_of(where).ready.size() != 0; }

bool async_core::has_work() const noexcept
{
    for (std::uint32_t i = 0; i < count_; ++i) {
        if (shards_[i].ready.size() != 0) return true;
    }
    return false;
}

task* async_core::take(std::uint32_t where) noexcept
{
    shard& own = shard_of(where);
    // A strand that gives way again and again in this shard must not keep back those that lie where nobody looks.
    constexpr std::uint32_t turns = 61;
    const std::uint32_t turn = own.turn.load(order::relaxed) + 1;
    own.turn.store(turn, order::relaxed);
    if (turn % turns == 0) {
        if (task* const t = take_neglected(own, where)) return t;
    }
    return pop(where);
}

task* async_core::take_neglected(shard& own, std::uint32_t where) noexcept
{
    // One shard is watched at a time, for so many turns, if it has something. What somebody looks after stays there: to move it would send all
    // that its strands use to another processor.
    const std::uint32_t watched = own.watched.load(order::relaxed);
    shard& from = shard_of(watched);
    task* t = nullptr;
    if (&from != &own && from.turn.load(order::relaxed) == own.watched_turn.load(order::relaxed)) {
        std::uint32_t count = 0;
        t = take_half(from, where, count);
    }
    const std::uint32_t next = (watched + 1) % count_;
    own.watched.store(next, order::relaxed);
    const std::uint32_t turn = shard_of(next).turn.load(order::relaxed);
    const bool has_some = shard_of(next).ready.size() != 0;
    own.watched_turn.store(has_some ? turn : turn - 1, order::relaxed);
    return t;
}

task* async_core::take_from_others(std::uint32_t where, std::uint32_t& count) noexcept
{
    // Strands that wake each other in turn have one ready at a time, which the thread of the one before takes at once. To
    // take it away would send all that they share from one processor to the other. So a single one is taken only if
    // nobody has looked there for a microsecond.
    constexpr std::uint32_t most = 32;
    struct single {
        shard* from;
        std::uint32_t turn;
    };
    single singles[most];
    std::uint32_t seen = 0;
    for (std::uint32_t n = 1; n < count_; ++n) {
        shard& from = shard_of(where + n);
        const std::uint32_t waiting = from.ready.size();
        if (waiting == 1) {
            if (seen < most) singles[seen++] = {&from, from.turn.load(order::relaxed)};
        } else if (waiting > 1) {
            if (task* const t = take_half(from, where, count)) return t;
        }
    }
    count = seen;
    if (seen == 0) return nullptr;
    const std::uint64_t began = ticks();
    while (ticks() - began < single_microseconds * ticks_per_microsecond()) spin_hint();
    for (const single* s = singles; s != singles + seen; ++s) {
        if (s->from->turn.load(order::relaxed) != s->turn) continue;
        if (task* const t = take_half(*s->from, where, count)) return t;
    }
    return nullptr;
}

task* async_core::take_half(shard& from, std::uint32_t where, std::uint32_t& count) noexcept
{
    constexpr std::uint32_t most = 32;
    task* taken[most];
    const std::uint32_t share = from.ready.take_half(taken, most);
    if (share == 0) return nullptr;
    count = share;
    for (std::uint32_t i = 1; i < share; ++i) push(where, *taken[i]);
    // Who looked in between has seen them nowhere.
    if (share > 1) pool_.work_available(where);  // O1
    return taken[0];
}

// --- running, and waiting for what runs ------------------------------------------------------------------------------

void async_core::run_here(worker& me, strand& s) noexcept
{
    const keeps_float_registers kept(static_cast<place&>(me));
    pool_.run_task(static_cast<place&>(me), &s);
}

void async_core::wait(parking_spot& spot, const atomic<bool>& over) noexcept
{
    if (pool_.schedule() != nullptr) {
        const visit here(pool_);
        auto& me = static_cast<place&>(here.place());
        // What is missing, if nothing can be done, is up to a thread outside.
        // order: the end of what is waited for; no scenario has a test_pool
        while (!over.load(order::acquire)) {
            make_noted_ready();
            if (pool_.yield_now(me) != yield_result::executed && !pass_time()) wait_a_little();
        }
    } else if (!pool_.has_threads()) {  // a fork's child: nobody else will run it
        const visit here(pool_);
        const keeps_float_registers kept(static_cast<place&>(here.place()));
        // order: as above; no scenario has a fork
        while (!over.load(order::acquire)) {
            if (task* const t = shard_of(0).ready.steal()) {
                pool_.run_task(static_cast<place&>(here.place()), t);
            } else {
                wait_a_little();
            }
        }
    }
    // order: as above
    if (over.load(order::acquire)) return spot.park();  // the token is there, or about to come
    const blocking_section elsewhere("sync_wait");      // a thread of a pool lets others work there
    spot.park();
}

// --- the end of the pool ---------------------------------------------------------------------------------------------

stop_state& async_core::tasks() noexcept
{
    const worker* const here = current_worker::get();
    return shard_of(here != nullptr ? here->index : 0).tasks;
}

void async_core::end() noexcept
{
    ends_.store(true, order::relaxed);
    for (std::uint32_t i = 0; i < count_; ++i) shards_[i].tasks.request();
}

void async_core::begin() noexcept { begun_.fetch_add(1, order::relaxed); }

// Whoever asks has seen the thread asleep that began a task, or the task in its list.
std::uint64_t async_core::begun() const noexcept { return begun_.load(order::relaxed); }

bool async_core::is_idle() const noexcept
{
    for (std::uint32_t i = 0; i < count_; ++i) {
        if (!shards_[i].tasks.is_empty()) return false;
    }
    // Soon over, and nobody tells.
    // order: as there
    while (guests_.load(order::acquire) != 0) yield_thread();  // O2
    return true;
}

// --- this thread's strand --------------------------------------------------------------------------------------------

std::uint64_t id_of_this_task() noexcept
{
    static constinit atomic<std::uint64_t> last{0};
    strand* const s = current_strand::get();
    if (s == nullptr) return 0;
    constexpr int below = 32;
    if (s->id_below == 0 && s->id_above == 0) {
        const std::uint64_t fresh = last.fetch_add(1, order::relaxed) + 1;  // 2^48 last for years
        s->id_below = static_cast<std::uint32_t>(fresh);
        s->id_above = static_cast<std::uint16_t>(fresh >> below);
    }
    return std::uint64_t{s->id_above} << below | s->id_below;
}

}  // namespace weft::detail
