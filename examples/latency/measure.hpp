// examples/latency/measure.hpp - what these programs share: keys, the hand-written loops, and the table that they print.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/weft.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace latency {

template <class T>
using huge_vector = std::vector<T, weft::huge_page_allocator<T>>;

/// Random bits from a number.
[[gnu::always_inline]] inline std::uint64_t mix(std::uint64_t x)
{
    x ^= x >> 32;
    x *= 0x9e3779b97f4a7c15;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9;
    return x ^ (x >> 32);
}

/// n numbers below `bound`.
inline std::vector<std::uint64_t> random_keys(std::size_t n, std::uint64_t bound, std::uint64_t seed = 1)
{
    weft::rng random(seed);
    std::vector<std::uint64_t> keys(n);
    for (auto& k : keys) k = (random() >> 16) % bound;
    return keys;
}

/// What hand-written lookups are made of: a machine has a state; start(state, i) begins lookup i and asks for its first
/// line; step(state) reads it, and either asks for the next one, or has written the result and returns true.
///
/// Asynchronous memory access chaining: a state that has ended begins the next lookup at once.
/// Source: Kocberber, Falsafi, Grot: Asynchronous Memory Access Chaining, PVLDB 9(4), 2015.
template <std::size_t InFlight, class Machine>
[[gnu::noinline]] void amac(std::size_t n, const Machine& m)
{
    typename Machine::state states[InFlight];
    std::size_t live = std::min(n, InFlight);
    std::size_t next = live;
    for (std::size_t i = 0; i < live; ++i) m.start(states[i], i);
    while (next < n) {
        for (auto& s : states) {
            if (!m.step(s)) continue;
            if (next == n) {
                // Ended, and nothing left to begin: the last one takes its place.
                s = states[--live];
                break;
            }
            m.start(s, next++);
        }
    }
    while (live != 0) {
        for (std::size_t i = 0; i < live;) {
            if (m.step(states[i])) {
                states[i] = states[--live];
            } else {
                ++i;
            }
        }
    }
}

/// Group prefetching: so many lookups begin together, and the next group when all of them have ended.
/// Source: Chen, Ailamaki, Gibbons, Mowry: Improving Hash Join Performance through Prefetching, ICDE 2004.
template <std::size_t InFlight, class Machine>
[[gnu::noinline]] void group_prefetch(std::size_t n, const Machine& m)
{
    typename Machine::state states[InFlight];
    bool ended[InFlight];
    for (std::size_t first = 0; first < n; first += InFlight) {
        const std::size_t group = std::min(n - first, InFlight);
        for (std::size_t i = 0; i < group; ++i) {
            m.start(states[i], first + i);
            ended[i] = false;
        }
        for (std::size_t left = group; left != 0;) {
            for (std::size_t i = 0; i < group; ++i) {
                if (ended[i] || !m.step(states[i])) continue;
                ended[i] = true;
                --left;
            }
        }
    }
}

/// Zero, for which the processor has to wait until it knows `x`.
[[gnu::always_inline]] inline std::uint64_t zero_from(std::uint64_t x)
{
    std::uint64_t zero = x;
    asm("andl $0, %k0" : "+r"(zero));
    return zero;
}

/// Independent keys, one after the other. What the processor overlaps by itself is in here.
template <class Machine>
[[gnu::noinline]] void plain(std::size_t n, const Machine& m)
{
    for (std::size_t i = 0; i < n; ++i) m.out[i] = m.find(m.keys[i]);
}

/// Each key waits for the result before it: nothing overlaps.
template <class Machine>
[[gnu::noinline]] void dependent(std::size_t n, const Machine& m)
{
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < n; ++i) {
        before = m.find(m.keys[i] + latency::zero_from(before));
        m.out[i] = before;
    }
}

template <std::size_t InFlight = 16, class Machine>
[[gnu::noinline]] void overlapped(std::size_t n, const Machine& m)
{
    weft::overlapped_transform<InFlight>(std::span(m.keys).first(n), m.out.begin(),
                                         [&m](std::uint64_t k) { return m.lookup(k); });
}

template <std::size_t InFlight = 16, class Machine>
[[gnu::noinline]] void par_overlapped(std::size_t n, const Machine& m)
{
    weft::par_overlapped_transform<InFlight>(std::span(m.keys).first(n), m.out.begin(),
                                             [&m](std::uint64_t k) { return m.lookup(k); });
}

