// tests/queue/queue_cases_test.cpp - one idea per case, over every queue for which it makes sense.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/array_queue.hpp>
#include <weft/queue/seg_queue.hpp>
#include <weft/queue/spsc_queue.hpp>

#include "common.hpp"
#include "failed_push.hpp"
#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using test::bomb;
using test::bounded;
using test::make;
using test::push;

template <class T>
using array = weft::array_queue<T>;
template <class T>
using seg = weft::seg_queue<T>;
template <class T>
using spsc = weft::spsc_queue<T>;

}  // namespace

#define EVERY_QUEUE_OF(T) array<T>, seg<T>, spsc<T>
#define EVERY_SHARED_QUEUE_OF(T) array<T>, seg<T>
#define EVERY_BOUNDED_QUEUE_OF(T) array<T>, spsc<T>

TEMPLATE_TEST_CASE("queue case: a new one is empty and gives nothing", "", EVERY_QUEUE_OF(int))
{
    const auto q = make<TestType>(4);
    CHECK(q->empty());
    CHECK(q->size() == 0);
    CHECK_FALSE(q->try_pop());
    CHECK_FALSE(q->try_pop());
}

TEMPLATE_TEST_CASE("queue case: the element that goes in comes out", "", EVERY_QUEUE_OF(std::string))
{
    const auto q = make<TestType>(4);
    REQUIRE(push(*q, std::string("an element that needs memory of its own")));
    CHECK_FALSE(q->empty());
    CHECK(q->try_pop() == "an element that needs memory of its own");
    CHECK(q->empty());
}

TEMPLATE_TEST_CASE("queue case: size counts each push and pop", "", EVERY_QUEUE_OF(int))
{
    const auto q = make<TestType>(300);
    for (std::size_t i = 0; i < 300; ++i) {
        REQUIRE(q->size() == i);
        REQUIRE(push(*q, 1));
    }
    for (std::size_t i = 300; i > 0; --i) {
        REQUIRE(q->size() == i);
        REQUIRE(q->try_pop());
    }
}

TEMPLATE_TEST_CASE("queue case: order holds over many laps and blocks", "", EVERY_QUEUE_OF(std::size_t))
{
    const auto q = make<TestType>(7);
    const std::size_t n = test::scaled(50'000);
    bool in_order = true;
    std::size_t out = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (!push(*q, i)) {
            in_order = in_order && q->try_pop() == out++;
            REQUIRE(push(*q, i));
        }
        if (i % 3 == 0) in_order = in_order && q->try_pop() == out++;
    }
    while (const auto got = q->try_pop()) in_order = in_order && *got == out++;
    CHECK(in_order);
    CHECK(out == n);
}

TEMPLATE_TEST_CASE("queue case: a bounded one holds exactly its capacity", "", EVERY_BOUNDED_QUEUE_OF(int))
{
    for (const std::size_t capacity : {1u, 2u, 3u, 5u, 8u, 13u, 64u, 100u}) {
        const auto q = make<TestType>(capacity);
        CHECK(q->capacity() == capacity);
        for (int lap = 0; lap < 3; ++lap) {
            for (std::size_t i = 0; i < capacity; ++i) {
                REQUIRE_FALSE(q->full());
                REQUIRE(push(*q, 1));
            }
            REQUIRE(q->full());
            REQUIRE_FALSE(push(*q, 1));
            REQUIRE(q->size() == capacity);
            for (std::size_t i = 0; i < capacity; ++i) REQUIRE(q->try_pop());
            REQUIRE(q->empty());
        }
    }
}

TEMPLATE_TEST_CASE("queue case: one place is enough", "", EVERY_BOUNDED_QUEUE_OF(int))
{
    const auto q = make<TestType>(1);
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(push(*q, i));
        REQUIRE_FALSE(push(*q, -1));
        REQUIRE(q->try_pop() == i);
        REQUIRE_FALSE(q->try_pop());
    }
}

TEMPLATE_TEST_CASE("queue case: what is left in the middle of a lap is destroyed once", "",
                   EVERY_QUEUE_OF(test::counted))
{
    const long before = test::counted::alive();
    for (int left = 0; left < 12; ++left) {
        const auto q = make<TestType>(12);
        for (int i = 0; i < 8; ++i) {
            REQUIRE(push(*q, test::counted(i)));
            REQUIRE(q->try_pop());
        }
        for (int i = 0; i < left; ++i) REQUIRE(push(*q, test::counted(i)));
        CHECK(test::counted::alive() == before + left);
    }
    CHECK(test::counted::alive() == before);
}

