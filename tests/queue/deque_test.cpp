// tests/queue/deque_test.cpp - deque and stealer against std::deque and under contention.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/deque.hpp>
#include <weft/queue/injector.hpp>

#include "test.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

TEST_CASE("deque: LIFO gives the newest to its owner and the oldest to thieves")
{
    weft::deque<int> d(2);
    CHECK(d.empty());
    CHECK_FALSE(d.pop());
    CHECK(d.steal().empty());
    for (int i = 0; i < 100; ++i) d.push(i);
    CHECK(d.size() == 100);
    CHECK(*d.pop() == 99);
    CHECK(*d.steal() == 0);
    CHECK(*d.stealer().steal() == 1);
    CHECK(d.size() == 97);
}

TEST_CASE("deque: FIFO gives the oldest to both")
{
    weft::deque<int, weft::fifo> d;
    for (int i = 0; i < 5; ++i) d.push(i);
    CHECK(*d.pop() == 0);
    CHECK(*d.steal() == 1);
    CHECK(*d.pop() == 2);
    CHECK(*d.pop() == 3);
    CHECK(*d.pop() == 4);
    CHECK_FALSE(d.pop());
}

TEST_CASE("deque: one element is found from both ends")
{
    weft::deque<int> d;
    for (int i = 0; i < 10; ++i) {
        d.push(i);
        if (i % 2 == 0) {
            CHECK(*d.pop() == i);
        } else {
            CHECK(*d.steal() == i);
        }
        CHECK(d.empty());
        CHECK_FALSE(d.pop());
        CHECK_FALSE(d.steal());
    }
}

namespace {

template <class Order>
void against_std_deque()
{
    std::mt19937 random(7);
    weft::deque<std::unique_ptr<int>, Order> d(2);
    std::deque<int> reference;
    for (int i = 0; i < 20'000; ++i) {
        switch (random() % 4) {
            case 0:
            case 1:
                d.push(std::make_unique<int>(i));
                reference.push_back(i);
                break;
            case 2: {
                auto got = d.pop();
                REQUIRE(got.has_value() == !reference.empty());
                if (!got) break;
                if constexpr (std::is_same_v<Order, weft::lifo>) {
                    REQUIRE(**got == reference.back());
                    reference.pop_back();
                } else {
                    REQUIRE(**got == reference.front());
                    reference.pop_front();
                }
                break;
            }
            default: {
                auto got = d.steal();
                REQUIRE(bool(got) == !reference.empty());
                REQUIRE(got.empty() == reference.empty());
                if (!got) break;
                REQUIRE(**got == reference.front());
                reference.pop_front();
            }
        }
        REQUIRE(d.size() == reference.size());
    }
}

}  // namespace

TEST_CASE("deque: random pushes, pops and steals agree with std::deque")
{
    against_std_deque<weft::lifo>();
    against_std_deque<weft::fifo>();
}

TEST_CASE("deque: what is left is destroyed once, by the last handle")
{
    auto alive = std::make_shared<int>(0);
    auto thief = [&] {
        weft::deque<std::shared_ptr<int>> d;
        for (int i = 0; i < 100; ++i) d.push(alive);
        (void)d.pop();
        (void)d.steal();
        CHECK(alive.use_count() == 99);
        return d.stealer();
    }();
    CHECK(alive.use_count() == 99);
    CHECK(thief.size() == 98);
    CHECK(*thief.steal() == alive);
    {
        auto gone = std::move(thief);
    }
    CHECK(alive.use_count() == 1);
}

TEST_CASE("deque: elements may be big, over-aligned, and of every trivial size")
{
    struct alignas(64) wide {
        std::array<unsigned char, 4096> bytes;
    };
    weft::deque<wide> big;
    wide w{};
    w.bytes[4095] = 7;
    big.push(w);
    CHECK(big.steal()->bytes[4095] == 7);

    struct three {
        char c[3];
    };
    weft::deque<three> small;
    small.push({{'a', 'b', 'c'}});
    CHECK(small.pop()->c[2] == 'c');

    weft::deque<double> doubles;
    doubles.push(-0.5);
    CHECK(*doubles.steal() == -0.5);

    weft::deque<std::string> strings;
    strings.push(std::string(100, 'x'));
    CHECK(strings.pop()->size() == 100);
}

