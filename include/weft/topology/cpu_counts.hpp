// weft/topology/cpu_counts.hpp - how many processors there are, in each sense of the word.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <optional>

namespace weft {

/// The answers to "how many processors?". Each is 0 (quota: none) where the system does not say.
struct processor_counts {
    std::size_t configured = 0;  ///< hardware threads that the system could have, plugged in or not
    std::size_t online = 0;      ///< hardware threads that run now
    std::size_t allowed = 0;     ///< those that the calling thread's affinity lets it use
    std::size_t physical = 0;    ///< cores that run now: hardware threads of one core count once
    /// Processors' worth of time that the control groups (v1 or v2) grant; 0.5: half of one. The smallest quota of the
    /// process's group and of those above it that the process can see.
    std::optional<double> quota;
};

/// Reads the counts from the system, anew on each call: all of them may change while a program runs.
///
/// Thread safety: any thread.
/// Cost:          some tens of small files; call it during setup.
/// Example:       examples/topology/counts.cpp
[[nodiscard]] processor_counts cpu_counts();

/// The number of threads that make sense here: what affinity allows, and no more than the quota rounded up; at least 1.
/// Never throws: what cannot be read is left out.
[[nodiscard]] std::size_t available_parallelism() noexcept;

}  // namespace weft
