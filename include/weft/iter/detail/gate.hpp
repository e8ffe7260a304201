// weft/iter/detail/gate.hpp - lets helpers in until it is closed, and closes when all have left.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Tasks that help an object may start late, when the object is gone. Each shares ownership of the gate, which outlives
// the object, and asks the gate first.
//
// Roles       owner: closes, once.  helpers: any threads.
//
// Fields      word_      bit 31: closed.  bits 0..30: helpers inside.
//             helpers_   tasks that were spawned and have not said that they end; an estimate, nothing more
//
// Orders      O1  leave: fetch_sub release -> close: load acquire. What a helper did to the object happens before the
//                 object's end. Every change of the word is a read-modify-write, so the load that reads the last one
//                 synchronises with all.
//             O2  rest: helpers_ fetch_sub seq_cst, then the helper looks for work; the owner publishes work (seq_cst),
//                 then reads helpers_ seq_cst. One of the two sees the other: no work is left over without anybody
//                 having been told.
//
// Progress    enter, leave: lock-free. close: sleeps until the last helper has left.
//
// Checked by  tests/model/stream_model.cpp: gate_ends (O1), window_dropped (O1), gate_calls (O2), window_calls (O2)
#pragma once

#include <weft/pool/spawn.hpp>
#include <weft/seam/atomic.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

class gate {
public:
    /// Enters, unless the gate is closed.
    [[nodiscard]] bool enter() noexcept
    {
        std::uint32_t word = word_.load(order::relaxed);
        do {
            if ((word & closed) != 0) return false;
        } while (!word_.compare_exchange_weak(word, word + 1, order::relaxed, order::relaxed));
        return true;
    }

    void leave() noexcept
    {
        if (word_.fetch_sub(1, order::release) == (closed | 1)) wake_one(&word_);  // O1
    }

    /// Lets nobody in from now on, and returns when nobody is inside.
    void close() noexcept
    {
        std::uint32_t word = word_.fetch_or(closed, order::acquire) | closed;
        while (word != closed) {
            {
                const blocking_section elsewhere("stream");  // somebody else may have the seat meanwhile
                wait_on(word_, word);
            }
            word = word_.load(order::acquire);  // O1
        }
    }

    /// Whether helpers should hurry out. A hint.
    [[nodiscard]] bool is_closed() const noexcept { return (word_.load(order::relaxed) & closed) != 0; }

    /// Owner: claims a place for one more helper, if there are fewer than `most`.
    [[nodiscard]] bool call(std::size_t most) noexcept
    {
        std::size_t n = helpers_.load(order::seq_cst);  // O2
        do {
            if (n >= most) return false;
        } while (!helpers_.compare_exchange_weak(n, n + 1, order::relaxed, order::relaxed));
        return true;
    }

    /// Helper: gives its place back.
    void rest() noexcept { helpers_.fetch_sub(1, order::seq_cst); }  // O2

private:
    static constexpr std::uint32_t closed = std::uint32_t{1} << 31;

    atomic<std::uint32_t> word_{0};
    atomic<std::size_t> helpers_{0};
};

}  // namespace weft::detail
