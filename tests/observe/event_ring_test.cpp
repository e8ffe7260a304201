// tests/observe/event_ring_test.cpp - the newest events of a thread.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "test.hpp"

#include "observe/event_ring.hpp"

#include <atomic>
#include <memory>

using weft::detail::event_kind;
using weft::detail::event_ring;
using weft::detail::timed_event;

TEST_CASE("event_ring: what was written comes back whole")
{
    const auto ring = std::make_unique<event_ring>();
    int here = 0;
    ring->write(5, {.kind = event_kind::span_end,
                    .at = &here,
                    .what = ring.get(),
                    .value = ~std::uint64_t{0},
                    .line = (1u << 24) - 1,
                    .threads = 65'535,
                    .slot = 4095});
    std::vector<timed_event> seen;
    CHECK(ring->copy(0, seen) == 0);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].time == 5);
    CHECK(seen[0].note.kind == event_kind::span_end);
    CHECK(seen[0].note.at == &here);
    CHECK(seen[0].note.what == ring.get());
    CHECK(seen[0].note.value == ~std::uint64_t{0});
    CHECK(seen[0].note.line == (1u << 24) - 1);
    CHECK(seen[0].note.threads == 65'535);
    CHECK(seen[0].note.slot == 4095);
}

TEST_CASE("event_ring: the oldest are dropped and counted")
{
    const auto ring = std::make_unique<event_ring>();
    const std::uint64_t more = 10;
    for (std::uint64_t i = 0; i < event_ring::capacity + more; ++i) ring->write(i, {.value = i});
    std::vector<timed_event> seen;
    CHECK(ring->copy(0, seen) == more);
    REQUIRE(seen.size() == event_ring::capacity);
    CHECK(seen.front().time == more);
    CHECK(seen.back().time == event_ring::capacity + more - 1);
    seen.clear();
    CHECK(ring->copy(event_ring::capacity, seen) == 0);
    CHECK(seen.size() == more);
}

TEST_CASE("event_ring: a reader never sees an event that is half another one")
{
    const auto ring = std::make_unique<event_ring>();
    std::atomic<bool> ends{false};
    std::atomic<bool> begun{false};
    std::jthread owner([&] {
        for (std::uint64_t i = 0; !ends.load(); ++i) {
            const auto p = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(i));
            ring->write(i, {.at = p, .what = p, .value = i, .line = static_cast<std::uint32_t>(i & 0xffffff)});
            begun.store(true);
        }
    });
    while (!begun.load()) {}
    std::vector<timed_event> seen;
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        const std::uint64_t from = ring->ended() / 2;
        seen.clear();
        const std::uint64_t missing = ring->copy(from, seen);
        std::uint64_t next = from + missing;
        bool whole = true;
        for (const timed_event& e : seen) {
            const auto p = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(next));
            whole = whole && e.time == next && e.note.value == next && e.note.at == p && e.note.what == p &&
                    e.note.line == (next & 0xffffff);
            ++next;
        }
        CHECK(whole);
    }
    ends.store(true);
}
