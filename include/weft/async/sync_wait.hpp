// weft/async/sync_wait.hpp - running a task from ordinary code.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/strand.hpp>
#include <weft/async/task.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/sync/detail/parking_spot.hpp>

#include <utility>

namespace weft {

namespace detail {

/// A strand for which a thread waits.
///
/// Orders      over store release -> load acquire in whoever plays a test_pool; the spot's own edges for who sleeps.
class awaited_strand : public strand {
public:
    awaited_strand() noexcept;

    /// Runs it in `pool`, at first on this thread, and returns when it has ended.
    void run_in(pool_core& pool, std::coroutine_handle<> first);

private:
    parking_spot spot_;
    atomic<bool> over_{false};
};

template <class T>
T sync_wait_in(pool_core& pool, const weft::task<T>& t)
{
    const std::coroutine_handle<promise_of<T>> frame = task_access::frame(t);
    awaited_strand s;
    frame.promise().begin(s);
    s.run_in(pool, frame);
    return frame.promise().result().take();
}

}  // namespace detail

/// Runs `t` in the pool of this thread, or the global one, waits for its end, and returns what it gives or throws.
///
/// It begins on this thread, which works for the pool meanwhile as with install; once the task waits for something, so
/// does this thread, and the task goes on, on the pool's threads.
///
/// Blocking: until the task has ended. On a thread of a pool it counts as weft::blocking: other threads do that pool's
///           work. Nobody can ask the task to stop.
/// Throws:   what the task throws; std::bad_alloc; what starting the global pool throws.
/// Cost:     some 100 ns if the task waits for nothing; two wake-ups of a thread else.
/// Example:  examples/async/hello.cpp
template <class T>
T sync_wait(weft::task<T> t)
{
    return detail::sync_wait_in(detail::current_pool(), t);
}

/// As sync_wait, in a thread_pool or a test_pool. In a test_pool this thread plays the whole pool until the task has
/// ended.
template <class Pool, class T>
T sync_wait(Pool& pool, weft::task<T> t)
{
    return detail::sync_wait_in(detail::pool_access::core(pool), t);
}

}  // namespace weft
