// src/pool/notes.cpp - regions, as they are told to whoever wants to know.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/notes.hpp"
#include "pool/pool_core.hpp"

#include <weft/pool/observed_region.hpp>

namespace weft::detail {

void observed_region::begin(code_place where, std::uint64_t items) noexcept
{
    event_note told{.kind = event_kind::region_begin, .what = where.file, .value = items, .line = where.line};
    if (worker* const here = current_worker::get()) {
        told.at = here;
        told.threads = static_cast<std::uint16_t>(here->pool.num_threads());
        told.slot = static_cast<std::uint16_t>(here->jobs.index_of(here->jobs.head()));
    }
    detail::write_event(told);
}

void observed_region::end() noexcept
{
    detail::write_event({.kind = event_kind::region_end, .at = current_worker::get()});
}

void note_long_block(float ticks) noexcept
{
    if (detail::events_wanted())
        detail::write_event(
            {.kind = event_kind::long_block, .at = current_worker::get(), .value = static_cast<std::uint64_t>(ticks)});
}

}  // namespace weft::detail
