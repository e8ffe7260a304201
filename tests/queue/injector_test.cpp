// tests/queue/injector_test.cpp - the queue from which batches are stolen.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/deque.hpp>
#include <weft/queue/injector.hpp>

#include "test.hpp"

#include <atomic>
#include <cstddef>
#include <vector>

TEST_CASE("injector: FIFO, any thread in, any thread out, each once")
{
    weft::injector<int> q;
    CHECK(q.empty());
    CHECK(q.steal().empty());
    for (int i = 0; i < 100; ++i) q.push(i);
    CHECK(q.size() == 100);
    for (int i = 0; i < 50; ++i) CHECK(*q.steal() == i);
    weft::deque<int> own;
    CHECK(*q.steal_batch_and_pop(own) == 50);
    CHECK(own.size() + q.size() == 49);
    while (q.steal()) {}

    const int each = static_cast<int>(test::scaled(20'000));
    std::vector<std::atomic<int>> seen(static_cast<std::size_t>(each) * 2);
    std::atomic<int> taken{0};
    test::run_threads(4, [&](std::size_t id) {
        if (id < 2) {
            for (int i = 0; i < each; ++i) q.push(static_cast<int>(id) * each + i);
        } else {
            int last[2] = {-1, -1};
            while (taken.load() < 2 * each) {
                if (auto v = q.steal()) {
                    ++taken;
                    const int from = *v / each;
                    if (*v <= last[from]) seen[0] += 100;  // out of order
                    last[from] = *v;
                    seen[static_cast<std::size_t>(*v)].fetch_add(1);
                }
            }
        }
    });
    int wrong = 0;
    for (auto& s : seen) wrong += s.load() != 1;
    CHECK(wrong == 0);
}

TEST_CASE("deque case: an injector crosses its blocks in both directions")
{
    weft::injector<int> q;
    for (int n : {1, 30, 31, 32, 62, 63, 64, 127, 128, 500}) {
        for (int i = 0; i < n; ++i) q.push(i);
        REQUIRE(q.size() == static_cast<std::size_t>(n));
        for (int i = 0; i < n; ++i) REQUIRE(*q.steal() == i);
        REQUIRE(q.empty());
    }
}

TEST_CASE("deque case: what is left in an injector is destroyed once")
{
    const long before = test::counted::alive();
    {
        weft::injector<test::counted> q;
        for (int i = 0; i < 200; ++i) q.push(test::counted(i));
        for (int i = 0; i < 70; ++i) CHECK(q.steal());
        CHECK(test::counted::alive() == before + 130);
    }
    CHECK(test::counted::alive() == before);
}
