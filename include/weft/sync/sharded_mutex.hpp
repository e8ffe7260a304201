// weft/sync/sharded_mutex.hpp - a read-write lock whose readers do not share a cache line.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       readers, writers: any threads. A thread always uses the same shard.
//
// Fields      shards_[i]      how many readers hold the lock through this shard, or are about to see that they may not;
//                             and the bit `awaited`: a writer sleeps on this word, or is about to
//             used_           a bit for each shard that any reader has ever used: writers look at no others
//             writing_        none; one: a writer holds the lock, or waits for readers to leave;
//                             awaited_one: as one, and others sleep on this word, or are about to
//
// Invariants  I1  A writer holds the lock if it has set writing_, has read used_ since, and has then seen no reader on
//                 any shard of it.
//             I2  A reader holds the lock if it has counted itself, has seen or set the bit of its shard in used_, and
//                 has then seen writing_ unset. Bits are never cleared.
//             I3  The step that gives the lock up is the last access to the object: after it only addresses are used,
//                 so whoever takes the lock next may destroy the object.
//
// Orders      O1  reader: shard + 1 seq_cst, then writing_ load seq_cst; writer: writing_ compare-exchange seq_cst,
//                 then the first load of each shard seq_cst. In their single order the reader sees the writer, or the
//                 writer sees the reader; a later load of the shard sees nothing older. The same holds for used_ in
//                 between: the first reader of a shard sets its bit seq_cst, and the writer reads used_ seq_cst.
//             O2  unlock: writing_ exchange release -> lock and lock_shared: writing_ read. The next holder sees what
//                 the writer did.
//             O3  unlock_shared: shard - 1 release -> writer: shard load. The writer comes after the reads.
//             O4  used_: bit set seq_cst, reader's load seq_cst. A reader that finds the bit of its shard set, and then
//                 no writer, comes after the step that set the bit in their single order; hence so does a writer that
//                 comes after the reader.
//
// Progress    readers: wait-free while no writer comes. Writers have precedence over new readers. No wake-up is missed:
//             a thread that goes to sleep marks the word that it sleeps on, in one step with its last look at it, and a
//             thread that changes the word sees the mark.
//
// Checked by  tests/model/lock_model.cpp: sharded_mutex_excludes (O1-O3), sharded_mutex_wakes, sharded_mutex_writers,
//             sharded_mutex_tries, sharded_mutex_new_readers, sharded_mutex_shared_shard.
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/noted_block.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/this_thread.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

namespace detail {

/// The class of weft::sharded_mutex. If `Spins`, waiters spin before they sleep.
template <std::size_t Shards, bool Spins>
class basic_sharded_mutex {
public:
    basic_sharded_mutex() = default;
    basic_sharded_mutex(const basic_sharded_mutex&) = delete;
    basic_sharded_mutex& operator=(const basic_sharded_mutex&) = delete;

    /// Takes the lock to write: waits until no other thread holds it in any way.
    void lock() noexcept
    {
        while (!announce()) wait_for_writer();
        std::uint32_t used = used_.load(order::seq_cst);  // O1
        for (auto* readers = shards_; used != 0; ++readers, used >>= 1) {
            if ((used & 1) != 0) wait_until_left(**readers);
        }
    }

    /// Takes the lock to write, if nobody holds it in any way. Never waits.
    [[nodiscard]] bool try_lock() noexcept
    {
        if (!announce()) return false;
        std::uint32_t used = used_.load(order::seq_cst);  // O1
        for (auto* readers = shards_; used != 0; ++readers, used >>= 1) {
            if ((used & 1) != 0 && (*readers)->load(order::seq_cst) != 0) {  // O1, O3
                unlock();
                return false;
            }
        }
        return true;
    }

    void unlock() noexcept
    {
        if (writing_.exchange(none, order::release) == awaited_one) wake_all(&writing_);  // O2, I3
    }

    /// Takes the lock to read: waits until no other thread writes, or waits to write.
    void lock_shared() noexcept
    {
        while (!try_lock_shared()) wait_for_writer();
    }

