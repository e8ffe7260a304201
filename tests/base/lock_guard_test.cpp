// tests/base/lock_guard_test.cpp - a lock is held for as long as the guard lives.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/lock_guard.hpp>

#include "test.hpp"

#include <stdexcept>
#include <type_traits>

namespace {

/// Tells how often it has been locked and unlocked.
struct counted_lock {
    int locked = 0;
    int unlocked = 0;

    void lock() { ++locked; }
    void unlock() { ++unlocked; }
};

}  // namespace

TEST_CASE("lock_guard: holds the lock from its constructor to its destructor")
{
    counted_lock lock;
    {
        const weft::detail::lock_guard hold(lock);
        CHECK(lock.locked == 1);
        CHECK(lock.unlocked == 0);
    }
    CHECK(lock.locked == 1);
    CHECK(lock.unlocked == 1);
}

TEST_CASE("lock_guard: an exception lets go of the lock, too")
{
    counted_lock lock;
    try {
        const weft::detail::lock_guard hold(lock);
        throw std::runtime_error("failed");
    } catch (const std::runtime_error&) {
        CHECK(lock.unlocked == 1);
    }
    CHECK(lock.locked == 1);
}

TEST_CASE("lock_guard: one that cannot be had is not given back")
{
    struct refusing : counted_lock {
        void lock() { throw std::runtime_error("refused"); }
    } lock;
    CHECK_THROWS_AS(weft::detail::lock_guard(lock), std::runtime_error);
    CHECK(lock.unlocked == 0);
}

TEST_CASE("lock_guard: stays with its block")
{
    using guard = weft::detail::lock_guard<counted_lock>;
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<guard>);
    STATIC_REQUIRE_FALSE(std::is_move_constructible_v<guard>);
}
