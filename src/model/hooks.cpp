// src/model/hooks.cpp - passes on what modelled objects say, to the driver of this thread.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/driver.hpp"

#include <atomic>
#include <exception>
#include <new>

namespace weft::model::detail {

constinit thread_local driver* active_driver = nullptr;
constinit thread_local bool on_modelled_thread = false;

namespace {
driver& here() noexcept { return *driver::running(); }
}  // namespace

std::uint32_t driver::new_execution() noexcept
{
    static constinit std::atomic<std::uint32_t> so_far{0};
    std::uint32_t fresh = 0;
    while (fresh == 0) fresh = so_far.fetch_add(1, std::memory_order_relaxed) + 1;
    return fresh;
}

driving::driving(driver& d) noexcept : outer_(std::exchange(active_driver, &d)) {}
driving::~driving() { active_driver = outer_; }

std::uint32_t execution() noexcept
{
    const driver* const d = driver::running();
    return d == nullptr ? 0 : d->execution();
}
std::size_t self() noexcept
{
    const driver* const d = driver::running();
    return d == nullptr ? 0 : d->self();
}

entry new_location(const void* object, std::uint64_t value, bool was_static) noexcept
{
    return here().new_location(object, value, was_static);
}
void end_location(entry at) noexcept { here().end_location(at); }
void name_location(entry at, const char* name) noexcept { here().name_location(at, name); }

std::uint64_t load(entry at, memory_order order, const source_location& where) noexcept
{
    return here().load(at, order, where);
}
void store(entry at, std::uint64_t value, memory_order order, const source_location& where) noexcept
{
    here().store(at, value, order, where);
}
std::uint64_t read_modify_write(entry at, change how, std::uint64_t operand, std::uint64_t mask, memory_order order,
                                const source_location& where) noexcept
{
    return here().read_modify_write(at, how, operand, mask, order, where);
}
bool compare_exchange(entry at, std::uint64_t& expected, std::uint64_t desired, bool weak, memory_order success,
                      memory_order failure, const source_location& where) noexcept
{
    return here().compare_exchange(at, expected, desired, weak, success, failure, where);
}
void fence(memory_order order, const source_location& where) noexcept
{
    if (driver* const d = driver::running()) d->fence(order, where);
}
bool wait(entry at, std::uint64_t old, const std::chrono::steady_clock::time_point* deadline,
          const source_location& where) noexcept
{
    return here().wait(at, old, deadline, where);
}
void wake(entry at, bool all, const source_location& where) noexcept { here().wake(at, all, where); }
void lock(entry at, const source_location& where) noexcept { here().lock(at, where); }

entry new_cell(const void* object, bool was_static) noexcept { return here().new_cell(object, was_static); }
void end_cell(entry at) noexcept { here().end_cell(at); }
void touch_cell(entry at, bool writes, const source_location& where) noexcept { here().touch_cell(at, writes, where); }

void* allocate(std::size_t bytes, std::size_t alignment)
{
    driver* const d = driver::running();
    return d == nullptr ? ::operator new(bytes, std::align_val_t{alignment}) : d->allocate(bytes, alignment);
}
void deallocate(void* memory) noexcept { here().deallocate(memory); }
bool owns(const void* memory) noexcept { return active_driver != nullptr && active_driver->owns(memory); }

std::size_t start_thread(void (*body)(void*), void* argument) noexcept { return here().start_thread(body, argument); }
void join_thread(std::size_t thread, const source_location& where) noexcept { here().join_thread(thread, where); }
void spin(const source_location& where) noexcept
{
    if (driver* const d = driver::running()) d->spin(where);
}
std::chrono::steady_clock::time_point now() noexcept
{
    driver* const d = driver::running();
    return d == nullptr ? std::chrono::steady_clock::now() : d->now();
}

void record(std::int64_t value) noexcept { here().record(value); }
void note(const char* text) noexcept { here().note(text); }
void fail(const char* what, const source_location& where) noexcept
{
    here().fail(what, where);
    std::terminate();  // not reached: a failed thread is not resumed
}
std::uint32_t clock_of(std::size_t thread) noexcept
{
    const driver* const d = driver::running();
    return d == nullptr ? 0 : d->clock_of(thread);
}

}  // namespace weft::model::detail
