// tests/queue/deque_cases_test.cpp - stealing, over every pair of a source and a target.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/deque.hpp>
#include <weft/queue/injector.hpp>

#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace {

using weft::fifo;
using weft::lifo;

/// A source of stolen elements: a deque with its stealer, or an injector.
template <class Order>
struct from_deque {
    weft::deque<int, Order> own;
    void put(int v) { own.push(v); }
    auto steal() { return own.steal(); }
    template <class Target>
    auto batch(Target& t)
    {
        return own.stealer().steal_batch(t);
    }
    template <class Target>
    auto batch_and_pop(Target& t)
    {
        return own.stealer().steal_batch_and_pop(t);
    }
    std::size_t size() { return own.size(); }
};
struct from_injector {
    weft::injector<int> own;
    void put(int v) { own.push(v); }
    auto steal() { return own.steal(); }
    template <class Target>
    auto batch(Target& t)
    {
        return own.steal_batch(t);
    }
    template <class Target>
    auto batch_and_pop(Target& t)
    {
        return own.steal_batch_and_pop(t);
    }
    std::size_t size() { return own.size(); }
};

template <class Source, class Target>
struct pair_of {
    using source = Source;
    using target = weft::deque<int, Target>;
};

}  // namespace

#define EVERY_SOURCE from_deque<lifo>, from_deque<fifo>, from_injector
#define EVERY_PAIR                                                                                           \
    (pair_of<from_deque<lifo>, lifo>), (pair_of<from_deque<lifo>, fifo>), (pair_of<from_deque<fifo>, lifo>), \
        (pair_of<from_deque<fifo>, fifo>), (pair_of<from_injector, lifo>), (pair_of<from_injector, fifo>)

TEMPLATE_TEST_CASE("deque case: stealing from an empty source says so", "", EVERY_SOURCE)
{
    TestType source;
    CHECK(source.steal().empty());
    source.put(1);
    CHECK(*source.steal() == 1);
    const auto again = source.steal();
    CHECK(again.empty());
    CHECK_FALSE(again.retry());
}

TEMPLATE_TEST_CASE("deque case: thieves get the oldest first", "", EVERY_SOURCE)
{
    TestType source;
    for (int i = 0; i < 500; ++i) source.put(i);
    for (int i = 0; i < 500; ++i) REQUIRE(*source.steal() == i);
    CHECK(source.steal().empty());
}

TEMPLATE_TEST_CASE("deque case: putting and stealing in turns over many laps", "", EVERY_SOURCE)
{
    TestType source;
    int in = 0;
    int out = 0;
    for (int round = 0; round < 2'000; ++round) {
        for (int i = 0; i < 1 + round % 3; ++i) source.put(in++);
        for (int i = 0; i < 1 + (round + 1) % 3 && out < in; ++i) REQUIRE(*source.steal() == out++);
    }
    CHECK(source.size() == static_cast<std::size_t>(in - out));
}

