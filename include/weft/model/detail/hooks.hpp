// weft/model/detail/hooks.hpp - how modelled objects talk to what runs them: the checker, or a simulation.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <source_location>

namespace weft::model::detail {

using std::memory_order;
using std::source_location;

/// The maximum number of threads of a scenario, the first one included.
inline constexpr std::size_t max_threads = 6;

/// The id of the execution that runs on this thread; 0 if none does. Objects outside an execution are plain ones.
[[nodiscard]] std::uint32_t execution() noexcept;

/// The index of the modelled thread that runs, from 0.
[[nodiscard]] std::size_t self() noexcept;

/// An object's place in the tables of the checker, valid during one execution. An object that lives longer (a static)
/// is registered anew by each execution that meets it.
struct entry {
    std::uint32_t execution = 0;
    std::uint32_t index = 0;
};

/// Marks an object as older than the execution; a value that freed memory does not have.
inline constexpr std::uint8_t yes = 0x5a;

/// Makes the compiler read the object's entry from memory, even if it knows that the object's lifetime is over: this is
/// what the checker wants to see.
inline void look_at(const void* object) noexcept
{
#if defined(__GNUC__)
    __asm__ __volatile__("" : : "r"(object) : "memory");
#else
    static_cast<void>(object);
#endif
}

// --- atomics: a location holds up to eight bytes --------------------------------------------------------------------

enum class change : std::uint8_t { exchange, add, subtract, bit_or, bit_and, bit_xor };

/// `was_static`: the location is as old as the execution; otherwise its lifetime begins here. In a simulation `object`
/// says on which cache line it is.
[[nodiscard]] entry new_location(const void* object, std::uint64_t value, bool was_static) noexcept;
void end_location(entry at) noexcept;
void name_location(entry at, const char* name) noexcept;
std::uint64_t load(entry at, memory_order order, const source_location& where) noexcept;
void store(entry at, std::uint64_t value, memory_order order, const source_location& where) noexcept;
/// `mask` cuts the result of additions to the width of the object.
std::uint64_t read_modify_write(entry at, change how, std::uint64_t operand, std::uint64_t mask, memory_order order,
                                const source_location& where) noexcept;
/// If the exchange fails, `expected` receives what was read.
bool compare_exchange(entry at, std::uint64_t& expected, std::uint64_t desired, bool weak, memory_order success,
                      memory_order failure, const source_location& where) noexcept;
void fence(memory_order order, const source_location& where) noexcept;

/// Sleeps while the location holds `old`; false: `deadline` came first. Gives no order except for the word itself: a
/// thread that was woken reads nothing older there than its waker saw.
bool wait(entry at, std::uint64_t old, const std::chrono::steady_clock::time_point* deadline,
          const source_location& where) noexcept;
void wake(entry at, bool all, const source_location& where) noexcept;

/// A mutex is a location that holds 0 or 1.
void lock(entry at, const source_location& where) noexcept;

// --- plain memory ---------------------------------------------------------------------------------------------------

[[nodiscard]] entry new_cell(const void* object, bool was_static) noexcept;
void end_cell(entry at) noexcept;
void touch_cell(entry at, bool writes, const source_location& where) noexcept;

[[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment);
void deallocate(void* memory) noexcept;
/// Whether `memory` came from allocate() in this or an earlier execution.
[[nodiscard]] bool owns(const void* memory) noexcept;

// --- threads and time -----------------------------------------------------------------------------------------------

/// Starts a thread that runs body(argument), and returns its index.
std::size_t start_thread(void (*body)(void*), void* argument) noexcept;
void join_thread(std::size_t thread, const source_location& where) noexcept;
/// A turn of a spin loop: the thread goes on once something that it has read since its last turn has a newer value.
void spin(const source_location& where) noexcept;
[[nodiscard]] std::chrono::steady_clock::time_point now() noexcept;

// --- the scenario ---------------------------------------------------------------------------------------------------

void record(std::int64_t value) noexcept;
void note(const char* text) noexcept;
[[noreturn]] void fail(const char* what, const source_location& where) noexcept;
/// Whether every event of thread `a` up to its time `at` happens before the current event of this thread.
[[nodiscard]] std::uint32_t clock_of(std::size_t thread) noexcept;

}  // namespace weft::model::detail
