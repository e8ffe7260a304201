// tests/model/checker_test.cpp - the checker is checked: planted bugs are found, their repaired versions pass.
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
    CHECK(contains(found.trace, "checker_test.cpp"));
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

TEST_CASE("checker: a lost wake-up is a deadlock")
{
    const auto with = [](bool broken) {
        return model::check([=] {
            model::atomic<std::uint32_t> work, sleeping;
            model::thread waker([&] {
                work.store(1, relaxed);
                if (!broken) model::fence(seq_cst);
                if (sleeping.load(relaxed) == 1) {
                    sleeping.store(2, relaxed);
                    sleeping.futex_wake_one();
                }
            });
            model::thread sleeper([&] {
                sleeping.store(1, relaxed);
                model::fence(seq_cst);
                if (work.load(relaxed) == 0) sleeping.futex_wait(1);
            });
        });
    };
    CHECK(contains(with(true).failure, "deadlock"));
    const auto correct = with(false);
    CHECK(correct.passed);
    CHECK(correct.exhaustive);
}

TEST_CASE("checker: two mutexes taken in different orders are a deadlock")
{
    const auto with = [](bool broken) {
        return model::check([=] {
            model::mutex a, b;
            model::cell<int> shared;
            model::thread one([&] {
                a.lock();
                b.lock();
                ++shared.write();
                b.unlock();
                a.unlock();
            });
            model::thread two([&] {
                (broken ? b : a).lock();
                (broken ? a : b).lock();
                ++shared.write();
                a.unlock();
                b.unlock();
            });
        });
    };
    CHECK(contains(with(true).failure, "deadlock"));
    CHECK(with(false).passed);
    CHECK(with(false).exhaustive);
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

TEST_CASE("checker: uses after free, second frees and leaks are found")
{
    struct node {
        model::atomic<int> value{0};
        model::cell<int> plain{0};
    };
    const auto failure = [](auto scenario) { return model::check(scenario).failure; };
    CHECK(contains(failure([] { static_cast<void>(model::make<node>()); }), "leak"));
    CHECK(contains(failure([] {
                       node* const n = model::make<node>();
                       model::dispose(n);
                       weft::model::detail::deallocate(n);
                   }),
                   "freed twice"));
    CHECK(contains(failure([] {
                       node* const n = model::make<node>();
                       model::dispose(n);
                       static_cast<void>(n->value.load(relaxed));
                   }),
                   "use of"));
    CHECK(contains(failure([] {
                       node* const n = model::make<node>();
                       model::dispose(n);
                       static_cast<void>(n->plain.read());
                   }),
                   "use of"));
    CHECK(failure([] { model::dispose(model::make<node>()); }).empty());
}

TEST_CASE("checker: destruction that races with a use is found")
{
    const auto found = model::check([] {
        auto* const x = model::make<model::atomic<int>>();
        model::thread one([&] { static_cast<void>(x->fetch_add(1, relaxed)); });
        while (x->load(relaxed) == 0) model::spin_hint();  // acquire would do
        model::dispose(x);
    });
    CHECK(contains(found.failure, "races with a use"));
}

TEST_CASE("checker: without check_ends an end may race with a use, and a use after the end is found all the same")
{
    const auto with = [](bool check_ends) {
        model::options how;
        how.check_ends = check_ends;
        return model::check(how, [] {
            // The last one out destroys, as a shared_ptr does; what orders the two is not modelled.
            int holders = 2;
            auto* const x = model::make<model::atomic<int>>();
            const auto hold = [&] {
                x->fetch_add(1, relaxed);
                if (--holders == 0) model::dispose(x);
            };
            model::thread one(hold);
            model::thread two(hold);
        });
    };
    CHECK(contains(with(true).failure, "races with a use"));
    CHECK(with(false).passed);
    model::options how;
    how.check_ends = false;
    const auto late = model::check(how, [] {
        auto* const x = model::make<model::atomic<int>>();
        model::thread one([&] { x->fetch_add(1, relaxed); });
        model::dispose(x);
    });
    CHECK(contains(late.failure, "use of"));
}

TEST_CASE("checker: an exception that leaves a thread is a failure")
{
    const auto found = model::check([] { throw std::runtime_error("planted"); });
    CHECK(contains(found.failure, "planted"));
}

TEST_CASE("checker: a wait with a time-out may end either way")
{
    model::options how;
    how.random_executions = 0;
    const auto found = model::check(how, [] {
        model::atomic<std::uint32_t> x;
        bool in_time = false;
        {
            model::thread sleeper(
                [&] { in_time = x.futex_wait_until(0, model::detail::now() + std::chrono::seconds(1)); });
            model::thread waker([&] {
                x.store(1, relaxed);
                x.futex_wake_one();
            });
        }
        model::record(in_time ? 1 : 0);
    });
    CHECK(found.passed);
    CHECK(found.exhaustive);
    CHECK(found.outcomes.size() == 2);
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

TEST_CASE("checker: atomics of every small type keep their values, and wrap as they must")
{
    enum class colour : std::uint8_t { red, green };
    const auto found = model::check([] {
        model::atomic<std::uint8_t> small{255};
        model::require(small.fetch_add(1, relaxed) == 255 && small.load(relaxed) == 0);
        model::require(small.fetch_sub(1, relaxed) == 0 && small.load(relaxed) == 255);
        model::require(small.fetch_and(0x0f, relaxed) == 255 && small.fetch_or(0xf0, relaxed) == 0x0f);
        model::require(small.fetch_xor(0xff, relaxed) == 0xff && small.load(relaxed) == 0);
        model::atomic<colour> c{colour::red};
        c.store(colour::green, relaxed);
        model::require(c.exchange(colour::red, relaxed) == colour::green);
        int array[4] = {};
        model::atomic<int*> p{array};
        model::require(p.fetch_add(2, relaxed) == array && p.load(relaxed) == array + 2);
    });
    INFO(found.summary());
    CHECK(found.passed);
}

TEST_CASE("checker: outside an execution the objects are plain ones")
{
    model::atomic<int> x{1};
    CHECK(x.fetch_add(2, relaxed) == 1);
    int expected = 0;
    CHECK_FALSE(x.compare_exchange_strong(expected, 5, relaxed, relaxed));
    CHECK(expected == 3);
    model::cell<int> c{4};
    CHECK(++c.write() == 5);
}
