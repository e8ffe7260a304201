// tests/queue/failed_push.hpp - an element whose move may throw, and what is left of a push that throws.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "test.hpp"

#include <stdexcept>
#include <type_traits>
#include <utility>

namespace test {

/// Its move throws while it is armed.
struct bomb {
    int value;
    bool armed;

    explicit bomb(int v, bool a = false) : value(v), armed(a) { ++alive; }
    bomb(bomb&& other) : value(other.value), armed(other.armed)
    {
        if (armed) throw std::runtime_error("move");
        other.value = -1;
        ++alive;
    }
    bomb& operator=(const bomb&) = delete;
    ~bomb() { --alive; }
    inline static int alive = 0;
};

template <class Queue>
void failed_push_leaves_no_trace()
{
    {
        Queue q = [] {
            if constexpr (std::is_constructible_v<Queue, int>) {
                return Queue(1);
            } else {
                return Queue();
            }
        }();
        bomb b(1, true);
        for (int i = 0; i < 100; ++i) {
            CHECK_THROWS_AS(q.try_push(std::move(b)), std::runtime_error);
            REQUIRE(q.size() == 0);
            REQUIRE(q.empty());
            REQUIRE_FALSE(q.try_pop());
            REQUIRE(q.try_push(bomb(2)));
            REQUIRE(q.size() == 1);
            REQUIRE(q.try_pop()->value == 2);
        }
    }
    CHECK(bomb::alive == 0);
}

}  // namespace test
