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

/// The slots of a block of small elements but for the last one.
constexpr int before_last = 126;

/// Brings the queue to the last slot of its first block, alone.
void go_to_last_slot(queue& q)
{
    for (int i = 0; i < before_last; ++i) {
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

const enter two_pops("block_queue", "block_two_pops", [] {
    // Each takes the last element of one queue and sees one left in the other: one of them must be wrong (O4).
    queue a;
    queue b;
    a.push(1);
    b.push(1);
    bool no_a = false;
    bool no_b = false;
    {
        thread other([&] {
            require(b.try_pop().has_value());
            no_a = a.empty();
        });
        require(a.try_pop().has_value());
        no_b = b.size() == 0;
    }
    require(no_a || no_b);
});

const enter boundary_payload(
    "block_queue", "block_boundary_payload",
    [] {
        // Consumers that see the number of a slot in the new block see the block and what it holds.
        cell<int> data[2];
        weft::seg_queue<cell<int>*> q;
        for (int i = 0; i < before_last; ++i) {
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

/// As seg_queue, with blocks of `Lap` - 1 slots: what happens between blocks is reached in a few steps.
template <class T, std::size_t Lap>
class small_queue {
public:
    void push(T value) { inner_.push(value); }
    /// Pushes `value` after it has been given this number.
    void push_again(T value, int number)
    {
        value.value = number;
        inner_.push(value);
    }
    std::optional<T> try_pop()
    {
        typename weft::detail::block_queue<T, Lap>::outcome why{};
        return inner_.pop(false, why);
    }

private:
    weft::detail::block_queue<T, Lap> inner_;
};

const enter small_payload(
    "block_queue", "block_small_payload",
    [] {
        // The consumer leaves blocks, and the producer uses them again.
        cell<int> data[3];
        small_queue<cell<int>*, 2> q;
        {
            thread consumer([&] {
                for (int i = 0; i < 3; ++i) {
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
    scenarios::bounded(3));

const enter small_producers(
    "block_queue", "block_small_producers",
    [] {
        small_queue<int, 2> q;
        {
            thread one([&] { q.push(1); });
            thread two([&] { q.push(2); });
            q.push(4);
        }
        int sum = 0;
        for (int i = 0; i < 3; ++i) sum += q.try_pop().value_or(0);
        require(sum == 7 && !q.try_pop().has_value());
    },
    scenarios::bounded(2));

const enter small_consumers(
    "block_queue", "block_small_consumers",
    [] {
        // Two leave blocks at once: one of the blocks is kept, the other freed.
        small_queue<int, 2> q;
        q.push(1);
        q.push(2);
        q.push(4);
        int a = 0;
        int b = 0;
        {
            thread one([&] { a = q.try_pop().value_or(0); });
            b = q.try_pop().value_or(0);
            b += q.try_pop().value_or(0);
        }
        require(a + b == 7);
        q.push(8);
        require(q.try_pop() == 8);
    },
    scenarios::bounded(3));

const enter small_both(
    "block_queue", "block_small_both",
    [] {
        // Producers and a consumer exchange the one block that is kept.
        small_queue<int, 2> q;
        q.push(1);
        int a = 0;
        {
            thread one([&] { q.push(2); });
            thread two([&] { a = q.try_pop().value_or(0); });
            q.push(4);
        }
        int sum = a;
        for (int i = 0; i < 3; ++i) sum += q.try_pop().value_or(0);
        require(sum == 7);
    },
    scenarios::bounded(2));

/// Three slots a block: the first of them is used, and the two others filled.
template <class Queue>
void leave_two_in_block(Queue& q)
{
    q.push(0);
    require(q.try_pop() == 0);
    q.push(1);
    q.push(2);
}

/// Its move throws if it is negative.
struct fragile {
    int value;

    explicit fragile(int v) : value(v) {}
    fragile(fragile&& other) : value(other.value)
    {
        if (value < 0) throw value;
    }
};

const enter small_failed(
    "block_queue", "block_small_failed",
    [] {
        // A push that throws changes nothing, also at the end of a block.
        small_queue<fragile, 2> q;
        int taken = 0;
        {
            thread consumer([&] {
                if (auto got = q.try_pop()) taken += got->value;
            });
            for (const int value : {-1, 2}) {
                try {
                    q.push_again(fragile(1), value);
                } catch (int) {
                }
            }
        }
        while (auto got = q.try_pop()) taken += got->value;
        require(taken == 2);
    },
    scenarios::bounded(2));

const enter small_failed_between(
    "block_queue", "block_small_failed_between",
    [] {
        // Two consumers, one of which leaves a block, after a push that threw.
        small_queue<fragile, 2> q;
        for (const int value : {-1, 2, 3}) {
            try {
                q.push_again(fragile(1), value);
            } catch (int) {
            }
        }
        int a = 0;
        int b = 0;
        const auto pop = [&q](int& into) {
            if (auto got = q.try_pop()) into = got->value;
        };
        {
            thread other([&] { pop(a); });
            pop(b);
        }
        require(a + b == 5);
    },
    scenarios::bounded(3));

const enter small_retired(
    "block_queue", "block_small_retired",
    [] {
        // One leaves the block while another has not read its slot yet; the block is looked at again later.
        small_queue<int, 4> q;
        leave_two_in_block(q);
        int a = 0;
        int b = 0;
        {
            thread one([&] { a = q.try_pop().value_or(0); });
            b = q.try_pop().value_or(0);
            for (int i = 0; i < 3; ++i) {
                q.push(4);
                b += q.try_pop().value_or(0);
            }
            for (int i = 0; i < 3; ++i) q.push(0);  // into the block that came back, if it did
        }
        for (int i = 0; i < 8; ++i) b += q.try_pop().value_or(0);
        require(a + b == 15);
    },
    scenarios::bounded(2));

const enter small_retired_by_two(
    "block_queue", "block_small_retired_by_two",
    [] {
        // One is slow in the first block; two others leave the first and the second one.
        small_queue<int, 4> q;
        leave_two_in_block(q);
        q.push(4);
        q.push(8);
        q.push(16);
        int a = 0;
        int b = 0;
        int c = 0;
        {
            thread one([&] { a = q.try_pop().value_or(0); });
            thread two([&] { b = q.try_pop().value_or(0) + q.try_pop().value_or(0); });
            c = q.try_pop().value_or(0) + q.try_pop().value_or(0);
        }
        require(a + b + c == 31);
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
