// weft/base/detail/noted_block.hpp - a thread sleeps until another one lets it go on.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/events.hpp>

namespace weft::detail {

/// During the life of this object the thread is blocked: told to whoever wants to know. For where it sleeps anyway.
class noted_block {
public:
    noted_block() noexcept : shown_(detail::events_wanted())
    {
        if (shown_) [[unlikely]]
            detail::write_event({.kind = event_kind::block_begin});
    }
    ~noted_block()
    {
        if (shown_) [[unlikely]]
            detail::write_event({.kind = event_kind::block_end});
    }
    noted_block(const noted_block&) = delete;
    noted_block& operator=(const noted_block&) = delete;

private:
    const bool shown_;
};

}  // namespace weft::detail
