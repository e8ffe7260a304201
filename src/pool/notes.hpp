// src/pool/notes.hpp - what the pool tells whoever wants to know.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "pool/place.hpp"
#include "pool/probes.hpp"

#include <weft/seam/events.hpp>

#include <cstdint>

namespace weft::detail {

/// What is told is put together out of line: who calls these on hot paths needs no stack frame for what rarely happens.
struct note_writer {
    [[gnu::noinline, gnu::cold]] static void tell(event_kind kind, const place& me, const void* what,
                                                  std::uint64_t value) noexcept;
    [[gnu::noinline, gnu::cold]] static void tell_steal(const place& me, const place& victim, const job_slot& job,
                                                        const job_kind& kind) noexcept;
    [[gnu::noinline, gnu::cold]] static void tell_visit(const place& me, std::uint32_t threads) noexcept;
    [[gnu::noinline, gnu::cold]] static void tell_waiting(place& me) noexcept;
    [[gnu::noinline, gnu::cold]] static void tell_waiting_ends(place& me) noexcept;
};

/// Something has happened to this thread, which works at `me`.
inline void note(event_kind kind, const place& me, const void* what = nullptr, std::uint64_t value = 0) noexcept
{
    if (detail::events_wanted()) [[unlikely]]
        note_writer::tell(kind, me, what, value);
}

/// The thread takes `job` from `victim`.
inline void note_steal(const place& me, const place& victim, const job_slot& job, const job_kind& kind) noexcept
{
    probes::steal(me.index, victim.index, kind.name);
    if (detail::events_wanted()) [[unlikely]]
        note_writer::tell_steal(me, victim, job, kind);
}

/// A caller from outside has a place.
inline void note_visit(const place& me, std::uint32_t threads) noexcept
{
    if (detail::events_wanted()) [[unlikely]]
        note_writer::tell_visit(me, threads);
}

/// Whoever waits at `me` has found nothing that it may do; to be called each time.
inline void note_waiting(place& me) noexcept
{
    if (!me.shows_waiting && detail::events_wanted()) [[unlikely]]
        note_writer::tell_waiting(me);
}

/// Now it has found something, or need not wait any more.
inline void note_waiting_ends(place& me) noexcept
{
    if (me.shows_waiting) [[unlikely]]
        note_writer::tell_waiting_ends(me);
}

/// The thread of `me` looks for work during the life of this object, or has found some; then it sleeps.
class noted_search {
public:
    explicit noted_search(const place& me) noexcept : me_(me) { note(event_kind::search, me_); }
    ~noted_search()
    {
        probes::park(me_.index);
        note(event_kind::sleep, me_);
    }
    noted_search(const noted_search&) = delete;
    noted_search& operator=(const noted_search&) = delete;

private:
    const place& me_;
};

}  // namespace weft::detail
