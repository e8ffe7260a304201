// src/seam/wait_windows.cpp - waiting on an address by the calls that Windows has for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "seam/windows.hpp"

#include <weft/seam/timed_wait.hpp>

#if defined(_WIN32)

#include <algorithm>
#include <chrono>

namespace weft::detail {
namespace {

/// Whether the wait ended otherwise than by its time.
bool wait(const atomic<std::uint32_t>& word, std::uint32_t old, DWORD milliseconds) noexcept
{
    // The system only reads the word, but takes it as one that may change.
    void* const address = const_cast<void*>(static_cast<const void*>(&word));
    return WaitOnAddress(address, &old, sizeof old, milliseconds) != 0 || GetLastError() != ERROR_TIMEOUT;
}

}  // namespace

void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept { wait(word, old, INFINITE); }

bool wait_on_until(const atomic<std::uint32_t>& word, std::uint32_t old, clock::time_point deadline) noexcept
{
    using std::chrono::milliseconds;
    constexpr milliseconds longest = std::chrono::hours(24);  // after which the caller looks and waits again
    const auto now = clock::now();
    if (deadline <= now) return false;
    // Rounded up: a wait that ends by its time ends after the deadline. The difference to a far one need not be a number.
    const auto left = deadline > now + longest ? longest : std::chrono::ceil<milliseconds>(deadline - now);
    return wait(word, old, static_cast<DWORD>(left.count())) || clock::now() < deadline;
}

void wake_one(const atomic<std::uint32_t>* word) noexcept
{
    WakeByAddressSingle(const_cast<void*>(static_cast<const void*>(word)));
}

void wake_all(const atomic<std::uint32_t>* word) noexcept
{
    WakeByAddressAll(const_cast<void*>(static_cast<const void*>(word)));
}

}  // namespace weft::detail

#endif
