// weft/pool/detail/worker.hpp - what join needs of a worker; the rest of a worker is in src/pool/seat.hpp.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/this_thread.hpp>
#include <weft/pool/detail/split_deque.hpp>

#include <cstdint>

namespace weft::detail {

class pool_core;

/// A place in a pool from which a thread forks work: its split deque, and where it belongs.
struct worker {
    worker(pool_core& owner, std::uint32_t number, job_slot* slots, std::size_t capacity, bool thieves,
           bool rehearses) noexcept
        : jobs(slots, capacity, thieves), pool(owner), index(number), rehearsed(rehearses)
    {
    }

    split_deque jobs;
    pool_core& pool;
    const std::uint32_t index;
    const bool rehearsed;     ///< belongs to a test_pool: what runs when is drawn from its seed, never from the clock
    worker* outer = nullptr;  ///< the place this thread worked from before it entered this one
};

/// The place from which this thread works now; null outside every pool.
using current_worker = thread_slot<struct current_worker_tag, worker*>;

/// A thread's stay in a pool: the constructor takes a place, the destructor gives it back. A thread that has a place in
/// that pool already keeps it.
class visit {
public:
    /// Enters the global pool, which is made if need be. Throws what making it throws.
    visit();
    /// Enters `pool`.
    explicit visit(pool_core& pool);
    ~visit();
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

    [[nodiscard]] worker& place() const noexcept { return *place_; }

private:
    worker* place_ = nullptr;
    worker* before_ = nullptr;
    bool entered_ = false;
};

/// The cold way of a push: attention is wanted, or the deque is full. False: full, run both sides here.
[[nodiscard]] bool push_cold(worker& self, job_slot* slot) noexcept;

/// The cold way of a pop: `slot` was public. True: it is ours again, run it. False: it was stolen, and has finished.
/// While it waits, this worker runs only jobs that descend from the stolen one.
[[nodiscard]] bool take_back_or_wait(worker& self, job_slot* slot);

}  // namespace weft::detail
