// tests/pool/fuzz/delays.cpp - the library with delays at its atomics, and waits that return early.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/this_thread.hpp>
#include <weft/seam/timed_wait.hpp>

// The real waits, under other names.
#define wait_on undisturbed_wait_on
#define wait_on_until undisturbed_wait_on_until
#include "../../../src/seam/wait.cpp"
#include "../../../src/seam/wait_windows.cpp"
#undef wait_on
#undef wait_on_until

#include <thread>

#include "stage.hpp"

namespace fuzz {

void delay() noexcept
{
    if (dice == 0) {  // a new thread
        static constinit std::atomic<std::uint32_t> threads{0};
        dice = static_cast<std::uint32_t>(hash(threads.fetch_add(1, std::memory_order_relaxed), 3)) | 1;
        return;
    }
    if (delay_odds.load(weft::detail::order::relaxed) == 0xffffffff) return;
    // Other bits than those that chose the moment.
    const std::uint32_t r = static_cast<std::uint32_t>(hash(dice, 4));
    if (r % 16 == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(1 + r / 16 % (r / 256 % 16 == 0 ? 500 : 20)));
    } else if (r % 16 < 6) {
        std::this_thread::yield();
    } else {
        for (std::uint32_t i = r / 16 % 512; i != 0; --i) weft::detail::pause();
    }
}

void stir(std::uint64_t seed)
{
    // One in 64, 256, 1024 or 4096; now and then none.
    const std::uint64_t r = hash(seed, 5);
    const std::uint32_t odds = r % 9 == 8 ? 0xffffffff : (64u << (2 * (r % 4))) - 1;
    delay_odds.store(odds, weft::detail::order::relaxed);
}

}  // namespace fuzz

namespace weft::detail {

void wait_on(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept
{
    fuzz::maybe_delay();
    if (fuzz::dice % 32 != 0) undisturbed_wait_on(word, old);
    fuzz::maybe_delay();
}

bool wait_on_until(const atomic<std::uint32_t>& word, std::uint32_t old, clock::time_point deadline) noexcept
{
    fuzz::maybe_delay();
    return fuzz::dice % 32 == 0 || undisturbed_wait_on_until(word, old, deadline);
}

}  // namespace weft::detail
