// weft/pool/observed_region.hpp - a parallel region of the program, for traces and reports.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/seam/events.hpp>

#include <cstdint>

namespace weft::detail {

/// During the life of this object this thread works for the region that stands at `where`, and so does whoever takes
/// what is forked meanwhile.
/// Cost: a relaxed load if nobody wants to know.
class observed_region {
public:
    /// `items` is a function that tells how many there are, 0 if it does not know; called only if somebody wants to
    /// know.
    template <class Items>
    observed_region(code_place where, const Items& items) noexcept : shown_(detail::events_wanted())
    {
        if (shown_) [[unlikely]]
            begin(where, items());
    }
    explicit observed_region(code_place where) noexcept
        : observed_region(where, []() noexcept { return std::uint64_t{0}; })
    {
    }
    ~observed_region()
    {
        if (shown_) [[unlikely]]
            end();
    }
    observed_region(const observed_region&) = delete;
    observed_region& operator=(const observed_region&) = delete;

    /// Whoever helps `object` works for this region.
    void covers(const void* object) const noexcept
    {
        if (shown_) [[unlikely]]
            cover(object);
    }

private:
    static void begin(code_place where, std::uint64_t items) noexcept;
    static void cover(const void* object) noexcept;
    static void end() noexcept;

    const bool shown_;
};

/// During the life of this object this thread, which runs a task of nobody's, works for the region that covers an object.
/// Cost: a relaxed load if nobody wants to know.
class observed_help {
public:
    explicit observed_help(const void* object) noexcept : shown_(detail::events_wanted())
    {
        if (shown_) [[unlikely]]
            begin(object);
    }
    ~observed_help()
    {
        if (shown_) [[unlikely]]
            end();
    }
    observed_help(const observed_help&) = delete;
    observed_help& operator=(const observed_help&) = delete;

private:
    static void begin(const void* object) noexcept;
    static void end() noexcept;

    const bool shown_;
};

/// One block of a loop of this thread has taken long.
void note_long_block(float ticks) noexcept;

}  // namespace weft::detail
