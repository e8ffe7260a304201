// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/task.hpp>

#include <weft/async/schedule.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/sync_wait.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/thread_pool.hpp>

#include "heap.hpp"
#include "test.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

/// Far less than a frame for each of the tasks would take.
constexpr std::size_t few_bytes = 64 << 10;

weft::task<int> answer() { co_return 42; }
weft::task<> nothing() { co_return; }
weft::task<int> add(int a, int b) { co_return a + b; }

/// No default constructor, no copy.
struct odd {
    explicit odd(int v) : value(std::make_unique<int>(v)) {}
    std::unique_ptr<int> value;
};
weft::task<odd> make_odd(int v) { co_return odd(v); }
weft::task<int&> refer(int& to) { co_return to; }
weft::task<const std::string&> refer_const(const std::string& to) { co_return to; }
weft::task<int> fails(int before)
{
    for (int i = 0; i < before; ++i) co_await weft::async_yield();
    throw std::runtime_error("failed");
}

}  // namespace

TEST_CASE("task: gives its value")
{
    CHECK(weft::sync_wait(answer()) == 42);
    weft::sync_wait(nothing());
}

TEST_CASE("task: awaits another one")
{
    const auto twice = []() -> weft::task<int> {
        const int a = co_await answer();
        const int b = co_await add(a, 1);
        co_return a + b;
    };
    CHECK(weft::sync_wait(twice()) == 85);
}

TEST_CASE("task: two children in one expression")
{
    const auto both = []() -> weft::task<int> { co_return co_await add(1, 2) * co_await add(3, 4); };
    CHECK(weft::sync_wait(both()) == 21);
}

TEST_CASE("task: a value that is neither copied nor default-constructible")
{
    CHECK(*weft::sync_wait(make_odd(7)).value == 7);
    const auto through = []() -> weft::task<odd> { co_return co_await make_odd(8); };
    CHECK(*weft::sync_wait(through()).value == 8);
}

TEST_CASE("task: a reference stays a reference")
{
    int x = 1;
    int& r = weft::sync_wait(refer(x));
    CHECK(&r == &x);
    const auto through = [](int& to) -> weft::task<int&> { co_return co_await refer(to); };
    CHECK(&weft::sync_wait(through(x)) == &x);
    const std::string text = "text";
    CHECK(&weft::sync_wait(refer_const(text)) == &text);
}

TEST_CASE("task: what is returned is converted")
{
    const auto text = []() -> weft::task<std::string> { co_return "text"; };
    CHECK(weft::sync_wait(text()) == "text");
    const auto braces = []() -> weft::task<std::pair<int, std::string>> { co_return {1, "one"}; };
    CHECK(weft::sync_wait(braces()).second == "one");
}

TEST_CASE("task: is lazy, one that is never awaited destroys its arguments and runs nothing")
{
    bool ran = false;
    const long before = test::counted::alive();
    {
        const auto run = [](bool& flag, test::counted c) -> weft::task<> {
            flag = true;
            static_cast<void>(c);
            co_return;
        };
        const weft::task<> t = run(ran, test::counted(1));
        CHECK(test::counted::alive() > before);
    }
    CHECK_FALSE(ran);
    CHECK(test::counted::alive() == before);
}

TEST_CASE("task: is moved, and assigned to")
{
    weft::task<int> a = add(1, 1);
    weft::task<int> b = add(2, 2);
    b = std::move(a);
    CHECK(weft::sync_wait(std::move(b)) == 2);
    weft::task<int> c = add(3, 3);
    weft::task<int>& same = c;
    c = std::move(same);
    CHECK(weft::sync_wait(std::move(c)) == 6);
}

TEST_CASE("task: one that has been moved from is refused")
{
    weft::task<int> a = answer();
    weft::task<int> b = std::move(a);
    CHECK_THROWS_AS(weft::sync_wait(std::move(a)), std::invalid_argument);
    const auto run = [](weft::task<int>& t) -> weft::task<int> { co_return co_await std::move(t); };
    CHECK_THROWS_AS(weft::sync_wait(run(a)), std::invalid_argument);
    CHECK(weft::sync_wait(std::move(b)) == 42);
}

TEST_CASE("task: one with a name is awaited by std::move")
{
    const auto run = []() -> weft::task<int> {
        weft::task<int> t = answer();
        co_return co_await std::move(t);
    };
    CHECK(weft::sync_wait(run()) == 42);
}

