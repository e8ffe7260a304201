// tests/model/array_queue_model.cpp - the bounded queue under the checker, with linearizability.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/queue/array_queue.hpp>

#include "queue_history.hpp"
#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;
using queue = weft::array_queue<int>;
using watched = scenarios::watched_queue<queue, 2>;
using watched_one = scenarios::watched_queue<queue, 1>;

const enter payload("array_queue", "array_payload", [] {
    cell<int> data{0};
    weft::array_queue<cell<int>*> q(2);
    thread consumer([&] {
        if (auto got = q.try_pop()) require((*got)->read() == 7);
    });
    data.write() = 7;
    require(q.try_push(&data));
});

const enter reuse("array_queue", "array_reuse", [] {
    queue q(1);
    thread consumer([&] {
        static_cast<void>(q.try_pop());
        static_cast<void>(q.try_pop());
    });
    static_cast<void>(q.try_push(1));
    static_cast<void>(q.try_push(2));
});

const enter empty_is_true("array_queue", "array_empty_is_true", [] {
    queue q(2);
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
});

const enter full_is_true(
    "array_queue", "array_full_is_true",
    [] {
        queue q(1);
        watched_one w(q);
        {
            thread other([&] {
                w.push(1);
                w.pop();
            });
            w.push(2);
            w.push(3);
        }
        require(w.linearizable(), "the history is linearizable");
    },
    scenarios::bounded(3));

const enter in_order("array_queue", "array_in_order", [] {
    queue q(2);
    watched w(q);
    {
        thread other([&] {
            w.pop();
            w.pop();
        });
        w.push(1);
        w.push(2);
    }
    require(w.linearizable(), "the history is linearizable");
});

const enter two_producers(
    "array_queue", "array_two_producers",
    [] {
        queue q(2);
        watched w(q);
        {
            thread one([&] { w.push(1); });
            thread two([&] { w.push(2); });
            w.pop();
        }
        w.pop();
        w.pop();
        require(w.linearizable(), "the history is linearizable");
    },
    scenarios::bounded(3));

const enter two_queues("array_queue", "array_two_queues", [] {
    // Each pushes to one queue and finds the other empty: one of them must be wrong (O3).
    queue a(1);
    queue b(1);
    bool saw_a = false;
    bool saw_b = false;
    {
        thread other([&] {
            require(b.try_push(1));
            saw_a = a.try_pop().has_value();
        });
        require(a.try_push(1));
        saw_b = b.try_pop().has_value();
    }
    require(saw_a || saw_b);
});

const enter two_full("array_queue", "array_two_full", [] {
    // Each takes from one full queue and finds the other one full: one of them must be wrong (O3).
    queue a(1);
    queue b(1);
    require(a.try_push(0) && b.try_push(0));
    bool into_a = false;
    bool into_b = false;
    {
        thread other([&] {
            require(b.try_pop().has_value());
            into_a = a.try_push(1);
        });
        require(a.try_pop().has_value());
        into_b = b.try_push(1);
    }
    require(into_a || into_b);
});

const enter two_sizes("array_queue", "array_two_sizes", [] {
    queue a(1);
    queue b(1);
    bool no_a = false;
    bool no_b = false;
    {
        thread other([&] {
            require(b.try_push(1));
            no_a = a.empty();
        });
        require(a.try_push(1));
        no_b = b.size() == 0;
    }
    require(!no_a || !no_b);
});

const enter two_sizes_left("array_queue", "array_two_sizes_left", [] {
    queue a(1);
    queue b(1);
    require(a.try_push(0) && b.try_push(0));
    bool no_a = false;
    bool no_b = false;
    {
        thread other([&] {
            require(b.try_pop().has_value());
            no_a = !a.full();
        });
        require(a.try_pop().has_value());
        no_b = b.size() == 0;
    }
    require(no_a || no_b);
});

const enter forced_size("array_queue", "array_forced_size", [] {
    // A thread that sees the other queue empty has pushed by force before; then the size is again what it was.
    queue a(2);
    queue b(1);
    require(a.try_push(1) && a.try_push(2));
    bool no_b = false;
    std::size_t size = 0;
    {
        thread other([&] {
            require(a.force_push(3) == 1);
            no_b = b.empty();
        });
        require(b.try_push(1));
        size = a.size();
    }
    require(!no_b || size == 2);
});

const enter size_is_true("array_queue", "array_size_is_true", [] {
    // Never empty, and never two: one pops what is left before it pushes again.
    queue q(3);
    require(q.try_push(1));
    {
        thread other([&] {
            require(q.try_push(2));
            require(q.try_pop() == 1);
            require(q.try_push(3));
            require(q.try_pop() == 2);
        });
        const std::size_t n = q.size();
        require(n == 1 || n == 2);
    }
});

const enter pushed_out("array_queue", "array_pushed_out", [] {
    queue q(1);
    int taken = 0;
    int forced = 0;
    {
        thread consumer([&] { taken = q.try_pop().value_or(0); });
        for (int i = 1; i <= 2; ++i) {
            if (auto old = q.force_push(i)) forced += *old;
        }
    }
    const int left = q.try_pop().value_or(0);
    require(taken + forced + left == 3, "every element comes out once");
});

}  // namespace
