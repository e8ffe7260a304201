// tests/queue/seg_queue_test.cpp - the unbounded queue, apart from what it has in common with the others.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/seg_queue.hpp>

#include "failed_push.hpp"
#include "test.hpp"

TEST_CASE("queue case: a push that throws leaves no trace, seg_queue")
{
    test::failed_push_leaves_no_trace<weft::seg_queue<test::bomb>>();
}
