// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/per_worker.hpp>

#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <memory>
#include <stdexcept>

TEST_CASE("per_worker: counts of all workers add up")
{
    weft::thread_pool pool{{.num_threads = 4}};
    weft::per_worker<long> counts;
    pool.scope([&](weft::task_scope& s) {
        for (int i = 0; i < 1000; ++i) s.spawn([&] { ++counts.local(); });
    });
    CHECK(counts.combine([](long a, long b) { return a + b; }) == 1000);
    long sum = 0;
    std::size_t values = 0;
    for (const long n : counts) {
        sum += n;
        ++values;
    }
    CHECK(sum == 1000);
    CHECK(values <= 5);
}

TEST_CASE("per_worker: values are made by the function, or copied")
{
    weft::per_worker<int> made{[] { return 7; }};
    CHECK(made.local() == 7);
    weft::per_worker<std::string> copied{std::string("x")};
    CHECK(copied.local() == "x");
    weft::per_worker<std::unique_ptr<int>> owned{[] { return std::make_unique<int>(3); }};
    CHECK(*owned.local() == 3);
    weft::per_worker<int> untouched{5};
    CHECK(untouched.combine([](int a, int b) { return a + b; }) == 5);
    CHECK(untouched.begin() == untouched.end());
}

TEST_CASE("per_worker: threads outside a pool have values of their own")
{
    weft::per_worker<int> mine;
    test::run_threads(4, [&](std::size_t) {
        for (int i = 0; i < 100; ++i) ++mine.local();
    });
    mine.local() = 1;
    CHECK(mine.combine([](int a, int b) { return a + b; }) == 401);
    for (int& v : mine) v = 0;
    CHECK(mine.local() == 0);
}

TEST_CASE("per_worker: two pools do not share values")
{
    weft::per_worker<int> mine;
    weft::thread_pool a{{.num_threads = 1}};
    weft::thread_pool b{{.num_threads = 1}};
    a.install([&] {
        mine.local() = 1;
        b.install([&] { mine.local() = 10; });
        CHECK(mine.local() == 1);
    });
    CHECK(mine.combine([](int x, int y) { return x + y; }) == 11);
}

TEST_CASE("per_worker: values are destroyed once, and an initialiser that throws leaves nothing behind")
{
    const long before = test::counted::alive();
    {
        weft::per_worker<test::counted> values{[] { return test::counted(1); }};
        weft::thread_pool pool{{.num_threads = 3}};
        pool.broadcast([&] { values.local().value = 2; });
        int calls = 0;
        weft::per_worker<test::counted> bad{[&calls]() -> test::counted {
            if (++calls == 1) throw std::runtime_error("first");
            return 4;
        }};
        CHECK_THROWS_AS(bad.local(), std::runtime_error);
        CHECK(bad.local().value == 4);
    }
    CHECK(test::counted::alive() == before);
}
