// weft/model/detail/simulated.hpp - how weft's own objects talk to a simulation: by their addresses, as on a real machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Other than the objects of weft::model they hold nothing but their values: so they lie in cache lines as they do in a
// program that is not simulated, and share them as they do there.
#pragma once

#include <weft/seam/language.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <source_location>

namespace weft::model::detail {

/// What the code that runs is a part of; all zero outside a simulation, and in its own code.
struct simulated_place {
    std::uint32_t execution = 0;
    std::uint32_t thread = 0;
};
extern constinit thread_local simulated_place simulated_here;

[[nodiscard]] inline bool in_simulation() noexcept { return simulated_here.execution != 0; }

enum class access : std::uint8_t { load, store, change };

/// An access to `bytes` bytes, which do not cross a line, takes its time. The caller then does it; nobody comes between.
void touch(const void* object, std::size_t bytes, access how, const std::source_location& where) noexcept;
/// The same for an object that may take several lines.
void touch_all(const void* object, std::size_t bytes, access how, const std::source_location& where) noexcept;
/// A fence that waits for the stores before it.
void touch_fence(const std::source_location& where) noexcept;

/// Sleeps on an address; the caller is told to look again. False: `deadline` came first.
bool sleep_on(const void* word, std::uint32_t old, const std::chrono::steady_clock::time_point* deadline,
              const std::source_location& where) noexcept;
void wake_on(const void* word, bool all, const std::source_location& where) noexcept;

std::size_t start_simulated(void (*body)(void*), void* argument);
void join_simulated(std::size_t thread, const std::source_location& where) noexcept;
void pause_simulated(const std::source_location& where) noexcept;
void yield_simulated() noexcept;

/// Reads the clock, which takes its time.
[[nodiscard]] std::chrono::steady_clock::time_point simulated_now() noexcept;

/// The threads that a simulation may have, all together.
inline constexpr std::size_t most_simulated_threads = 8192;

}  // namespace weft::model::detail
