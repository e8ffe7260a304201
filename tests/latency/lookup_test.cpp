// tests/latency/lookup_test.cpp - lookups: their values, what they await, and what becomes of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/latency/lookup.hpp>
#include <weft/latency/overlapped.hpp>
#include <weft/latency/prefetch.hpp>

#include "test.hpp"

#include <array>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using test::counted;

std::vector<int> numbers(int n)
{
    std::vector<int> v(static_cast<std::size_t>(n));
    std::iota(v.begin(), v.end(), 0);
    return v;
}

/// The number at p, after `turns` turns of the others.
weft::lookup<int> number(const int* p, int turns = 1)
{
    for (int i = 0; i < turns; ++i) co_await weft::prefetch(p);
    co_return *p;
}

/// Runs one lookup to its end.
template <class F>
auto run(F f)
{
    using value = typename std::invoke_result_t<F&>::value_type;
    const int once[] = {0};
    if constexpr (std::is_void_v<value>) {
        weft::overlapped_for_each(once, [&](int) { return f(); });
    } else {
        std::vector<value> out;
        weft::overlapped_transform(once, std::back_inserter(out), [&](int) { return f(); });
        return std::move(out.at(0));
    }
}

struct set_at_end {
    bool& flag;
    ~set_at_end() { flag = true; }
};

}  // namespace

TEST_CASE("lookup: gives its value, whether it waits never, once or often")
{
    const int x = 7;
    CHECK(run([&] { return number(&x, 0); }) == 7);
    CHECK(run([&] { return number(&x, 1); }) == 7);
    CHECK(run([&] { return number(&x, 1000); }) == 7);
}

TEST_CASE("lookup: prefetch gives the address, with its type")
{
    const int x = 3;
    int y = 4;
    run([&]() -> weft::lookup<void> {
        auto* const p = co_await weft::prefetch(&x);
        static_assert(std::is_same_v<decltype(p), const int* const>);
        CHECK(p == &x);
        auto* const q = co_await weft::prefetch(&y, sizeof(y));
        static_assert(std::is_same_v<decltype(q), int* const>);
        *q = 5;
    });
    CHECK(y == 5);
}

TEST_CASE("lookup: prefetch takes any address: null, past the end, of nothing, and of incomplete and void types")
{
    struct unknown;
    run([]() -> weft::lookup<void> {
        CHECK(co_await weft::prefetch(static_cast<const char*>(nullptr)) == nullptr);
        CHECK(co_await weft::prefetch(static_cast<unknown*>(nullptr)) == nullptr);
        CHECK(co_await weft::prefetch(static_cast<void*>(nullptr), 1000) == nullptr);
        const std::array<int, 4> a{};
        CHECK(co_await weft::prefetch(a.data() + 4, 0) == a.data() + 4);
        volatile int v = 1;
        CHECK(*co_await weft::prefetch(&v) == 1);
        CHECK(co_await weft::prefetch(reinterpret_cast<const long*>(64), 4096) == reinterpret_cast<const long*>(64));
    });
}

TEST_CASE("lookup: runs up to its first prefetch when it is called, and the rest later")
{
    int at = 0;
    const auto body = [&]() -> weft::lookup<void> {
        at = 1;
        co_await weft::prefetch(&at);
        at = 2;
    };
    {
        const auto l = body();
        CHECK(at == 1);
    }
    CHECK(at == 1);
    run(body);
    CHECK(at == 2);
}

TEST_CASE("lookup: one that nobody awaits destroys its locals and its arguments")
{
    bool ended = false;
    const long before = counted::alive();
    const auto body = [](bool& flag, counted kept) -> weft::lookup<int> {
        const set_at_end note{flag};
        co_await weft::prefetch(&kept);
        co_return kept.value;
    };
    {
        const auto l = body(ended, counted(1));
        CHECK(!ended);
        CHECK(counted::alive() == before + 1);
    }
    CHECK(ended);
    CHECK(counted::alive() == before);
}

