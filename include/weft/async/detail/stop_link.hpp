// weft/async/detail/stop_link.hpp - where a strand that waits is found by those who ask it to stop.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Part of stop_state.hpp, which says what all of it means.
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/sync/spinlock.hpp>

#include <cstdint>

namespace weft::detail {

class stop_state;
struct strand;

/// What is linked into a stop_state: a state below it, or the link of a strand.
struct stop_node {
    explicit constexpr stop_node(bool state) noexcept : is_state(state) {}
    stop_node(const stop_node&) = delete;
    stop_node& operator=(const stop_node&) = delete;

    stop_node* previous = nullptr;
    stop_node* next = nullptr;
    const bool is_state;
    bool linked = false;  ///< read by its owner alone
};

/// A wait with a word of its own that decides whether it is stopped; part of an awaiter.
struct stop_wait {
    bool (*claim)(stop_wait& self) noexcept = nullptr;  ///< whether the requester is first; `self` is then its own
    strand* who = nullptr;                              ///< who waits
};

/// Part of a strand.
struct stop_link : stop_node {
    enum class kind : std::uint8_t { nothing, plain_wait, other_wait };
    /// Of a plain wait. Certain: as waiting, but it cannot be stopped.
    enum class phase : std::uint8_t { served, waiting, certain, stopped };

    stop_link() noexcept : stop_node(false) {}

    spinlock lock;
    kind shows = kind::nothing;
    atomic<phase> state{phase::served};
    union {
        stop_state* under = nullptr;  ///< of a plain wait: the strand's state when it began
        stop_wait* wait;              ///< of another wait
    };
};

}  // namespace weft::detail
