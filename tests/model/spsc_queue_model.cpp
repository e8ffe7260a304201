// tests/model/spsc_queue_model.cpp - the queue of one producer and one consumer under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/queue/spsc_queue.hpp>

#include "queue_history.hpp"
#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::model::require;
using weft::model::thread;
using queue = weft::spsc_queue<int>;

const enter payload("spsc_queue", "spsc_payload", [] {
    queue q(2);
    thread consumer([&] {
        int last = 0;
        for (int i = 0; i < 3; ++i) {
            if (auto got = q.try_pop()) {
                require(*got == last + 1);
                last = *got;
            }
        }
    });
    static_cast<void>(q.try_push(1));
    static_cast<void>(q.try_push(2));
});

const enter reuse("spsc_queue", "spsc_reuse", [] {
    queue q(1);
    thread consumer([&] {
        for (int i = 0; i < 3; ++i) static_cast<void>(q.try_pop());
    });
    for (int i = 0; i < 3; ++i) static_cast<void>(q.try_push(i));
});

const enter linearizable("spsc_queue", "spsc_linearizable", [] {
    queue q(1);
    scenarios::watched_queue<queue, 1> w(q);
    {
        thread consumer([&] {
            w.pop();
            w.pop();
        });
        w.push(1);
        w.push(2);
    }
    require(w.linearizable(), "the history is linearizable");
});

const enter size("spsc_queue", "spsc_size", [] {
    // A third thread, which sees old news of both sides, must not take an older end for a full queue.
    queue q(2);
    thread producer([&] { static_cast<void>(q.try_push(1)); });
    thread consumer([&] { static_cast<void>(q.try_pop()); });
    require(q.size() <= 1);
});

const enter front("spsc_queue", "spsc_front", [] {
    queue q(1);
    thread consumer([&] {
        if (const int* const first = q.front()) {
            require(*first == 1);
            require(q.try_pop() == 1);
        }
    });
    static_cast<void>(q.try_push(1));
});

}  // namespace
