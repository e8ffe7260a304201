// tests/pool/fuzz/program.hpp - random programs: trees of things to run, and what plain calls make of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A node has a value: a hash of its salt, of some numbers of its own and of its children's values, whatever construct of
// the library runs them. So the reference is one formula for all kinds, and a job that is run twice, never, or with
// another one's data shows as a wrong number.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// What a program may be made of. join, chains of joins and one or more pools are always there.
enum feature : std::uint32_t {
    scopes = 1 << 0,      ///< scope: spawn, spawn_fifo, tasks that spawn, inner scopes
    spawns = 1 << 1,      ///< detached tasks that somebody awaits
    broadcasts = 1 << 2,  ///< broadcast, spawn_broadcast
    installs = 1 << 3,    ///< several pools, and calls from one into another, at any depth
    blocks = 1 << 4,      ///< weft::blocking
    channels = 1 << 5,    ///< siblings that send to each other, inside weft::blocking
    loops = 1 << 6,       ///< par_sort, par_iter, stream, pipeline, par_worklist
    throws = 1 << 7,      ///< exceptions
    locks = 1 << 8,       ///< a std::mutex that is held across forks and loops
    pools = 1 << 9,       ///< pools that are made and destroyed in the midst
    callers = 1 << 10,    ///< several threads that call from outside at once, and spawn into scopes
    yields = 1 << 11,     ///< yield_now until a detached task has ended
    leftovers = 1 << 12,  ///< detached tasks that only the destructor of the pool awaits
    everything = (1 << 13) - 1,
};

/// "scopes+blocks" for scopes | blocks, "joins" for none, "all" for everything; and back.
std::string name_of_mode(std::uint32_t features);
std::optional<std::uint32_t> mode_of_name(std::string_view name);

enum class kind : std::uint8_t {
    leaf,
    join,
    chain,
    attempt,
    scope,
    lock,
    detached,
    leftover,
    broadcast,
    install,
    rest,
    channel,
    sort,
    numbers,
    stream,
    pipeline,
    worklist,
    own_pool,
    outer_wait,
    hand_in,
};
const char* name_of(kind what);

/// The ways in which a scope runs a child; three bits of node::how for each.
enum class scope_way : std::uint32_t { spawn, spawn_fifo, from_task, from_inner, from_outside, in_body, to_each };

/// One thing to run. All but the counters is fixed when the program runs.
struct node {
    kind what = kind::leaf;
    bool fails = false;        ///< it throws failure{id}, as a rule when its children have ended
    bool droppable = false;    ///< an exception elsewhere may keep it from running
    std::uint32_t id = 0;      ///< counted from 0 in the program
    std::uint32_t how = 0;     ///< chooses among the ways to run it, by kind
    std::uint32_t n = 0;       ///< numbers of its own
    std::uint32_t target = 0;  ///< the pool or the lock, or the threads of a pool of its own
    std::uint32_t times = 1;   ///< how often it runs: the parts of broadcasts around it
    std::uint32_t strays = 0;  ///< own_pool: exceptions that its on_unhandled must get
    std::uint64_t salt = 0;
    const node* parent = nullptr;
    std::vector<node*> children;

    // The reference.
    std::uint64_t value = 0;
    std::vector<std::uint32_t> failures;  ///< who may have thrown what leaves it; sorted; if empty, nothing leaves

    std::atomic<std::uint32_t> begun{0};
    std::atomic<std::uint32_t> ended{0};

    [[nodiscard]] scope_way way(std::size_t child) const { return static_cast<scope_way>(how >> (3 * child) & 7); }
    [[nodiscard]] bool descends_from(const node& ancestor) const
    {
        const node* at = this;
        while (at != nullptr && at != &ancestor) at = at->parent;
        return at != nullptr;
    }
};

/// A scope's body throws, not the node at its end; a scope or a broadcast is called as a member of the pool.
inline constexpr std::uint32_t body_fails = 1u << 31;
inline constexpr std::uint32_t by_member = 1u << 30;

/// What a node throws.
struct failure {
    std::uint32_t id;
};

struct pool_plan {
    std::size_t threads = 1;
    int idle = 1;              ///< an idle_policy
    std::uint32_t strays = 0;  ///< exceptions that its on_unhandled must get
};

struct program {
    std::uint64_t seed = 0;
    std::uint32_t mode = 0;
    std::vector<pool_plan> pools;
    std::vector<std::vector<node*>> callers;  ///< what each thread from outside calls, one after the other
    std::deque<node> nodes;
};

/// Threads of the global pool.
inline constexpr std::size_t global_threads = 3;

/// The program of a seed, in the given mode, or in one that the seed chooses. Depends on nothing else.
std::unique_ptr<program> grow(std::uint64_t seed, std::optional<std::uint32_t> mode);

constexpr std::uint64_t hash(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t z = a * 0x9e3779b97f4a7c15u + (b ^ 0x632be59bd9b4e019u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/// The j-th number of a node's own.
inline std::uint64_t number(const node& n, std::size_t j) { return hash(n.salt, j); }

/// What a child adds to its parent's sum; in the place of a value, what attempt makes of a failure.
inline std::uint64_t share_of(std::uint64_t value, std::size_t place) { return hash(value, place + 7); }
inline constexpr std::uint64_t failed_value = 0xfa11;

}  // namespace fuzz
