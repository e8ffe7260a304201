// tests/model/stream_model.cpp - the gate and the window of streams, with helpers that come late or never.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/detail/gate.hpp>
#include <weft/iter/detail/stream_window.hpp>
#include <weft/iter/detail/turns.hpp>
#include <weft/model/thread.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/seam/cell.hpp>
#include <weft/sync/parker.hpp>

#include "scenarios.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace {

using scenarios::bounded;
using scenarios::enter;
using weft::detail::atomic;
using weft::detail::cell;
using weft::detail::gate;
using weft::detail::parking_spot;
using weft::detail::stream_window;
using weft::model::require;
using weft::model::thread;
namespace order = weft::detail::order;
// Waiters sleep at once: what they do while they spin is no different from coming later.
using turns = weft::detail::basic_turns<weft::detail::basic_mutex<0>>;

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

/// Threads of their own as helpers, at most one at a time: each is started by the consumer, and may come late.
struct crew {
    crew() { now = this; }
    ~crew() { now = nullptr; }
    crew(const crew&) = delete;
    crew& operator=(const crew&) = delete;

    static std::size_t most() { return 1; }
    template <class F>
    static void start(F&& help)
    {
        now->hired.push_back(std::make_unique<thread>(std::forward<F>(help)));
    }

    std::vector<std::unique_ptr<thread>> hired;
    static inline crew* now = nullptr;
};

/// Two helpers at a time.
struct large_crew : crew {
    static std::size_t most() { return 2; }
};

int twice(watched& in) { return 2 * in.value.read(); }

template <bool Ordered, class Helpers, class Work>
int carry(int inputs, std::size_t window, const Work& work, bool at_once = false)
{
    [[maybe_unused]] const Helpers helpers;
    stream_window<watched, watched, Work, Ordered, Helpers> slots(work, window);
    int sum = 0;
    for (int i = 1; i <= inputs; ++i) {
        if (slots.in_use() == slots.window()) {
            sum += slots.await().value.read();
            slots.release();
        }
        slots.put(i);
        if (!at_once || i == inputs || slots.in_use() == slots.window()) slots.publish();
    }
    for (; slots.in_use() != 0; slots.release()) sum += slots.await().value.read();
    return sum;
}

/// A shared_ptr keeps the gate, so its end is not checked.
weft::model::options of_a_window(weft::model::options how)
{
    how.check_ends = false;
    how.random_executions = 5000;
    return how;
}

const enter ordered(
    "stream", "window_ordered",
    [] {
        // Slots are used again: two in the window, three inputs.
        require(carry<true, crew>(3, 2, [](watched& in) { return watched(twice(in)); }) == 12);
    },
    of_a_window(scenarios::bounded(2)));

const enter unordered(
    "stream", "window_unordered",
    [] { require(carry<false, crew>(3, 2, [](watched& in) { return watched(twice(in)); }) == 12); },
    of_a_window(scenarios::bounded(2)));

weft::model::options reordered(weft::model::options how)
{
    how.reorder_stores = true;
    how.random_executions = 20'000;
    return how;
}

const enter unordered_places(
    "stream", "window_unordered_places",
    [] {
        // A result's place comes round for a helper who has read nothing since the consumer let go of it.
        require(carry<false, crew>(3, 2, [](watched& in) { return watched(twice(in)); }, true) == 12);
    },
    reordered(of_a_window(scenarios::bounded(2))));

const enter unordered_crew(
    "stream", "window_unordered_crew",
    [] {
        // Places of results come round while two helpers and the consumer take them.
        require(carry<false, large_crew>(4, 3, [](watched& in) { return watched(twice(in)); }, true) == 20);
    },
    of_a_window(scenarios::bounded(1)));

const enter dropped(
    "stream", "window_dropped",
    [] {
        // The window ends while helpers carry on, or have not come yet.
        const auto work = [](watched& in) { return watched(twice(in)); };
        crew helpers;
        stream_window<watched, watched, decltype(work), true, crew> slots(work, 2);
        slots.put(1);
        slots.publish();
        slots.put(2);
        slots.publish();
    },
    of_a_window(scenarios::bounded(2)));

const enter helper_is_called(
    "stream", "window_calls",
    [] {
        // The first input waits for the second one: who runs it must not be alone.
        parking_spot done;
        const auto work = [&](watched& in) {
            const int i = in.value.read();
            if (i == 1) done.park();
            if (i == 3) done.unpark();
            return watched(i);
        };
        crew helpers;
        stream_window<watched, watched, decltype(work), true, crew> slots(work, 3);
        slots.put(0);
        slots.publish();
        slots.put(1);
        slots.put(3);
        slots.publish();
        int sum = 0;
        for (; slots.in_use() != 0; slots.release()) sum += slots.await().value.read();
        require(sum == 4);
    },
    of_a_window(scenarios::bounded(2)));

weft::model::options large()
{
    weft::model::options how = of_a_window(scenarios::bounded(1));
    how.random_executions = 2000;
    how.max_steps = 6000;
    return how;
}

const enter in_a_pool(
    "stream", "window_in_a_pool",
    [] {
        // As shipped, with the pool's tasks: some hundred steps.
        weft::pool_options how;
        how.num_threads = 2;
        how.idle = weft::idle_policy::frugal;
        weft::thread_pool pool(how);
        pool.install([] {
            const auto work = [](watched& in) { return watched(twice(in)); };
            require(carry<true, weft::detail::pool_helpers>(3, 2, work) == 12);
        });
    },
    large());

// --- turns -----------------------------------------------------------------------------------------------------------

const auto no_more = [](std::size_t, bool) { return false; };
const auto at_once = [] { return false; };

const enter turns_alone(
    "stream", "turns_alone",
    [] {
        // One worker calls another one, which has one turn and ends. Whoever is in the input is there by itself.
        turns t;
        cell<int> input{0};
        require(t.enter([](std::size_t) { return false; }, at_once) == turns::entry::alone);
        ++input.write();
        require(t.leave(turns::entry::alone, [](std::size_t workers, bool missed) { return workers == 1 && !missed; }));
        {
            thread called([&] {
                int rounds = 0;
                for (;;) {
                    const turns::entry how = t.enter([&](std::size_t) { return rounds > 0; }, at_once);
                    if (how == turns::entry::refused) return;
                    ++input.write();
                    static_cast<void>(t.leave(how, no_more));
                    if (how == turns::entry::alone) return;
                    ++rounds;
                }
            });
            for (int i = 0; i < 2; ++i) {
                const turns::entry how = t.enter([](std::size_t) { return false; }, at_once);
                if (how == turns::entry::refused) break;
                ++input.write();
                static_cast<void>(t.leave(how, no_more));
            }
        }
    },
    bounded(3));

const enter turns_missed("stream", "turns_missed", [] {
    // Two workers meet at the input: one that is sent away is known to the one that comes out.
    turns t;
    require(t.enter([](std::size_t) { return false; }, at_once) == turns::entry::alone);
    require(t.leave(turns::entry::alone, [](std::size_t, bool) { return true; }));
    bool refused = false;
    bool seen = false;
    const auto never = [](std::size_t) { return false; };
    {
        thread called([&] {
            const turns::entry how = t.enter(never, at_once);
            refused = how == turns::entry::refused;
            if (!refused) static_cast<void>(t.leave(how, no_more));
        });
        const turns::entry how = t.enter(never, at_once);
        if (how != turns::entry::refused) {
            static_cast<void>(t.leave(how, [&](std::size_t, bool missed) { return seen = missed, false; }));
        }
    }
    require(!refused || seen, "a worker was sent away, and nobody heard of it");
});

}  // namespace
