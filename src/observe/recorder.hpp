// src/observe/recorder.hpp - takes the events of all threads while there is a trace or a report.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "observe/event_ring.hpp"
#include "observe/ledger.hpp"

#include <weft/seam/atomic.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::detail {

/// One a process, never destroyed: threads may write while the program exits. In the child of a fork nothing is
/// recorded.
class recorder {
public:
    static recorder& instance();

    /// `listener` is told of all events from now on, in the order of their times, until remove(). It watches this thread.
    void add(ledger& listener);
    /// Tells `listener` all that has happened up to now, and no more. Returns the time, in ticks; nothing in the child
    /// of a fork, where nobody listens.
    std::optional<std::uint64_t> remove(ledger& listener);

    void trace_to(std::string_view path);
    /// From now on, what happens is told even if nobody here listens: for probes.
    void tell_probes();
    /// Ends the trace. False: there is none.
    bool end_trace(std::string& path, std::vector<timed_event>& events,
                   std::vector<std::pair<std::uint32_t, std::string>>& names, std::uint64_t& dropped);

private:
    recorder();
    static void write(const event_note& note) noexcept;
    static void write_nothing(const event_note& note) noexcept;
    event_ring* ring_of_this_thread() noexcept;
    event_ring& make_ring();
    void retire(event_ring& ring) noexcept;
    void drain();
    void listen() noexcept;

    struct ring_owner;

    std::mutex lock_;  // guards all below
    std::vector<std::unique_ptr<event_ring>> rings_;
    std::vector<ledger*> listeners_;
    std::vector<timed_event> batch_;
    std::uint32_t next_number_ = 1;
    std::uint64_t lost_from_trace_ = 0;  // events of threads whose ring another thread has got
    bool tracing_ = false;
    bool probed_ = false;
    std::string trace_path_;

    atomic<bool> drains_{false};             // somebody listens
    atomic<std::uint64_t> without_ring_{0};  // events of threads that could not have a ring
};

}  // namespace weft::detail
