// tests/model/observe_model.cpp - a ring of events, read while its thread writes over it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/seam/event_note.hpp>

#include "observe/event_ring.hpp"
#include "scenarios.hpp"

#include <cstdint>
#include <vector>

namespace {

using weft::detail::event_note;
using weft::detail::event_ring_of;
using weft::detail::timed_event;
using weft::model::require;
using weft::model::thread;

const void* as_pointer(std::uint64_t number)
{
    return reinterpret_cast<const void*>(static_cast<std::uintptr_t>(number));
}

const scenarios::enter event_is_whole(
    "observe", "event_is_whole",
    [] {
        // Three events in a ring for two: what is read is in order, each of one piece, and what is not there is counted.
        event_ring_of<2> ring;
        thread owner([&] {
            for (std::uint64_t i = 1; i <= 3; ++i) {
                event_note e;
                e.at = as_pointer(i);
                e.what = as_pointer(i);
                e.value = i;
                e.line = static_cast<std::uint32_t>(i);
                ring.write(i, e);
            }
        });
        std::vector<timed_event> seen;
        const std::uint64_t missing = ring.copy(0, seen);
        for (std::size_t k = 0; k < seen.size(); ++k) {
            const std::uint64_t number = missing + k + 1;
            const event_note& e = seen[k].note;
            require(seen[k].time == number && e.value == number && e.line == number);
            require(e.at == as_pointer(number) && e.what == as_pointer(number));
        }
    },
    scenarios::bounded(3));

}  // namespace
