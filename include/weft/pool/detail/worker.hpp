// weft/pool/detail/worker.hpp - what join needs of a worker; the rest of a worker is in src/pool/place.hpp.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/detail/split_deque.hpp>
#include <weft/seam/shared.hpp>
#include <weft/seam/this_thread.hpp>

#include <cstdint>

namespace weft::detail {

class pool_core;

/// A place in a pool from which a thread forks work: its split deque, and where it belongs.
struct WEFT_ONCE_PER_PROCESS worker {
    worker(pool_core& owner, std::uint32_t number, job_slot* slots, std::size_t capacity, bool thieves,
           bool for_test_pool) noexcept
        : jobs(slots, capacity, thieves), pool(owner), index(number), in_test_pool(for_test_pool)
    {
    }

    split_deque jobs;
    pool_core& pool;
    const std::uint32_t index;
    const bool in_test_pool;  ///< belongs to a test_pool: what runs when is drawn from its seed, never from the clock
};

struct WEFT_ONCE_PER_PROCESS current_worker_tag {};

/// The place where this thread works now; null outside all pools.
using current_worker = thread_slot<current_worker_tag, worker*>;

/// A thread's stay in a pool: the constructor takes a place, the destructor gives it back. A thread that already has a
/// place in that pool works there again. Meanwhile it is away from the place where it was before, in another pool.
class WEFT_ONCE_PER_PROCESS visit {
public:
    /// Enters the pool of this thread, else the global one, which is made if need be. Throws what making it throws.
    visit();
    /// Enters `pool`.
    explicit visit(pool_core& pool);
    ~visit();
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

    [[nodiscard]] worker& place() const noexcept { return *place_; }

    /// The place in `pool` that this thread has, whether it works there now or is away; null if it has none.
    [[nodiscard]] static worker* place_of_this_thread(const pool_core& pool) noexcept;

private:
    enum class kind : unsigned char { stayed, returned, entered };
    using newest = thread_slot<struct newest_visit_tag, visit*>;

    void enter(pool_core& pool);

    worker* place_ = nullptr;
    worker* before_ = nullptr;
    visit* below_ = nullptr;  ///< the visit in which this one began
    kind how_ = kind::stayed;
};

/// The cold way of a push: attention is wanted, or the deque is full. False: full, run both sides here.
[[nodiscard]] bool push_cold(worker& self, job_slot* slot) noexcept;

/// The cold way of a pop: `slot` is public, or attention is wanted. True: the job is ours, run it. False: it was
/// stolen, and has finished. While it waits, this worker runs only jobs that descend from the stolen one.
[[nodiscard]] bool take_back_or_wait(worker& self, job_slot* slot);

}  // namespace weft::detail
