// tests/model/stream_model.cpp - the gate and the conveyor of streams, with helpers that come late or never.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/cell.hpp>
#include <weft/iter/detail/conveyor.hpp>
#include <weft/iter/detail/gate.hpp>
#include <weft/model/thread.hpp>
#include <weft/pool/thread_pool.hpp>

#include "scenarios.hpp"

#include <utility>

namespace {

using scenarios::enter;
using weft::detail::atomic;
using weft::detail::cell;
using weft::detail::conveyor;
using weft::detail::gate;
using weft::model::require;
using weft::model::thread;
namespace order = weft::detail::order;

const enter gate_ends("stream", "gate_ends", [] {
    // What a helper inside does to the object happens before its end.
    gate g;
    cell<int> object{0};
    const auto help = [&] {
        if (!g.enter()) return;
        static_cast<void>(object.read());
        g.leave();
    };
    thread first(help);
    thread second(help);
    g.close();
    object.write() = 1;
});

const enter gate_calls("stream", "gate_calls", [] {
    // A helper that rests looks once more; an owner who publishes calls a helper if there is none: work is not left.
    gate g;
    atomic<int> published{0};
    require(g.call(1));
    bool seen = false;
    bool called = false;
    {
        thread helper([&] {
            g.rest();
            seen = published.load(order::seq_cst) != 0;
        });
        published.store(1, order::seq_cst);
        called = g.call(1);
    }
    require(seen || called, "work was left lying, and nobody was told");
});

/// A number that is watched for races, also while it moves.
struct watched {
    explicit watched(int v) { value.write() = v; }
    watched(watched&& other) noexcept { value.write() = other.value.read(); }
    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;
    watched& operator=(watched&&) = delete;
    ~watched() = default;

    cell<int> value{0};
};

template <bool Ordered>
void carry(int inputs, std::size_t window)
{
    weft::pool_options how;
    how.num_threads = 2;
    how.idle = weft::idle_policy::frugal;
    weft::thread_pool pool(how);
    pool.install([&] {
        const auto twice = [](watched& in) { return watched(2 * in.value.read()); };
        conveyor<watched, watched, decltype(twice), Ordered> belt(twice, window);
        int sum = 0;
        int expected = 0;
        for (int i = 1; i <= inputs; ++i) {
            if (belt.in_use() == belt.window()) {
                sum += belt.await().value.read();
                belt.release();
            }
            belt.put(i);
            belt.publish();
            expected += 2 * i;
        }
        for (; belt.in_use() != 0; belt.release()) sum += belt.await().value.read();
        require(sum == expected);
    });
}

/// As the scenarios of the pool: some hundred steps, so random executions first, and a search that is cut short.
weft::model::options large()
{
    weft::model::options how = scenarios::bounded(1);
    how.random_executions = 2000;
    how.max_steps = 6000;
    how.check_ends = false;  // a shared_ptr keeps the gate
    return how;
}

const enter ordered("stream", "conveyor_ordered", [] { carry<true>(3, 2); }, large());
const enter unordered("stream", "conveyor_unordered", [] { carry<false>(3, 2); }, large());

}  // namespace
