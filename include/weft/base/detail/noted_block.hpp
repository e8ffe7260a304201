// weft/base/detail/noted_block.hpp - a thread sleeps until another one lets it go on.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/events.hpp>

#include <bit>
#include <cstdint>

namespace weft::detail {

/// During the life of this object the thread is blocked: told to whoever wants to know. For where it sleeps anyway.
class noted_block {
public:
    /// `kind` is the name of the class that is waited for, a static string; `object` is which one, or null.
    explicit noted_block(const char* kind, const void* object = nullptr) noexcept : shown_(detail::events_wanted())
    {
        if (shown_) [[unlikely]]
            begin(kind, object);
    }
    ~noted_block()
    {
        if (shown_) [[unlikely]]
            detail::write_event({.kind = event_kind::block_end});
    }
    noted_block(const noted_block&) = delete;
    noted_block& operator=(const noted_block&) = delete;

private:
    [[gnu::noinline, gnu::cold]] static void begin(const char* kind, const void* object) noexcept
    {
        detail::write_event(
            {.kind = event_kind::block_begin, .what = kind, .value = std::bit_cast<std::uintptr_t>(object)});
    }

    const bool shown_;
};

}  // namespace weft::detail
