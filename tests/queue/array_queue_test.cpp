// tests/queue/array_queue_test.cpp - what only the bounded queue of many does: pushing by force.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/array_queue.hpp>

#include "failed_push.hpp"
#include "test.hpp"

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

TEST_CASE("queue: force_push displaces the oldest, and only when full")
{
    weft::array_queue<int> q(3);
    for (int i = 0; i < 3; ++i) CHECK_FALSE(q.force_push(i));
    for (int i = 3; i < 50; ++i) {
        CHECK(q.force_push(i) == i - 3);
        CHECK(q.size() == 3);
    }
    CHECK(q.try_pop() == 47);
    CHECK_FALSE(q.force_push(50));

    weft::array_queue<int> one(1);
    CHECK_FALSE(one.force_push(1));
    CHECK(one.force_push(2) == 1);
    CHECK(one.try_pop() == 2);
}

TEST_CASE("queue: force_push with other producers and consumers loses nothing")
{
    const int each = static_cast<int>(test::scaled(20'000));
    weft::array_queue<int> q(4);
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(each) * 3);
    const auto note = [&](std::optional<int> v) {
        if (v) seen[static_cast<std::size_t>(*v)].fetch_add(1, std::memory_order_relaxed);
    };
    std::atomic<int> done{0};
    test::run_threads(4, [&](std::size_t id) {
        if (id < 2) {
            for (int i = 0; i < each; ++i) note(q.force_push(static_cast<int>(id) * each + i));
            done.fetch_add(1);
        } else if (id == 2) {
            for (int i = 0; i < each; ++i) {
                int v = 2 * each + i;
                while (!q.try_push(std::move(v))) note(q.try_pop());
            }
            done.fetch_add(1);
        } else {
            while (done.load() < 3) note(q.try_pop());
        }
    });
    while (auto v = q.try_pop()) note(v);
    int wrong = 0;
    for (auto& s : seen) wrong += s.load() != 1;
    CHECK(wrong == 0);
}

TEST_CASE("queue case: force_push makes a ring of the newest elements")
{
    weft::array_queue<int> q(3);
    for (int i = 0; i < 3; ++i) CHECK_FALSE(q.force_push(i));
    for (int i = 3; i < 100; ++i) REQUIRE(q.force_push(i) == i - 3);
    CHECK(q.size() == 3);
    for (int i = 97; i < 100; ++i) CHECK(q.try_pop() == i);
    CHECK(q.empty());
}

TEST_CASE("queue case: force_push into one place always holds the newest")
{
    weft::array_queue<std::string> q(1);
    CHECK_FALSE(q.force_push("a"));
    CHECK(q.force_push("b") == "a");
    CHECK(q.force_push("c") == "b");
    CHECK(q.try_pop() == "c");
}

TEST_CASE("queue case: a ring between threads gives rising numbers, with gaps")
{
    weft::array_queue<std::size_t> q(4);
    const std::size_t n = test::scaled(20'000);
    std::atomic<bool> over{false};
    bool rising = true;
    {
        std::jthread reader([&] {
            std::size_t last = 0;
            bool more = true;
            while (more) {
                more = !over.load();
                while (const auto got = q.try_pop()) {
                    rising = rising && *got > last;
                    last = *got;
                }
                std::this_thread::yield();
            }
        });
        for (std::size_t i = 1; i <= n; ++i) static_cast<void>(q.force_push(i));
        over = true;
    }
    CHECK(rising);
}

TEST_CASE("queue case: a push that throws leaves no trace, array_queue")
{
    test::failed_push_leaves_no_trace<weft::array_queue<test::bomb>>();
}