TEST_CASE("lookup: is moved, and assigned, and the old one of an assignment is destroyed")
{
    bool first = false;
    bool second = false;
    const auto body = [](bool& flag) -> weft::lookup<void> {
        const set_at_end note{flag};
        co_await weft::prefetch(&flag);
    };
    auto a = body(first);
    auto b = body(second);
    a = std::move(b);
    CHECK(first);
    CHECK(!second);
    const auto c = std::move(a);
    CHECK(!second);
}

TEST_CASE("lookup: values only movable, without a default constructor, references, arrays of strings")
{
    struct no_default {
        explicit no_default(int v) : value(v) {}
        int value;
    };
    int x = 1;
    const auto p = run([]() -> weft::lookup<std::unique_ptr<int>> { co_return std::make_unique<int>(4); });
    CHECK(*p == 4);
    CHECK(run([]() -> weft::lookup<no_default> { co_return no_default(5); }).value == 5);
    run([&]() -> weft::lookup<void> {
        int& r = co_await [](int& y) -> weft::lookup<int&> {
            co_await weft::prefetch(&y);
            co_return y;
        }(x);
        r = 9;
    });
    CHECK(x == 9);
    const auto s = run([]() -> weft::lookup<std::vector<std::string>> {
        std::vector<std::string> v(3, "a string that is too long to be kept in place");
        co_await weft::prefetch(v.data());
        co_return v;
    });
    CHECK(s.size() == 3);
}

TEST_CASE("lookup: a value is moved, never copied, and destroyed once")
{
    struct only_moves {
        only_moves() = default;
        only_moves(only_moves&&) = default;
        only_moves& operator=(only_moves&&) = default;
        counted c{3};
    };
    const long before = counted::alive();
    {
        const auto v = run([]() -> weft::lookup<only_moves> {
            only_moves m = co_await []() -> weft::lookup<only_moves> { co_return only_moves(); }();
            co_await weft::prefetch(&m);
            co_return m;
        });
        CHECK(v.c.value == 3);
    }
    CHECK(counted::alive() == before);
}

TEST_CASE("lookup: what co_return converts")
{
    CHECK(run([]() -> weft::lookup<std::string> { co_return "text"; }) == "text");
    CHECK(run([]() -> weft::lookup<std::optional<int>> { co_return std::nullopt; }) == std::nullopt);
    CHECK(run([]() -> weft::lookup<std::pair<int, int>> { co_return {1, 2}; }) == std::pair(1, 2));
}

TEST_CASE("nested lookups: a lookup awaits one that waits, and one that does not")
{
    const auto v = numbers(10);
    const int sum = run([&]() -> weft::lookup<int> {
        const int a = co_await number(&v[1], 0);
        const int b = co_await number(&v[2], 3);
        co_await weft::prefetch(&v[3]);
        const int c = co_await number(&v[4], 1);
        co_return a * 100 + b * 10 + c;
    });
    CHECK(sum == 124);
}

namespace {

weft::lookup<int> count_down(const int* p, int n, int waits_every)
{
    if (waits_every != 0 && n % waits_every == 0) co_await weft::prefetch(p);
    if (n == 0) co_return *p;
    const int below = co_await count_down(p, n - 1, waits_every);
    if (waits_every != 0 && n % waits_every == 1) co_await weft::prefetch(p);
    co_return below + 1;
}

weft::lookup<long> sum_of_tree(const int* leaves, int n)
{
    if (n == 1) {
        co_await weft::prefetch(leaves);
        co_return *leaves;
    }
    const long left = co_await sum_of_tree(leaves, n / 2);
    const long right = co_await sum_of_tree(leaves + n / 2, n - n / 2);
    co_return left + right;
}

}  // namespace

TEST_CASE("nested lookups: any depth, with waits at every level, at some, at none")
{
    const int x = 5;
    for (const int every : {0, 1, 2, 3, 7}) {
        for (const int depth : {0, 1, 2, 10, 100, 500}) {
            CHECK(run([&] { return count_down(&x, depth, every); }) == 5 + depth);
        }
    }
}

