// src/pool/sleep.cpp - who sleeps, who looks for work, and who wakes whom. The argument is in docs/sleep.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/pool_core.hpp"

#include <weft/base/spin_hint.hpp>
#include <weft/base/ticks.hpp>

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

// --- the bits: hints where sleepers may be ---------------------------------------------------------------------------

void pool_core::set_asleep_bit(std::uint32_t index) noexcept
{
    // Release: who finds the bit finds the seat, which a substitute's may be new.
    asleep_bits_[index / 64].fetch_or(std::uint64_t{1} << index % 64, order::release);
}

void pool_core::clear_asleep_bit(std::uint32_t index) noexcept
{
    asleep_bits_[index / 64].fetch_and(~(std::uint64_t{1} << index % 64), order::relaxed);
}

// --- waking ----------------------------------------------------------------------------------------------------------

void pool_core::work_available(std::uint32_t from) noexcept
{
    full_fence();  // docs/sleep.md, PushFence
    if (searching_.load(order::relaxed) == 0) wake_one(from);
}

void pool_core::jobs_published(seat& me) noexcept
{
    full_fence();  // docs/sleep.md, PushFence
    if (me.watcher.load(order::relaxed) != 0) {
        // order: finds the watcher's seat, which may be new; scenarios have too few callers to need it
        const std::uint32_t watcher = me.watcher.exchange(0, order::acquire);
        if (watcher != 0) seat_at(watcher - 1)->wait_spot.unpark();
    }
    // While anybody is hungry every push publishes: this worker may be about to do something long.
    if (searching_.load(order::relaxed) != 0 || wake_one(me.index)) me.jobs.ask();
}

bool pool_core::divides_short_work(seat& me, std::uint64_t work) noexcept
{
    const std::uint64_t microsecond = ticks_per_microsecond();
    constexpr std::uint64_t pause_microseconds = 20;
    const std::uint64_t now = ticks();
    // Who has just helped looks for work again in a moment. To divide one loop and not the next would send the data
    // from one processor to the other and back, so it is worth waiting for.
    bool awake = searching_.load(order::relaxed) != 0;
    const bool all_joined = me.jobs.head() == me.jobs.slots();  // else whoever helped may be at it still
    if (!awake && all_joined && now - me.divided_at < work + pause_microseconds * microsecond) {
        while (!awake && ticks() - now < microsecond / 4) {
            spin_hint();
            awake = searching_.load(order::relaxed) != 0;
        }
        if (!awake) me.divided_at = 0;
    }
    if (awake) {
        me.divided_at = now;
        return true;
    }
    // Wakes somebody once such work has taken several times as long as waking does, if it comes in so quick a
    // succession that the thread will be awake still when the next comes.
    constexpr std::uint64_t enough_microseconds = 60;
    if (now - me.short_work_at > work + pause_microseconds * microsecond) me.short_work = 0;
    me.short_work_at = now;
    me.short_work += work;
    if (me.short_work < enough_microseconds * microsecond) return false;
    me.short_work = 0;
    return true;
}

bool pool_core::claim_for_thread(seat& s) noexcept
{
    seat_status expected = seat_status::asleep;
    // order: hands on the seat's plain fields (road), which the checker does not watch
    if (!s.status.compare_exchange_strong(expected, seat_status::called, order::acquire, order::relaxed)) return false;
    s.road.away_from_here();
    search(s);
    s.thread_spot.unpark();
    return true;
}

void pool_core::search(seat& called) noexcept
{
    clear_asleep_bit(called.index);
    searching_.fetch_add(1, order::relaxed);
    // order: hands on the seat's plain fields, which the checker does not watch
    called.status.store(seat_status::searching, order::release);
}

bool pool_core::wake_one(std::uint32_t from) noexcept
{
    bool borrowed_sleeper = false;
    const auto try_all = [&] {
        for (std::uint32_t n = 0; n < bit_words_; ++n) {
            const std::uint32_t word = (from / 64 + n) % bit_words_;
            std::uint64_t bits = asleep_bits_[word].load(order::acquire);
            while (bits != 0) {
                const auto bit = static_cast<std::uint32_t>(__builtin_ctzll(bits));
                bits &= bits - 1;
                if (claim_for_thread(*seat_at(word * 64 + bit))) return true;
                borrowed_sleeper = true;
            }
        }
        return false;
    };
    if (try_all()) return true;
    if (!borrowed_sleeper || wanted_.load(order::relaxed)) return false;
    // Who stands up next is to look whether there is work for the thread whose seat it was.
    wanted_.store(true, order::relaxed);
    full_fence();
    return try_all();
}

// --- searching and sleeping ------------------------------------------------------------------------------------------

bool pool_core::sees_work(const seat& me, bool ask) const noexcept
{
    bool seen = !strays_.empty() || !shared_.empty() || !me.mail.empty();
    const std::uint32_t count = seat_count();
    for (std::uint32_t i = 0; i < count; ++i) {
        seat* const other = seat_at(i);
        if (other == nullptr) continue;
        if (ask) other->jobs.ask();  // this one's too: whoever works from it next must not rely on a searcher
        if (other == &me) continue;
        seen = seen || other->jobs.look().has_work() || !other->tasks.empty() || !other->strays.empty();
        if (seen && !ask) return true;
    }
    return seen || !me.tasks.empty() || !me.strays.empty();
}

void pool_core::stop_searching(std::uint32_t from) noexcept
{
    if (searching_.fetch_sub(1, order::relaxed) != 1) return;
    // The last one that looked: publishers have relied on it to look on. Hand that on if anything is left.
    bool anyone_asleep = false;
    for (std::uint32_t i = 0; i < bit_words_; ++i)
        anyone_asleep = anyone_asleep || asleep_bits_[i].load(order::relaxed) != 0;
    if (!anyone_asleep) return;
    full_fence();
    if (sees_work(*seat_at(from), true)) wake_one(from);
}

bool pool_core::go_to_sleep(seat& me) noexcept
{
    seat_status expected = seat_status::searching;
    // order: hands on the seat's plain fields, which the checker does not watch
    if (!me.status.compare_exchange_strong(expected, seat_status::asleep, order::release, order::relaxed)) {
        return true;  // a caller from outside has taken the seat, and has counted the thread as asleep
    }
    set_asleep_bit(me.index);
    searching_.fetch_sub(1, order::relaxed);
    full_fence();  // docs/sleep.md, SleepFence
    if (!sees_work(me, true) && !stopping_.load(order::relaxed)) return true;
    expected = seat_status::asleep;
    // order: hands on the seat's plain fields, which the checker does not watch
    if (!me.status.compare_exchange_strong(expected, seat_status::called, order::acquire, order::relaxed)) {
        // A publisher may have relied on this thread, which cannot take what it has seen.
        if (expected == seat_status::borrowed) wake_one(me.index);
        return true;
    }
    search(me);
    return false;
}

bool pool_core::retires(seat& me) noexcept
{
    if (me.index < num_threads_) return false;
    std::uint32_t active = substitutes_.load(order::relaxed);
    while (active > blocked_.load(order::relaxed)) {
        if (!substitutes_.compare_exchange_weak(active, active - 1, order::relaxed, order::relaxed)) continue;
        // Somebody may have blocked meanwhile who counted on this thread. begin_blocking adds to blocked_, fences, and
        // reads substitutes_: it sees that this one has gone, or is seen here.
        full_fence();
        if (blocked_.load(order::relaxed) <= active - 1) return true;
        substitutes_.fetch_add(1, order::relaxed);
        return false;
    }
    return false;
}

}  // namespace weft::detail
