// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/join.hpp>

#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>

namespace {

struct error_a : std::runtime_error {
    error_a() : std::runtime_error("a") {}
};
struct error_b : std::runtime_error {
    error_b() : std::runtime_error("b") {}
};

long fib(int n)
{
    if (n < 2) return n;
    auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

long plain_fib(int n) { return n < 2 ? n : plain_fib(n - 1) + plain_fib(n - 2); }

/// Waits, without blocking the core, until `flag` is set or some seconds have passed; returns whether it is set.
bool await(const std::atomic<bool>& flag)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!flag.load()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace

TEST_CASE("join: both results come back, in order")
{
    auto [a, b] = weft::join([] { return 1; }, [] { return std::string("two"); });
    CHECK(a == 1);
    CHECK(b == "two");
}

TEST_CASE("join: void results are left out")
{
    static_assert(std::is_void_v<decltype(weft::join([] {}, [] {}))>);
    static_assert(std::is_same_v<decltype(weft::join([] {}, [] { return 1; })), int>);
    static_assert(std::is_same_v<decltype(weft::join([] { return 1; }, [] {})), int>);
    static_assert(
        std::is_same_v<decltype(weft::join([] { return 1; }, [] {}, [] { return 'c'; })), std::tuple<int, char>>);
    CHECK(weft::join([] { return 5; }, [] {}) == 5);
    CHECK(weft::join([] {}, [] { return 6; }) == 6);
    CHECK(weft::join([] {}, [] { return 7; }, [] {}) == 7);
}

TEST_CASE("join: references stay references")
{
    int x = 1;
    std::string y = "y";
    auto&& result = weft::join([&]() -> int& { return x; }, [&]() -> std::string& { return y; });
    static_assert(std::is_same_v<std::remove_cvref_t<decltype(result)>, std::tuple<int&, std::string&>>);
    std::get<0>(result) = 9;
    std::get<1>(result).assign(1, 'z');
    CHECK(x == 9);
    CHECK(y == "z");
    weft::join([] {}, [&]() -> int& { return x; }) = 11;
    CHECK(x == 11);
}

TEST_CASE("join: one function, and many")
{
    CHECK(weft::join([] { return 3; }) == 3);
    auto [a, b, c, d, e] = weft::join([] { return 1; }, [] { return 2L; }, [] { return '3'; }, [] { return 4.0; },
                                      [] { return std::string("5"); });
    CHECK(a == 1);
    CHECK(b == 2);
    CHECK(c == '3');
    CHECK(d == 4.0);
    CHECK(e == "5");
}

TEST_CASE("join: functions may be rvalue-only and results move-only")
{
    struct once {
        std::unique_ptr<int> value;
        std::unique_ptr<int> operator()() && { return std::move(value); }
    };
    weft::thread_pool pool{{.num_threads = 4}};
    for (int i = 0; i < 200; ++i) {
        auto [a, b] = pool.join(once{std::make_unique<int>(1)}, once{std::make_unique<int>(2)});
        REQUIRE(*a == 1);
        REQUIRE(*b == 2);
    }
}

TEST_CASE("join: nested joins compute what plain recursion computes, for any number of threads")
{
    for (std::size_t threads : {1u, 2u, 3u, 8u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        const int n = test::sanitized ? 16 : 24;
        CHECK(pool.install([&] { return fib(n); }) == plain_fib(n));
    }
    CHECK(fib(18) == plain_fib(18));
}

TEST_CASE("join: an exception of a leaves, and b has run")
{
    for (std::size_t threads : {1u, 4u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        for (std::size_t i = 0; i < test::scaled(2000); ++i) {
            bool b_ran = false;
            bool caught = false;
            try {
                pool.join([] { throw error_a(); }, [&] { b_ran = true; });
            } catch (const error_a&) {
                caught = true;
            }
            REQUIRE(caught);
            REQUIRE(b_ran);
        }
    }
}

TEST_CASE("join: an exception of b leaves, and a has run")
{
    for (std::size_t threads : {1u, 4u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        for (std::size_t i = 0; i < test::scaled(2000); ++i) {
            bool a_ran = false;
            bool caught = false;
            try {
                pool.join([&] { a_ran = true; }, []() -> int { throw error_b(); });
            } catch (const error_b&) {
                caught = true;
            }
            REQUIRE(caught);
            REQUIRE(a_ran);
        }
    }
}

TEST_CASE("join: if both throw, the exception of a leaves")
{
    weft::thread_pool pool{{.num_threads = 4}};
    for (std::size_t i = 0; i < test::scaled(2000); ++i) {
        CHECK_THROWS_AS(pool.join([] { throw error_a(); }, [] { throw error_b(); }), error_a);
    }
    CHECK_THROWS_AS(pool.join([] {}, [] { throw error_b(); }, [] { throw error_a(); }), error_b);
}

namespace {

/// Throws at the `bad`-th leaf of a tree of joins; counts the leaves that ran.
void tree(int depth, int leaf, int bad, std::atomic<int>& leaves)
{
    if (depth == 0) {
        leaves.fetch_add(1);
        if (leaf == bad) throw error_a();
        return;
    }
    const test::counted on_the_stack;
    weft::join([&] { tree(depth - 1, 2 * leaf, bad, leaves); }, [&] { tree(depth - 1, 2 * leaf + 1, bad, leaves); });
}

}  // namespace

TEST_CASE("join: an exception at any depth leaves the whole tree, after every leaf has run")
{
    const long before = test::counted::alive();
    for (std::size_t threads : {1u, 2u, 8u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        constexpr int depth = 6;
        for (int bad = 0; bad < (1 << depth); ++bad) {
            std::atomic<int> leaves{0};
            bool caught = false;
            try {
                pool.install([&] { tree(depth, 0, bad, leaves); });
            } catch (const error_a&) {
                caught = true;
            }
            REQUIRE(caught);
            REQUIRE(leaves.load() == 1 << depth);
        }
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("join: results of stolen functions are destroyed exactly once")
{
    const long before = test::counted::alive();
    weft::thread_pool pool{{.num_threads = 4}};
    for (std::size_t i = 0; i < test::scaled(3000); ++i) {
        auto [a, b] = pool.join([] { return test::counted(1); }, [] { return test::counted(2); });
        REQUIRE(a.value + b.value == 3);
        try {
            pool.join([]() -> test::counted { throw error_a(); }, [] { return test::counted(2); });
        } catch (const error_a&) {
        }
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("join: two functions that wait for each other run on two threads")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (int i = 0; i < 50; ++i) {
        std::atomic<bool> a_here{false};
        std::atomic<bool> b_here{false};
        auto [a, b] = pool.join(
            [&] {
                a_here.store(true);
                return await(b_here);
            },
            [&] {
                b_here.store(true);
                return await(a_here);
            });
        REQUIRE(a);
        REQUIRE(b);
    }
}

TEST_CASE("join: a lock held across join cannot deadlock against unrelated work")
{
    weft::thread_pool pool{{.num_threads = 4}};
    std::mutex lock;
    std::atomic<int> done{0};
    pool.scope([&](weft::task_scope& s) {
        for (int i = 0; i < 64; ++i) {
            s.spawn([&] {
                const std::lock_guard hold(lock);
                weft::join([] { fib(8); }, [] { fib(10); }, [] { fib(9); });
                done.fetch_add(1);
            });
        }
    });
    CHECK(done.load() == 64);
}

TEST_CASE("join: more nested joins than the deque has slots still work")
{
    struct descend {
        static long down(int n)
        {
            if (n == 0) return 0;
            auto [a, b] = weft::join([&] { return down(n - 1); }, [] { return 1; });
            return a + b;
        }
    };
    const int depth = test::sanitized ? 6'000 : 12'000;
    weft::thread_pool pool{{.num_threads = 3, .stack_size = 64u << 20}};
    CHECK(descend::down(depth) == depth);
    std::atomic<long> on_worker{0};
    pool.scope([&](weft::task_scope& s) { s.spawn([&] { on_worker = descend::down(depth); }); });
    CHECK(on_worker.load() == depth);
}

TEST_CASE("join: a million joins one after the other")
{
    long sum = 0;
    const std::size_t n = test::scaled(1'000'000);
    weft::thread_pool pool{{.num_threads = 2}};
    pool.install([&] {
        for (std::size_t i = 0; i < n; ++i) {
            auto [a, b] = weft::join([] { return 1; }, [] { return 2; });
            sum += a + b;
        }
    });
    CHECK(sum == static_cast<long>(3 * n));
}

TEST_CASE("join_context: says whether a function was taken by another thread")
{
    weft::thread_pool alone{{.num_threads = 1}};
    auto [a, b] = alone.install([] {
        return weft::join_context([](weft::fn_context c) { return c.migrated(); },
                                  [](weft::fn_context c) { return c.migrated(); });
    });
    CHECK_FALSE(a);
    CHECK_FALSE(b);

    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<bool> b_here{false};
    auto [first, second] = pool.install([&] {
        return weft::join_context([&](weft::fn_context c) { return await(b_here) && !c.migrated(); },
                                  [&](weft::fn_context c) {
                                      b_here.store(true);
                                      return c.migrated();
                                  });
    });
    CHECK(first);
    CHECK(second);
    CHECK(weft::join_context([] { return 4; }, [](weft::fn_context) {}) == 4);
}

TEST_CASE("join: many threads from outside join at once, in one small pool")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::atomic<int> right{0};
    test::run_threads(16, [&](std::size_t) {
        for (std::size_t i = 0; i < test::scaled(200); ++i) {
            if (pool.install([] { return fib(10); }) == 55) right.fetch_add(1);
        }
    });
    CHECK(right.load() == static_cast<int>(16 * test::scaled(200)));
}

TEST_CASE("join: thread-locals of the caller are there in the first function")
{
    static thread_local int mine = 0;
    mine = 42;
    weft::thread_pool pool{{.num_threads = 3}};
    auto [a, b] = pool.join([] { return mine; }, [] { return 0; });
    CHECK(a == 42);
    CHECK(b == 0);
}