TEMPLATE_TEST_CASE("deque case: each of several thieves sees rising numbers, and together they see each number once",
                   "", EVERY_SOURCE)
{
    TestType source;
    const int n = static_cast<int>(test::scaled(20'000));
    for (int i = 0; i < n; ++i) source.put(i);
    std::vector<std::vector<int>> got(3);
    test::run_threads(3, [&](std::size_t id) {
        for (;;) {
            auto stolen = source.steal();
            if (stolen) {
                got[id].push_back(*stolen);
            } else if (stolen.empty()) {
                break;
            }
        }
    });
    std::vector<int> all;
    for (const auto& part : got) {
        CHECK(std::ranges::is_sorted(part));
        all.insert(all.end(), part.begin(), part.end());
    }
    std::ranges::sort(all);
    std::vector<int> expected(static_cast<std::size_t>(n));
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(all == expected);
}

TEMPLATE_TEST_CASE("deque case: no thief starves while there is enough", "", EVERY_SOURCE)
{
    TestType source;
    std::atomic<bool> over{false};
    std::vector<std::atomic<int>> got(3);
    std::vector<std::jthread> thieves;
    for (auto& mine : got) {
        thieves.emplace_back([&] {
            while (!over.load()) {
                if (source.steal()) ++mine;
                std::this_thread::yield();  // cores are shared: others must get a chance to steal
            }
        });
    }
    const auto enough = [&] { return std::ranges::all_of(got, [](const auto& n) { return n.load() > 0; }); };
    while (!enough()) {
        for (int i = 0; i < 50; ++i) source.put(i);
        std::this_thread::yield();
    }
    over = true;
    thieves.clear();
    CHECK(enough());
}

TEMPLATE_TEST_CASE("deque case: a batch from nothing is nothing", "", EVERY_PAIR)
{
    typename TestType::source source;
    typename TestType::target target;
    CHECK(source.batch(target).empty());
    CHECK(source.batch_and_pop(target).empty());
    CHECK(target.empty());
}

TEMPLATE_TEST_CASE("deque case: a batch of one", "", EVERY_PAIR)
{
    typename TestType::source source;
    typename TestType::target target;
    source.put(5);
    CHECK(*source.batch(target) == 1);
    CHECK(target.pop() == 5);
    source.put(6);
    CHECK(*source.batch_and_pop(target) == 6);
    CHECK(target.empty());
    CHECK(source.size() == 0);
}

TEMPLATE_TEST_CASE("deque case: a batch takes about half, and at most 32", "", EVERY_PAIR)
{
    for (const int n : {2, 3, 10, 63, 64, 65, 200}) {
        typename TestType::source source;
        typename TestType::target target;
        for (int i = 0; i < n; ++i) source.put(i);
        const auto moved = source.batch(target);
        REQUIRE(moved);
        CHECK(*moved == static_cast<std::size_t>(std::min((n + 1) / 2, 32)));
        CHECK(target.size() == *moved);
        CHECK(source.size() == static_cast<std::size_t>(n) - *moved);
    }
}

TEMPLATE_TEST_CASE("deque case: a batch and a pop return the oldest", "", EVERY_PAIR)
{
    typename TestType::source source;
    typename TestType::target target;
    for (int i = 0; i < 10; ++i) source.put(i);
    CHECK(*source.batch_and_pop(target) == 0);
    std::vector<int> moved;
    while (const auto got = target.pop()) moved.push_back(*got);
    std::ranges::sort(moved);
    CHECK(moved == std::vector<int>{1, 2, 3, 4});
    CHECK(*source.steal() == 5);
}

TEMPLATE_TEST_CASE("deque case: batches until nothing is left take each element once", "", EVERY_PAIR)
{
    typename TestType::source source;
    typename TestType::target target;
    for (int i = 0; i < 1000; ++i) source.put(i);
    std::vector<int> all;
    for (;;) {
        const auto first = source.batch_and_pop(target);
        if (!first) break;
        all.push_back(*first);
        while (const auto got = target.pop()) all.push_back(*got);
    }
    std::ranges::sort(all);
    REQUIRE(all.size() == 1000);
    CHECK(all.front() == 0);
    CHECK(all.back() == 999);
    CHECK(std::ranges::adjacent_find(all) == all.end());
}

TEMPLATE_TEST_CASE("deque case: thieves by batches and an owner find each element once", "", EVERY_PAIR)
{
    typename TestType::source source;
    const int n = static_cast<int>(test::scaled(10'000));
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
    std::atomic<int> left{n};
    test::run_threads(3, [&](std::size_t id) {
        if (id == 0) {
            for (int i = 0; i < n; ++i) source.put(i);
            while (left.load() > 0) std::this_thread::yield();
            return;
        }
        typename TestType::target mine;
        while (left.load() > 0) {
            if (const auto first = source.batch_and_pop(mine)) {
                ++seen[static_cast<std::size_t>(*first)];
                --left;
            } else {
                std::this_thread::yield();
            }
            while (const auto got = mine.pop()) {
                ++seen[static_cast<std::size_t>(*got)];
                --left;
            }
        }
    });
    CHECK(std::ranges::all_of(seen, [](const auto& s) { return s.load() == 1; }));
}

TEMPLATE_TEST_CASE("deque case: a batch into the deque itself takes nothing away", "", lifo, fifo)
{
    weft::deque<int, TestType> d;
    for (int i = 0; i < 10; ++i) d.push(i);
    CHECK_FALSE(d.stealer().steal_batch(d));
    CHECK(d.size() == 10);
    CHECK(*d.stealer().steal_batch_and_pop(d) == 0);
    CHECK(d.size() == 9);
}

TEMPLATE_TEST_CASE("deque case: the last element goes to the owner or to a thief, never to both", "", lifo, fifo)
{
    const std::size_t rounds = test::scaled(3'000);
    weft::deque<std::size_t, TestType> d;
    std::atomic<std::size_t> stolen{0};
    std::atomic<bool> over{false};
    std::size_t popped = 0;
    {
        std::jthread thief([&] {
            while (!over.load()) {
                if (d.steal()) ++stolen;
            }
        });
        for (std::size_t i = 0; i < rounds; ++i) {
            d.push(i);
            if (d.pop()) ++popped;
        }
        while (!d.empty()) std::this_thread::yield();
        over = true;
    }
    CHECK(popped + stolen.load() == rounds);
}

TEMPLATE_TEST_CASE("deque case: it grows while it is stolen from", "", lifo, fifo)
{
    const std::size_t n = test::scaled(20'000);
    weft::deque<std::size_t, TestType> d(2);
    std::atomic<bool> over{false};
    std::size_t sum = 0;
    std::size_t own = 0;
    {
        std::jthread thief([&] {
            bool more = true;
            while (more) {
                more = !over.load();
                for (auto got = d.steal(); !got.empty(); got = d.steal()) {
                    if (got) sum += *got;
                }
            }
        });
        for (std::size_t i = 1; i <= n; ++i) d.push(i);
        while (const auto got = d.pop()) own += *got;
        over = true;
    }
    CHECK(sum + own == n * (n + 1) / 2);
}

TEMPLATE_TEST_CASE("deque case: what is left goes with the last handle, even if that is a thief's", "", lifo, fifo)
{
    const long before = test::counted::alive();
    {
        auto d = std::make_unique<weft::deque<test::counted, TestType>>();
        for (int i = 0; i < 10; ++i) d->push(test::counted(i));
        const auto thief = d->stealer();
        d.reset();
        CHECK(test::counted::alive() == before + 10);
        const auto got = thief.steal();
        REQUIRE(got);
        CHECK(got->value == 0);
    }
    CHECK(test::counted::alive() == before);
}

TEMPLATE_TEST_CASE("deque case: stealers know their deque", "", lifo, fifo)
{
    weft::deque<int, TestType> a;
    weft::deque<int, TestType> b;
    CHECK(a.stealer() == a.stealer());
    CHECK_FALSE(a.stealer() == b.stealer());
    a.push(1);
    CHECK(a.stealer().size() == 1);
    CHECK_FALSE(a.stealer().empty());
    CHECK(b.stealer().empty());
}

TEST_CASE("deque: a capacity that no memory holds is refused")
{
    constexpr std::size_t most = static_cast<std::size_t>(-1);
    for (const std::size_t capacity : {most, most - 1, most / 2 + 2, most / 2 + 1, most / 4, most / 16}) {
        CHECK_THROWS_AS(weft::deque<int>(capacity), std::bad_alloc);
        CHECK_THROWS_AS((weft::deque<int, weft::fifo>(capacity)), std::bad_alloc);
    }
}
