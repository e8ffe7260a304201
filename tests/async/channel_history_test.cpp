// tests/async/channel_history_test.cpp - histories of threads and tasks on one channel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_channel.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/task.hpp>
#include <weft/channel/channel.hpp>
#include <weft/pool/thread_pool.hpp>

#include "../channel/flavours.hpp"
#include "histories.hpp"
#include "test.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

EACH_BUFFERED("async channel history: threads and tasks are as if each call had happened at one moment")
{
    using test::delayed;
    using spec = test::fifo<0>;  // who waits has not yet sent: room is no part of this history
    using history = weft::model::history<spec>;
    weft::thread_pool pool{{.num_threads = 2}};
    constexpr int operations = 12;  // all may be sent before the first receive: then each overlap doubles the search
    std::atomic<std::uint64_t> moments{0};
    const auto now = [&moments] { return ++moments; };
    for (std::size_t round = 0; round < test::scaled(40); ++round) {
        auto ends = test::channel<delayed>(capacity);
        std::vector<history> parts(4);
        const auto sends = [&now](weft::sender<delayed> tx, history& mine) -> weft::task<> {
            for (int i = 0; i < operations; ++i) {
                const std::uint64_t begin = now();
                static_cast<void>(co_await tx.async_send(delayed(5000 + i)));
                mine.add({spec::what::push, 5000 + i}, begin, now());
            }
        };
        const auto receives = [&now](weft::receiver<delayed> rx, history& mine) -> weft::task<> {
            for (int i = 0; i < operations; ++i) {
                const std::uint64_t begin = now();
                const auto m = co_await rx.async_recv();
                mine.add({spec::what::pop, m->value}, begin, now());
            }
        };
        auto a = pool.spawn(sends(ends.first, parts[0]));
        auto b = pool.spawn(receives(ends.second, parts[1]));
        test::run_threads(2, [&](std::size_t id) {
            history& mine = parts[2 + id];
            const auto to = ends.first;
            const auto from = ends.second;
            for (int i = 0; i < operations; ++i) {
                const std::uint64_t begin = now();
                if (id == 0) {
                    static_cast<void>(to.send(delayed(i)));
                    mine.add({spec::what::push, i}, begin, now());
                } else {
                    const int got = from.recv()->value;
                    mine.add({spec::what::pop, got}, begin, now());
                }
            }
        });
        a.get();
        b.get();
        history all;
        for (const history& part : parts) all.merge(part);
        REQUIRE(all.decide() == weft::model::linearizability::yes);
    }
}
