// bench/latency/latency_bench.cpp - lookups in structures of 1 GiB (64 MiB with --quick), one after the other, by hand, and
// as coroutines; joins of two tables; and what a switch costs where no memory is waited for.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Before each run so much other memory is written that nothing of the structure is in a cache (not with --quick).
//
//     serial      independent keys in a plain loop: what the processor overlaps by itself
//     dependent   each key waits for the result before it: nothing overlaps
//     amac        asynchronous memory access chaining, by hand, 16 lookups
//     groups      group prefetching, by hand, 16 lookups
//     par_iter    the plain loop on several threads
//     unordered_map   the join as many write it: a std::unordered_map, filled by one thread, probed in a loop of oneTBB
//     weft        overlapped_transform on one thread; par_overlapped_transform on more. weft 4, 8, 32: so many in flight
#include <weft/latency/latency.hpp>

#include "harness/bench.hpp"
#include "latency/binary_search.hpp"
#include "latency/btree.hpp"
#include "latency/graph_walk.hpp"
#include "latency/hash_join.hpp"
#include "latency/hash_probe.hpp"
#include "latency/list_walk.hpp"

#include <tbb/parallel_for.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

constexpr const char* group = "latency";

std::size_t bytes() { return std::size_t{bench::quick() ? 64u : 1024u} << 20; }
std::size_t lookups() { return bench::quick() ? 50'000 : 200'000; }

bench::unit a_lookup() { return {"ns/lookup", static_cast<double>(lookups())}; }

/// Made when it is needed first.
template <class Machine>
const Machine& structure()
{
    static const Machine made(bytes(), lookups());
    return made;
}

/// Adds body(structure) under the name of an implementation, on a pool of so many threads.
template <class Machine, class F>
void add(const std::string& name, const char* impl, int threads, F body)
{
    bench::add(group, name, impl, threads, a_lookup(), [=](benchmark::State& state) {
        const Machine& m = structure<Machine>();
        bench::pool(threads).install([&] {
            for (auto _ : state) {
                state.PauseTiming();
                if (!bench::quick()) latency::evict();
                state.ResumeTiming();
                body(m);
            }
        });
    })->UseRealTime();
}

template <std::size_t InFlight, class Machine>
void add_weft(const std::string& name, const char* impl)
{
    for (const int threads : bench::thread_counts()) {
        add<Machine>(name, impl, threads, [threads](const Machine& m) {
            if (threads == 1) return latency::overlapped<InFlight>(m.keys.size(), m);
            latency::par_overlapped<InFlight>(m.keys.size(), m);
        });
    }
}

template <class Machine>
void add_structure(const std::string& name)
{
    const auto n = lookups();
    add<Machine>(name, "serial", 1, [n](const Machine& m) { latency::plain(n, m); });
    add<Machine>(name, "dependent", 1, [n](const Machine& m) { latency::dependent(n, m); });
    add<Machine>(name, "amac", 1, [n](const Machine& m) { latency::amac<16>(n, m); });
    add<Machine>(name, "groups", 1, [n](const Machine& m) { latency::group_prefetch<16>(n, m); });
    for (const int threads : bench::thread_counts()) {
        if (threads == 1) continue;  // that is the plain loop
        add<Machine>(name, "par_iter", threads, [](const Machine& m) {
            weft::par_transform(m.keys, m.out.begin(), [&m](std::uint64_t k) { return m.find(k); });
        });
    }
    add_weft<16, Machine>(name, "weft");
    add_weft<4, Machine>(name, "weft 4");
    add_weft<8, Machine>(name, "weft 8");
    add_weft<32, Machine>(name, "weft 32");
}

latency::hash_join& tables()
{
    static latency::hash_join made(bench::quick() ? 1'000'000 : 10'000'000);
    return made;
}

/// The map is filled by one thread, as it must be.
void join_by_unordered_map(latency::hash_join& j, int threads)
{
    std::unordered_map<std::uint64_t, std::uint64_t> payloads;
    payloads.reserve(j.inner.size());
    for (const auto& row : j.inner) payloads.emplace(row.key, row.payload);
    bench::in_tbb(threads, [&] {
        tbb::parallel_for(std::size_t{0}, j.keys.size(), [&](std::size_t i) {
            const auto found = payloads.find(j.keys[i]);
            j.out[i] = found == payloads.end() ? 0 : found->second;
        });
    });
}

/// A lookup in one line that is in the first cache: what is left is the switch.
weft::lookup<std::uint64_t> turns(const std::uint64_t* p, unsigned n)
{
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < n; ++i) sum += *co_await weft::prefetch(p);
    co_return sum;
}

template <unsigned Turns>
void add_turns(const char* name, const char* unit)
{
    constexpr std::size_t keys = 1000;
    constexpr double each = Turns == 0 ? keys : keys * static_cast<double>(Turns);
    bench::add(group, name, "weft", 1, {unit, each}, [](benchmark::State& state) {
        const std::vector<int> in(keys);
        std::vector<std::uint64_t> out(keys);
        const std::uint64_t one = 1;
        for (auto _ : state) {
            weft::overlapped_transform(in, out.begin(), [&](int) { return turns(&one, Turns); });
            benchmark::DoNotOptimize(out.data());
        }
    })->UseRealTime();
}

const bench::definition define([] {
    add_structure<latency::binary_search>("search");
    add_structure<latency::btree>("tree");
    add_structure<latency::list_walk>("list");
    add_structure<latency::hash_probe>("hash");
    add_structure<latency::graph_walk>("graph");

    add<latency::binary_search>("search", "weft batch", 1, [](const latency::binary_search& m) {
        weft::batch_lower_bound(m.sorted, m.keys, m.out.begin());
    });

    const auto join = [&](const char* impl, int threads, auto body) {
        const bench::unit a_row{"ns/row", bench::quick() ? 1e6 : 1e7};
        bench::add(group, "join", impl, threads, a_row, [=](benchmark::State& state) {
            latency::hash_join& both = tables();
            bench::pool(threads).install([&] {
                for (auto _ : state) {
                    state.PauseTiming();
                    if (!bench::quick()) latency::evict();
                    state.ResumeTiming();
                    body(both);
                }
            });
        })->UseRealTime();
    };
    join("serial", 1, [](latency::hash_join& j) { j.plain(); });
    join("amac", 1, [](latency::hash_join& j) { j.by_amac(); });
    join("groups", 1, [](latency::hash_join& j) { j.by_groups(); });
    join("weft", 1, [](latency::hash_join& j) { j.by_weft(); });
    for (const int threads : bench::thread_counts()) {
        join("unordered_map", threads, [threads](latency::hash_join& j) { join_by_unordered_map(j, threads); });
    }
    for (const int threads : bench::thread_counts()) {
        if (threads == 1) continue;
        join("par_iter", threads, [](latency::hash_join& j) { j.on_all_threads_plain(); });
        join("weft", threads, [](latency::hash_join& j) { j.on_all_threads(); });
    }

    add_turns<1000>("switch", "ns/switch");
    add_turns<0>("lookup that ends at once", "ns/lookup");
});

}  // namespace
