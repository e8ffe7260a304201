// src/seam/wait.cpp - waiting on an address: a futex on Linux, a table of condition variables where there is no such call.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/timed_wait.hpp>

#if defined(__linux__)

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <ctime>

namespace weft::detail {
namespace {

long futex(const void* word, int op, std::uint32_t value, const timespec* until) noexcept
{
    return syscall(SYS_futex, word, op, value, until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

}  // namespace

void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept
{
    futex(&word, FUTEX_WAIT_BITSET_PRIVATE, old, nullptr);
}

bool wait_on_until(const atomic<std::uint32_t>& word, std::uint32_t old, clock::time_point deadline) noexcept
{
    // steady_clock is CLOCK_MONOTONIC, the clock of FUTEX_WAIT_BITSET, which takes an absolute time.
    const auto since = deadline.time_since_epoch();
    if (since.count() < 0) return false;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since);
    const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds);
    timespec until{};
    until.tv_sec = static_cast<time_t>(seconds.count());
    until.tv_nsec = static_cast<long>(rest.count());
    return futex(&word, FUTEX_WAIT_BITSET_PRIVATE, old, &until) == 0 || errno != ETIMEDOUT;
}

void wake_one(const atomic<std::uint32_t>* word) noexcept { futex(word, FUTEX_WAKE_BITSET_PRIVATE, 1, nullptr); }

void wake_all(const atomic<std::uint32_t>* word) noexcept { futex(word, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, nullptr); }

}  // namespace weft::detail

#elif !defined(_WIN32)

#include <condition_variable>
#include <mutex>

namespace weft::detail {
namespace {

struct bucket {
    std::mutex lock;
    std::condition_variable changed;
};

// Neighbouring words share a bucket only by accident; a shared bucket costs a spurious wake-up.
bucket& bucket_of(const void* word) noexcept
{
    static bucket* buckets = new bucket[64];  // never destroyed: threads may wait until the process ends
    return buckets[(reinterpret_cast<std::uintptr_t>(word) >> 4) % 64];
}

void notify(const void* word) noexcept
{
    bucket& b = bucket_of(word);
    {
        const std::lock_guard hold(b.lock);
    }  // now a waiter has not yet looked at the word, or is asleep
    b.changed.notify_all();
}

}  // namespace

void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept
{
    bucket& b = bucket_of(&word);
    std::unique_lock hold(b.lock);
    if (word.load(order::seq_cst) == old) b.changed.wait(hold);
}

bool wait_on_until(const atomic<std::uint32_t>& word, std::uint32_t old, clock::time_point deadline) noexcept
{
    bucket& b = bucket_of(&word);
    std::unique_lock hold(b.lock);
    if (word.load(order::seq_cst) != old) return true;
    return b.changed.wait_until(hold, deadline) == std::cv_status::no_timeout;
}

void wake_one(const atomic<std::uint32_t>* word) noexcept { notify(word); }

void wake_all(const atomic<std::uint32_t>* word) noexcept { notify(word); }

}  // namespace weft::detail

#endif
