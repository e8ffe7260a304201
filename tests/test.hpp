// tests/test.hpp - what every test includes: Catch2 (version 2 or 3) and a few helpers of ours.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace test {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// A repeat count: `n`, and a twentieth of it (at least 1) under a sanitizer.
constexpr std::size_t scaled(std::size_t n) { return sanitized ? (n + 19) / 20 : n; }

#if defined(_WIN32)
/// As std::latch, which loses wake-ups with GCC 12 where its library knows no call of the system that waits on an address.
class latch {
public:
    explicit latch(std::ptrdiff_t expected) : left_(expected) {}

    void count_down()
    {
        const std::lock_guard hold(lock_);
        if (--left_ == 0) done_.notify_all();
    }
    void wait()
    {
        std::unique_lock hold(lock_);
        done_.wait(hold, [this] { return left_ <= 0; });
    }
    bool try_wait()
    {
        const std::lock_guard hold(lock_);
        return left_ <= 0;
    }
    void arrive_and_wait()
    {
        count_down();
        wait();
    }

private:
    std::mutex lock_;
    std::condition_variable done_;
    std::ptrdiff_t left_;
};
#else
using std::latch;
#endif

/// Runs f(0) .. f(n - 1), each on a thread of its own, all released at once; returns when all have ended.
template <class F>
void run_threads(std::size_t n, F&& f)
{
    latch ready(static_cast<std::ptrdiff_t>(n));
    std::vector<std::jthread> threads;
    threads.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
        threads.emplace_back([&, i] {
            ready.arrive_and_wait();
            f(i);
        });
    }
}

/// Counts its living instances, and holds a number. Copying and moving count; a moved-from one holds -1.
class counted {
public:
    counted(int v = 0) : value(v) { ++alive_; }
    counted(const counted& other) : value(other.value) { ++alive_; }
    counted(counted&& other) noexcept : value(other.value)
    {
        other.value = -1;
        ++alive_;
    }
    counted& operator=(const counted&) = default;
    counted& operator=(counted&& other) noexcept
    {
        value = other.value;
        if (this != &other) other.value = -1;
        return *this;
    }
    ~counted() { --alive_; }

    static long alive() { return alive_.load(); }
    friend bool operator==(const counted& a, const counted& b) { return a.value == b.value; }
    friend auto operator<=>(const counted& a, const counted& b) { return a.value <=> b.value; }

    int value;

private:
    inline static std::atomic<long> alive_{0};
};

}  // namespace test
