// weft/sync/sharded_mutex.hpp - a read-write lock whose readers do not meet.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       readers, writers: any threads. A thread always uses the same shard.
//
// Fields      shards_[i]      how many readers hold the lock through this shard; a waiting writer sleeps on its address
//             writing_        a writer holds the lock or waits for readers to leave; readers sleep on its address
//             writers_        the writer that has it, or is waiting, holds this mutex
//
// Invariants  I1  A writer holds the lock if writing_ is set, it holds writers_, and it has seen every shard at 0
// since.
//             I2  A reader holds the lock if it has counted itself and then seen writing_ unset.
//
// Orders      O1  reader: readers + 1 seq_cst, then writing_ load seq_cst; writer: writing_ store seq_cst, then readers
//                 load seq_cst. In their one order, the reader sees the writer or the writer sees the reader.
//             O2  unlock: writing_ store release -> reader: writing_ load. The reader sees what the writer did.
//             O3  unlock_shared: readers - 1 release -> writer: readers load. The writer comes after the reads.
//             O4  as O1 for sleeping: a reader that leaves and does not see writing_ has left before the writer looked.
//
// Progress    readers: wait-free while no writer comes. Writers come before new readers.
//
// Checked by  tests/model/sync_model.cpp: sharded_mutex_excludes (O1-O3), sharded_mutex_wakes (O4).
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/backoff.hpp>
#include <weft/base/cache_padded.hpp>
#include <weft/base/thread.hpp>
#include <weft/sync/mutex.hpp>

#include <cstddef>
#include <cstdint>

namespace weft {

/// A read-write lock for data that is read all the time and written rarely. Readers on different processors write
/// different cache lines, so reading scales; writing costs a look at every shard.
///
/// Requires:      the thread that locks unlocks. Not recursive: not even two shared locks by one thread, because a
///                writer may come in between. Meets the standard's requirements of a shared lock (std::shared_lock).
/// Thread safety: all members may be called by any thread.
/// Order:         as a mutex, between writers and everybody.
/// Cost:          lock_shared and unlock_shared one locked operation each; lock 16 cache misses. 2 KiB.
/// Example:       examples/sync/sharded_mutex.cpp
/// Source:        the big-reader lock of Linux 2.4; the interface is crossbeam's ShardedLock.
class sharded_mutex {
public:
    sharded_mutex() = default;
    sharded_mutex(const sharded_mutex&) = delete;
    sharded_mutex& operator=(const sharded_mutex&) = delete;

    /// Takes the lock to write: waits until no other thread holds it in any way.
    void lock() noexcept
    {
        writers_.lock();
        writing_.store(1, detail::order::seq_cst);  // O1
        for (auto& readers : shards_) wait_until_left(*readers);
    }

    /// Takes the lock to write, if nobody holds it in any way. Never waits.
    [[nodiscard]] bool try_lock() noexcept
    {
        if (!writers_.try_lock()) return false;
        writing_.store(1, detail::order::seq_cst);  // O1
        for (auto& readers : shards_) {
            if (readers->load(detail::order::seq_cst) != 0) {  // O1, O3
                unlock();
                return false;
            }
        }
        return true;
    }

    void unlock() noexcept
    {
        writing_.store(0, detail::order::release);  // O2
        detail::wake_all(&writing_);
        writers_.unlock();
    }

    /// Takes the lock to read: waits until no other thread writes, or waits to write.
    void lock_shared() noexcept
    {
        while (!try_lock_shared()) {
            while (writing_.load(detail::order::relaxed) != 0) detail::wait_on(writing_, 1);
        }
    }

    /// Takes the lock to read, if nobody writes or waits to write. Never waits.
    [[nodiscard]] bool try_lock_shared() noexcept
    {
        readers_count& readers = mine();
        readers.fetch_add(1, detail::order::seq_cst);                 // O1
        if (writing_.load(detail::order::seq_cst) == 0) return true;  // O1, O2
        leave(readers);
        return false;
    }

    void unlock_shared() noexcept { leave(mine()); }

private:
    static constexpr std::size_t shard_count = 16;

    using readers_count = detail::atomic<std::uint32_t>;
    struct shard_tag {};

    /// Threads take the shards in turns.
    readers_count& mine() noexcept
    {
        using own = detail::thread_slot<shard_tag, std::size_t>;
        if (own::get() == 0) own::set(next_thread().fetch_add(1, detail::order::relaxed) % shard_count + 1);
        return *shards_[own::get() - 1];
    }

    static detail::atomic<std::size_t>& next_thread() noexcept
    {
        static constinit detail::atomic<std::size_t> next{0};
        return next;
    }

    void leave(readers_count& readers) noexcept
    {
        readers.fetch_sub(1, detail::order::seq_cst);                                // O3, O4
        if (writing_.load(detail::order::seq_cst) != 0) detail::wake_one(&readers);  // O4
    }

    static void wait_until_left(readers_count& readers) noexcept
    {
        backoff wait;
        while (const std::uint32_t n = readers.load(detail::order::seq_cst)) {  // O1, O3
            if (wait.is_completed()) {
                detail::wait_on(readers, n);
            } else {
                wait.snooze();
            }
        }
    }

    cache_padded<readers_count> shards_[shard_count];
    alignas(cache_line_size) detail::atomic<std::uint32_t> writing_{0};
    mutex writers_;
};

}  // namespace weft