/// Writes so much other memory that what the last run has read is in no cache any more: some hundred thousand lookups read
/// fewer lines than a large third cache holds.
inline void evict()
{
    static huge_vector<std::uint64_t> other(std::size_t{64} << 20);  // 512 MiB
    for (std::uint64_t& x : other) ++x;
}

/// Runs all rows in turns, several times, and prints the median of each beside the plain loop. Each result is compared
/// with that of the plain loop, the first row; a difference ends the program.
class table {
public:
    /// `cold`: nothing of the structure is to be in a cache when a run begins.
    table(std::string name, std::size_t lookups, bool cold, int turns = 5)
        : name_(std::move(name)), lookups_(lookups), cold_(cold), turns_(turns)
    {
    }

    /// `run()` fills `result`.
    template <class Run, class Result>
    void row(const char* name, Run run, const Result& result)
    {
        rows_.push_back({name,
                         [=] { run(); },
                         [&result] {
                             std::uint64_t sum = 0;
                             std::uint64_t i = 0;
                             for (const auto& x : result) sum += mix(static_cast<std::uint64_t>(x) + ++i);
                             return sum;
                         },
                         {}});
    }

    /// The medians, in ns a lookup, in the order of the rows.
    std::vector<double> run()
    {
        std::uint64_t expected = 0;
        for (int turn = 0; turn < turns_; ++turn) {
            for (auto& r : rows_) {
                if (cold_) latency::evict();
                const auto begin = std::chrono::steady_clock::now();
                r.run();
                const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
                r.times.push_back(took.count() / static_cast<double>(lookups_));
                const std::uint64_t found = r.check();
                if (turn == 0 && &r == rows_.data()) expected = found;
                if (found != expected) {
                    std::printf("%s: %s gives another result than %s\n", name_.c_str(), r.name, rows_[0].name);
                    std::exit(1);
                }
            }
        }
        std::vector<double> medians;
        std::printf("%s\n", name_.c_str());
        for (auto& r : rows_) {
            std::sort(r.times.begin(), r.times.end());
            medians.push_back(r.times[r.times.size() / 2]);
            std::printf("  %-22s %8.1f ns/lookup  %5.2f times as fast as the plain loop\n", r.name, medians.back(),
                        medians[0] / medians.back());
        }
        return medians;
    }

private:
    struct one {
        const char* name;
        std::function<void()> run;
        std::function<std::uint64_t()> check;
        std::vector<double> times;
    };

    std::string name_;
    std::size_t lookups_;
    bool cold_;
    int turns_;
    std::vector<one> rows_;
};

/// The rows that all structures have, over the lookups 0 .. n - 1 of `m`, which says how each of them is done, and writes
/// to m.out.
template <class Machine>
void add_rows(table& t, const Machine& m, std::size_t n)
{
    t.row("plain loop", [&m, n] { latency::plain(n, m); }, m.out);
    t.row("dependent loop", [&m, n] { latency::dependent(n, m); }, m.out);
    t.row("by hand, AMAC", [&m, n] { latency::amac<16>(n, m); }, m.out);
    t.row("by hand, groups", [&m, n] { latency::group_prefetch<16>(n, m); }, m.out);
    t.row("weft", [&m, n] { latency::overlapped(n, m); }, m.out);
    t.row("weft, all threads", [&m, n] { latency::par_overlapped(n, m); }, m.out);
}

/// The number after the program's name, or `otherwise`: how many MiB a structure has.
inline std::size_t megabytes(int argc, char** argv, std::size_t otherwise)
{
    if (argc < 2) return otherwise;
    const long n = std::strtol(argv[1], nullptr, 10);
    if (n < 1 || n > 65536) {
        std::fprintf(stderr, "usage: %s [MiB]\n", argv[0]);
        std::exit(2);
    }
    return static_cast<std::size_t>(n);
}

/// Whether a structure is so large that lookups are for it, and is to be measured from memory.
inline bool is_large(std::size_t megabytes) { return megabytes >= 256; }

/// How many lookups: from all of a small structure to many in a large one.
inline std::size_t lookups_for(std::size_t megabytes) { return megabytes < 64 ? 20'000 : 200'000; }

}  // namespace latency
