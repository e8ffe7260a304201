// src/pool/sleep.cpp - who sleeps, who looks for work, and who wakes whom. The argument is in docs/sleep.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/notes.hpp"
#include "pool/pool_core.hpp"

#include <weft/base/spin_hint.hpp>
#include <weft/seam/ticks.hpp>

namespace weft::detail {

bool patience::wait() noexcept
{
    constexpr std::uint32_t quick_turns = 8;
    constexpr std::uint64_t micros = 40;  // about what waking a thread costs
    if (policy_ == idle_policy::frugal) return false;
    if (turn_ < quick_turns) {
        for (std::uint32_t i = 0; i < (1u << (turn_ < 4 ? turn_ : 4)); ++i) spin_hint();
        ++turn_;
        return true;
    }
    if (turn_ == quick_turns) {
        deadline_ = ticks() + micros * ticks_per_microsecond();
        ++turn_;
    }
    for (int i = 0; i < 16; ++i) spin_hint();
    yield_thread();  // there may be more threads than cores
    return policy_ == idle_policy::spin || ticks() < deadline_;
}

// --- waking ----------------------------------------------------------------------------------------------------------

void pool_core::jobs_published(place& me) noexcept
{
    full_fence();  // docs/sleep.md, PushFence
    // What others can take now is enough for a while, and whoever takes the last of it asks for more.
    constexpr std::uint32_t enough = 4;
    if (tells_watcher(me) || (somebody_is_hungry(me) && me.jobs.look().size() < enough)) me.jobs.keep_asking();
}

bool pool_core::tells_watcher(place& me) noexcept
{
    if (me.watcher.load(order::relaxed) == 0) return false;
    // order: finds the watcher's place, which may be new; scenarios have too few callers to need it
    const std::uint32_t watcher = me.watcher.exchange(0, order::acquire);
    return watcher != 0 && tell(*table_.at(watcher - 1));
}

/// While anybody is hungry every push publishes: this worker may be about to do something long. But one that looks and takes
/// nothing for so long has lost its processor to another program; it asks again itself when it looks again.
static bool is_answered(place& me) noexcept
{
    constexpr std::uint32_t most_unanswered = 256;
    constexpr std::uint64_t most_microseconds = 100;  // longer than waking a thread takes
    if (me.unanswered == 0) me.unanswered_since = ticks();
    if (me.unanswered < most_unanswered) ++me.unanswered;
    return me.unanswered < most_unanswered ||
           ticks() - me.unanswered_since < most_microseconds * ticks_per_microsecond();
}

bool pool_core::somebody_is_hungry(place& me) noexcept
{
    if (searching_.none()) {
        me.unanswered = 0;
        return wake_one(me.index);
    }
    if (searching_.none_awake()) [[unlikely]]
        return wake_another(me);
    return is_answered(me);
}

bool pool_core::wake_another(place& me) noexcept
{
    const std::uint32_t calls = me.calls.load(order::relaxed);
    if (calls < most_calls && calls < me.jobs.look().size()) call_one(me.index);
    return is_answered(me);
}

bool pool_core::call_one(std::uint32_t caller) noexcept
{
    return table_.find(place_table::asleep, caller, [&](place& p) { return claim_for_thread(p, caller); });
}

bool pool_core::divides_short_work(place& me, std::uint64_t work) noexcept
{
    const std::uint64_t microsecond = ticks_per_microsecond();
    constexpr std::uint64_t pause_microseconds = 20;
    const std::uint64_t now = ticks();
    // Whoever has just helped will look for work again in a moment. To divide one loop and not the next would send the
    // data from one processor to another and back, so it is worth waiting for.
    bool awake = !searching_.none();
    const bool all_joined = me.jobs.head() == me.jobs.slots();  // else whoever helped may still be at it
    if (!awake && all_joined && now - me.divided_at < work + pause_microseconds * microsecond) {
        while (!awake && ticks() - now < microsecond / 4) {
            spin_hint();
            awake = !searching_.none();
        }
        if (!awake) me.divided_at = 0;
    }
    if (awake) {
        me.divided_at = now;
        return true;
    }
    // Wakes somebody once such work has taken several times as long as waking does, if it comes in such quick
    // succession that the thread will still be awake when the next comes.
    constexpr std::uint64_t enough_microseconds = 60;
    if (now - me.short_work_at > work + pause_microseconds * microsecond) me.short_work = 0;
    me.short_work_at = now;
    me.short_work += work;
    if (me.short_work < enough_microseconds * microsecond) return false;
    me.short_work = 0;
    return true;
}

bool pool_core::gets_up(place& p, std::uint32_t caller) noexcept
{
    place_status expected = place_status::asleep;
    if (p.status.load(order::relaxed) != expected) return false;
    // order: hands on the place's plain fields; too rare for a bounded search
    if (!p.status.compare_exchange_strong(expected, place_status::called, order::acquire, order::relaxed)) return false;
    // Before its thread may see that it searches: when that wakes, it takes this back.
    table_.at(caller)->calls.fetch_add(1, order::relaxed);
    // order: as in answer_call
    p.called_by.store(caller + 1, order::release);
    search(p, searchers::kind::coming);
    return true;
}

bool pool_core::claim_for_thread(place& p, std::uint32_t caller) noexcept
{
    if (!has_threads() || !gets_up(p, caller)) return false;
    if (events_wanted()) [[unlikely]]
        write_event({.kind = event_kind::wake, .at = current_worker::get(), .what = &p});
    wake_thread_at(p.thread_spot);
    return true;
}

void pool_core::search(place& called, searchers::kind how) noexcept
{
    table_.remove(place_table::asleep, called.index);
    searching_.add(called.index, how);
    // order: hands on the place's plain fields; too rare for a bounded search
    called.status.store(place_status::searching, order::release);
}

bool pool_core::wake_one(std::uint32_t from) noexcept
{
    bool anybody = false;
    const auto try_all = [&] {
        bool somebody_waits = false;
        if (table_.find(place_table::asleep, from, [&](place& p) {
                const place_status now = p.status.load(order::relaxed);
                anybody = true;
                somebody_waits = somebody_waits || waits_with_a_seat(now);
                return now == place_status::asleep && claim_for_thread(p, from);
            }))
            return true;
        if (!somebody_waits) return false;
        // No thread sleeps: the seat of somebody who waits, for one that rests.
        relief outcome = relief::not_there;
        table_.find(place_table::asleep, from, [&](place& p) {
            outcome = relieve(p);
            return outcome != relief::not_there;
        });
        return outcome == relief::given;
    };
    if (try_all()) return true;
    if (!anybody || wanted_.load(order::relaxed)) return false;
    // Whoever stands up next must look whether there is work for the thread whose place it was.
    wanted_.store(true, order::relaxed);
    full_fence();  // docs/sleep.md, WantedFence
    return try_all();
}

// --- searching and sleeping ------------------------------------------------------------------------------------------

bool pool_core::sees_shared_work(const place& me, bool tasks) const noexcept
{
    if (!detached_.empty() || !shared_.empty() || has_mail_for(me)) return true;
    const annex* const more = added();
    return more != nullptr && (tasks ? more->has_work() : more->has_work_at(me.index));
}

void pool_core::tell_of_hunger(place& busy, telling what) noexcept
{
    if (what == telling::ask) busy.jobs.ask();
    if (what == telling::insist) busy.jobs.insist();
}

bool pool_core::sees_work(const place& me, telling what, std::uint32_t* where) const noexcept
{
    bool seen = sees_shared_work(me, true);
    table_.find(place_table::in_use, me.index, [&](place& other) {
        // This one's too: whoever works from it next must not rely on a searcher.
        tell_of_hunger(other, what);
        if (!seen && other.holds_work()) {
            seen = true;
            if (where != nullptr) *where = other.index;
        }
        return seen && what == telling::nothing;
    });
    return seen;
}

bool pool_core::sees_work_near(const place& me, std::uint32_t from, telling what, bool tasks) const noexcept
{
    bool seen = sees_shared_work(me, tasks);
    table_.find_some(place_table::in_use, table_.before(from), most_looks, [&](place& other) {
        tell_of_hunger(other, what);
        seen = seen || (tasks ? other.holds_work() : other.jobs.look().has_work());
        return false;
    });
    return seen;
}

void pool_core::stop_searching(place& p, searchers::kind how) noexcept
{
    if (!searching_.remove(p.index, how)) return;
    // The last one that looked: publishers have relied on it to go on looking. Pass that on if anything is left.
    full_fence();  // docs/sleep.md, ChainFence
    if (table_.any(place_table::asleep) && sees_work(p, telling::insist)) wake_one(p.index);
}

bool pool_core::go_to_sleep(place& me, place_status from, std::uint32_t* where) noexcept
{
    static_cast<void>(has_come(me));
    if (is_spare(me) && rest_instead(me, from)) return true;
    place_status expected = from;
    // order: hands on the place's plain fields; too rare for a bounded search
    if (!me.status.compare_exchange_strong(expected, place_status::asleep, order::release, order::relaxed)) {
        return true;  // somebody else has taken the place, or its seat, and has counted the thread out
    }
    table_.add(place_table::asleep, me.index);
    // Its seat may have been away and come back meanwhile, with a new call.
    if (from == place_status::searching) searching_.remove(me.index, counted_as(me));
    full_fence();  // docs/sleep.md, SleepFence, DebtFence
    if (debt_.load(order::relaxed) != 0) settle();
    if (!sees_work(me, telling::insist, where)) {
        note_idle();
        return true;
    }
    expected = place_status::asleep;
    // order: hands on the place's plain fields; too rare for a bounded search
    if (!me.status.compare_exchange_strong(expected, place_status::called, order::acquire, order::relaxed)) {
        // A publisher may have relied on this thread, which cannot take what it has seen: unless somebody is waking it,
        // a caller has its place, or somebody else has its seat.
        if (expected != place_status::called && expected != place_status::searching) wake_one(me.index);
        return true;
    }
    search(me, searchers::kind::awake);
    return false;
}

void pool_core::note_idle() noexcept
{
    if (stopping_.load(order::relaxed)) idle_spot_.unpark();
}

}  // namespace weft::detail
