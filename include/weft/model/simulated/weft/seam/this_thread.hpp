// weft/model/simulated/weft/seam/this_thread.hpp - the seam for thread-local words as a simulation sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/simulated.hpp>

#include <array>
#include <cstdint>
#include <source_location>

namespace weft::detail {

/// Simulated threads share one thread of the system: a slot has a value for each of them, zero in a new simulation.
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
        const model::detail::simulated_place now = model::detail::simulated_here;
        if (now.execution == 0) return outside;
        place& p = places[now.thread];
        if (p.execution != now.execution) p = {now.execution, T{}};
        return p;
    }
    inline static std::array<place, model::detail::most_simulated_threads> places{};
    inline static constinit thread_local place outside{};
};

inline void yield_thread() noexcept
{
    if (model::detail::in_simulation()) model::detail::yield_simulated();
}
inline void pause(const std::source_location& w = std::source_location::current()) noexcept
{
    if (model::detail::in_simulation()) model::detail::pause_simulated(w);
}

}  // namespace weft::detail
