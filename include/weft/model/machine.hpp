// weft/model/machine.hpp - the description of a machine to simulate: processors, caches, sockets, and how long things take.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <chrono>
#include <cstddef>
#include <string>

namespace weft::model {

/// A time in nanoseconds and parts of them; any std::chrono duration converts to it.
using nanoseconds = std::chrono::duration<double, std::nano>;

/// A machine for simulate(): processors, numbered from 0, `cores_per_cache` of them behind each last-level cache,
/// `caches_per_socket` of these in each socket, and as many sockets as that takes.
///
/// The presets name their sources. All members may be changed: `machine m = dual_epyc_7763(); m.processors = 96;`.
///
/// Example: examples/model/how_it_scales.cpp
struct machine {
    std::string name = "a machine";
    std::string source{};        ///< where the figures come from
    std::size_t processors = 1;  ///< from 1 to 1,024
    std::size_t cores_per_cache = 1024;
    std::size_t caches_per_socket = 1;

    // --- operations on memory: what an atomic or a cell costs -------------------------------------------------------

    /// A load or a store of a line that the processor holds, with the few instructions around it.
    nanoseconds access{0.5};
    /// A read-modify-write, or a full fence, on top of that: it waits for the stores before it.
    nanoseconds locked{5};
    /// A line comes from another processor: behind the same cache, in the same socket, in another one.
    nanoseconds same_cache{25};
    nanoseconds same_socket{50};
    nanoseconds other_socket{120};
    /// Nobody has the line in a cache.
    nanoseconds memory{90};
    /// Requests for a line that many share are answered at least so far apart.
    nanoseconds answer{6};
    /// How far behind its program a processor's stores may be before it stalls.
    nanoseconds store_buffer{400};

    // --- the rest of the processor, and the system ------------------------------------------------------------------

    nanoseconds pause{20};              ///< a turn of a spin loop
    nanoseconds clock_read{8};          ///< clock::now(), or ticks
    nanoseconds allocation{20};         ///< of memory, and its release
    nanoseconds system_call{200};       ///< one that finds nothing to do
    nanoseconds wake_call{1500};        ///< what waking a thread costs the one that calls
    nanoseconds wake_latency{5000};     ///< from that call until the thread runs, if a processor is free
    nanoseconds context_switch{1500};   ///< from one thread to the next on one processor
    nanoseconds time_slice{3'000'000};  ///< for a thread, while others want its processor
    nanoseconds thread_start{15'000};   ///< what starting a thread costs the one that does
};

/// Made of the figures that tests/simulate/measure_machine.cpp printed on the machine that weft is measured on: a virtual one
/// with two processors. See docs/scaling.md.
[[nodiscard]] machine two_processors();

/// Two sockets of 64 cores (AMD EPYC 7763), eight cores behind each cache.
[[nodiscard]] machine dual_epyc_7763();

/// One socket of 64 cores (AMD EPYC 7773X), eight behind each cache.
[[nodiscard]] machine epyc_7773x();

/// One socket of 64 Arm cores (AWS Graviton2), all behind one cache.
[[nodiscard]] machine graviton2();

}  // namespace weft::model
