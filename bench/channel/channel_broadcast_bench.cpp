// bench/channel/channel_broadcast_bench.cpp - one message to several receivers, the newest value, and messages made
// late.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// broadcast: one sender, and receivers that each sum up all messages; beside it a bounded channel for each receiver,
// and a list of shared messages under std::mutex with a std::condition_variable. The sender waits for receivers every
// 512 messages, so that all do the same work. watch_get: a value of 32 bytes is read, and now and then changed. late: a
// select sends what a function makes, beside one that sends a ready value.
#include "harness/bench.hpp"

#include <weft/channel/broadcast.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/watch.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <latch>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t messages = 51'200;
constexpr std::size_t burst = 512;

struct by_broadcast {
    explicit by_broadcast(std::size_t receivers) : ends(weft::broadcast_channel<std::uint64_t>(1024))
    {
        for (std::size_t i = 0; i < receivers; ++i) all.push_back(ends.first.subscribe());
    }
    void send(std::uint64_t m) { static_cast<void>(ends.first.send(m)); }
    std::uint64_t recv(std::size_t i) { return *all[i].recv(); }

    std::pair<weft::broadcast_sender<std::uint64_t>, weft::broadcast_receiver<std::uint64_t>> ends;
    std::vector<weft::broadcast_receiver<std::uint64_t>> all;
};

struct by_a_channel_each {
    explicit by_a_channel_each(std::size_t receivers)
    {
        for (std::size_t i = 0; i < receivers; ++i) all.push_back(weft::bounded<std::uint64_t>(1024));
    }
    void send(std::uint64_t m)
    {
        for (auto& each : all) static_cast<void>(each.first.send(m));
    }
    std::uint64_t recv(std::size_t i) { return *all[i].second.recv(); }

    std::vector<std::pair<weft::sender<std::uint64_t>, weft::receiver<std::uint64_t>>> all;
};

struct by_std {
    explicit by_std(std::size_t receivers) : position(receivers, 0) {}
    void send(std::uint64_t m)
    {
        {
            const std::lock_guard hold(mutex);
            ring[sent++ % ring.size()] = m;
        }
        more.notify_all();
    }
    std::uint64_t recv(std::size_t i)
    {
        std::unique_lock hold(mutex);
        more.wait(hold, [&] { return position[i] != sent; });
        return ring[position[i]++ % ring.size()];
    }

    std::mutex mutex;
    std::condition_variable more;
    std::vector<std::uint64_t> ring = std::vector<std::uint64_t>(1024);
    std::size_t sent = 0;
    std::vector<std::size_t> position;
};

template <class Peer>
void broadcast(const std::string& impl)
{
    for (const std::size_t receivers : {1u, 2u, 4u}) {
        bench::add("channel", "broadcast", impl, static_cast<int>(receivers + 1),
                   {"ns/message", static_cast<double>(messages)},
                   [receivers](benchmark::State& state) {
                       for (auto _ : state) {
                           Peer peer(receivers);
                           std::vector<std::atomic<std::size_t>> done(receivers);
                           std::vector<std::jthread> threads;
                           for (std::size_t r = 0; r < receivers; ++r) {
                               threads.emplace_back([&, r] {
                                   std::uint64_t sum = 0;
                                   for (std::size_t i = 1; i <= messages; ++i) {
                                       sum += peer.recv(r);
                                       if (i % burst == 0) {
                                           done[r].store(i, std::memory_order_release);
                                           done[r].notify_one();
                                       }
                                   }
                                   benchmark::DoNotOptimize(sum);
                               });
                           }
                           for (std::size_t i = 0; i < messages; ++i) {
                               if (i % burst == 0 && i >= burst) {
                                   for (auto& d : done) {
                                       for (std::size_t at = d.load(); at < i - burst; at = d.load()) d.wait(at);
                                   }
                               }
                               peer.send(i);
                           }
                       }
                   })
            ->UseRealTime();
    }
}

struct wide {
    std::uint64_t parts[4];
};

/// `read` by all threads; the first one changes the value once in 64 turns.
template <class Read, class Write>
void newest(const std::string& impl, Read read, Write write)
{
    for (const int threads : {1, 2}) {
        bench::add("channel", "watch_get", impl, threads, {"ns/turn", static_cast<double>(100'000)},
                   [=](benchmark::State& state) {
                       for (auto _ : state) {
                           std::vector<std::jthread> others;
                           const auto turns = [&](bool writes) {
                               for (std::uint64_t i = 0; i < 100'000; ++i) {
                                   if (writes && i % 64 == 0) write(wide{{i, i, i, i}});
                                   wide seen = read();
                                   benchmark::DoNotOptimize(seen);
                               }
                           };
                           for (int t = 1; t < threads; ++t) others.emplace_back(turns, false);
                           turns(true);
                       }
                   })
            ->UseRealTime();
    }
}

template <class Offer>
void late(const std::string& impl, Offer offer)
{
    bench::add("channel", "late_select", impl, 1, {"ns/message"}, [offer](benchmark::State& state) {
        auto [tx, rx] = weft::bounded<std::uint64_t>(16);
        const auto none = weft::never<int>();
        std::uint64_t i = 0;
        for (auto _ : state) {
            offer(tx, none, ++i);
            benchmark::DoNotOptimize(rx.recv());
        }
    });
}

const bench::definition here([] {
    broadcast<by_broadcast>("weft");
    broadcast<by_a_channel_each>("channel_each");
    broadcast<by_std>("std");

    static auto watched = weft::watch(wide{});
    static std::shared_mutex guard;
    static wide behind{};
    newest("weft", [] { return watched.first.get(); }, [](const wide& w) { static_cast<void>(watched.first.send(w)); });
    newest(
        "std",
        [] {
            const std::shared_lock hold(guard);
            return behind;
        },
        [](const wide& w) {
            const std::lock_guard hold(guard);
            behind = w;
        });

    late("weft", [](const auto& tx, const auto& none, std::uint64_t i) {
        weft::select(weft::on_recv(none, [](auto) {}), weft::on_send(tx, [i] { return i; }, [](auto) {}));
    });
    late("in_hand", [](const auto& tx, const auto& none, std::uint64_t i) {
        weft::select(weft::on_recv(none, [](auto) {}), weft::on_send(tx, i, [](auto) {}));
    });
});

}  // namespace
