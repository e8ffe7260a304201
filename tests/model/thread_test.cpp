// tests/model/thread_test.cpp - what the checker says of threads: deadlock, lost wake-ups, waits with a limit, exceptions.
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

}  // namespace

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
