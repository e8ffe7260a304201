// tests/queue/queue_test.cpp - array_queue, seg_queue and spsc_queue against std::deque, and under contention.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/array_queue.hpp>
#include <weft/queue/seg_queue.hpp>
#include <weft/queue/spsc_queue.hpp>

#include "common.hpp"
#include "test.hpp"

#include <array>
#include <deque>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using test::bounded;
using test::make;
using test::push;

/// A type whose moves fail when told to.
struct fragile {
    static inline int moves_left = 1'000'000;
    static inline int alive = 0;
    int value;

    explicit fragile(int v) : value(v) { ++alive; }
    fragile(fragile&& other) noexcept(false) : value(other.value)
    {
        if (--moves_left < 0) throw std::runtime_error("moved too often");
        other.value = -1;
        ++alive;
    }
    ~fragile() { --alive; }
};

template <class Queue>
void against_std_deque(std::size_t capacity)
{
    std::mt19937 random(static_cast<unsigned>(capacity));
    const auto q = make<Queue>(capacity);
    std::deque<int> reference;
    for (int i = 0; i < 20'000; ++i) {
        // Runs of pushes and runs of pops, so that blocks and laps are crossed.
        if (random() % 100 < (i / 300 % 2 == 0 ? 70u : 30u)) {
            const bool room = !bounded<Queue> || reference.size() < capacity;
            REQUIRE(push(*q, i) == room);
            if (room) reference.push_back(i);
        } else {
            const auto got = q->try_pop();
            REQUIRE(got.has_value() == !reference.empty());
            if (!got) continue;
            REQUIRE(*got == reference.front());
            reference.pop_front();
        }
        REQUIRE(q->size() == reference.size());
        REQUIRE(q->empty() == reference.empty());
        if constexpr (bounded<Queue>) REQUIRE(q->full() == (reference.size() == capacity));
    }
}

}  // namespace

TEMPLATE_TEST_CASE("queue: agrees with std::deque", "", weft::array_queue<int>, weft::seg_queue<int>,
                   weft::spsc_queue<int>)
{
    for (const std::size_t capacity : {1u, 2u, 3u, 4u, 7u, 100u}) against_std_deque<TestType>(capacity);
}

TEMPLATE_TEST_CASE("queue: move-only elements, and what is left is destroyed once", "",
                   weft::array_queue<std::unique_ptr<test::counted>>, weft::seg_queue<std::unique_ptr<test::counted>>,
                   weft::spsc_queue<std::unique_ptr<test::counted>>)
{
    for (const int left : {0, 1, 31, 32, 70}) {
        const long before = test::counted::alive();
        {
            const auto q = make<TestType>(100);
            for (int i = 0; i < 90; ++i) REQUIRE(push(*q, std::make_unique<test::counted>(i)));
            for (int i = 0; i < 90 - left; ++i) REQUIRE((*q->try_pop())->value == i);
            CHECK(test::counted::alive() - before == left);
        }
        CHECK(test::counted::alive() == before);
    }
}

TEMPLATE_TEST_CASE("queue: a refused element is not moved from", "", weft::array_queue<std::string>,
                   weft::spsc_queue<std::string>)
{
    TestType q(1);
    std::string first(100, 'a');
    std::string second(100, 'b');
    REQUIRE(q.try_push(std::move(first)));
    CHECK_FALSE(q.try_push(std::move(second)));
    CHECK(second == std::string(100, 'b'));
    const std::string third = "copied";
    CHECK_FALSE(q.try_push(third));
    CHECK(q.try_pop() == std::string(100, 'a'));
    CHECK(q.try_push(third));
    CHECK(third == "copied");
}

TEMPLATE_TEST_CASE("queue: a capacity of 0 or beyond memory is refused", "", weft::array_queue<int>,
                   weft::spsc_queue<int>)
{
    CHECK_THROWS_AS(TestType(0), std::invalid_argument);
    CHECK_THROWS_AS(TestType(static_cast<std::size_t>(-1)), std::invalid_argument);
    CHECK(TestType(5).capacity() == 5);
}

TEMPLATE_TEST_CASE("queue: over-aligned and large elements", "", (std::integral_constant<int, 0>),
                   (std::integral_constant<int, 1>), (std::integral_constant<int, 2>))
{
    struct alignas(256) wide {
        std::array<unsigned char, 32 * 1024> bytes;
    };
    using queue =
        std::tuple_element_t<static_cast<std::size_t>(TestType::value),
                             std::tuple<weft::array_queue<wide>, weft::seg_queue<wide>, weft::spsc_queue<wide>>>;
    const auto q = make<queue>(3);
    auto w = std::make_unique<wide>();
    for (int i = 0; i < 3; ++i) {
        w->bytes.fill(static_cast<unsigned char>(i));
        REQUIRE(push(*q, *w));
    }
    for (int i = 0; i < 3; ++i) {
        const auto got = q->try_pop();
        REQUIRE(got);
        CHECK(reinterpret_cast<std::uintptr_t>(&*got) % 256 == 0);
        CHECK(got->bytes.front() == i);
        CHECK(got->bytes.back() == i);
    }
}