TEST_CASE("nested lookups: a tree of them, for many keys at once")
{
    const auto v = numbers(64);
    std::vector<int> sizes;
    for (int i = 1; i <= 64; ++i) sizes.push_back(i);
    std::vector<long> out(sizes.size());
    weft::overlapped_transform(sizes, out.begin(), [&](int n) { return sum_of_tree(v.data(), n); });
    for (std::size_t i = 0; i < sizes.size(); ++i) CHECK(out[i] == static_cast<long>(sizes[i]) * (sizes[i] - 1) / 2);
}

TEST_CASE("nested lookups: two are called first and awaited later, in either order")
{
    const auto v = numbers(10);
    for (const bool swapped : {false, true}) {
        for (int waits_a = 0; waits_a < 4; ++waits_a) {
            for (int waits_b = 0; waits_b < 4; ++waits_b) {
                const int got = run([&]() -> weft::lookup<int> {
                    auto a = number(&v[1], waits_a);
                    auto b = number(&v[2], waits_b);
                    co_await weft::prefetch(&v[3]);
                    if (swapped) {
                        const int second = co_await std::move(b);
                        co_return co_await std::move(a) * 10 + second;
                    }
                    const int first = co_await std::move(a);
                    co_return first * 10 + co_await std::move(b);
                });
                CHECK(got == 12);
            }
        }
    }
}

TEST_CASE("nested lookups: called first, they have asked for their lines before anything is awaited")
{
    std::vector<int> order;
    const auto child = [&](int id) -> weft::lookup<int> {
        order.push_back(id);
        co_await weft::prefetch(&order);
        order.push_back(-id);
        co_return id;
    };
    run([&]() -> weft::lookup<int> {
        auto a = child(1);
        auto b = child(2);
        co_return co_await std::move(a) + co_await std::move(b);
    });
    CHECK(order == std::vector<int>{1, 2, -1, -2});
}

TEST_CASE("nested lookups: one that already waits for a third is awaited")
{
    const int x = 6;
    const auto inner = [&]() -> weft::lookup<int> {
        co_await weft::prefetch(&x);
        co_await weft::prefetch(&x);
        co_return x;
    };
    const auto middle = [&]() -> weft::lookup<int> {
        const int a = co_await inner();
        co_await weft::prefetch(&x);
        co_return a + co_await inner();
    };
    const int got = run([&]() -> weft::lookup<int> {
        auto m = middle();
        auto other = middle();
        const int a = co_await inner();
        const int b = co_await std::move(m);
        co_return a + b + co_await std::move(other);
    });
    CHECK(got == 30);
}

TEST_CASE("nested lookups: an exception reaches the one that awaits, and may be caught there")
{
    const int x = 1;
    for (const int waits : {0, 1, 3}) {
        const auto fails = [&](int n) -> weft::lookup<int> {
            for (int i = 0; i < n; ++i) co_await weft::prefetch(&x);
            throw std::runtime_error("inner");
        };
        const int got = run([&]() -> weft::lookup<int> {
            int result = 0;
            try {
                result = co_await fails(waits);
            } catch (const std::runtime_error& e) {
                result = std::string(e.what()) == "inner" ? 42 : 1;
            }
            co_await weft::prefetch(&x);
            co_return result;
        });
        CHECK(got == 42);
        CHECK_THROWS_AS(run([&]() -> weft::lookup<int> { co_return co_await fails(waits); }), std::runtime_error);
    }
}

TEST_CASE("nested lookups: one that is never awaited is destroyed with its owner, half done")
{
    const int x = 1;
    bool ended = false;
    const auto child = [&](bool& flag) -> weft::lookup<int> {
        const set_at_end note{flag};
        co_await weft::prefetch(&x);
        co_return co_await number(&x, 5);
    };
    CHECK(run([&]() -> weft::lookup<int> {
              const auto forgotten = child(ended);
              co_await weft::prefetch(&x);
              co_return 3;
          }) == 3);
    CHECK(ended);
}

