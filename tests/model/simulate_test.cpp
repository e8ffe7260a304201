// tests/model/simulate_test.cpp - simulated machines: what things cost, what goes wrong, and how locks collapse on them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/simulate.hpp>

#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/thread.hpp>

#include "test.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
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

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool is_near(double a, double b, double part) { return std::abs(a - b) <= part * std::abs(b); }

/// Runs body(i) on `n` threads.
void on_threads(std::size_t n, const std::function<void(std::size_t)>& body)
{
    std::vector<std::unique_ptr<model::thread>> threads;
    for (std::size_t i = 0; i < n; ++i) threads.push_back(std::make_unique<model::thread>([&body, i] { body(i); }));
}

/// Nanoseconds that body(i) takes on `n` threads which begin at once.
double time_together(const model::machine& m, std::size_t n, const std::function<void(std::size_t)>& body)
{
    const nanoseconds all_are_there = std::chrono::milliseconds(50);
    nanoseconds begin = std::chrono::hours(1);
    nanoseconds end{};
    const auto r = model::simulate(m, [&] {
        on_threads(n, [&](std::size_t i) {
            model::sleep_for(all_are_there - model::virtual_time());
            begin = std::min(begin, model::virtual_time());
            body(i);
            end = std::max(end, model::virtual_time());
        });
    });
    REQUIRE(r.passed);
    return (end - begin).count();
}

/// Nanoseconds per increment of one counter by so many processors.
double time_of_increment(std::size_t processors)
{
    constexpr int turns = 500;
    const auto counter = std::make_unique<model::atomic<std::uint64_t>>(0);
    return time_together(machine_of(processors), processors,
                         [&](std::size_t) {
                             for (int i = 0; i < turns; ++i) counter->fetch_add(1, std::memory_order_relaxed);
                         }) /
           (turns * static_cast<double>(processors));
}

class ticket_lock {
public:
    void lock()
    {
        const std::uint32_t mine = next_.fetch_add(1, std::memory_order_relaxed);
        while (now_.load(std::memory_order_acquire) != mine) model::spin_hint();
    }
    void unlock() { now_.store(now_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

private:
    model::atomic<std::uint32_t> next_{0};
    model::atomic<std::uint32_t> now_{0};
};

/// Nanoseconds per turn of a ticket lock: eight processors, so many threads.
double time_of_ticket(std::size_t threads)
{
    constexpr int turns = 500;
    ticket_lock lock;
    model::machine m = machine_of(8);
    m.time_slice = std::chrono::microseconds(50);
    return time_together(m, threads,
                         [&](std::size_t) {
                             for (int i = 0; i < turns; ++i) {
                                 lock.lock();
                                 model::work(nanoseconds(100));
                                 lock.unlock();
                                 model::work(nanoseconds(100));
                             }
                         }) /
           (turns * static_cast<double>(threads));
}

/// How much faster so many processors take items of a microsecond from one queue under a lock.
double speed_up_of_central_queue(std::size_t processors)
{
    constexpr int items = 4000;
    model::mutex lock;
    int left = items;
    return items * 1000.0 / time_together(machine_of(processors), processors, [&](std::size_t) {
               for (;;) {
                   lock.lock();
                   const bool mine = left > 0;
                   if (mine) --left;
                   model::work(nanoseconds(30));
                   lock.unlock();
                   if (!mine) return;
                   model::work(std::chrono::microseconds(1));
               }
           });
}

}  // namespace

TEST_CASE("simulate: a program without threads takes the time of its work")
{
    const auto r = model::simulate(machine_of(1), [] { model::work(std::chrono::microseconds(7)); });
    CHECK(r.passed);
    CHECK(r.time == nanoseconds(7000));
    CHECK(r.threads == 1);
    REQUIRE(r.processors.size() == 1);
    CHECK(r.processors[0].work == nanoseconds(7000));
    CHECK(r.operations == 0);
    CHECK(model::simulate(machine_of(3), [] {}).time == nanoseconds(0));
}

TEST_CASE("simulate: outside, work takes no time, and there are no processors")
{
    model::work(std::chrono::hours(1));
    model::sleep_for(std::chrono::hours(1));
    CHECK(model::virtual_time() == nanoseconds(0));
    CHECK(model::simulated_processors() == 0);
}

TEST_CASE("simulate: a machine that cannot be is refused")
{
    const auto refused = [](auto change) {
        model::machine m = model::graviton2();
        m.name = "odd";
        change(m);
        CHECK_THROWS_AS(model::simulate(m, [] {}), std::invalid_argument);
        try {
            model::simulate(m, [] {});
        } catch (const std::invalid_argument& e) {
            CHECK(contains(e.what(), "'odd'"));
        }
    };
    refused([](model::machine& m) { m.processors = 0; });
    refused([](model::machine& m) { m.processors = 1025; });
    refused([](model::machine& m) { m.cores_per_cache = 0; });
    refused([](model::machine& m) { m.caches_per_socket = 0; });
    refused([](model::machine& m) { m.memory = nanoseconds(-1); });
    refused([](model::machine& m) { m.pause = nanoseconds(0); });
    CHECK_THROWS_AS(model::simulate(machine_of(1), [] {}, {.max_time = nanoseconds(0)}), std::invalid_argument);
}

TEST_CASE("simulate: what the program throws comes out, of its first thread or another one")
{
    CHECK_THROWS_WITH(
        model::simulate(machine_of(2), [] { throw std::runtime_error("a long message of the first thread"); }),
        "a long message of the first thread");
    if (test::sanitized) return;  // the threads that are left as they are have memory
    CHECK_THROWS_AS(
        model::simulate(machine_of(2), [] { model::thread t([] { throw std::out_of_range("of the second"); }); }),
        std::out_of_range);
    CHECK(model::simulate(machine_of(2), [] { model::work(nanoseconds(1)); }).passed);
}

TEST_CASE("simulate: threads that are in a handler at the same time do not take each other's exceptions")
{
    std::vector<std::string> seen(4);
    const auto r = model::simulate(machine_of(2), [&] {
        on_threads(seen.size(), [&](std::size_t i) {
            try {
                throw std::runtime_error("of thread " + std::to_string(i));
            } catch (const std::exception&) {
                model::sleep_for(std::chrono::microseconds(10 * (5 - i)));
                try {
                    throw;
                } catch (const std::exception& e) {
                    seen[i] = e.what();
                }
            }
        });
    });
    CHECK(r.passed);
    for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == "of thread " + std::to_string(i));
}

