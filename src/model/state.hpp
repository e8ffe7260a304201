// src/model/state.hpp - what an execution consists of: views, locations, messages, threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The machine is operational. A location is a list of messages in modification order; a store adds one, not necessarily
// at the end. A thread has a view, which holds for each location the oldest message that it may still read, and a
// vector clock, which says what happens before its next step. A message carries the view that its reader acquires.
// Sequential consistency is one more view that all seq_cst operations read and raise in the order of execution.
#pragma once

#include "model/fiber.hpp"

#include <weft/model/detail/hooks.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace weft::model::detail {

inline constexpr std::size_t max_locations = 1024;
using index = std::int16_t;
using time_point = std::chrono::steady_clock::time_point;

/// For each thread, how many of its steps happen before.
struct vector_clock {
    std::array<std::uint32_t, max_threads> of{};

    void join(const vector_clock& other) noexcept
    {
        for (std::size_t i = 0; i < max_threads; ++i) {
            if (other.of[i] > of[i]) of[i] = other.of[i];
        }
    }
    [[nodiscard]] bool before(const vector_clock& other) const noexcept
    {
        for (std::size_t i = 0; i < max_threads; ++i) {
            if (of[i] > other.of[i]) return false;
        }
        return true;
    }
};

/// A vector clock, and for each location the index of a message. For locations from `known` on it is the first message.
struct view {
    vector_clock clock;
    std::size_t known = 0;
    std::array<index, max_locations> at;

    view() noexcept {}  // leaves the unknown part uninitialised: copies are most of the checker's work
    view(const view& other) noexcept { *this = other; }
    view& operator=(const view& other) noexcept
    {
        clock = other.clock;
        known = other.known;
        std::copy_n(other.at.begin(), known, at.begin());
        return *this;
    }

    /// Adds location `i`, the first one that is not known.
    void learn(std::size_t i) noexcept
    {
        at[i] = 0;
        known = i + 1;
    }
};

struct message {
    std::uint64_t value = 0;
    index position = 0;  ///< in modification order
    bool taken = false;  ///< a read-modify-write follows immediately: nothing can come between
    std::uint8_t thread = 0;
    source_location where;
    view seen;  ///< what an acquiring reader gets
};

struct location {
    std::vector<message> messages;
    std::vector<index> order;  ///< indices of messages in modification order
    vector_clock born;
    vector_clock accessed;
    index seq_cst = 0;  ///< the newest message that a seq_cst operation has seen
    index woken = 0;    ///< a sleeper that was woken reads nothing older than its waker saw
    bool dead = false;
    const char* name = nullptr;
    source_location died;

    [[nodiscard]] index newest() const noexcept { return order.back(); }
    [[nodiscard]] int position(index m) const noexcept { return messages[static_cast<std::size_t>(m)].position; }
    [[nodiscard]] int last() const noexcept { return static_cast<int>(order.size()) - 1; }
};

/// What is known of a cell's accesses: the last write, and each thread's last read.
struct cell_record {
    vector_clock reads;
    vector_clock writes;  ///< one thread's entry, or the construction of the cell
    source_location last_write;
    source_location last_read;
    bool dead = false;
};

enum class action : std::uint8_t { begin, load, store, change, compare, fence, spin, join, wait, wake, lock };

/// What a thread is about to do.
struct operation {
    action kind = action::begin;
    index at = -1;
    memory_order order = memory_order::relaxed;
    memory_order failure = memory_order::relaxed;
    change how = change::exchange;
    bool weak = false;
    bool all = false;
    bool timed = false;
    std::uint64_t operand = 0;  ///< stored, added, expected, or the thread to join
    std::uint64_t desired = 0;
    std::uint64_t mask = 0;
    time_point deadline{};
    source_location where;
};

/// One way for a thread to take its step. `message` is what is read, or what a store follows, or which thread is woken.
struct transition {
    enum kinds : std::uint8_t { usual, spurious, parks, looks, times_out };

    std::uint8_t thread = 0;
    action kind = action::begin;
    kinds variant = usual;
    bool seq_cst = false;
    bool writes = false;
    index at = -1;
    index message = -1;

    friend bool operator==(const transition&, const transition&) = default;
};

struct modelled_thread {
    fiber stack;
    void (*body)(void*) = nullptr;
    void* argument = nullptr;
    operation next;
    std::uint64_t answer = 0;
    bool succeeded = false;
    bool done = false;
    bool parked = false;
    bool woken = false;

    view now;       ///< what the thread has seen
    view acquired;  ///< what its next acquire fence would add
    view released;  ///< what its relaxed stores publish: its view at its last release fence

    // Prevents endless re-reading of old values.
    struct habit {
        index read = -1;      ///< since the last turn of a spin loop
        index outgrown = -1;  ///< read before the last turn: not again if there is a newer one
        index last = -1;
        std::uint32_t repeats = 0;   ///< reads of `last` while there was a newer one
        std::uint32_t inserted = 0;  ///< successive read-modify-writes that were inserted before newer values
    };
    std::array<habit, max_locations> habits;
    bool has_read = false;         ///< since the last turn of a spin loop
    bool has_news = false;         ///< since then, read something that had another value before
    std::uint32_t idle_turns = 0;  ///< turns of spin loops since anybody stored anything
};

inline bool acquires(memory_order o) noexcept
{
    return o == memory_order::acquire || o == memory_order::acq_rel || o == memory_order::seq_cst ||
           o == memory_order::consume;
}
inline bool releases(memory_order o) noexcept
{
    return o == memory_order::release || o == memory_order::acq_rel || o == memory_order::seq_cst;
}

}  // namespace weft::model::detail
