// src/model/driver.hpp - what modelled objects talk to: the checker, which searches, or a simulation, which keeps time.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// hooks.cpp passes on what modelled objects say, to the driver of this thread.
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weft::model::detail {

class simulation;

class driver {
public:
    using time_point = std::chrono::steady_clock::time_point;

    driver() = default;
    virtual ~driver() = default;
    driver(const driver&) = delete;
    driver& operator=(const driver&) = delete;

    /// The driver whose program runs on this thread; null outside, and inside the driver's own code.
    static driver* running() noexcept;

    /// This object if it runs a simulation; null for the checker.
    [[nodiscard]] virtual simulation* as_simulation() noexcept { return nullptr; }

    [[nodiscard]] std::uint32_t execution() const noexcept { return execution_; }
    [[nodiscard]] std::size_t self() const noexcept { return self_; }
    [[nodiscard]] virtual time_point now() = 0;

    virtual entry new_location(const void* object, std::uint64_t value, bool was_static) = 0;
    virtual void end_location(entry at) = 0;
    virtual void name_location(entry at, const char* name) = 0;

    virtual std::uint64_t load(entry at, memory_order order, const source_location& where) = 0;
    virtual void store(entry at, std::uint64_t value, memory_order order, const source_location& where) = 0;
    virtual std::uint64_t read_modify_write(entry at, change how, std::uint64_t operand, std::uint64_t mask,
                                            memory_order order, const source_location& where) = 0;
    virtual bool compare_exchange(entry at, std::uint64_t& expected, std::uint64_t desired, bool weak,
                                  memory_order success, memory_order failure, const source_location& where) = 0;
    virtual void fence(memory_order order, const source_location& where) = 0;
    virtual bool wait(entry at, std::uint64_t old, const time_point* deadline, const source_location& where) = 0;
    virtual void wake(entry at, bool all, const source_location& where) = 0;
    virtual void lock(entry at, const source_location& where) = 0;

    virtual entry new_cell(const void* object, bool was_static) = 0;
    virtual void end_cell(entry at) = 0;
    virtual void touch_cell(entry at, bool writes, const source_location& where) = 0;

    virtual void* allocate(std::size_t bytes, std::size_t alignment) = 0;
    virtual void deallocate(void* memory) = 0;
    [[nodiscard]] virtual bool owns(const void* memory) const noexcept = 0;

    virtual std::size_t start_thread(void (*body)(void*), void* argument) = 0;
    virtual void join_thread(std::size_t thread, const source_location& where) = 0;
    virtual void spin(const source_location& where) = 0;

    virtual void record(std::int64_t value) = 0;
    virtual void note(const char* text) = 0;
    virtual void fail(const char* what, const source_location& where) = 0;
    [[nodiscard]] virtual std::uint32_t clock_of(std::size_t thread) const noexcept = 0;

protected:
    /// A number that no other execution of this process has.
    [[nodiscard]] static std::uint32_t new_execution() noexcept;

    std::uint32_t execution_ = 0;
    std::size_t self_ = 0;
};

/// The driver of this thread; others from outside it are put aside meanwhile.
class driving {
public:
    explicit driving(driver& d) noexcept;
    ~driving();
    driving(const driving&) = delete;
    driving& operator=(const driving&) = delete;

private:
    driver* outer_;
};

extern constinit thread_local driver* active_driver;
extern constinit thread_local bool on_modelled_thread;  ///< false in the driver's own code

/// Marks the driver's own code on a modelled thread: what it touches is not modelled.
class in_driver {
public:
    in_driver() noexcept : was_(std::exchange(on_modelled_thread, false)) {}
    ~in_driver() { on_modelled_thread = was_; }
    in_driver(const in_driver&) = delete;
    in_driver& operator=(const in_driver&) = delete;

private:
    bool was_;
};

inline driver* driver::running() noexcept { return on_modelled_thread ? active_driver : nullptr; }

}  // namespace weft::model::detail