TEST_CASE("simulate: a deadlock is reported, with the threads and the places where they wait")
{
    if (test::sanitized) return;  // the threads that are left as they are have memory
    const auto r = model::simulate(machine_of(2), [] {
        model::atomic<std::uint32_t> never{0};
        model::thread t([&] { never.futex_wait(0); });
        t.join();
    });
    CHECK_FALSE(r.passed);
    CHECK(contains(r.failure, "deadlock: thread 0 sleeps"));
    CHECK(contains(r.failure, "thread 1 sleeps"));
    CHECK(contains(r.failure, "simulate_test.cpp:"));
    CHECK(contains(r.summary(), "failed: deadlock"));
}

TEST_CASE("simulate: a program that never ends is given up")
{
    if (test::sanitized) return;  // the threads that are left as they are have memory
    const auto r = model::simulate(machine_of(2),
                                   [] {
                                       for (;;) model::spin_hint();
                                   },
                                   {.max_time = std::chrono::milliseconds(2)});
    CHECK_FALSE(r.passed);
    CHECK(contains(r.failure, "more than 2 ms of virtual time"));
}

TEST_CASE("simulate: a requirement that does not hold fails the simulation")
{
    if (test::sanitized) return;  // the threads that are left as they are have memory
    const auto r = model::simulate(machine_of(1), [] { model::detail::fail("no such thing", {}); });
    CHECK_FALSE(r.passed);
    CHECK(contains(r.failure, "no such thing"));
}

TEST_CASE("simulate: threads on processors of their own work at the same time")
{
    const auto r = model::simulate(
        machine_of(5), [] { on_threads(4, [](std::size_t) { model::work(std::chrono::milliseconds(1)); }); });
    CHECK(r.passed);
    CHECK(r.time < std::chrono::microseconds(1100));
    CHECK(r.context_switches == 0);
    CHECK(r.total().work >= std::chrono::milliseconds(4));
    for (const auto& p : r.processors) {
        const nanoseconds sum = p.work + p.memory + p.spinning + p.waking + p.idle;
        CHECK(is_near(sum.count(), r.time.count(), 0.001));
    }
}

TEST_CASE("simulate: more threads than processors take turns")
{
    std::vector<double> ends(3);
    const auto r = model::simulate(machine_of(1), [&] {
        on_threads(3, [&](std::size_t i) {
            model::work(std::chrono::milliseconds(10));
            ends[i] = model::virtual_time().count();
        });
    });
    CHECK(r.passed);
    CHECK(r.time >= std::chrono::milliseconds(30));
    CHECK(r.time < std::chrono::milliseconds(31));
    CHECK(r.context_switches >= 9);
    for (const double end : ends) CHECK(end > 20e6);  // nobody has waited for the others to end
}

TEST_CASE("simulate: a wait ends at its deadline, and a sleep takes its time")
{
    bool in_time = true;
    const auto r = model::simulate(machine_of(1), [&] {
        model::atomic<std::uint32_t> word{0};
        in_time = word.futex_wait_until(0, model::detail::now() + std::chrono::milliseconds(2));
        model::sleep_for(std::chrono::milliseconds(3));
    });
    CHECK(r.passed);
    CHECK_FALSE(in_time);
    CHECK(r.time >= std::chrono::milliseconds(5));
    CHECK(r.time < std::chrono::microseconds(5100));
}