TEST_CASE("deque: a batch takes half, in the order that the owner would have had")
{
    const auto drained = [](auto& d) {
        std::vector<int> out;
        while (auto v = d.pop()) out.push_back(*v);
        return out;
    };
    {
        weft::deque<int> from, to;
        for (int i = 0; i < 10; ++i) from.push(i);
        CHECK(*from.stealer().steal_batch(to) == 5);
        CHECK(drained(to) == std::vector<int>{4, 3, 2, 1, 0});
        CHECK(from.size() == 5);
    }
    {
        weft::deque<int, weft::fifo> from;
        weft::deque<int> to;
        for (int i = 0; i < 10; ++i) from.push(i);
        CHECK(*from.stealer().steal_batch(to) == 5);
        CHECK(drained(to) == std::vector<int>{0, 1, 2, 3, 4});
    }
    {
        weft::deque<int> from, to;
        for (int i = 0; i < 1000; ++i) from.push(i);
        CHECK(*from.stealer().steal_batch_and_pop(to) == 0);
        CHECK(to.size() == 31);
        CHECK(from.size() == 968);
        CHECK(from.stealer().steal_batch(from).empty());
        CHECK(*from.stealer().steal_batch_and_pop(from) == 32);
    }
    {
        weft::deque<int> from, to;
        CHECK(from.stealer().steal_batch(to).empty());
        CHECK(from.stealer().steal_batch_and_pop(to).empty());
    }
}

namespace {

/// One owner that pushes and pops, thieves that steal: every element must come out exactly once.
template <class Order>
void each_comes_out_once(bool batches)
{
    const int count = static_cast<int>(test::scaled(100'000));
    weft::deque<int, Order> d(2);
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
    std::atomic<bool> done{false};
    const auto note = [&](int v) { seen[static_cast<std::size_t>(v)].fetch_add(1, std::memory_order_relaxed); };
    test::run_threads(3, [&](std::size_t id) {
        if (id == 0) {
            std::mt19937 random(3);
            for (int i = 0; i < count; ++i) {
                d.push(i);
                if (random() % 3 == 0) {
                    if (auto v = d.pop()) note(*v);
                }
            }
            while (auto v = d.pop()) note(*v);
            done.store(true);
        } else {
            auto thief = d.stealer();
            weft::deque<int, Order> own;
            while (true) {
                const bool last = done.load();
                auto v = batches ? thief.steal_batch_and_pop(own) : thief.steal();
                if (v) note(*v);
                while (auto w = own.pop()) note(*w);
                if (last && v.empty()) break;
            }
        }
    });
    int wrong = 0;
    for (auto& s : seen) wrong += s.load() != 1;
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("deque: with thieves, every element comes out exactly once")
{
    each_comes_out_once<weft::lifo>(false);
    each_comes_out_once<weft::fifo>(false);
    each_comes_out_once<weft::lifo>(true);
    each_comes_out_once<weft::fifo>(true);
}

TEST_CASE("deque: a thief sees what the pusher wrote before")
{
    weft::deque<std::vector<int>*> d;
    const int count = static_cast<int>(test::scaled(5'000));
    std::atomic<int> taken{0};
    std::atomic<long> sum{0};
    test::run_threads(2, [&](std::size_t id) {
        if (id == 0) {
            for (int i = 0; i < count; ++i) d.push(new std::vector<int>(3, i));
        } else {
            while (taken.load() < count) {
                if (auto v = d.steal()) {
                    sum += (**v)[2];
                    delete *v;
                    ++taken;
                }
            }
        }
    });
    CHECK(sum.load() == static_cast<long>(count) * (count - 1) / 2);
}

TEST_CASE("deque: gives its pages back only when it is empty, and goes on as before")
{
    weft::deque<int> d;
    d.release_pages();
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 20'000; ++i) d.push(i);
        d.release_pages();
        bool right = d.size() == 20'000;
        for (int i = 20'000; i-- > 0;) right = right && d.pop() == i;
        CHECK(right);
        d.release_pages();
        CHECK(d.empty());
        CHECK(!d.pop());
        CHECK(!d.steal());
    }
}

TEST_CASE("deque: with thieves at work, pages given back lose nothing")
{
    weft::deque<int> d;
    const int rounds = static_cast<int>(test::scaled(200));
    constexpr int per_round = 3'000;
    std::atomic<bool> done{false};
    std::atomic<long> count{0};
    std::atomic<long> sum{0};
    const auto took = [&](int value) {
        count.fetch_add(1);
        sum.fetch_add(value);
    };
    test::run_threads(3, [&](std::size_t id) {
        if (id != 0) {
            while (!done.load()) {
                if (const auto v = d.steal()) took(*v);
            }
            return;
        }
        for (int round = 0; round < rounds; ++round) {
            for (int i = 1; i <= per_round; ++i) d.push(i);
            while (const auto v = d.pop()) took(*v);
            d.release_pages();
        }
        done = true;
    });
    CHECK(count.load() == static_cast<long>(rounds) * per_round);
    CHECK(sum.load() == static_cast<long>(rounds) * per_round * (per_round + 1) / 2);
}
