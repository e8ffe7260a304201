// weft/model/seams/weft/seam/this_thread.hpp - the seam for thread-local words as the model checker sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <array>
#include <cstdint>
#include <source_location>

namespace weft::detail {

/// Modelled threads share one thread of the system: a slot has a value for each of them, zero in a new execution.
template <class Tag, class T>
struct thread_slot {
    static T get() noexcept { return here().value; }
    static void set(T v) noexcept { here().value = v; }

private:
    struct place {
        std::uint32_t execution = 0;
        T value{};
    };
    static place& here() noexcept
    {
        place& p = places[model::detail::self()];
        if (const std::uint32_t now = model::detail::execution(); p.execution != now) p = {now, T{}};
        return p;
    }
    inline static std::array<place, model::detail::max_threads> places{};
};

inline void yield_thread(const std::source_location& w = std::source_location::current()) noexcept
{
    model::detail::spin(w);
}
inline void pause(const std::source_location& w = std::source_location::current()) noexcept { model::detail::spin(w); }

}  // namespace weft::detail
