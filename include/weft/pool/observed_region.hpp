// weft/pool/observed_region.hpp - a parallel region of the program, for traces and reports.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/code_place.hpp>
#include <weft/seam/events.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// From its begin to its end this object tells something of this thread, if anybody wanted to know at its begin. `Told` has
/// begin(...) and end(), which do not throw.
/// Cost: a relaxed load if nobody wants to know.
template <class Told>
class observed : protected Told {
public:
    template <class... Args>
    explicit observed(const Args&... args) noexcept : shown_(detail::events_wanted())
    {
        if (shown_) [[unlikely]]
            Told::begin(args...);
    }
    ~observed()
    {
        if (shown_) [[unlikely]]
            Told::end();
    }
    observed(const observed&) = delete;
    observed& operator=(const observed&) = delete;

protected:
    [[nodiscard]] bool shown() const noexcept { return shown_; }

private:
    const bool shown_;
};

struct region_notes {
    static void begin(code_place where, std::uint64_t items = 0) noexcept;
    /// `items` is a function that tells how many there are, 0 if it does not know.
    template <class Items>
    static void begin(code_place where, const Items& items) noexcept
    {
        begin(where, std::uint64_t{items()});
    }
    static void end() noexcept;
};

/// During the life of this object this thread works for the region that stands at `where`, and so does whoever takes
/// what is forked meanwhile. On one thread such regions end in the opposite order of their begins.
using observed_region = observed<region_notes>;

struct covering_notes {
    const void* covered = nullptr;

    static void begin(code_place where) noexcept { region_notes::begin(where); }
    void cover(const void* object, std::size_t threads) noexcept;
    void end() const noexcept;
};

/// The same for one that covers an object: whoever helps this works for the region. It may end in any order, and on any
/// thread.
class covering_region : public observed<covering_notes> {
public:
    using observed::observed;

    /// `threads` may work for it.
    void covers(const void* object, std::size_t threads) noexcept
    {
        if (shown()) [[unlikely]]
            cover(object, threads);
    }
};

struct help_notes {
    static void begin(const void* object) noexcept;
    static void end() noexcept;
};

/// During the life of this object this thread, which runs a task of nobody's, works for the region that covers an object.
using observed_help = observed<help_notes>;

/// One block of a loop of this thread has taken long.
void note_long_block(float ticks) noexcept;

}  // namespace weft::detail
