// tests/iter/par_worklist_test.cpp - par_worklist: items that add items.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_worklist.hpp>

#include "common.hpp"
#include "test.hpp"

#include <weft/pool/thread_pool.hpp>

#include <array>
#include <atomic>
#include <list>
#include <memory>
#include <stdexcept>
#include <vector>

namespace {

using test::everywhere;

}  // namespace

TEST_CASE("par_worklist: runs the seeds and all that they add, once each")
{
    bool right = true;
    everywhere([&] {
        for (int n : {0, 1, 2, 3, 1000, 20000}) {
            // A binary heap's tree below 1.
            std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n) + 1);
            std::vector<int> seeds;
            if (n > 0) seeds.push_back(1);
            weft::par_worklist(seeds, [&](int i, weft::feeder<int>& more) {
                seen[static_cast<std::size_t>(i)].fetch_add(1);
                if (2 * i <= n) more.add(2 * i);
                if (2 * i + 1 <= n) more.add(2 * i + 1);
            });
            for (std::size_t i = 1; i < seen.size(); ++i) right = right && seen[i].load() == 1;
        }
    });
    CHECK(right);
}

TEST_CASE("par_worklist: runs long chains, where each item adds the next one")
{
    std::atomic<int> count{0};
    weft::par_worklist(std::array{100000, 100, 0}, [&](int i, weft::feeder<int>& more) {
        count.fetch_add(1);
        if (i > 0) more.add(i - 1);
    });
    CHECK(count.load() == 100001 + 101 + 1);
}

TEST_CASE("par_worklist: takes any range, moves what it may, and a function of an item alone")
{
    std::list<int> list{1, 2, 3};
    std::atomic<int> sum{0};
    weft::par_worklist(list, [&](int x) { sum.fetch_add(x); });
    CHECK(sum.load() == 6);
    CHECK(list.size() == 3);

    std::vector<std::unique_ptr<int>> owned;
    for (int i = 0; i < 100; ++i) owned.push_back(std::make_unique<int>(i));
    weft::par_worklist(std::move(owned), [&](std::unique_ptr<int> p, weft::feeder<std::unique_ptr<int>>& more) {
        sum.fetch_add(1);
        if (*p > 0) {
            *p /= 2;
            more.add(std::move(p));
        }
    });
    int expected = 6;
    for (int i = 0; i < 100; ++i) {
        for (int x = i; x > 0; x /= 2) ++expected;
        ++expected;
    }
    CHECK(sum.load() == expected);
}

TEST_CASE("par_worklist: stops when it is told to, and drops the rest")
{
    const long alive = test::counted::alive();
    bool right = true;
    everywhere([&] {
        std::atomic<long> count{0};
        weft::par_worklist(std::vector<test::counted>(1), [&](test::counted c, weft::feeder<test::counted>& more) {
            if (count.fetch_add(1) > 5000) return more.stop();
            more.add(test::counted(c.value + 1));
            more.add(test::counted(c.value + 1));
        });
        right = right && count.load() >= 5001 && count.load() < 5100;
    });
    CHECK(right);
    CHECK(test::counted::alive() == alive);
}

TEST_CASE("par_worklist: an exception ends it")
{
    const long alive = test::counted::alive();
    bool right = true;
    everywhere([&] {
        for (int when : {0, 1, 2000}) {
            std::atomic<int> count{0};
            bool thrown = false;
            try {
                weft::par_worklist(std::vector<test::counted>(3),
                                   [&](test::counted, weft::feeder<test::counted>& more) {
                                       if (count.fetch_add(1) == when) throw std::runtime_error("enough");
                                       more.add(test::counted(1));
                                       more.add(test::counted(2));
                                   });
            } catch (const std::runtime_error&) {
                thrown = true;
            }
            right = right && thrown;
        }
    });
    CHECK(right);
    CHECK(test::counted::alive() == alive);
}

TEST_CASE("par_worklist: nests")
{
    std::atomic<int> count{0};
    weft::par_worklist(std::vector<int>{6}, [&](int n, weft::feeder<int>& more) {
        weft::par_worklist(std::vector<int>{n}, [&](int m, weft::feeder<int>& inner) {
            count.fetch_add(1);
            if (m > 0) inner.add(m - 1);
        });
        if (n > 0) more.add(n - 1);
    });
    CHECK(count.load() == 7 + 6 + 5 + 4 + 3 + 2 + 1);
}
