// weft/pool/pool_options.hpp - how a thread pool is set up.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/callback.hpp>
#include <weft/topology/cpu_set.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace weft {

/// Where the threads of a pool may run.
enum class pin_policy {
    none,  ///< wherever the system puts them
    core,  ///< thread i on its own core, nearest cores first, hardware threads of a core last
    numa,  ///< threads spread evenly over the NUMA nodes, each on any core of its node
};

/// What a thread does when it finds no work.
enum class idle_policy {
    spin,      ///< looks for work forever: the lowest latency, and a busy core
    balanced,  ///< looks for some tens of microseconds, then sleeps
    frugal,    ///< sleeps after one look
};

/// A pin_policy, or explicit sets: thread i is pinned to sets[i % sets.size()].
struct pinning {
    pinning() = default;
    pinning(pin_policy p) : policy(p) {}                     // implicit: `.pin = pin_policy::core`
    pinning(std::vector<cpu_set> s) : sets(std::move(s)) {}  // implicit: `.pin = {set0, set1}`
    pinning(std::initializer_list<cpu_set> s) : sets(s) {}

    pin_policy policy = pin_policy::none;
    std::vector<cpu_set> sets;
};

/// Options of a thread_pool and of init_global_pool. The defaults suit most programs.
///
/// Example: examples/pool/own_pool.cpp
struct pool_options {
    /// Threads that work at once, the calling thread included. 0: WEFT_NUM_THREADS if set, else
    /// available_parallelism() on the thread that makes the pool. At most 4096. A pool keeps its number of threads, and
    /// they inherit that thread's affinity: a thread that will be pinned should make the pool first.
    std::size_t num_threads = 0;

    /// The name of thread i as debuggers show it; "weft-i" if empty. Linux shows 15 bytes.
    callback<std::string, std::size_t> thread_name{};

    /// Bytes of stack of each thread; 0: the system's default. Raised to the minimum that the system allows.
    std::size_t stack_size = 0;

    /// Where the threads run; the default is WEFT_PIN (`none`, `core` or `numa`) if set, else none. Threads that call
    /// into the pool from outside are never pinned. A thread that cannot be pinned runs unpinned.
    pinning pin{};

    /// Called on each of the num_threads threads with its index, before its first task and after its last one; not on
    /// callers from outside, and not on threads that step in for those that wait. Both may use the pool. What they do
    /// to the floating-point environment is undone: a task has that of whoever spawned it. An exception from
    /// on_thread_start leaves the constructor of the pool, after the threads that had started have ended; one from
    /// on_thread_exit goes to on_unhandled.
    callback<void, std::size_t> on_thread_start{};
    callback<void, std::size_t> on_thread_exit{};

    /// Gets the exception of a task that nobody waits for. Empty: std::terminate. It must not throw.
    callback<void, std::exception_ptr> on_unhandled{};

    idle_policy idle = idle_policy::balanced;

    /// Whether a thread of its own looks after the descriptors that tasks wait for (<weft/net/net.hpp>), as long as this
    /// pool is there; it serves all pools. Without it an idle thread does that, and what comes while all threads work waits
    /// for the longest task that does not let others run. Costs two thread switches for each event that comes alone.
    bool driver_thread = false;
};

}  // namespace weft
