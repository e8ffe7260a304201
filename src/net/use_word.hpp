// src/net/use_word.hpp - who uses a descriptor, and when it may be closed.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       users: an operation of each side, and closers for as long as they wake who waits.
//
// Fields      word_   a reader, a writer, how many closers; and the marks `closed` (wanted), `ended` (the descriptor is no
//                     more), `disowned` (nobody will use it again)
//
// Invariants  I1  The descriptor is closed once, by the last user after it was marked, who stays a user until it is done: no
//                 operation meets the descriptor's next owner.
//             I2  Whoever was the last user of what is disowned is told so, once.
//
// Orders      O1  end of a use: compare-exchange release -> that of the last one: acquire. All system calls have been made.
//
// Progress    lock-free.
//
// Checked by  tests/model/net_model.cpp: close_meets_use, hold_meets_close (I1, O1), disown_meets_use, disown_meets_close (I2, O1).
#pragma once

#include <weft/seam/atomic.hpp>

#include <cstdint>

namespace weft::detail {

class use_word {
public:
    static constexpr std::uint32_t reader = 1;
    static constexpr std::uint32_t writer = 2;
    static constexpr std::uint32_t closer = 4;  // and more of them

    enum class admission : std::uint8_t { granted, busy, refused };

    /// A reader or writer begins: unless there is one, or it is marked as closed. Only if it is granted, end_use follows;
    /// `end` is for a refusal that comes to be the last user.
    template <class End>
    [[nodiscard]] admission begin(std::uint32_t part, End&& end) noexcept
    {
        const std::uint32_t before = word_.fetch_or(part, order::relaxed);
        if ((before & part) != 0) return (before & closed) != 0 ? admission::refused : admission::busy;
        if ((before & closed) == 0) return admission::granted;
        static_cast<void>(this->end(part, end));
        return admission::refused;
    }

    /// A use is over. Calls `close()` if this is the last one of what is marked. True: it is disowned, and nobody else will
    /// look at it.
    template <class Close>
    [[nodiscard]] bool end(std::uint32_t part, Close&& close) noexcept
    {
        std::uint32_t seen = word_.load(order::relaxed);
        for (;;) {
            if ((seen & users) == part && (seen & (closed | ended)) == closed) {
                if (!word_.compare_exchange_weak(seen, seen | ended, order::acquire, order::relaxed))
                    continue;  // I1, O1
                close();
                seen = word_.load(order::relaxed);
            } else if (word_.compare_exchange_weak(seen, seen - part, order::acq_rel, order::relaxed)) {  // O1
                break;
            }
        }
        return ((seen - part) & (users | disowned)) == disowned;  // I2
    }

    /// For a call that is no operation: as a closer, which `end` follows, but nothing is marked. Whether it is closed.
    [[nodiscard]] bool hold() noexcept { return (word_.fetch_add(closer, order::relaxed) & closed) != 0; }

    /// A closer begins; `end` follows, with `closer`. True: it is the first, and wakes who waits.
    [[nodiscard]] bool close(bool disown) noexcept
    {
        word_.fetch_add(closer, order::relaxed);
        return (word_.fetch_or(disown ? closed | disowned : closed, order::relaxed) & closed) == 0;
    }

    [[nodiscard]] bool is_closed() const noexcept { return (word_.load(order::relaxed) & closed) != 0; }

    /// For a descriptor of its own that comes next.
    void reset() noexcept { word_.store(0, order::relaxed); }

private:
    static constexpr std::uint32_t closed = 1u << 31;
    static constexpr std::uint32_t ended = 1u << 30;
    static constexpr std::uint32_t disowned = 1u << 29;
    static constexpr std::uint32_t users = disowned - 1;

    atomic<std::uint32_t> word_{0};
};

}  // namespace weft::detail