TEST_CASE("simulate: a line costs what its distance says")
{
    // The second thread is on processor 1, behind the same cache; the ninth is not; the 65th is on another socket.
    const auto time_from = [](std::size_t reader) {
        nanoseconds took{};
        const auto r = model::simulate(machine_of(128), [&] {
            model::atomic<int> flag{0};
            flag.store(1, std::memory_order_relaxed);
            on_threads(100, [&](std::size_t i) {
                if (i + 1 == reader) {
                    model::work(std::chrono::milliseconds(10));
                    const nanoseconds begin = model::virtual_time();
                    static_cast<void>(flag.load(std::memory_order_acquire));
                    took = model::virtual_time() - begin;
                } else {
                    model::work(std::chrono::milliseconds(20));
                }
            });
        });
        REQUIRE(r.passed);
        return took;
    };
    const model::machine m = machine_of(128);
    CHECK(is_near(time_from(1).count(), (m.same_cache + m.access).count(), 1e-6));
    CHECK(is_near(time_from(9).count(), (m.same_socket + m.access).count(), 1e-6));
    CHECK(is_near(time_from(65).count(), (m.other_socket + m.access).count(), 1e-6));
}

TEST_CASE("simulate: names of objects are the names of their lines")
{
    const auto r = model::simulate(machine_of(4), [&] {
        model::atomic<int> counter{0};
        counter.name("the counter");
        on_threads(3, [&](std::size_t) {
            for (int i = 0; i < 100; ++i) counter.fetch_add(1);
        });
    });
    REQUIRE(!r.lines.empty());
    CHECK(r.lines[0].name == "the counter");
    CHECK(r.lines[0].operations == 300);
    CHECK(contains(r.summary(), "the counter"));
    REQUIRE(!r.places.empty());
    CHECK(contains(r.places[0].name, "simulate_test.cpp:"));
    CHECK(r.places[0].transfers == r.lines[0].transfers);
}

TEST_CASE("simulate: what comes before start_measuring is not counted, nor what follows stop_measuring")
{
    const auto r = model::simulate(machine_of(1), [] {
        model::work(std::chrono::milliseconds(5));
        model::start_measuring();
        model::work(std::chrono::milliseconds(1));
        model::stop_measuring();
        model::work(std::chrono::milliseconds(5));
    });
    CHECK(r.time == std::chrono::milliseconds(1));
    CHECK(r.total().work == std::chrono::milliseconds(1));
}

TEST_CASE("simulate: the same program gives the same result")
{
    const auto once = [] {
        return model::simulate(machine_of(16), [] {
            model::mutex lock;
            model::atomic<int> counter{0};
            on_threads(24, [&](std::size_t i) {
                for (int k = 0; k < 50; ++k) {
                    lock.lock();
                    model::work(nanoseconds(200));
                    lock.unlock();
                    counter.fetch_add(1);
                    model::work(nanoseconds(10 * static_cast<double>(i)));
                }
            });
        });
    };
    const auto a = once();
    const auto b = once();
    REQUIRE(a.passed);
    CHECK(a.wake_ups > 0);
    CHECK(a.time == b.time);
    CHECK(a.operations == b.operations);
    CHECK(a.transfers == b.transfers);
    CHECK(a.wake_ups == b.wake_ups);
    CHECK(a.lines.size() == b.lines.size());
}

TEST_CASE("simulate: a thousand processors")
{
    const auto r = model::simulate(machine_of(1024), [] {
        model::atomic<int> counter{0};
        on_threads(1023, [&](std::size_t) { counter.fetch_add(1); });
        if (counter.load() != 1023) model::detail::fail("some are missing", {});
    });
    CHECK(r.passed);
    CHECK(r.threads == 1024);
}

TEST_CASE("simulate: a counter that all share gets slower with each distance, and never faster with more processors")
{
    const double alone = time_of_increment(1);
    const double pair = time_of_increment(2);
    const double cache = time_of_increment(8);
    const double socket = time_of_increment(64);
    const double both = time_of_increment(128);
    CHECK(alone < 10);
    CHECK(pair > 2 * alone);
    CHECK(is_near(cache, pair, 0.3));  // a queue: its pace is one transfer an increment
    CHECK(socket > 1.2 * cache);
    CHECK(both > socket);
}

TEST_CASE("simulate: a ticket lock collapses when there is a thread more than processors")
{
    if (test::sanitized) return;  // hundreds of thousands of switches, which sanitizers make expensive
    // The next in line may have no processor, and the others use up their time slices before it gets one.
    const double enough = time_of_ticket(8);
    const double one_more = time_of_ticket(10);
    CHECK(enough < 2000);
    CHECK(one_more > 20 * enough);
}

TEST_CASE("simulate: a central queue bounds the speed-up, however many processors take from it")
{
    const double two = speed_up_of_central_queue(2);
    const double eight = speed_up_of_central_queue(8);
    const double many = speed_up_of_central_queue(64);
    CHECK(two > 1.5);
    CHECK(eight < 8);
    CHECK(many < 12);
}
