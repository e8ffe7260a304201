// tests/queue/spsc_queue_test.cpp - what only the queue of one producer and one consumer does: looking at the front.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/spsc_queue.hpp>

#include "failed_push.hpp"
#include "test.hpp"

#include <string>

TEST_CASE("queue: spsc front shows the oldest without taking it")
{
    weft::spsc_queue<std::string> q(2);
    CHECK(q.front() == nullptr);
    REQUIRE(q.try_push("a"));
    REQUIRE(q.try_push("b"));
    REQUIRE(q.front() != nullptr);
    CHECK(*q.front() == "a");
    CHECK(q.size() == 2);
    CHECK(*q.try_pop() == "a");
    CHECK(*q.front() == "b");
}

TEST_CASE("queue case: a push that throws leaves no trace, spsc_queue")
{
    test::failed_push_leaves_no_trace<weft::spsc_queue<test::bomb>>();
}
