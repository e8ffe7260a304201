// bench/channel/channel_bench.cpp - messages through channels: crossbeam's patterns, beside other libraries' queues.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// seq: one thread sends all, then receives all.  spsc, mpsc, mpmc: single or multiple producers and consumers; the last
// part of the name is the number of all threads.  select_rx: as many channels as senders, and one receiver that
// selects; select_both: as many receivers, and the senders select, too.  ready2, ready4, ready8: one thread selects
// among that many channels, which all hold messages.  batch: sixty-four at a time.  large: messages of 512 bytes.
// Threads are started inside the measured time, as in crossbeam's own suite, and bench/peers/rust has the same cases.
//
// one_object is weft's bounded_queue, used by reference as the peers are.
//
// With two processors a bounded channel falls into one of two regimes. on_one: all threads share one processor, so the
// buffer is filled and emptied in bursts. apart: senders have one processor, receivers the other, and go in lockstep.
#include "channel/peers.hpp"

#include "harness/bench.hpp"

#include <weft/channel/select.hpp>
#include <weft/channel/selector.hpp>
#include <weft/topology/cpu_set.hpp>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using bench::message;

struct kind {
    const char* name;
    std::size_t capacity;
    std::size_t messages;
};
constexpr std::array<kind, 5> kinds{{{"bounded0", 0, 20'000},
                                     {"bounded1", 1, 20'000},
                                     {"bounded1k", 1024, 200'000},
                                     {"boundedN", 200'000, 200'000},
                                     {"unbounded", bench::unlimited, 200'000}}};

/// The processor of each side; none: wherever the system puts the threads.
struct sides {
    std::optional<std::size_t> senders;
    std::optional<std::size_t> receivers;
};

/// Keeps this thread on one processor, if one is named, until the end of the block.
class pinned {
public:
    explicit pinned(std::optional<std::size_t> cpu)
    {
        if (cpu) weft::pin_this_thread({*cpu});
    }
    ~pinned() { weft::pin_this_thread(before_); }
    pinned(const pinned&) = delete;
    pinned& operator=(const pinned&) = delete;

private:
    weft::cpu_set before_ = weft::this_thread_affinity();
};

template <class Peer>
void run(std::size_t capacity, std::size_t messages, std::size_t senders, std::size_t receivers, const sides& on = {})
{
    Peer peer(capacity);
    message sum = 0;
    const pinned here(on.receivers);  // threads started from here on inherit it
    const auto receive = [n = messages / receivers](auto rx) {
        message all = 0;
        for (std::size_t i = 0; i < n; ++i) all += rx.recv();
        return all;
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t s = 0; s < senders; ++s) {
            threads.emplace_back([tx = peer.tx(), n = messages / senders, cpu = on.senders]() mutable {
                if (cpu) weft::pin_this_thread({*cpu});
                for (std::size_t i = 0; i < n; ++i) tx.send(i);
            });
        }
        for (std::size_t r = 1; r < receivers; ++r)
            threads.emplace_back([&receive, rx = peer.rx()]() mutable { benchmark::DoNotOptimize(receive(rx)); });
        sum = receive(peer.rx());
    }
    benchmark::DoNotOptimize(sum);
}

template <class Peer>
void define(const kind& k)
{
    const bench::unit u{"ns/message", static_cast<double>(k.messages)};
    const auto add = [&](const char* pattern, int threads, auto body) {
        bench::add("channel", std::string(k.name) + "_" + pattern, Peer::name, threads, u,
                   [=](benchmark::State& state) {
                       for (auto _ : state) body();
                   })
            ->UseRealTime();
    };
    if (k.capacity >= k.messages)
        add("seq", 1, [k] {
            Peer peer(k.capacity);
            auto tx = peer.tx();
            auto rx = peer.rx();
            message sum = 0;
            for (std::size_t i = 0; i < k.messages; ++i) tx.send(i);
            for (std::size_t i = 0; i < k.messages; ++i) sum += rx.recv();
            benchmark::DoNotOptimize(sum);
        });
    add("spsc", 2, [k] { run<Peer>(k.capacity, k.messages, 1, 1); });
    add("mpsc", 3, [k] { run<Peer>(k.capacity, k.messages, 2, 1); });
    add("mpsc", 5, [k] { run<Peer>(k.capacity, k.messages, 4, 1); });
    add("mpmc", 4, [k] { run<Peer>(k.capacity, k.messages, 2, 2); });
    add("mpmc", 8, [k] { run<Peer>(k.capacity, k.messages, 4, 4); });

    const std::vector<std::size_t> cpus = weft::this_thread_affinity().to_vector();
    if (k.capacity != 1024 || cpus.size() < 2) return;
    for (const auto& [regime, on] : {std::pair("_on_one", sides{cpus[0], cpus[0]}), {"_apart", {cpus[0], cpus[1]}}}) {
        const auto add_both = [&, where = on, suffix = std::string(regime)](const char* pattern, std::size_t s,
                                                                            std::size_t r) {
            add((pattern + suffix).c_str(), static_cast<int>(s + r),
                [=] { run<Peer>(k.capacity, k.messages, s, r, where); });
        };
        add_both("spsc", 1, 1);
        add_both("mpsc", 4, 1);
        add_both("mpmc", 4, 4);
    }
}

std::pair<weft::sender<message>, weft::receiver<message>> make(std::size_t capacity)
{
    return capacity == bench::unlimited ? weft::unbounded<message>() : weft::bounded<message>(capacity);
}

/// `Sides` channels, as many senders, each with its own channel or selecting among all; one receiver, or as many.
template <std::size_t Sides>
void run_select(std::size_t capacity, std::size_t messages, bool both)
{
    using ends = std::pair<weft::sender<message>, weft::receiver<message>>;
    std::vector<ends> channels;
    for (std::size_t i = 0; i < Sides; ++i) channels.push_back(make(capacity));
    const std::size_t share = messages / Sides;
    const auto receive = [](std::vector<ends> from, std::size_t n) {
        message sum = 0;
        for (std::size_t k = 0; k < n; ++k) {
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                weft::select(weft::on_recv(from[I].second, [&](auto m) { sum += *m; })...);
            }(std::make_index_sequence<Sides>());
        }
        benchmark::DoNotOptimize(sum);
    };
    std::vector<std::jthread> threads;
    for (std::size_t own = 0; own < Sides; ++own) {
        threads.emplace_back([to = channels, own, both, share] {
            for (std::size_t k = 0; k < share; ++k) {
                if (both) {
                    [&]<std::size_t... I>(std::index_sequence<I...>) {
                        weft::select(weft::on_send(to[I].first, message{k}, [](auto) {})...);
                    }(std::make_index_sequence<Sides>());
                } else {
                    static_cast<void>(to[own].first.send(message{k}));
                }
            }
        });
    }
    for (std::size_t r = 1; both && r < Sides; ++r)
        threads.emplace_back([&receive, from = channels, share] { receive(from, share); });
    receive(channels, both ? share : share * Sides);
}

/// Empties `Sides` full channels by select, again and again; only that is measured.
template <std::size_t Sides>
void run_ready(benchmark::State& state, std::size_t capacity, std::size_t messages)
{
    std::vector<std::pair<weft::sender<message>, weft::receiver<message>>> channels;
    for (std::size_t i = 0; i < Sides; ++i) channels.push_back(make(capacity));
    const std::size_t share = messages / Sides;
    message sum = 0;
    for (auto _ : state) {
        state.PauseTiming();
        for (const auto& ends : channels) {
            for (message m = 0; m < share; ++m) static_cast<void>(ends.first.send(message{m}));
        }
        state.ResumeTiming();
        for (std::size_t k = 0; k < share * Sides; ++k) {
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                weft::select(weft::on_recv(channels[I].second, [&](auto m) { sum += *m; })...);
            }(std::make_index_sequence<Sides>());
        }
    }
    benchmark::DoNotOptimize(sum);
}

void run_batch(std::size_t capacity, std::size_t messages)
{
    auto [tx, rx] = make(capacity);
    message sum = 0;
    {
        const std::jthread sender([to = std::move(tx), messages] {
            std::array<message, 64> batch{};
            for (std::size_t i = 0; i < messages; i += batch.size()) static_cast<void>(to.send_many(batch));
        });
        std::vector<message> got;
        while (rx.recv_many(got, 64) != 0) {
            for (const message m : got) sum += m;
            got.clear();
        }
    }
    benchmark::DoNotOptimize(sum);
}

/// A message that is worth moving only once.
struct large {
    std::array<std::uint64_t, 64> words{};
};

/// From one thread to another through 1024 slots: `send(m)` and `recv()`.
template <class Send, class Recv>
void run_large(std::size_t messages, Send send, Recv recv)
{
    const std::jthread sender([send, messages] {
        large m;
        for (std::size_t i = 0; i < messages; ++i) {
            m.words[0] = i;
            send(m);
        }
    });
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < messages; ++i) sum += recv();
    benchmark::DoNotOptimize(sum);
}

/// There and back through two channels of one slot.
template <class Peer>
void ping_pong(std::size_t messages)
{
    Peer there(1);
    Peer back(1);
    const std::jthread other([rx = there.rx(), tx = back.tx(), messages]() mutable {
        for (std::size_t i = 0; i < messages; ++i) tx.send(rx.recv());
    });
    auto tx = there.tx();
    auto rx = back.rx();
    message sum = 0;
    for (std::size_t i = 0; i < messages; ++i) {
        tx.send(i);
        sum += rx.recv();
    }
    benchmark::DoNotOptimize(sum);
}

const bench::definition here([] {
    for (const kind& k : kinds) {
        define<bench::weft_peer>(k);
        if (k.capacity != 0 && k.capacity != bench::unlimited) define<bench::bounded_queue_peer>(k);
        if (k.capacity != 0) {  // these have no rendezvous, and are slow with one slot
            define<bench::tbb_peer>(k.capacity == 1 ? kind{k.name, 1, k.messages / 10} : k);
            define<bench::mutex_peer>(k.capacity == 1 ? kind{k.name, 1, k.messages / 10} : k);
        }
        if (k.capacity == bench::unlimited) define<bench::moodycamel_peer>(k);

        const bench::unit u{"ns/message", static_cast<double>(k.messages)};
        const auto add = [&](const char* pattern, int threads, auto body) {
            bench::add("channel", std::string(k.name) + "_" + pattern, "weft", threads, u,
                       [=](benchmark::State& state) {
                           for (auto _ : state) body(k);
                       })
                ->UseRealTime();
        };
        add("select_rx", 3, [](const kind& c) { run_select<2>(c.capacity, c.messages, false); });
        add("select_rx", 5, [](const kind& c) { run_select<4>(c.capacity, c.messages, false); });
        add("select_both", 4, [](const kind& c) { run_select<2>(c.capacity, c.messages, true); });
        add("select_both", 8, [](const kind& c) { run_select<4>(c.capacity, c.messages, true); });
        if (k.capacity > 1) add("batch", 2, [](const kind& c) { run_batch(c.capacity, c.messages); });
    }
    for (const auto& [name, capacity] : {std::pair("bounded1k", std::size_t{1024}), {"unbounded", bench::unlimited}}) {
        const auto add = [prefix = std::string(name) + "_", room = capacity](const char* pattern, auto body) {
            constexpr std::size_t messages = 1024;
            bench::add("channel", prefix + pattern, "weft", 1, {"ns/message", messages}, [=](benchmark::State& state) {
                body(state, room, messages);
            })->UseRealTime();
        };
        add("ready2", [](auto& state, std::size_t c, std::size_t n) { run_ready<2>(state, c, n); });
        add("ready4", [](auto& state, std::size_t c, std::size_t n) { run_ready<4>(state, c, n); });
        add("ready8", [](auto& state, std::size_t c, std::size_t n) { run_ready<8>(state, c, n); });
    }
    constexpr std::size_t many = 50'000;
    bench::add("channel", "large_spsc", "weft", 2, {"ns/message", many}, [](benchmark::State& state) {
        for (auto _ : state) {
            const auto ends = weft::bounded<large>(1024);
            run_large(
                many, [&](const large& m) { static_cast<void>(ends.first.send(m)); },
                [&] { return ends.second.recv()->words[0]; });
        }
    })->UseRealTime();
    bench::add("channel", "large_spsc", "tbb", 2, {"ns/message", many}, [](benchmark::State& state) {
        for (auto _ : state) {
            tbb::concurrent_bounded_queue<large> queue;
            queue.set_capacity(1024);
            run_large(
                many, [&](const large& m) { queue.push(m); },
                [&] {
                    large m;
                    queue.pop(m);
                    return m.words[0];
                });
        }
    })->UseRealTime();

    const auto add_ping = [](auto peer, const char* name, std::size_t n) {
        bench::add("channel", "ping_pong", name, 2, {"ns/round trip", static_cast<double>(n)},
                   [=](benchmark::State& state) {
                       for (auto _ : state) ping_pong<typename decltype(peer)::type>(n);
                   })
            ->UseRealTime();
    };
    add_ping(std::type_identity<bench::weft_peer>(), "weft", 5'000);
    add_ping(std::type_identity<bench::bounded_queue_peer>(), "one_object", 5'000);
    add_ping(std::type_identity<bench::tbb_peer>(), "tbb", 500);
    add_ping(std::type_identity<bench::mutex_peer>(), "mutex_cv", 500);
});

}  // namespace
