// tests/faults/faults.cpp
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "faults.hpp"

#include <pthread.h>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <limits>

namespace {

constexpr long never = std::numeric_limits<long>::max() / 2;

constinit std::atomic<long> allocations_left{never};
constinit std::atomic<long> threads_left{never};
constinit std::atomic<bool> all_after_fail{false};
constinit std::atomic<long> failures{0};
constinit std::atomic<long> live{0};

bool fails_now(std::atomic<long>& left, bool all_after) noexcept
{
    if (left.load(std::memory_order_relaxed) >= never / 2) return false;
    const long before = left.fetch_sub(1, std::memory_order_relaxed);
    if (before > 0 || (before < 0 && !all_after)) return false;
    failures.fetch_add(1, std::memory_order_relaxed);
    return true;
}

void* allocate(std::size_t bytes, std::size_t alignment) noexcept
{
    if (fails_now(allocations_left, all_after_fail.load(std::memory_order_relaxed))) return nullptr;
    const std::size_t size = bytes != 0 ? bytes : 1;
    void* const memory = alignment <= alignof(std::max_align_t)
                             ? std::malloc(size)
                             : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
    if (memory != nullptr) live.fetch_add(1, std::memory_order_relaxed);
    return memory;
}

void* allocate_or_throw(std::size_t bytes, std::size_t alignment)
{
    if (void* const memory = allocate(bytes, alignment)) return memory;
    throw std::bad_alloc();
}

void release(void* memory) noexcept
{
    if (memory == nullptr) return;
    live.fetch_sub(1, std::memory_order_relaxed);
    std::free(memory);
}

}  // namespace

namespace faults {

void fail_allocation(long k, bool all_after) noexcept
{
    failures.store(0);
    all_after_fail.store(all_after);
    allocations_left.store(k);
}

void fail_thread(long k) noexcept
{
    failures.store(0);
    threads_left.store(k);
}

long stop_failing() noexcept
{
    allocations_left.store(never);
    threads_left.store(never);
    return failures.load();
}

long live_blocks() noexcept { return live.load(); }

}  // namespace faults

void* operator new(std::size_t n) { return allocate_or_throw(n, 0); }
void* operator new[](std::size_t n) { return allocate_or_throw(n, 0); }
void* operator new(std::size_t n, std::align_val_t a) { return allocate_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return allocate_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, 0); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return allocate(n, 0); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept
{
    return allocate(n, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept
{
    return allocate(n, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { release(p); }
void operator delete[](void* p) noexcept { release(p); }
void operator delete(void* p, std::size_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t) noexcept { release(p); }
void operator delete(void* p, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { release(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { release(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { release(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { release(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { release(p); }

#ifdef WEFT_TEST_THREAD_FAULTS
extern "C" {
int __real_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

int __wrap_pthread_create(pthread_t* id, const pthread_attr_t* how, void* (*body)(void*), void* argument)
{
    if (fails_now(threads_left, false)) return EAGAIN;
    return __real_pthread_create(id, how, body, argument);
}
}
#endif