TEST_CASE("task: an exception before its first suspension, and after it, arrives where it is awaited")
{
    CHECK_THROWS_AS(weft::sync_wait(fails(0)), std::runtime_error);
    CHECK_THROWS_AS(weft::sync_wait(fails(3)), std::runtime_error);
    const auto caught = []() -> weft::task<std::string> {
        std::string what;
        try {
            co_await fails(1);
        } catch (const std::runtime_error& e) {
            what = e.what();
        }
        co_return what;
    };
    CHECK(weft::sync_wait(caught()) == "failed");
}

TEST_CASE("task: an exception from a move of the value, or from the destructor of a local, takes the value's place")
{
    struct throws_when_moved {
        throws_when_moved() = default;
        throws_when_moved(throws_when_moved&&) { throw std::logic_error("moved"); }
    };
    const auto by_move = []() -> weft::task<throws_when_moved> { co_return throws_when_moved(); };
    const auto drop = [&]() -> weft::task<> { static_cast<void>(co_await by_move()); };
    CHECK_THROWS_AS(weft::sync_wait(drop()), std::logic_error);

    struct throws_at_its_end {
        ~throws_at_its_end() noexcept(false) { throw std::logic_error("ended"); }
    };
    const long before = test::counted::alive();
    const auto by_destructor = []() -> weft::task<test::counted> {
        const throws_at_its_end t;
        static_cast<void>(t);
        co_return test::counted(1);
    };
#if defined(__clang__) || __GNUC__ > 12  // before, GCC destroys the local twice
    CHECK_THROWS_AS(weft::sync_wait(by_destructor()), std::logic_error);
#else
    static_cast<void>(by_destructor);
#endif
    CHECK(test::counted::alive() == before);
}

TEST_CASE("task: locals end with the body, arguments with the task, each once")
{
    const long before = test::counted::alive();
    const auto run = [](test::counted a, test::counted b) -> weft::task<int> {
        const test::counted local(3);
        co_await weft::async_yield();
        co_return a.value + b.value + local.value;
    };
    CHECK(weft::sync_wait(run(test::counted(1), test::counted(2))) == 6);
    CHECK(test::counted::alive() == before);
}

TEST_CASE("task: a million awaits in a loop take no stack")
{
    const auto loop = [](std::size_t n) -> weft::task<std::size_t> {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += static_cast<std::size_t>(co_await add(1, 0));
        co_return sum;
    };
    const std::size_t n = test::scaled(1'000'000);
    CHECK(weft::sync_wait(loop(n)) == n);
}

namespace {

weft::task<int> nested(int depth)
{
    if (depth == 0) co_return 0;
    co_return 1 + co_await nested(depth - 1);
}
weft::task<int> nested_failure(int depth)
{
    if (depth == 0) throw std::runtime_error("at the bottom");
    co_return 1 + co_await nested_failure(depth - 1);
}

}  // namespace

