// tests/faults/faults.hpp - makes allocations and thread starts fail, and looks what is left over.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test.hpp"

#include <new>
#include <string>
#include <system_error>

namespace faults {

/// From now on allocation number `k`, counted from 0 over all threads, throws std::bad_alloc; with `all_after` so do
/// all that follow.
void fail_allocation(long k, bool all_after) noexcept;

/// From now on thread start number `k`, counted from 0, fails with EAGAIN.
void fail_thread(long k) noexcept;

/// Nothing fails any more. Returns how many allocations and thread starts have failed.
long stop_failing() noexcept;

/// Blocks that have been allocated and not freed.
long live_blocks() noexcept;

/// What `fail_everywhere` has seen.
struct verdict {
    long runs = 0;
    long threw = 0;     ///< std::bad_alloc left the call
    long unharmed = 0;  ///< an allocation failed, and the call did its work nonetheless
    long wrong = 0;     ///< returned, with a wrong result
    long strange = 0;   ///< threw something else
    long leaked = 0;    ///< runs after which memory was left over
    bool through = false;
};

/// Runs `attempt()` with its first, second, .. allocation failing, once alone and once with all that follow, until none
/// fails. `attempt` gets everything ready by `prepare()`, during which nothing fails, and returns whether its result is
/// right; what `prepare` returns it gets by reference, and `after` says whether that is still usable.
template <class Prepare, class Attempt, class After>
verdict fail_everywhere(Prepare prepare, Attempt attempt, After after, long most = 2000)
{
    verdict v;
    {  // what is made once for ever is made now
        auto ready = prepare();
        if (!attempt(ready)) ++v.wrong;
    }
    for (const bool all_after : {false, true}) {
        v.through = false;
        for (long k = 0; k < most && !v.through; ++k) {
            const long before = live_blocks();
            {
                auto ready = prepare();
                bool right = true;
                bool threw = false;
                bool strange = false;
                fail_allocation(k, all_after);
                try {
                    right = attempt(ready);
                } catch (const std::bad_alloc&) {
                    threw = true;
                } catch (...) {
                    strange = true;
                }
                const long failures = stop_failing();
                ++v.runs;
                v.threw += threw ? 1 : 0;
                v.strange += strange ? 1 : 0;
                v.wrong += right && after(ready) ? 0 : 1;
                v.unharmed += failures != 0 && !threw && !strange ? 1 : 0;
                v.through = failures == 0;
            }
            v.leaked += live_blocks() != before ? 1 : 0;
        }
    }
    return v;
}

/// Checks what every call promises: it throws std::bad_alloc or does its work; nothing leaks; all is usable afterwards.
inline void check(const std::string& what, const verdict& v, bool may_allocate = true)
{
    INFO(what << ": " << v.runs << " runs, " << v.threw << " threw, " << v.unharmed << " unharmed");
    CHECK(v.wrong == 0);
    CHECK(v.strange == 0);
    CHECK(v.leaked == 0);
    CHECK(v.through);
    if (!may_allocate) CHECK(v.threw == 0);
}

}  // namespace faults
