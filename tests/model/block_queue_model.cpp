// tests/model/block_queue_model.cpp - the unbounded queue of blocks, as seg_queue and as injector, under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/queue/injector.hpp>
#include <weft/queue/seg_queue.hpp>

#include "queue_history.hpp"
#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;
using queue = weft::seg_queue<int>;
using watched = scenarios::watched_queue<queue, 0>;

/// Brings the queue to the last slot of its first block, alone.
void go_to_last_slot(queue& q)
{
    for (int i = 0; i < 30; ++i) {
        q.push(i);
        require(q.try_pop() == i);
    }
}

const enter payload("block_queue", "block_payload", [] {
    cell<int> data{0};
    weft::seg_queue<cell<int>*> q;
    thread consumer([&] {
        if (auto got = q.try_pop()) require((*got)->read() == 7);
    });
    data.write() = 7;
    q.push(&data);
});

const enter empty_is_true(
    "block_queue", "block_empty_is_true",
    [] {
        queue q;
        watched w(q);
        {
            thread other([&] {
                w.push(1);
                w.pop();
            });
            w.push(2);
            w.pop();
        }
        require(w.linearizable(), "the history is linearizable");
    },
    scenarios::bounded(3));

const enter next_block(
    "block_queue", "block_next_block",
    [] {
        queue q;
        go_to_last_slot(q);
        int taken = 0;
        {
            thread consumer([&] {
                taken += q.try_pop().value_or(0);
                taken += q.try_pop().value_or(0);
            });
            q.push(1);
            q.push(2);
        }
        while (auto got = q.try_pop()) taken += *got;
        require(taken == 3);
    },
    scenarios::bounded(2));

const enter two_producers(
    "block_queue", "block_two_producers",
    [] {
        queue q;
        go_to_last_slot(q);
        {
            thread one([&] { q.push(1); });
            q.push(2);
        }
        const int sum = q.try_pop().value_or(0) + q.try_pop().value_or(0);
        require(sum == 3);
        require(!q.try_pop().has_value());
    },
    scenarios::bounded(2));

const enter reuse(
    "block_queue", "block_reuse",
    [] {
        // A consumer holds the last slot but one while another leaves the block.
        queue q;
        for (int i = 0; i < 29; ++i) {
            q.push(i);
            require(q.try_pop() == i);
        }
        q.push(1);
        q.push(2);
        int a = 0;
        int b = 0;
        {
            thread one([&] { a = q.try_pop().value_or(0); });
            b = q.try_pop().value_or(0);
            q.push(3);
        }
        const int c = q.try_pop().value_or(0);
        require(a + b + c == 6);
    },
    scenarios::bounded(2));

const enter injector_steals(
    "block_queue", "injector_steals",
    [] {
        weft::injector<int> q;
        int taken = 0;
        q.push(1);
        {
            thread thief([&] {
                auto got = q.steal();
                if (got) taken += *std::move(got);
            });
            q.push(2);
        }
        for (auto got = q.steal(); got; got = q.steal()) taken += *std::move(got);
        require(taken == 3);
    },
    scenarios::bounded(3));

const enter injector_batch(
    "block_queue", "injector_batch",
    [] {
        weft::injector<int> q;
        int taken = 0;
        q.push(1);
        q.push(2);
        {
            thread thief([&] {
                weft::deque<int> mine(2);
                static_cast<void>(q.steal_batch(mine));
                while (auto got = mine.pop()) taken += *got;
            });
            auto got = q.steal();
            if (got) {
                const int value = *std::move(got);
                require(value == 1 || value == 2);
                q.push(value);
            }
        }
        for (auto got = q.steal(); got; got = q.steal()) taken += *std::move(got);
        require(taken == 3);
    },
    scenarios::bounded(2));

const enter two_queues("block_queue", "block_two_queues", [] {
    // Each pushes to one queue and finds the other empty: one of them must be wrong (O4).
    queue a;
    queue b;
    bool saw_a = false;
    bool saw_b = false;
    {
        thread other([&] {
            b.push(1);
            saw_a = a.try_pop().has_value();
        });
        a.push(1);
        saw_b = b.try_pop().has_value();
    }
    require(saw_a || saw_b);
});

const enter two_looks("block_queue", "block_two_looks", [] {
    queue a;
    queue b;
    bool no_a = false;
    bool no_b = false;
    {
        thread other([&] {
            b.push(1);
            no_a = a.empty();
        });
        a.push(1);
        no_b = b.size() == 0;
    }
    require(!no_a || !no_b);
});

const enter boundary_payload(
    "block_queue", "block_boundary_payload",
    [] {
        // Consumers that see the number of a slot in the new block see the block and what it holds.
        cell<int> data[2];
        weft::seg_queue<cell<int>*> q;
        for (int i = 0; i < 30; ++i) {
            q.push(nullptr);
            static_cast<void>(q.try_pop());
        }
        {
            thread consumer([&] {
                for (int i = 0; i < 2; ++i) {
                    if (auto got = q.try_pop()) require((*got)->read() == 7);
                }
            });
            for (auto& each : data) {
                each.write() = 7;
                q.push(&each);
            }
        }
        while (auto got = q.try_pop()) require((*got)->read() == 7);
    },
    scenarios::bounded(2));

const enter recycled(
    "block_queue", "block_recycled",
    [] {
        // The block that one consumer has left is filled again by a producer, while another consumer was the last to
        // read it.
        queue q;
        for (int i = 0; i < 29; ++i) {
            q.push(i);
            require(q.try_pop() == i);
        }
        int taken = 0;
        int other = 0;
        q.push(1);
        q.push(2);
        {
            thread one([&] { other = q.try_pop().value_or(0); });
            taken += q.try_pop().value_or(0);
            for (int i = 0; i < 62; ++i) {  // over two boundaries: the block is retired, kept, and filled again
                q.push(0);
                static_cast<void>(q.try_pop());
            }
            q.push(0);
        }
        while (auto got = q.try_pop()) taken += *got;
        require(taken + other <= 3);
    },
    scenarios::bounded(1));

}  // namespace
