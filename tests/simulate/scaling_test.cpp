// tests/simulate/scaling_test.cpp - how well the pool must scale, on simulated machines: virtual time, the same on any computer.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The bounds are a little below what docs/scaling.md says. A change of the pool that does better may raise them.
#include <weft/model/simulate.hpp>

#include <weft/model/thread.hpp>

#include "simulate/on_machine.hpp"
#include "simulate/programs.hpp"
#include "test.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace model = weft::model;

void programs::work(double nanoseconds) { model::work(model::nanoseconds(nanoseconds)); }

namespace {

/// Of the second run of program(), on a pool of so many threads.
model::simulation_result in_pool(std::size_t processors, const std::function<void()>& program)
{
    auto r = on_machine::in_pool(processors, program);
    REQUIRE(r.passed);
    return r;
}

/// The part of all processors' time that went into the program's own work.
double useful(const model::simulation_result& r)
{
    return r.total().work.count() / (r.time.count() * static_cast<double>(r.processors.size()));
}

}  // namespace

TEST_CASE("an even loop of 10 ms keeps all processors at work")
{
    const auto loop_for = [](std::size_t n) {
        return useful(in_pool(n, [n] { programs::even_loop(static_cast<long>(n) * 10'000, 1000); }));
    };
    CHECK(loop_for(16) > 0.95);
    CHECK(loop_for(64) > 0.93);
}

TEST_CASE("an unbalanced tree is shared by whoever has nothing to do")
{
    const auto tree = [] { programs::binomial_tree(0, 500); };
    CHECK(useful(in_pool(16, tree)) > 0.88);
    CHECK(useful(in_pool(64, tree)) > 0.5);
}

TEST_CASE("joins without a cutoff are shared, too")
{
    const auto joins = [] { programs::join_tree(1'000'000, 20); };
    const double alone = in_pool(1, joins).time.count();
    CHECK(alone / in_pool(16, joins).time.count() > 12);
    CHECK(alone / in_pool(64, joins).time.count() > 38);
}

TEST_CASE("a loop inside a loop comes near what is ideal")
{
    const auto inner = [] { programs::even_loop(64, 10'000); };
    const auto outer = [&] { weft::par_range(0, 64).for_each([&](int) { inner(); }); };
    CHECK(useful(in_pool(16, outer)) > 0.9);
    CHECK(useful(in_pool(64, outer)) > 0.75);
}

TEST_CASE("64 callers from outside come near what is ideal")
{
    const model::machine m = on_machine::of(64);
    const auto r = model::simulate(m, [] {
        weft::thread_pool pool({.num_threads = 64});
        std::vector<std::unique_ptr<model::thread>> callers;
        std::size_t left = 64;
        bool begun = false;
        for (int i = 0; i < 64; ++i) {
            callers.push_back(std::make_unique<model::thread>([&] {
                model::sleep_for(std::chrono::milliseconds(20) - model::virtual_time());
                if (!std::exchange(begun, true)) model::start_measuring();
                for (int k = 0; k < 4; ++k) pool.install([] { programs::even_loop(64, 10'000); });
                if (--left == 0) model::stop_measuring();
            }));
        }
        callers.clear();
    });
    REQUIRE(r.passed);
    CHECK(useful(r) > 0.8);
}

TEST_CASE("a pool that rests wakes more and more of its threads at a time")
{
    const auto steps = [](std::size_t n) {
        const on_machine::rested seen = on_machine::after_a_rest(n);
        REQUIRE(seen.result.passed);
        return seen.wake_ups;
    };
    CHECK(steps(16) < 6);  // one after the other it would be 16, and 64
    CHECK(steps(64) < 12);
}

TEST_CASE("a loop whose last items are the longest is divided as well as an even one, once it is known")
{
    const auto loop = [] { programs::uneven_loop(10'000, 1000); };
    CHECK(useful(in_pool(16, loop)) > 0.8);
    CHECK(useful(in_pool(64, loop)) > 0.6);
}

TEST_CASE("one that is at work with joins is hardly disturbed by 63 that have nothing to do")
{
    const auto joins = [] {
        for (int i = 0; i < 200'000; ++i) weft::join([] { programs::work(20); }, [] { programs::work(20); });
    };
    CHECK(in_pool(64, joins).time < 1.04 * in_pool(1, joins).time);
}

TEST_CASE("tasks that spawn tasks into one scope do not wait for its count")
{
    const auto tree = [] {
        weft::scope([](weft::task_scope& s) {
            const auto node = [&s](const auto& self, int depth) -> void {
                programs::work(1000);
                if (depth == 0) return;
                for (int i = 0; i < 2; ++i) s.spawn([self, depth] { self(self, depth - 1); });
            };
            node(node, 13);
        });
    };
    CHECK(useful(in_pool(16, tree)) > 0.75);
}
