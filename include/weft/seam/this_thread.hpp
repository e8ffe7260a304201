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
