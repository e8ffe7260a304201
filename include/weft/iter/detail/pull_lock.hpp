// weft/iter/detail/pull_lock.hpp - the lock around input that is pulled by several workers.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       any worker that pulls.
//
// Fields      word_   written by all   0 free, 1 held, 2 held and somebody may sleep
//
// Orders      O1  unlock: exchange release -> lock: exchange or CAS acquire. The next holder sees what the last one
//                 did to the input.
//
// Progress    blocking; unlock wakes one sleeper if there may be one.
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/base/spin_hint.hpp>

#include <cstdint>

namespace weft::detail {

class pull_lock {
public:
    pull_lock() = default;
    pull_lock(pull_lock&&) noexcept {}  // nobody pulls while a chain is still being built
    pull_lock& operator=(pull_lock&&) = delete;

    void lock() noexcept
    {
        for (int i = 0; i < spins; ++i) {
            std::uint32_t expected = 0;
            if (word_.compare_exchange_weak(expected, 1, order::acquire, order::relaxed)) return;  // O1
            spin_hint();
        }
        while (word_.exchange(2, order::acquire) != 0) wait_on(word_, 2);  // O1
    }

    void unlock() noexcept
    {
        if (word_.exchange(0, order::release) == 2) wake_one(&word_);  // O1
    }

private:
    static constexpr int spins = 100;

    atomic<std::uint32_t> word_{0};
};

}  // namespace weft::detail
