// src/pool/steering.cpp - steering woken threads, by their affinity.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/steering.hpp"

#if defined(__linux__)

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bit>

namespace weft::detail {

// The system calls are used directly: the library's wrappers know threads by pthread_t and sets of one fixed size.

void steering::begin() noexcept
{
    const long used = syscall(SYS_sched_getaffinity, 0, sizeof allowed_, allowed_.data());
    if (used <= 0) return;  // more processors than fit: leave it to the system
    int processors = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(used) / sizeof(unsigned long); ++i) {
        processors += std::popcount(allowed_[i]);
    }
    if (processors < 2) return;
    thread_ = static_cast<int>(syscall(SYS_gettid));
    size_ = static_cast<std::size_t>(used);
}

void steering::away_from_here() noexcept
{
    if (size_ == 0) return;
    const int here = sched_getcpu();
    constexpr std::size_t bits = 8 * sizeof(unsigned long);
    if (here < 0 || static_cast<std::size_t>(here) >= 8 * size_) return;
    const std::size_t word = static_cast<std::size_t>(here) / bits;
    const unsigned long bit = 1ul << static_cast<std::size_t>(here) % bits;
    if ((allowed_[word] & bit) == 0) return;
    auto elsewhere = allowed_;
    elsewhere[word] &= ~bit;
    // Relaxed: it carries nothing; a thread that misses it is steered until its next wake-up.
    steered_.store(true, order::relaxed);
    syscall(SYS_sched_setaffinity, thread_, size_, elsewhere.data());
}

void steering::arrived() noexcept
{
    if (!steered_.load(order::relaxed)) return;
    steered_.store(false, order::relaxed);
    syscall(SYS_sched_setaffinity, 0, size_, allowed_.data());
}

}  // namespace weft::detail

#else

namespace weft::detail {

void steering::begin() noexcept {}
void steering::away_from_here() noexcept {}
void steering::arrived() noexcept {}

}  // namespace weft::detail

#endif