TEMPLATE_TEST_CASE("queue case: elements are moved, never copied", "", EVERY_QUEUE_OF(std::unique_ptr<int>))
{
    const auto q = make<TestType>(4);
    for (int i = 0; i < 50; ++i) {
        REQUIRE(push(*q, std::make_unique<int>(i)));
        const auto got = q->try_pop();
        REQUIRE(got);
        REQUIRE(**got == i);
    }
}

TEMPLATE_TEST_CASE("queue case: from one thread to another, in order", "", EVERY_QUEUE_OF(std::size_t))
{
    const auto q = make<TestType>(16);
    const std::size_t n = test::scaled(50'000);
    bool in_order = true;
    {
        std::jthread consumer([&] {
            for (std::size_t next = 0; next < n;) {
                if (const auto got = q->try_pop()) {
                    in_order = in_order && *got == next++;
                } else {
                    std::this_thread::yield();
                }
            }
        });
        for (std::size_t i = 0; i < n; ++i) {
            while (!push(*q, i)) std::this_thread::yield();
        }
    }
    CHECK(in_order);
    CHECK(q->empty());
}

TEMPLATE_TEST_CASE("queue case: what the producer wrote before is seen by the consumer", "", EVERY_QUEUE_OF(int*))
{
    const auto q = make<TestType>(3);
    const std::size_t n = test::scaled(5'000);
    std::vector<int> data(n, 0);
    bool seen = true;
    {
        std::jthread consumer([&] {
            for (std::size_t i = 0; i < n;) {
                if (const auto got = q->try_pop()) {
                    seen = seen && **got == 7;
                    ++i;
                } else {
                    std::this_thread::yield();
                }
            }
        });
        for (auto& d : data) {
            d = 7;
            while (!push(*q, &d)) std::this_thread::yield();
        }
    }
    CHECK(seen);
}

TEMPLATE_TEST_CASE("queue case: each consumer sees the numbers of one producer rise", "",
                   EVERY_SHARED_QUEUE_OF(std::size_t))
{
    const auto q = make<TestType>(8);
    const std::size_t n = test::scaled(20'000);
    std::atomic<std::size_t> taken{0};
    std::atomic<bool> rising{true};
    test::run_threads(3, [&](std::size_t id) {
        if (id == 0) {
            for (std::size_t i = 1; i <= n; ++i) {
                while (!push(*q, i)) std::this_thread::yield();
            }
            return;
        }
        std::size_t last = 0;
        while (taken.load() < n) {
            if (const auto got = q->try_pop()) {
                if (*got <= last) rising = false;
                last = *got;
                ++taken;
            } else {
                std::this_thread::yield();
            }
        }
    });
    CHECK(rising.load());
    CHECK(taken.load() == n);
}

TEMPLATE_TEST_CASE("queue case: a thread that has pushed can pop, if all others do the same", "",
                   EVERY_SHARED_QUEUE_OF(std::size_t))
{
    const auto q = make<TestType>(4);
    const std::size_t n = test::scaled(10'000);
    std::atomic<std::size_t> missed{0};
    test::run_threads(4, [&](std::size_t id) {
        for (std::size_t i = 0; i < n; ++i) {
            if (!push(*q, id)) ++missed;
            if (!q->try_pop()) ++missed;
        }
    });
    CHECK(missed.load() == 0);
}

TEMPLATE_TEST_CASE("queue case: the size stays within its bounds while others push and pop", "",
                   EVERY_SHARED_QUEUE_OF(int))
{
    constexpr std::size_t capacity = 5;
    const auto q = make<TestType>(capacity);
    const std::size_t n = test::scaled(10'000);
    std::atomic<std::size_t> working{2};
    std::size_t most = 0;
    test::run_threads(3, [&](std::size_t id) {
        if (id == 2) {
            while (working.load() != 0) most = std::max(most, q->size());
            return;
        }
        for (std::size_t i = 0; i < n; ++i) {
            static_cast<void>(push(*q, 1));
            static_cast<void>(q->try_pop());
        }
        --working;
    });
    CHECK(most <= (bounded<TestType> ? capacity : 2));
}

TEMPLATE_TEST_CASE("queue case: every element is destroyed once while threads race", "",
                   EVERY_SHARED_QUEUE_OF(test::counted))
{
    const long before = test::counted::alive();
    for (std::size_t round = 0; round < test::scaled(20); ++round) {
        const auto q = make<TestType>(50);
        test::run_threads(4, [&](std::size_t id) {
            for (int i = 0; i < 100; ++i) {
                if (id % 2 == 0) {
                    static_cast<void>(push(*q, test::counted(i)));
                } else {
                    static_cast<void>(q->try_pop());
                }
            }
        });
    }
    CHECK(test::counted::alive() == before);
}

TEMPLATE_TEST_CASE("queue case: a queue in a queue", "", EVERY_QUEUE_OF(std::shared_ptr<seg<int>>))
{
    const auto q = make<TestType>(2);
    const auto inner = std::make_shared<seg<int>>();
    inner->push(5);
    REQUIRE(push(*q, inner));
    const auto got = q->try_pop();
    REQUIRE(got);
    CHECK((*got)->try_pop() == 5);
}

TEMPLATE_TEST_CASE("queue case: producers that come and go leave nothing behind", "", EVERY_SHARED_QUEUE_OF(int))
{
    const auto q = make<TestType>(1000);
    for (int round = 0; round < 20; ++round) {
        test::run_threads(3, [&](std::size_t) {
            for (int i = 0; i < 10; ++i) static_cast<void>(push(*q, i));
        });
        int n = 0;
        while (q->try_pop()) ++n;
        REQUIRE(n == 30);
    }
}

TEST_CASE("queue case: 32 KiB elements pass without much stack")
{
    struct big {
        unsigned char bytes[32 * 1024];
    };
    seg<big> s;
    array<big> a(2);
    for (int i = 0; i < 10; ++i) {
        s.push(big{{static_cast<unsigned char>(i)}});
        REQUIRE(a.try_push(big{{static_cast<unsigned char>(i)}}));
        REQUIRE(s.try_pop()->bytes[0] == i);
        REQUIRE(a.try_pop()->bytes[0] == i);
    }
}

// --- pushes that fail, are refused, or make what they push
// --------------------------------------------------------------

namespace {

/// Is moved by copying: each copy looks at the queue when it is destroyed.
template <template <class> class Queue>
struct nosy {
    std::shared_ptr<Queue<nosy>*> queue;

    explicit nosy(std::shared_ptr<Queue<nosy>*> q) : queue(std::move(q)) {}
    nosy(const nosy&) = default;
    nosy& operator=(const nosy&) = delete;
    ~nosy()
    {
        if (queue == nullptr || *queue == nullptr) return;
        auto* const q = std::exchange(*queue, nullptr);
        static_cast<void>(q->try_pop());
        static_cast<void>(q->try_push(nosy(nullptr)));
        *queue = q;
    }
};

}  // namespace

TEST_CASE("queue case: what is refused is not moved from, even if its move may throw")
{
    weft::array_queue<bomb> a(1);
    weft::spsc_queue<bomb> s(1);
    REQUIRE(a.try_push(bomb(1)));
    REQUIRE(s.try_push(bomb(1)));
    bomb b(5);
    CHECK_FALSE(a.try_push(std::move(b)));
    CHECK_FALSE(s.try_push(std::move(b)));
    CHECK(b.value == 5);
    const auto old = a.force_push(std::move(b));
    REQUIRE(old);
    CHECK(old->value == 1);
}

TEST_CASE("queue case: elements may use the queue as they are destroyed")
{
    using array_nosy = nosy<weft::array_queue>;
    using seg_nosy = nosy<weft::seg_queue>;
    {
        weft::array_queue<array_nosy> q(2);
        const auto me = std::make_shared<weft::array_queue<array_nosy>*>(&q);
        for (int i = 0; i < 10; ++i) {
            static_cast<void>(q.try_push(array_nosy(me)));
            static_cast<void>(q.try_pop());
            static_cast<void>(q.force_push(array_nosy(me)));
        }
        *me = nullptr;
    }
    weft::seg_queue<seg_nosy> q;
    const auto me = std::make_shared<weft::seg_queue<seg_nosy>*>(&q);
    for (int i = 0; i < 300; ++i) {
        q.push(seg_nosy(me));
        static_cast<void>(q.try_pop());
    }
    *me = nullptr;
}

TEMPLATE_TEST_CASE("queue case: push, try_push and try_emplace are the same for all", "", EVERY_QUEUE_OF(std::string))
{
    auto q = make<TestType>(8);
    auto& queue = *q;
    const std::string text = "text";
    CHECK(queue.push(text));
    CHECK(queue.push(std::string("a")));
    CHECK(queue.try_push(text));
    CHECK(queue.try_push(std::string("b")));
    CHECK(queue.try_emplace(std::size_t{3}, 'x'));
    for (const char* expected : {"text", "a", "text", "b", "xxx"}) CHECK(queue.try_pop() == expected);
}
