// weft/model/simulate.hpp - run a program on a machine that is not there, in virtual time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>
#include <weft/model/machine.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <type_traits>
#include <vector>

namespace weft::model {

/// Bounds of a simulation.
struct simulation_options {
    /// Virtual time after which it is given up, as a livelock.
    nanoseconds max_time = std::chrono::seconds(10);
};

/// Where the time of a processor went; the rest was idle.
struct processor_time {
    nanoseconds work{};      ///< model::work, and what allocations and reading clocks cost
    nanoseconds memory{};    ///< operations on atomics, cells and fences, waiting for the line included
    nanoseconds spinning{};  ///< pauses of spin loops
    nanoseconds waking{};    ///< system calls, wake-ups under way, switches from thread to thread, threads started
    nanoseconds idle{};
};

/// What a cache line has cost, all processors together.
struct line_cost {
    std::string name;    ///< as given to name_memory or atomic::name; else the place that has waited for it most
    nanoseconds time{};  ///< waiting for it to come
    std::uint64_t transfers = 0;  ///< how often it came from another processor or from memory
    std::uint64_t operations = 0;
};

/// What a place in the program has cost by waiting for cache lines, of whatever objects.
struct place_cost {
    std::string name;  ///< file and line
    nanoseconds time{};
    std::uint64_t transfers = 0;
};

/// What simulate() found.
struct simulation_result {
    bool passed = true;
    std::string failure{};  ///< deadlock, too long, or a requirement that does not hold: in a sentence

    std::string machine_name{};
    nanoseconds time{};  ///< between start_measuring and stop_measuring, or from the beginning to the end
    std::vector<processor_time> processors{};
    std::vector<line_cost> lines{};    ///< those that cost most, the worst first; at most 16
    std::vector<place_cost> places{};  ///< those that cost most, the worst first; at most 16
    std::uint64_t operations = 0;      ///< on atomics, cells and fences
    std::uint64_t transfers = 0;       ///< of cache lines
    std::uint64_t wake_ups = 0;
    std::uint64_t context_switches = 0;
    std::size_t threads = 0;  ///< that the program has had, the first one included
    double seconds = 0;       ///< of real processor time that the simulation took

    /// All processors together.
    [[nodiscard]] processor_time total() const noexcept;
    /// All of this as text; of the processors, only their total if there are more than eight.
    [[nodiscard]] std::string summary() const;
};

namespace detail {
simulation_result simulate(const machine& on, const simulation_options& how, void (*program)(void*), void* argument);
void work(nanoseconds time) noexcept;
void sleep(nanoseconds time) noexcept;
[[nodiscard]] nanoseconds virtual_time() noexcept;
void measure(bool begins) noexcept;
void name_memory(const void* object, std::size_t bytes, const char* name) noexcept;
[[nodiscard]] std::size_t simulated_processors() noexcept;
}  // namespace detail

/// Runs `program` on the machine `on`, once, in virtual time.
///
/// Each thread has a clock. The one that is furthest behind among those that have a processor takes the next step: an
/// operation on an atomic costs what it takes to get the cache line to the processor, and requests for one line queue up;
/// waiting on an address and waking cost what the machine says; between these, the program says by work() how long it
/// computes. Other instructions take no time. Threads that have no processor wait for one, and get time slices.
///
/// Linked with weft::weft, the program consists of model::thread, model::atomic, model::cell and model::mutex. Linked
/// with weft::simulated instead, all of weft is compiled against the simulated machine as it is: its pool (the global
/// one has as many threads as the machine has processors), atomics, locks, queues and channels, laid out in memory as
/// they always are. See docs/scaling.md.
///
/// Memory is sequentially consistent; a store waits in a store buffer for its line, and nobody else notices.
///
/// The same program on the same machine gives the same result each time. Objects of static storage duration begin each
/// simulation as they are outside, and model::atomic objects that are older keep nothing of what happens in it.
///
/// Requires:      `program` gets what it waits for through modelled objects only: std::mutex, std::thread and the like are
///                not seen. Objects of weft that are made inside end inside.
/// Throws:        std::invalid_argument if the machine has no processor, or more than 1,024, or a negative time; what
///                `program` throws. Deadlock, and a program that takes too long, are failures in the result.
/// Blocks:        one simulation at a time runs in a process; others wait.
/// Cost:          some 20 ns per operation on memory; a switch between threads, 100 ns.
/// Example:       examples/model/how_it_scales.cpp
template <class F>
simulation_result simulate(const machine& on, F&& program, const simulation_options& how = {})
{
    auto call = [&program] { program(); };
    return detail::simulate(on, how, [](void* c) { (*static_cast<decltype(call)*>(c))(); }, &call);
}

/// Computes for so long. Nothing outside a simulation.
inline void work(nanoseconds time) noexcept { detail::work(time); }

/// Sleeps for so long. Nothing outside a simulation.
inline void sleep_for(nanoseconds time) noexcept { detail::sleep(time); }

/// The time of this thread since the beginning of the simulation; 0 outside.
[[nodiscard]] inline nanoseconds virtual_time() noexcept { return detail::virtual_time(); }

/// The processors of the simulated machine; 0 outside a simulation.
[[nodiscard]] inline std::size_t simulated_processors() noexcept { return detail::simulated_processors(); }

/// From now on the result counts: what was before is forgotten. For programs that prepare something first.
inline void start_measuring() noexcept { detail::measure(true); }
/// What follows is not counted.
inline void stop_measuring() noexcept { detail::measure(false); }

/// Gives the cache lines of an object a name in the result. `name` must outlive the simulation.
template <class T>
void name_memory(const T& object, const char* name) noexcept
{
    detail::name_memory(__builtin_addressof(object), sizeof(T), name);
}

}  // namespace weft::model
