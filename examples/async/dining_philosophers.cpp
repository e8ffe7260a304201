// examples/async/dining_philosophers.cpp - a deadlock that one order in many shows, found by a seed in no time; and its cure.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

using namespace std::chrono_literals;

namespace {

constexpr std::size_t seats = 5;
constexpr int meals = 3;

struct table {
    std::array<weft::async_mutex, seats> forks;
    std::array<int, seats> eaten{};
};

/// Takes the fork on the left, then the one on the right; `careful` takes the one with the lower number first.
weft::task<> philosopher(table& t, std::size_t seat, bool careful)
{
    std::size_t first = seat;
    std::size_t second = (seat + 1) % seats;
    if (careful && second < first) std::swap(first, second);
    for (int i = 0; i < meals; ++i) {
        const auto one = co_await t.forks[first].lock();  // holds no thread while it waits
        co_await weft::async_yield();                     // thinks
        const auto other = co_await t.forks[second].lock();
        ++t.eaten[seat];
    }
}

weft::task<> dinner(table& t, bool careful)
{
    co_await weft::async_scope([&t, careful](weft::async_task_scope& s) -> weft::task<> {
        for (std::size_t seat = 0; seat < seats; ++seat) s.spawn(philosopher(t, seat, careful));
        co_return;
    });
}

/// Whether all have eaten within an hour: time that passes only when nobody can do anything else.
bool all_eat(weft::test_pool& pool, bool careful)
{
    table t;
    return weft::sync_wait(pool, weft::with_timeout(dinner(t, careful), 1h));
}

}  // namespace

int main()
{
    const auto deadlock = weft::find_failing_seed(1000, [](weft::test_pool& pool) { return all_eat(pool, false); });
    const auto none = weft::find_failing_seed(1000, [](weft::test_pool& pool) { return all_eat(pool, true); });
    if (deadlock)
        std::printf("left, then right: nobody eats with seed %llu\n", static_cast<unsigned long long>(*deadlock));
    std::printf("the lower number first: %s\n", none ? "nobody eats" : "all eat, with every seed");

    // On threads.
    table t;
    weft::thread_pool pool{{.num_threads = 2}};
    weft::sync_wait(pool, dinner(t, true));
    bool good = deadlock.has_value() && !none;
    for (const int n : t.eaten) good = good && n == meals;
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
