// src/pool/notes.cpp - what happens in a pool, as it is told to whoever wants to know.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/notes.hpp"
#include "pool/pool_core.hpp"

#include <weft/pool/observed_region.hpp>
#include <weft/pool/spawn.hpp>

namespace weft::detail {

void note_writer::tell(event_kind kind, const place& me, const void* what, std::uint64_t value) noexcept
{
    detail::write_event({.kind = kind, .at = &me, .what = what, .value = value});
}

void note_writer::tell_steal(const place& me, const place& victim, const job_slot& job, const job_kind& kind) noexcept
{
    detail::write_event({.kind = event_kind::steal,
                         .at = &me,
                         .what = &victim,
                         .value = reinterpret_cast<std::uintptr_t>(kind.name),
                         .line = me.jobs.index_of(me.jobs.head()),
                         .slot = static_cast<std::uint16_t>(victim.jobs.index_of(&job))});
}

void note_writer::tell_visit(const place& me, std::uint32_t threads) noexcept
{
    detail::write_event({.kind = event_kind::visit_begin, .at = &me, .threads = static_cast<std::uint16_t>(threads)});
}

void note_writer::tell_waiting(place& me) noexcept
{
    me.shows_waiting = true;
    tell(event_kind::wait_begin, me, nullptr, 0);
}

void note_writer::tell_waiting_ends(place& me) noexcept
{
    me.shows_waiting = false;
    tell(event_kind::wait_end, me, nullptr, 0);
}

void region_notes::begin(code_place where, std::uint64_t items) noexcept
{
    probes::region(where.file, where.line, items);
    event_note told{.kind = event_kind::region_begin, .what = where.file, .value = items, .line = where.line};
    if (worker* const here = current_worker::get()) {
        told.at = here;
        told.threads = static_cast<std::uint16_t>(here->pool.num_threads());
        told.slot = static_cast<std::uint16_t>(here->jobs.index_of(here->jobs.head()));
    }
    detail::write_event(told);
}

void region_notes::end() noexcept
{
    detail::write_event({.kind = event_kind::region_end, .at = current_worker::get()});
}

void covering_notes::cover(const void* object, std::size_t threads) noexcept
{
    covered = object;
    detail::write_event({.kind = event_kind::scope_open,
                         .at = current_worker::get(),
                         .what = object,
                         .threads = static_cast<std::uint16_t>(threads)});
}

void covering_notes::end() const noexcept
{
    detail::write_event({.kind = event_kind::region_end, .at = current_worker::get(), .what = covered});
}

void help_notes::begin(const void* object) noexcept
{
    detail::write_event({.kind = event_kind::help_begin, .at = current_worker::get(), .what = object});
}

void help_notes::end() noexcept { detail::write_event({.kind = event_kind::help_end, .at = current_worker::get()}); }

void note_long_block(float ticks) noexcept
{
    if (detail::events_wanted())
        detail::write_event(
            {.kind = event_kind::long_block, .at = current_worker::get(), .value = static_cast<std::uint64_t>(ticks)});
}

}  // namespace weft::detail