TEST_CASE("nested lookups: an exception of the owner destroys those that it has begun")
{
    const int x = 1;
    const long before = counted::alive();
    const auto child = [&](counted c) -> weft::lookup<int> {
        for (int i = 0; i < 3; ++i) co_await weft::prefetch(&x);
        co_return c.value;
    };
    const auto owner = [&]() -> weft::lookup<int> {
        auto a = child(counted(1));
        auto b = child(counted(2));
        const int first = co_await std::move(a);
        if (first == 1) throw std::runtime_error("owner");
        co_return co_await std::move(b);
    };
    CHECK_THROWS_AS(run(owner), std::runtime_error);
    CHECK(counted::alive() == before);
}

TEST_CASE("nested lookups: kept in a vector, and awaited one by one")
{
    const auto v = numbers(50);
    const int sum = run([&]() -> weft::lookup<int> {
        std::vector<weft::lookup<int>> all;
        for (const int& x : v) all.push_back(number(&x, x % 4));
        int s = 0;
        for (auto& l : all) s += co_await std::move(l);
        co_return s;
    });
    CHECK(sum == 49 * 50 / 2);
}

TEST_CASE("lookup: the exception of a local's destructor takes the place of the value")
{
    struct throws_at_end {
        ~throws_at_end() noexcept(false) { throw std::runtime_error("late"); }
    };
    const long before = counted::alive();
    CHECK_THROWS_WITH(run([]() -> weft::lookup<counted> {
                          int x = 0;
                          co_await weft::prefetch(&x);
                          const throws_at_end late;
                          co_return counted(1);
                      }),
                      "late");
    CHECK(counted::alive() == before);
}

TEST_CASE("lookup: loops inside a lookup run lookups of their own")
{
    const auto v = numbers(100);
    const auto outer = [&](int k) -> weft::lookup<int> {
        co_await weft::prefetch(&v[0]);
        std::vector<int> keys(static_cast<std::size_t>(k));
        std::iota(keys.begin(), keys.end(), 0);
        std::vector<int> out(keys.size());
        weft::overlapped_transform<4>(keys, out.begin(),
                                      [&](int i) { return number(&v[static_cast<std::size_t>(i)], i % 3); });
        co_await weft::prefetch(&v[1]);
        co_return std::accumulate(out.begin(), out.end(), 0) + co_await number(&v[2], 2);
    };
    std::vector<int> keys;
    for (int i = 0; i < 60; ++i) keys.push_back(i);
    std::vector<int> sums(keys.size());
    weft::overlapped_transform(keys, sums.begin(), outer);
    for (int i = 0; i < 60; ++i) CHECK(sums[static_cast<std::size_t>(i)] == i * (i - 1) / 2 + 2);
}

TEST_CASE("lookup: one that was made in a loop inside is not lost when that ends first")
{
    // Frames of the outer loop are given back while the inner one runs, and the other way round.
    const auto v = numbers(40);
    const auto outer = [&](int k) -> weft::lookup<int> {
        auto mine = std::make_unique<weft::lookup<int>>(number(&v[static_cast<std::size_t>(k)], 2));
        int inner_sum = 0;
        const std::array<int, 3> inner{0, 1, 2};
        weft::overlapped_for_each<2>(inner, [&](int i) -> weft::lookup<void> {
            if (i == 1 && k % 2 == 0) mine.reset();
            inner_sum += co_await number(&v[static_cast<std::size_t>(i)], i);
        });
        if (mine == nullptr) co_return inner_sum;
        const int own = co_await std::move(*mine);
        co_return inner_sum + own;
    };
    std::vector<int> out(v.size());
    weft::overlapped_transform(v, out.begin(), outer);
    for (int k = 0; k < 40; ++k) CHECK(out[static_cast<std::size_t>(k)] == 3 + (k % 2 == 0 ? 0 : k));
}

TEST_CASE("lookup: made outside of any loop, destroyed inside of one, and the other way round")
{
    const int x = 2;
    auto outside = std::make_unique<weft::lookup<int>>(number(&x, 1));
    CHECK(run([&]() -> weft::lookup<int> {
              co_await weft::prefetch(&x);
              const int got = co_await std::move(*outside);
              outside.reset();
              co_return got;
          }) == 2);
}
