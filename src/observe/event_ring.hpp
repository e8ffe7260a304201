// src/observe/event_ring.hpp - the newest events of one thread.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       owner: the one thread that writes.  reader: any thread, one at a time (under the recorder's lock).
//
// Fields      begun_     written by owner     events that it has begun to write
//             ended_     written by owner     events that are whole
//             words_     written by owner     event i lies in slot i % capacity, until event i + capacity is begun
//             read_      written by reader    the events before have been read, or are not wanted
//
// Invariants  I1  A reader uses an event only if its slot has not been written again: it looks at begun_ after the
//                 copy.
//
// Orders      O1  write: ended_ release -> read: ended_ acquire.  The reader finds the words of whole events.
//             O2  write: words release -> read: words acquire.  Whoever has read a word of a newer event sees that it
//                 has begun, too, for begun_ is written before (I1).
//
// Progress    write: wait-free. The oldest event is overwritten.
//
// Checked by  tests/model/observe_model.cpp: event_is_whole (I1, O1, O2); tests/observe/event_ring_test.cpp.
#pragma once

#include <weft/base/detail/zeroed_array.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/event_note.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weft::detail {

/// An event with its time, in ticks, and its thread.
struct timed_event {
    std::uint64_t time = 0;
    std::uint32_t thread = 0;
    event_note note;
};

template <std::size_t Capacity>
class event_ring_of {
public:
    static constexpr std::size_t capacity = Capacity;

    /// Throws std::bad_alloc. The memory is taken as it is written.
    event_ring_of() : words_(make_zeroed_array<atomic<std::uint64_t>>(capacity * words)) {}
    ~event_ring_of() { dispose_zeroed_array(words_, capacity * words); }
    event_ring_of(const event_ring_of&) = delete;
    event_ring_of& operator=(const event_ring_of&) = delete;

    /// Owner only.
    void write(std::uint64_t time, const event_note& e) noexcept
    {
        const std::uint64_t n = ended_.load(order::relaxed);  // own write
        begun_.store(n + 1, order::relaxed);
        atomic<std::uint64_t>* const slot = words_ + n % capacity * words;
        slot[0].store(time, order::release);                                   // O2
        slot[1].store(std::bit_cast<std::uintptr_t>(e.at), order::release);    // O2
        slot[2].store(std::bit_cast<std::uintptr_t>(e.what), order::release);  // O2
        slot[3].store(e.value, order::release);                                // O2
        slot[4].store(packed(e), order::release);                              // O2
        ended_.store(n + 1, order::release);                                   // O1
    }

    /// Owner only: how many events a reader has not read yet.
    [[nodiscard]] std::uint64_t unread() const noexcept
    {
        return ended_.load(order::relaxed) - read_.load(order::relaxed);
    }

    /// Reader only. Appends the events from number `from` on. Returns how many of these were overwritten.
    std::uint64_t copy(std::uint64_t from, std::vector<timed_event>& out) const
    {
        const std::uint64_t end = ended_.load(order::acquire);  // O1
        const std::uint64_t oldest = end > capacity && end - capacity > from ? end - capacity : from;
        const std::size_t before = out.size();
        for (std::uint64_t i = oldest; i < end; ++i) {
            const atomic<std::uint64_t>* const slot = words_ + i % capacity * words;
            timed_event e;
            e.thread = number;
            e.time = slot[0].load(order::acquire);                                                                // O2
            e.note = unpacked(slot[4].load(order::acquire));                                                      // O2
            e.note.at = std::bit_cast<const void*>(static_cast<std::uintptr_t>(slot[1].load(order::acquire)));    // O2
            e.note.what = std::bit_cast<const void*>(static_cast<std::uintptr_t>(slot[2].load(order::acquire)));  // O2
            e.note.value = slot[3].load(order::acquire);                                                          // O2
            out.push_back(e);
        }
        const std::uint64_t begun = begun_.load(order::relaxed);
        std::uint64_t torn = begun > capacity && begun - capacity > oldest ? begun - capacity - oldest : 0;  // I1
        if (torn > end - oldest) torn = end - oldest;
        const auto at = out.begin() + static_cast<std::ptrdiff_t>(before);
        out.erase(at, at + static_cast<std::ptrdiff_t>(torn));
        return oldest - from + torn;
    }

    /// Reader only.
    [[nodiscard]] std::uint64_t ended() const noexcept { return ended_.load(order::relaxed); }
    [[nodiscard]] std::uint64_t read_until() const noexcept { return read_.load(order::relaxed); }
    void set_read(std::uint64_t until) noexcept { read_.store(until, order::relaxed); }

    // Under the recorder's lock.
    std::uint32_t number = 0;       ///< of the thread
    std::string name;               ///< of the thread
    std::uint64_t first = 0;        ///< the first event of this thread, if there was another one before
    std::uint64_t traced_from = 0;  ///< the first event that belongs to the trace
    bool retired = false;           ///< its thread has ended

private:
    static constexpr std::size_t words = 5;

    static std::uint64_t packed(const event_note& e) noexcept
    {
        return static_cast<std::uint64_t>(e.kind) | std::uint64_t{e.slot} << 8 | std::uint64_t{e.threads} << 24 |
               std::uint64_t{e.line} << 40;
    }
    static event_note unpacked(std::uint64_t w) noexcept
    {
        event_note e;
        e.kind = static_cast<event_kind>(w & 0xff);
        e.slot = static_cast<std::uint16_t>(w >> 8);
        e.threads = static_cast<std::uint16_t>(w >> 24);
        e.line = static_cast<std::uint32_t>(w >> 40);
        return e;
    }

    atomic<std::uint64_t>* const words_;
    atomic<std::uint64_t> begun_{0};
    atomic<std::uint64_t> ended_{0};
    atomic<std::uint64_t> read_{0};
};

using event_ring = event_ring_of<std::size_t{1} << 15>;

}  // namespace weft::detail
