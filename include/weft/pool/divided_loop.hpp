// weft/pool/divided_loop.hpp - a loop over numbers that is divided where that pays.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/context.hpp>
#include <weft/pool/pace.hpp>

#include <cstddef>

namespace weft::detail {

/// Run(lo, hi) does the units lo .. hi - 1 of a loop, whose memory is given.
template <class Run>
class divided_loop {
public:
    divided_loop(const Run& run, loop_memory& memory) : do_(run), memory_(memory) {}

    /// Does 0 .. units - 1, on several threads where that pays. Throws what Run throws; then other units may have been done
    /// or not.
    void operator()(fork_context c, std::size_t units)
    {
        if (units == 0) return;
        loop_run run(c, memory_, {}, units, false);
        run_ = &run;
        work(c, 0, units, run.speed);
        run.end(c);
        run_ = nullptr;  // GCC 12 warns of an address that is left behind
    }

private:
    void work(fork_context c, std::size_t lo, std::size_t hi, pace& speed)
    {
        while (lo != hi) {
            if (speed.divides(hi - lo, c)) return split(c, lo, hi, speed);
            const std::size_t most = speed.block(hi - lo);
            const std::size_t n = block(c, lo, lo + most, speed.stride(most, c));
            run_->excess.add(speed.done(n));
            lo += n;
        }
    }

    [[gnu::noinline]] void split(fork_context c, std::size_t lo, std::size_t hi, pace& speed)
    {
        const std::size_t middle = lo + pace::even_length((hi - lo) / 2);
        pace other_speed = speed.divide();
        weft::fork_join(
            c,
            [&](fork_context here) {
                speed.begin();
                work(here, lo, middle, speed);
            },
            [&](fork_context there) {
                other_speed.begin();
                work(there, middle, hi, other_speed);
            });
        speed.add(other_speed);
    }

    /// Returns how many it has done: it may end after any `stride` of them if somebody wants work.
    [[gnu::noinline]] std::size_t block(fork_context c, std::size_t lo, std::size_t hi, std::size_t stride)
    {
        for (std::size_t at = lo;;) {
            const std::size_t end = hi - at < stride ? hi : at + stride;
            do_(at, end);
            if (end == hi || c.wanted()) return end - lo;
            at = end;
        }
    }

    const Run& do_;
    loop_memory& memory_;
    loop_run* run_ = nullptr;
};

}  // namespace weft::detail
