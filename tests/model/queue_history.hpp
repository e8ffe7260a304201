// tests/model/queue_history.hpp - calls of a queue, noted for the linearizability checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/linearizable.hpp>

namespace scenarios {

template <class Queue, std::size_t Capacity>
class watched_queue {
    using call = typename weft::model::queue_spec<Capacity>::call;

public:
    explicit watched_queue(Queue& queue) : queue_(queue) {}

    void push(int value)
    {
        history_.run({true, value, false}, [&](call& c) {
            if constexpr (Capacity != 0) {
                c.succeeded = queue_.try_push(value);
            } else {
                queue_.push(value);
                c.succeeded = true;
            }
        });
    }
    bool pop()
    {
        bool got = false;
        history_.run({false, 0, false}, [&](call& c) {
            if (auto out = queue_.try_pop()) {
                c.succeeded = got = true;
                c.value = *out;
            }
        });
        return got;
    }
    [[nodiscard]] bool linearizable() const { return history_.linearizable(); }

private:
    Queue& queue_;
    weft::model::history<weft::model::queue_spec<Capacity>> history_;
};

}  // namespace scenarios
