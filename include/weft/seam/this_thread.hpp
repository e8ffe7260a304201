// weft/seam/this_thread.hpp - the seam for thread-local words and yielding.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/shared.hpp>

namespace weft::detail {

/// One word per thread, told apart by Tag; zero at first. Reading it is a plain thread-local read.
template <class Tag, class T>
struct WEFT_ONCE_PER_PROCESS thread_slot {
    static T get() noexcept { return value; }
    static void set(T v) noexcept { value = v; }

private:
    inline static constinit thread_local T value{};
};

#if defined(_WIN32)
/// Calls `end(object)` when this thread ends; what was asked for last comes first. Where the process ends before, it never
/// does. Throws std::bad_alloc, and then calls it at once.
void at_thread_end(void (*end)(void*), void* object);
#endif

/// Makes a T that lives until this thread ends. Throws std::bad_alloc and what the constructor throws.
template <class T>
T& make_for_this_thread()
{
#if defined(_WIN32)
    // MinGW's thread-local memory is gone before the destructors of what lies there are called.
    T* const one = new T;
    at_thread_end([](void* object) { delete static_cast<T*>(object); }, one);
    return *one;
#else
    thread_local T one;
    return one;
#endif
}

/// Lets another thread run on this core.
void yield_thread() noexcept;

/// Tells the processor that this is a spin loop.
inline void pause() noexcept
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb" ::: "memory");
#elif defined(__riscv)
    __asm__ __volatile__(".insn i 0x0F, 0, x0, x0, 0x010" ::: "memory");
#endif
}

}  // namespace weft::detail
