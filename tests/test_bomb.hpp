// tests/test_bomb.hpp - callbacks and copies that throw at a chosen call.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <atomic>
#include <compare>
#include <limits>

namespace test {

/// What a bomb throws.
struct boom {};

/// Throws at the call of tick() with a chosen number, counted from 0 over all threads.
class bomb {
public:
    static constexpr long never = std::numeric_limits<long>::max() / 2;

    explicit bomb(long at = never) noexcept : left_(at) {}
    bomb(const bomb&) = delete;
    bomb& operator=(const bomb&) = delete;

    void tick() const
    {
        if (left_.fetch_sub(1, std::memory_order_relaxed) == 0) throw boom{};
    }
    /// The same in the middle of an expression.
    template <class T>
    T tick(T value) const
    {
        tick();
        return value;
    }
    [[nodiscard]] bool has_gone_off() const noexcept { return left_.load(std::memory_order_relaxed) < 0; }

private:
    mutable std::atomic<long> left_;
};

/// A number whose copies tick the bomb that is armed, if any; moves do not throw. Counts its living instances.
class fragile {
public:
    fragile(int v = 0) : value(v) { ++alive_; }
    fragile(const fragile& other) : value(other.checked()) { ++alive_; }
    fragile(fragile&& other) noexcept : value(other.value) { ++alive_; }
    fragile& operator=(const fragile& other)
    {
        value = other.checked();
        return *this;
    }
    fragile& operator=(fragile&& other) noexcept
    {
        value = other.value;
        return *this;
    }
    ~fragile() { --alive_; }

    static void arm(const bomb* b) noexcept { armed_.store(b); }
    static long alive() noexcept { return alive_.load(); }
    friend bool operator==(const fragile& a, const fragile& b) { return a.value == b.value; }
    friend auto operator<=>(const fragile& a, const fragile& b) { return a.value <=> b.value; }

    int value;

private:
    [[nodiscard]] int checked() const
    {
        if (const bomb* const b = armed_.load(std::memory_order_relaxed)) b->tick();
        return value;
    }

    inline static std::atomic<long> alive_{0};
    inline static std::atomic<const bomb*> armed_{nullptr};
};

/// A use of one part of the library, with a tick in every callback: returns whether the result is right.
struct use_case {
    const char* name;
    bool (*run)(const bomb& b);
};

}  // namespace test
