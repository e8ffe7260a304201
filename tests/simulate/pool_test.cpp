// tests/simulate/pool_test.cpp - weft as shipped runs on simulated machines, from one processor to 1,024.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/simulate.hpp>

#include <weft/async/async.hpp>
#include <weft/model/thread.hpp>
#include <weft/weft.hpp>

#include "test.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace model = weft::model;
using model::nanoseconds;

namespace {

model::machine machine_of(std::size_t processors)
{
    model::machine m = model::dual_epyc_7763();
    m.processors = processors;
    return m;
}

long sum_on_pool(long n)
{
    return weft::par_range(0L, n)
        .map([](long i) {
            model::work(nanoseconds(100));
            return i;
        })
        .sum();
}

}  // namespace

TEST_CASE("a pool of so many threads as there are processors computes what it should")
{
    for (const std::size_t n : {1, 2, 3, 16, 64, 128, 1024}) {
        long sum = 0;
        std::size_t threads = 0;
        const auto r = model::simulate(machine_of(n), [&] {
            weft::thread_pool pool({.num_threads = n});
            sum = pool.install([&] {
                threads = weft::current_num_threads();
                return sum_on_pool(10'000);
            });
        });
        CHECK(r.passed);
        CHECK(sum == 9999L * 10'000 / 2);
        CHECK(threads == n);
        CHECK(r.total().work > std::chrono::milliseconds(1));
    }
}

TEST_CASE("the global pool has a thread for each processor of its machine, in each simulation anew")
{
    for (const std::size_t n : {5, 2, 1, 70}) {
        std::size_t threads = 0;
        const auto r = model::simulate(machine_of(n), [&] {
            threads = weft::current_num_threads();
            static_cast<void>(sum_on_pool(1000));
        });
        CHECK(r.passed);
        CHECK(threads == n);
    }
}

TEST_CASE("a loop on many processors is faster than on one, and they share the work")
{
    const auto r = model::simulate(machine_of(16), [] {
        weft::thread_pool pool({.num_threads = 16});
        pool.install([] {
            weft::par_range(0, 1000).for_each([](int) { model::work(std::chrono::microseconds(1)); });
            model::start_measuring();
            weft::par_range(0, 10'000).for_each([](int) { model::work(std::chrono::microseconds(1)); });
            model::stop_measuring();
        });
    });
    REQUIRE(r.passed);
    CHECK(r.time < std::chrono::microseconds(10'000 / 12));
    for (const auto& p : r.processors) CHECK(p.work > std::chrono::microseconds(300));
}

TEST_CASE("the same program gives the same result, whatever was simulated before")
{
    const auto once = [] {
        return model::simulate(machine_of(32), [] {
            static_cast<void>(sum_on_pool(20'000));
            std::vector<std::unique_ptr<weft::mutex>> locks;
            for (int i = 0; i < 10; ++i) locks.push_back(std::make_unique<weft::mutex>());
            weft::par_range(0, 1000).for_each([&](int i) {
                weft::mutex& m = *locks[static_cast<std::size_t>(i) % locks.size()];
                m.lock();
                model::work(nanoseconds(500));
                m.unlock();
            });
        });
    };
    const auto a = once();
    static_cast<void>(model::simulate(machine_of(3), [] { static_cast<void>(sum_on_pool(5000)); }));
    const auto kept = std::make_unique<std::vector<int>>(100'000);
    const auto b = once();
    REQUIRE(a.passed);
    CHECK(a.time == b.time);
    CHECK(a.operations == b.operations);
    CHECK(a.transfers == b.transfers);
    CHECK(a.wake_ups == b.wake_ups);
    REQUIRE(a.lines.size() == b.lines.size());
    for (std::size_t i = 0; i < a.lines.size(); ++i) CHECK(a.lines[i].name == b.lines[i].name);
}

TEST_CASE("what a program hands back outlives its simulation")
{
    std::vector<int> numbers;
    std::string text;
    const auto r = model::simulate(machine_of(8), [&] {
        numbers = weft::par_range(0, 5000).map([](int i) { return 4999 - i; }).collect();
        weft::par_sort(numbers);
        text = "a text that is too long to lie within the string itself";
    });
    CHECK(r.passed);
    REQUIRE(numbers.size() == 5000);
    for (int i = 0; i < 5000; ++i) CHECK(numbers[static_cast<std::size_t>(i)] == i);
    numbers.push_back(5000);
    CHECK(text.size() == 55);
}

TEST_CASE("what a loop throws comes out of the simulation")
{
    const auto program = [] {
        weft::par_range(0, 10'000).for_each([](int i) {
            model::work(nanoseconds(100));
            if (i == 777) throw std::runtime_error("item 777, with a message of some length");
        });
    };
    CHECK_THROWS_WITH(model::simulate(machine_of(16), program), "item 777, with a message of some length");
    CHECK(model::simulate(machine_of(16), [] { static_cast<void>(sum_on_pool(100)); }).passed);
}

TEST_CASE("a deadlock in weft's own locks is reported, and the next simulation is sound")
{
    const auto r = model::simulate(machine_of(2), [] {
        weft::mutex m;
        m.lock();
        m.lock();
    });
    CHECK_FALSE(r.passed);
    CHECK(r.failure.find("deadlock: thread 0 sleeps (weft/sync/mutex.hpp:") == 0);
    CHECK(model::simulate(machine_of(2), [] { static_cast<void>(sum_on_pool(100)); }).passed);
}

TEST_CASE("channels carry messages between simulated threads")
{
    long sum = 0;
    const auto r = model::simulate(machine_of(4), [&] {
        auto [tx, rx] = weft::bounded<int>(8);
        model::thread producer([out = std::move(tx)]() mutable {
            for (int i = 1; i <= 100; ++i) {
                model::work(std::chrono::microseconds(1));
                static_cast<void>(out.send(i));
            }
        });
        while (auto message = rx.recv()) sum += *message;
    });
    CHECK(r.passed);
    CHECK(sum == 5050);
    CHECK(r.time > std::chrono::microseconds(100));
}

TEST_CASE("a coroutine that sleeps takes virtual time")
{
    const auto r = model::simulate(machine_of(4), [] {
        weft::sync_wait([]() -> weft::task<> { co_await weft::sleep_for(std::chrono::milliseconds(700)); }());
    });
    CHECK(r.passed);
    CHECK(r.time >= std::chrono::milliseconds(700));
    CHECK(r.time < std::chrono::milliseconds(705));
    CHECK(r.seconds < 5);
}

TEST_CASE("pinned threads run where they are pinned")
{
    std::vector<std::size_t> where(16, 999);
    const auto r = model::simulate(machine_of(16), [&] {
        weft::thread_pool pool({.num_threads = 16, .pin = weft::pin_policy::core});
        pool.broadcast([&](std::size_t i) { where[i] = weft::this_thread_cpu().value(); });
    });
    CHECK(r.passed);
    CHECK(std::set<std::size_t>(where.begin(), where.end()).size() == 16);
    CHECK(*std::max_element(where.begin(), where.end()) == 15);
}

TEST_CASE("topology::read tells how the simulated machine is built")
{
    std::size_t packages = 0;
    unsigned near = 0;
    unsigned far = 0;
    unsigned farther = 0;
    const auto r = model::simulate(machine_of(128), [&] {
        const weft::topology t = weft::topology::read();
        packages = t.packages().size();
        near = t.distance(0, 7);
        far = t.distance(0, 8);
        farther = t.distance(0, 64);
    });
    CHECK(r.passed);
    CHECK(packages == 2);
    CHECK(near < far);
    CHECK(far < farther);
}

TEST_CASE("outside a simulation there are no threads to run on")
{
    CHECK_THROWS_AS(weft::thread_pool({.num_threads = 2}), std::system_error);
}