TEMPLATE_TEST_CASE("queue: a move that throws leaves the queue usable and loses nothing but itself", "",
                   weft::array_queue<fragile>, weft::seg_queue<fragile>, weft::spsc_queue<fragile>)
{
    for (int k = 0; k < 12; ++k) {
        {
            const auto q = make<TestType>(4);
            fragile::moves_left = k;
            int pushed = 0;
            int popped = 0;
            for (int i = 0; i < 3; ++i) {
                try {
                    fragile f(i);
                    if constexpr (requires { q->try_push(std::move(f)); }) {
                        if (q->try_push(std::move(f))) ++pushed;
                    } else {
                        q->push(std::move(f));
                        ++pushed;
                    }
                } catch (const std::runtime_error&) {
                    fragile::moves_left = 1;
                }
            }
            fragile::moves_left = k / 2;
            for (int i = 0; i < 4; ++i) {
                try {
                    if (!q->try_pop()) break;
                    ++popped;
                } catch (const std::runtime_error&) {
                    fragile::moves_left = 1'000;
                    ++popped;  // lost, as documented
                }
            }
            CHECK(popped == pushed);
            CHECK_FALSE(q->try_pop());
            fragile::moves_left = 1'000'000;
            CHECK(push(*q, fragile(7)));
            CHECK(q->try_pop()->value == 7);
        }
        CHECK(fragile::alive == 0);
    }
}

namespace {

/// Producers and consumers: each element comes out once, and those of one producer come in order.
template <class Queue>
void each_once_in_order(std::size_t producers, std::size_t consumers, std::size_t capacity)
{
    const int each = static_cast<int>(test::scaled(20'000));
    const auto q = make<Queue>(capacity);
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(each) * producers);
    std::atomic<int> taken{0};
    std::atomic<int> disorder{0};
    const int total = each * static_cast<int>(producers);
    test::run_threads(producers + consumers, [&](std::size_t id) {
        if (id < producers) {
            for (int i = 0; i < each; ++i) {
                while (!push(*q, static_cast<int>(id) * each + i)) std::this_thread::yield();
            }
        } else {
            std::vector<int> last(producers, -1);
            while (taken.load(std::memory_order_relaxed) < total) {
                const auto v = q->try_pop();
                if (!v) {
                    std::this_thread::yield();
                    continue;
                }
                taken.fetch_add(1, std::memory_order_relaxed);
                auto& before = last[static_cast<std::size_t>(*v / each)];
                if (*v <= before) disorder.fetch_add(1, std::memory_order_relaxed);
                before = *v;
                seen[static_cast<std::size_t>(*v)].fetch_add(1, std::memory_order_relaxed);
            }
        }
    });
    int wrong = 0;
    for (auto& s : seen) wrong += s.load() != 1;
    CHECK(wrong == 0);
    CHECK(disorder.load() == 0);
    CHECK(q->empty());
}

}  // namespace

TEST_CASE("queue: each element comes out once, in its producer's order")
{
    for (const std::size_t capacity : {1u, 3u, 1000u}) {
        each_once_in_order<weft::spsc_queue<int>>(1, 1, capacity);
        each_once_in_order<weft::array_queue<int>>(1, 1, capacity);
        each_once_in_order<weft::array_queue<int>>(2, 2, capacity);
    }
    each_once_in_order<weft::seg_queue<int>>(1, 1, 0);
    each_once_in_order<weft::seg_queue<int>>(2, 2, 0);
    each_once_in_order<weft::seg_queue<int>>(3, 1, 0);
}

TEMPLATE_TEST_CASE("queue: the answers empty and full are true when they are given", "", weft::array_queue<int>,
                   weft::seg_queue<int>)
{
    // Each thread pushes one and then pops one: between the two the queue cannot be empty, and with a capacity of one
    // for each thread it is never full before a push.
    constexpr std::size_t threads = 3;
    const auto q = make<TestType>(threads);
    std::atomic<int> lies{0};
    test::run_threads(threads, [&](std::size_t id) {
        for (std::size_t i = 0; i < test::scaled(30'000); ++i) {
            if (!push(*q, static_cast<int>(id))) lies.fetch_add(1);
            if (!q->try_pop()) lies.fetch_add(1);
        }
    });
    CHECK(lies.load() == 0);
    CHECK(q->empty());
}
