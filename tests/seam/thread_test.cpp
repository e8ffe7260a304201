// tests/seam/thread_test.cpp - threads run, carry their name and stack, and slots belong to one thread each.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/this_thread.hpp>
#include <weft/seam/thread.hpp>

#include "test.hpp"

#include <array>
#include <memory>
#include <string>
#include <system_error>

#if defined(__linux__)
#include <pthread.h>
#endif

namespace {

struct tag;
struct other_tag;
using slot = weft::detail::thread_slot<tag, int>;
using other_slot = weft::detail::thread_slot<other_tag, int>;

/// Uses about 4 KiB of stack a call.
int dive(int depth)
{
    std::array<volatile char, 4096> frame;
    frame[0] = static_cast<char>(depth);
    return depth == 0 ? 0 : dive(depth - 1) + (frame[0] == static_cast<char>(depth) ? 1 : 0);
}

}  // namespace

TEST_CASE("thread: runs its body, which need not be copyable, and join waits for the end")
{
    int result = 0;
    auto input = std::make_unique<int>(21);
    weft::detail::thread worker({.name = "w"}, [&result, input = std::move(input)] { result = 2 * *input; });
    worker.join();
    CHECK(result == 42);
}

TEST_CASE("thread: the body is destroyed once, on its own thread, before join returns")
{
    const long before = test::counted::alive();
    {
        test::counted kept(1);
        weft::detail::thread worker({}, [kept] { (void)kept; });
        worker.join();
        CHECK(test::counted::alive() == before + 1);
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("thread: a stack as large as asked for, and a tiny one is raised to what the system needs")
{
    int depth = 0;
    weft::detail::thread deep({.name = "", .stack_size = 16u << 20},
                              [&] { depth = dive(test::sanitized ? 500 : 2500); });
    deep.join();
    CHECK(depth == (test::sanitized ? 500 : 2500));

    bool ran = false;
    weft::detail::thread tiny({.name = "", .stack_size = 1}, [&] { ran = true; });
    tiny.join();
    CHECK(ran);
}

TEST_CASE("thread: a stack that cannot be had is an error, and nothing is left behind")
{
    if (test::sanitized) return;  // the sanitizers' own check of the size ends the program
    const long before = test::counted::alive();
    test::counted kept(1);
    CHECK_THROWS_AS(
        weft::detail::thread({.name = "", .stack_size = static_cast<std::size_t>(-1) / 4}, [kept] { (void)kept; }),
        std::system_error);
    CHECK(test::counted::alive() == before + 1);
}

#if defined(__linux__)
TEST_CASE("thread: the name is the thread's, cut to fifteen bytes")
{
    std::string short_name;
    std::string long_name;
    const auto own_name = [](std::string& out) {
        std::array<char, 16> name{};
        pthread_getname_np(pthread_self(), name.data(), name.size());
        out = name.data();
    };
    weft::detail::thread a({.name = "weft-3"}, [&] { own_name(short_name); });
    weft::detail::thread b({.name = "weft-with-a-long-name"}, [&] { own_name(long_name); });
    a.join();
    b.join();
    CHECK(short_name == "weft-3");
    CHECK(long_name == "weft-with-a-lon");
}
#endif

TEST_CASE("thread_slot: zero at first, one word for each thread and each tag")
{
    slot::set(5);
    other_slot::set(6);
    std::array<int, 3> first{-1, -1, -1};
    std::array<int, 3> second{};
    test::run_threads(3, [&](std::size_t id) {
        first[id] = slot::get();
        slot::set(static_cast<int>(id) + 10);
        weft::detail::yield_thread();
        second[id] = slot::get();
    });
    CHECK(first == std::array{0, 0, 0});
    CHECK(second == std::array{10, 11, 12});
    CHECK(slot::get() == 5);
    CHECK(other_slot::get() == 6);
}
