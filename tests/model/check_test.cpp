// tests/model/check_test.cpp - the checker is checked: planted bugs are found, their repaired versions pass.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/memory.hpp>
#include <weft/model/thread.hpp>

#include <stdexcept>
#include <string>

#include "test.hpp"

namespace {

namespace model = weft::model;
using enum std::memory_order;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void broken_message_passing()
{
    model::atomic<bool> ready;
    ready.name("ready");
    model::cell<int> data;
    model::thread sender([&] {
        data.write() = 42;
        ready.store(true, relaxed);
    });
    model::thread receiver([&] {
        if (ready.load(acquire)) model::require(data.read() == 42);
    });
}

}  // namespace

TEST_CASE("checker: a failure comes with a trace and a path that repeats it")
{
    const auto found = model::check(broken_message_passing);
    REQUIRE_FALSE(found.passed);
    CHECK(contains(found.failure, "data race"));
    CHECK(contains(found.trace, "ready := 1  relaxed"));
    CHECK(contains(found.trace, "check_test.cpp"));
    model::options again;
    again.replay = found.path;
    const auto repeated = model::check(again, broken_message_passing);
    CHECK(repeated.executions == 1);
    CHECK(repeated.failure == found.failure);
    CHECK(repeated.trace == found.trace);
    CHECK(contains(repeated.summary(), "VIOLATION"));
}

TEST_CASE("checker: the trace says which older value was read")
{
    const auto found = model::check([] {
        model::atomic<int> x;
        model::thread one([&] { x.store(1, relaxed); });
        model::thread two([&] {
            if (x.load(relaxed) == 1) return;
        });
        one.join();
        model::atomic<int> y;
        two.join();
        model::require(x.load(relaxed) != 1);
    });
    REQUIRE_FALSE(found.passed);
    const auto stale = model::check([] {
        model::atomic<int> x, y;
        model::thread one([&] {
            x.store(1, relaxed);
            y.store(1, relaxed);
        });
        model::thread two([&] {
            if (y.load(relaxed) == 1) model::require(x.load(relaxed) == 1);
        });
    });
    REQUIRE_FALSE(stale.passed);
    CHECK((contains(stale.trace, "[old: the newest is 1, stored by T1]")));
}

TEST_CASE("checker: every search finds the bug")
{
    model::options random;
    random.search = false;
    CHECK_FALSE(model::check(random, broken_message_passing).passed);
    model::options full;
    full.random_executions = 0;
    CHECK_FALSE(model::check(full, broken_message_passing).passed);
    model::options bounded = full;
    bounded.max_preemptions = 1;
    CHECK_FALSE(model::check(bounded, broken_message_passing).passed);
}

TEST_CASE("checker: bounded search visits more with each preemption, and never claims to be exhaustive")
{
    const auto scenario = [] {
        model::atomic<int> x;
        const auto add = [&] {
            x.store(x.load(relaxed) + 1, relaxed);
            x.store(x.load(relaxed) + 1, relaxed);
        };
        model::thread one(add);
        model::thread two(add);
    };
    std::uint64_t before = 0;
    for (const int bound : {0, 1, 2}) {
        model::options how;
        how.random_executions = 0;
        how.max_preemptions = bound;
        const auto found = model::check(how, scenario);
        CHECK(found.passed);
        CHECK_FALSE(found.exhaustive);
        CHECK(found.executions > before);
        before = found.executions;
    }
}

TEST_CASE("checker: the same seed gives the same random executions")
{
    model::options how;
    how.search = false;
    how.seed = 17;
    CHECK(model::check(how, broken_message_passing).path == model::check(how, broken_message_passing).path);
}

TEST_CASE("checker: endless turns are a livelock, a loop that waits for a store is none")
{
    const auto endless = model::check([] {
        model::atomic<int> x;
        while (x.load(relaxed) == 0) {}
    });
    CHECK(contains(endless.failure, "livelock"));
    const auto patient = model::check([] {
        model::atomic<int> x;
        model::thread one([&] {
            while (x.load(acquire) == 0) model::spin_hint();
        });
        x.store(1, release);
    });
    CHECK(patient.passed);
    CHECK(patient.exhaustive);
    const auto alone = model::check([] {
        model::atomic<int> x;
        while (x.load(acquire) == 0) model::spin_hint();
    });
    CHECK(contains(alone.failure, "deadlock"));
}

TEST_CASE("checker: a loop that gives up after some turns is let go on when nobody else can")
{
    const auto found = model::check([] {
        model::atomic<int> x;
        for (int i = 0; i < 10 && x.load(relaxed) == 0; ++i) model::spin_hint();
    });
    CHECK(found.passed);
}

TEST_CASE("checker: statics begin each execution anew")
{
    static model::atomic<int> x{0};
    const auto found = model::check([] {
        model::require(x.fetch_add(1, relaxed) == 0);
        model::require(x.load(relaxed) == 1);
    });
    CHECK(found.passed);
    CHECK(x.load(relaxed) == 0);
}