TEST_CASE("task: a hundred thousand, each awaiting the next, take no stack")
{
    CHECK(weft::sync_wait(nested(100'000)) == 100'000);
    CHECK_THROWS_AS(weft::sync_wait(nested_failure(10'000)), std::runtime_error);
}

TEST_CASE("task: ten million one after the other leave nothing behind")
{
    const auto loop = [](std::size_t n) -> weft::task<> {
        for (std::size_t i = 0; i < n; ++i) co_await nothing();
    };
    weft::sync_wait(loop(1000));  // what is kept for ever is there now, but for threads of the pool that begin late
    CHECK(test::growth_of([&] { weft::sync_wait(loop(test::scaled(10'000'000))); }) < few_bytes);
}

TEST_CASE("task: a million that throw, one after the other, leave nothing behind")
{
    const auto loop = [](std::size_t n) -> weft::task<std::size_t> {
        std::size_t caught = 0;
        for (std::size_t i = 0; i < n; ++i) {
            try {
                static_cast<void>(co_await fails(0));
            } catch (const std::runtime_error&) {
                ++caught;
            }
        }
        co_return caught;
    };
    weft::sync_wait(loop(1000));
    const std::size_t n = test::scaled(200'000);
    std::size_t caught = 0;
    CHECK(test::growth_of([&] { caught = weft::sync_wait(loop(n)); }) < few_bytes);
    CHECK(caught == n);
}

namespace {

/// Writes its letter down when it ends.
struct notes {
    std::string* log;
    char letter;
    notes(std::string& to, char c) : log(&to), letter(c) {}
    notes(notes&& other) noexcept : log(std::exchange(other.log, nullptr)), letter(other.letter) {}
    ~notes()
    {
        if (log != nullptr) *log += letter;
    }
};

/// Throws beside what ends with a wait of its own.
weft::task<> throws_beside(std::string& log, notes, int yields)
{
    const notes first(log, 'a');
    struct waits {
        std::string& log;
        ~waits()
        {
            const auto goodbye = [](std::string& to) -> weft::task<> {
                co_await weft::async_yield();
                to += 'w';
            };
            weft::sync_wait(goodbye(log));
        }
    };
    const waits in_the_middle{log};
    const notes last(log, 'b');
    for (int i = 0; i < yields; ++i) co_await weft::async_yield();
    throw std::runtime_error("beside");
}

}  // namespace

TEST_CASE("task: an exception beside destructors, one of which waits, ends each local once, then the arguments")
{
    weft::thread_pool pool{{.num_threads = 2}};
    for (int yields = 0; yields < 3; ++yields) {
        std::string log;
        CHECK_THROWS_AS(weft::sync_wait(throws_beside(log, notes(log, 'x'), yields)), std::runtime_error);
        CHECK(log == "bwax");
        log.clear();
        CHECK_THROWS_AS(pool.spawn(throws_beside(log, notes(log, 'x'), yields)).get(), std::runtime_error);
        CHECK(log == "bwax");
        log.clear();
        const auto outer = [&]() -> weft::task<> {
            const notes mine(log, 'o');
            co_await throws_beside(log, notes(log, 'x'), yields);
        };
        CHECK_THROWS_AS(weft::sync_wait(pool, outer()), std::runtime_error);
        CHECK(log == "bwaxo");
    }
}

TEST_CASE("task: an exception of a copy of the arguments comes from the call, and leaves nothing behind")
{
    struct fragile {
        test::counted inside;
        explicit fragile(int n) : inside(n) {}
        fragile(const fragile& other) : inside(other.inside)
        {
            if (inside.value == 2) throw std::logic_error("not copied");
        }
    };
    const long before = test::counted::alive();
    const auto run = [](fragile a, test::counted b) -> weft::task<int> { co_return a.inside.value + b.value; };
    const fragile good(1);
    const fragile bad(2);
    CHECK(weft::sync_wait(run(good, 3)) == 4);
    CHECK_THROWS_AS(weft::sync_wait(run(bad, 3)), std::logic_error);
    CHECK(test::counted::alive() == before + 2);
}

TEST_CASE("task: a child that fails in the middle of an expression ends what the expression has made, once")
{
#if defined(__clang__) || __GNUC__ > 12  // before, GCC loses temporaries of an expression with two co_awaits
    const long before = test::counted::alive();
    const auto made = [](int n) -> weft::task<test::counted> { co_return test::counted(n); };
    const auto run = [&]() -> weft::task<int> {
        const auto add = [](const test::counted& a, int b) { return a.value + b; };
        co_return add(co_await made(1), co_await fails(1));
    };
    CHECK_THROWS_AS(weft::sync_wait(run()), std::runtime_error);
    CHECK(test::counted::alive() == before);
#else
    SUCCEED();
#endif
}

TEST_CASE("task: uses join after it has gone on, on whatever thread")
{
    weft::thread_pool pool{{.num_threads = 2}};
    const auto run = []() -> weft::task<int> {
        int sum = 0;
        for (int i = 0; i < 2000; ++i) {
            auto [a, b] = weft::join([i] { return i; }, [] { return 1; });
            sum += a + b;
            co_await weft::async_yield();
            weft::join([&] { ++sum; }, [] {});
        }
        co_return sum;
    };
    CHECK(weft::sync_wait(pool, run()) == 1999 * 1000 + 2 * 2000);
}

TEST_CASE("task: one that never waits lets others run")
{
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<bool> seen{false};
    pool.spawn([&] { seen = true; });
    const auto spin = [&]() -> weft::task<> {
        while (!seen) co_await nothing();
    };
    weft::sync_wait(pool, spin());
    CHECK(seen);
}

TEST_CASE("task: an id for each, the same in what it awaits")
{
    CHECK(weft::current_task_id() == 0);
    const auto inner = []() -> weft::task<std::uint64_t> { co_return weft::current_task_id(); };
    const auto outer = [&]() -> weft::task<bool> {
        const std::uint64_t mine = weft::current_task_id();
        co_await weft::async_yield();
        co_return mine != 0 && mine == weft::current_task_id() && mine == co_await inner();
    };
    CHECK(weft::sync_wait(outer()));
    const std::uint64_t a = weft::sync_wait(inner());
    CHECK(weft::sync_wait(inner()) != a);
    CHECK(weft::current_task_id() == 0);
}
