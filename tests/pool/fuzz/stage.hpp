// tests/pool/fuzz/stage.hpp - what programs run on: pools, locks, and what must hold all the time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/thread_pool.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "program.hpp"

namespace fuzz {

/// Prints what is wrong, the tree of the program, and the command that replays it; then ends the process.
[[noreturn]] void broken(const char* what, const node* where = nullptr, const node* other = nullptr);

inline void require(bool holds, const char* otherwise, const node& where)
{
    if (!holds) [[unlikely]]
        broken(otherwise, &where);
}

/// Chooses how often the library is delayed, in the build where it can be.
void stir(std::uint64_t seed);

/// A pool, and which of its indices are in use.
struct arena {
    explicit arena(std::size_t n) : threads(n), taken(std::make_unique<std::atomic<bool>[]>(n)) {}

    weft::thread_pool* pool = nullptr;  ///< null: the global one
    const std::size_t threads;
    std::unique_ptr<std::atomic<bool>[]> taken;
    std::atomic<std::uint32_t> strays{0};
};

/// Options of the arena's pool. Its on_unhandled counts failures.
weft::pool_options options_of(arena& a, int idle);

/// What a running program uses.
struct world {
    std::vector<std::unique_ptr<arena>> arenas;
    arena* global = nullptr;
    std::array<std::mutex, 4> locks;
};

/// Where a node runs: null for `here` means outside all pools.
struct place {
    world* all;
    arena* here;

    [[nodiscard]] place inside() const { return {all, here != nullptr ? here : all->global}; }
};

// --- what must hold --------------------------------------------------------------------------------------------------

/// The node that runs on this thread, on top of others that wait; null if anything may run here.
inline thread_local const node* innermost = nullptr;

/// A lock of the program is held by this thread.
inline thread_local int locks_held = 0;

/// On top of a node that waits only its descendants run.
class on_top {
public:
    explicit on_top(const node& n) : below_(innermost)
    {
        if (below_ != nullptr && !n.descends_from(*below_)) [[unlikely]]
            broken("it runs on top of a wait that it does not descend from", &n, below_);
        innermost = &n;
    }
    ~on_top() { innermost = below_; }
    on_top(const on_top&) = delete;
    on_top& operator=(const on_top&) = delete;

private:
    const node* below_;
};

/// While this thread yields, and in a part of a broadcast, strangers may run: hence with no lock held.
class among_strangers {
public:
    explicit among_strangers(const node& n) : below_(innermost)
    {
        require(locks_held == 0, "a stranger runs on top of a lock that is held", n);
        innermost = nullptr;
    }
    ~among_strangers() { innermost = below_; }
    among_strangers(const among_strangers&) = delete;
    among_strangers& operator=(const among_strangers&) = delete;

private:
    const node* below_;
};

/// A stretch of work that does not wait: no other thread of the pool has this thread's index meanwhile.
class presence {
public:
    presence(place at, const node& n);
    ~presence()
    {
        if (taken_ != nullptr) taken_->store(false, std::memory_order_release);
    }
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;

private:
    std::atomic<bool>* taken_ = nullptr;
};

// --- running ---------------------------------------------------------------------------------------------------------

/// Runs the node by the constructs of the library, checks what comes out, and passes it on.
std::uint64_t run(node& n, place at);

/// A child's share of its parent's sum.
inline std::uint64_t run_child(const node& n, std::size_t i, place at) { return share_of(run(*n.children[i], at), i); }

/// The sum of the children's shares and the own numbers, by kind.
std::uint64_t run_forks(node& n, place at);
std::uint64_t run_scope(node& n, place at);
std::uint64_t run_tasks(node& n, place at);
std::uint64_t run_loops(node& n, place at);

/// A part of a broadcast. `seen` has a flag for each index.
std::uint64_t run_part(const node& n, std::size_t i, place at, std::size_t index, std::atomic<bool>* seen);

inline std::uint64_t own_numbers(const node& n)
{
    std::uint64_t sum = 0;
    for (std::size_t j = 0; j < n.n; ++j) sum += number(n, j);
    return sum;
}

}  // namespace fuzz