    /// Takes the lock to read, if nobody writes or waits to write. Never waits.
    [[nodiscard]] bool try_lock_shared() noexcept
    {
        const std::size_t shard = mine();
        word& readers = *shards_[shard];
        readers.fetch_add(1, order::seq_cst);  // O1
        // order: O4; with acquire, a difference shows only in executions whose order of seq_cst does not follow what
        // happens before, and with relaxed, where it is done after the look at writing_ below: the checker has neither
        if ((used_.load(order::seq_cst) >> shard & 1) == 0) {
            // Once for each shard of a lock.
            used_.fetch_or(std::uint32_t{1} << shard, order::seq_cst);  // O1, O4
        }
        if (writing_.load(order::seq_cst) == none) return true;  // O1, O2
        leave(readers);
        return false;
    }

    void unlock_shared() noexcept { leave(*shards_[mine()]); }

private:
    static constexpr std::uint32_t none = 0;
    static constexpr std::uint32_t one = 1;
    static constexpr std::uint32_t awaited_one = 2;

    static constexpr std::uint32_t awaited = std::uint32_t{1} << 31;
    static_assert(Shards <= 32);

    using word = atomic<std::uint32_t>;
    struct shard_tag {};

    /// The index of this thread's shard. Threads take them in turns.
    static std::size_t mine() noexcept
    {
        using own = thread_slot<shard_tag, std::size_t>;
        if (own::get() == 0) own::set(next_thread().fetch_add(1, order::relaxed) % Shards + 1);
        return own::get() - 1;
    }

    static atomic<std::size_t>& next_thread() noexcept
    {
        static constinit atomic<std::size_t> next{0};
        return next;
    }

    /// Makes this thread the writer, unless there is one.
    bool announce() noexcept
    {
        std::uint32_t expected = none;
        return writing_.compare_exchange_strong(expected, one, order::seq_cst,
                                                order::relaxed);  // O1, O2
    }

    /// Returns when the writer has left, or now and then.
    [[gnu::noinline]] void wait_for_writer() noexcept
    {
        for (backoff wait; Spins && !wait.is_completed(); wait.snooze()) {
            if (writing_.load(order::relaxed) == none) return;
        }
        std::uint32_t now = one;
        writing_.compare_exchange_strong(now, awaited_one, order::relaxed, order::relaxed);
        if (now == none) return;
        const noted_block blocked("sharded_mutex", this);
        wait_on(writing_, awaited_one);
    }

    static void leave(word& readers) noexcept
    {
        const std::uint32_t before = readers.fetch_sub(1, order::release);  // O3, I3
        if (before == (awaited | 1)) wake_one(&readers);
    }

    void wait_until_left(word& readers) const noexcept
    {
        backoff wait;
        std::uint32_t n = readers.load(order::seq_cst);                  // O1, O3
        for (; (n & ~awaited) != 0; n = readers.load(order::acquire)) {  // O3
            if (Spins && !wait.is_completed()) {
                wait.snooze();
            } else if ((n & awaited) != 0 ||
                       readers.compare_exchange_strong(n, n | awaited, order::relaxed, order::relaxed)) {
                const noted_block blocked("sharded_mutex", this);
                wait_on(readers, n | awaited);
            }
        }
        if (n != 0) readers.fetch_and(~awaited, order::relaxed);
    }

    cache_padded<word> shards_[Shards];
    alignas(cache_line_size) word writing_{none};
    word used_{0};
};

}  // namespace detail

/// A read-write lock for data that is read all the time and rarely written. Readers on different processors write to
/// different cache lines, so reading scales; writing costs a look at every shard in use.
///
/// Requires:      the thread that locks unlocks. Not recursive: not even two shared locks by one thread, because a
///                writer may come in between. Meets the standard's requirements of a shared lock (std::shared_lock).
/// Thread safety: all members may be called by any thread.
/// Order:         as a mutex, between writers and everybody else.
/// Cost:          one locked operation each for lock_shared, unlock_shared, lock and unlock; and for lock a look at
///                every shard that was ever used: up to 16 cache misses. 2 KiB.
/// Example:       examples/sync/sharded_mutex.cpp
/// Source:        the big-reader lock of Linux 2.4; the interface is crossbeam's ShardedLock.
using sharded_mutex = detail::basic_sharded_mutex<16, true>;

}  // namespace weft
