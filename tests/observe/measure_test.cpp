// tests/observe/measure_test.cpp - programs that run, measured: what does not depend on how busy the machine is.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/observe/observe.hpp>

#include "test.hpp"

#include "observe/tell.hpp"

#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_transform.hpp>
#include <weft/channel/channel.hpp>
#include <weft/iter/collect.hpp>
#include <weft/iter/filter.hpp>
#include <weft/iter/find.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/init.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/min_max.hpp>
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_walk_tree.hpp>
#include <weft/iter/par_worklist.hpp>
#include <weft/iter/pipeline.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/iter/stream.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/pool_options.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/pool/thread_pool.hpp>
#include <weft/sync/mutex.hpp>

#include <algorithm>
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

void busy_for(std::chrono::microseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {}
}

const weft::region_report* region_at(const weft::measurement& m, std::uint32_t line)
{
    const auto at = std::find_if(m.regions.begin(), m.regions.end(), [&](const weft::region_report& r) {
        return r.line == line && std::string_view(r.file).ends_with("measure_test.cpp");
    });
    return at != m.regions.end() ? &*at : nullptr;
}

}  // namespace

TEST_CASE("measure: regions stand where their terminals are written")
{
    std::vector<int> v(1000);
    std::iota(v.begin(), v.end(), 0);
    long total = 0;
    const std::uint32_t line = __LINE__;
    const auto r = weft::measure([&] {
        total += weft::par_iter(v).sum();
        weft::par_iter(v).for_each([](int) {});
        total += static_cast<long>(weft::par_iter(v).map([](int x) { return x + 1; }).collect().size());
        total += *weft::par_iter(v).max();
        total += weft::par_iter(v).all_of([](int x) { return x >= 0; }) ? 1 : 0;
        weft::par_iter(v).for_each_init([] { return 0; }, [](int&, int) {});
        weft::scope([](weft::task_scope& s) { s.spawn([] {}); });
        // The line of the terminal, not of the chain's beginning.
        total += weft::par_range(0, 10)
                     .map([](int x) { return x; })  //
                     .sum();
    });
    CHECK(total == 499'500 + 1000 + 999 + 1 + 45);
    for (std::uint32_t i = 2; i <= 8; ++i) {
        INFO("line " << i);
        const weft::region_report* const region = region_at(r, line + i);
        REQUIRE(region != nullptr);
        CHECK(region->calls == 1);
        CHECK(region->wall > 0ns);
        CHECK(test::sum_of_parts(*region) == region->threads_time);
    }
    CHECK(region_at(r, line + 2)->items == 1000);
#if defined(__clang__)  // which gives the line that the chain begins in
    CHECK(region_at(r, line + 10) != nullptr);
#else
    CHECK(region_at(r, line + 12) != nullptr);
#endif
    CHECK(r.regions.size() == 8);
    CHECK(r.wall > 0ns);
    CHECK(r.work >= r.regions[0].work);
}

TEST_CASE("measure: algorithms stand where they are called, those made of others once")
{
    std::vector<int> v(1000);
    std::iota(v.rbegin(), v.rend(), 0);
    const std::uint32_t line = __LINE__;
    const auto r = weft::measure([&] {
        weft::par_sort(v);
        weft::par_stable_sort(v.begin(), v.end());
        weft::par_fill(v, 1);
    });
    CHECK(r.regions.size() == 3);
    for (std::uint32_t i = 2; i <= 4; ++i) {
        const weft::region_report* const region = region_at(r, line + i);
        REQUIRE(region != nullptr);
        CHECK(region->calls == 1);
    }
}

TEST_CASE("measure: streams, pipelines, bridges, worklists and trees stand where they are written")
{
    std::vector<int> v(100, 1);
    std::list<int> l(v.begin(), v.end());
    std::atomic<long> total{0};
    const auto same = [](int x) { return x; };
    const auto add = [&](int x) { total += x; };
    const auto below = [](int n) { return std::vector<int>(static_cast<std::size_t>(n), n - 1); };
    const std::uint32_t line = __LINE__;
    const auto r = weft::measure([&] {
        for (const int x : weft::stream(v).parallel_map(same).ordered()) total += x;
        for (const int x : weft::stream(v).parallel_map(same, 4).unordered()) total += x;
        weft::pipeline(4, v, weft::parallel(same), weft::serial_in_order(add));
        weft::par_bridge(l).for_each([](int) {});
        weft::par_worklist(v, [](int) {});
        total += static_cast<long>(weft::par_walk_tree(3, below).count());
        total += static_cast<long>(weft::par_iter(v).filter([](int) { return true; }).collect().size());
        weft::pipeline(std::size_t{2}, v,  //
                       weft::parallel([](int) {}));
    });
    CHECK(total == 300 + 16 + 100);
    INFO(r.text());
    for (std::uint32_t i = 2; i <= 9; ++i) {
        INFO("line " << i);
        const weft::region_report* const region = region_at(r, line + i);
        REQUIRE(region != nullptr);
        CHECK(region->calls == 1);
        CHECK(region->threads == weft::current_num_threads());
        CHECK(test::sum_of_parts(*region) == region->threads_time);
    }
    CHECK(r.regions.size() == 8);  // nothing of theirs stands in a header
}

TEST_CASE("measure: what helpers of a stream do is its work")
{
    weft::thread_pool pool({.num_threads = 2});
    const std::vector<int> v(2);
    const std::uint32_t line = __LINE__;
    const auto r = weft::measure([&] {
        pool.install([&] {
            std::atomic<int> there{0};
            const auto meet = [&](int) {
                there.fetch_add(1);
                while (there.load() < 2) std::this_thread::yield();
                busy_for(500us);
                return 0;
            };
            for (const int x : weft::stream(v).parallel_map(meet, 2).ordered()) static_cast<void>(x);
        });
    });
    const weft::region_report* const stream = region_at(r, line + 10);
    REQUIRE(stream != nullptr);
    CHECK(stream->parts >= 1);
    CHECK(stream->work >= 1000us);
}

TEST_CASE("measure: streams that end in the order of their begins are told apart")
{
    const std::vector<int> v(4);
    const auto same = [](int x) { return x; };
    const std::uint32_t line = __LINE__;
    const auto r = weft::measure([&] {
        auto first = std::make_unique<decltype(weft::stream(v).parallel_map(same, 2).ordered())>(
            weft::stream(v).parallel_map(same, 2).ordered());
        auto second = weft::stream(v).parallel_map(same, 2).ordered();
        auto at = first->begin();
        auto second_at = second.begin();
        CHECK(*at == 0);
        first.reset();
        busy_for(20ms);
        CHECK(*second_at == 0);
    });
    INFO(r.text());
    const weft::region_report* const early = region_at(r, line + 3);
    const weft::region_report* const late = region_at(r, line + 4);
    REQUIRE(early != nullptr);
    REQUIRE(late != nullptr);
    CHECK(late->wall >= 20ms);
    CHECK(late->wall >= early->wall + 10ms);
    CHECK(r.serial < r.wall - 19ms);
}

TEST_CASE("measure: what runs on other threads of the pool is counted, and numbers add up")
{
    weft::thread_pool pool({.num_threads = 3});
    std::atomic<int> there{0};
    const std::uint32_t line = __LINE__;
    const auto r = weft::measure([&] {
        pool.install([&] {
            weft::par_range(0, 3).with_max_len(1).for_each([&](int) {
                // All three at once: so other threads take part, however busy the machine is.
                there.fetch_add(1);
                while (there.load() < 3) std::this_thread::yield();
                busy_for(500us);
            });
        });
    });
    const weft::region_report* const loop = region_at(r, line + 3);
    REQUIRE(loop != nullptr);
    CHECK(loop->threads == 3);
    CHECK(loop->parts >= 2);
    CHECK(loop->shared_calls == 1);
    CHECK(loop->work >= 1500us);
    CHECK(loop->work <= 3 * loop->wall);
    CHECK(test::sum_of_parts(*loop) == loop->threads_time);
    CHECK(!loop->advice.empty());
    CHECK(r.threads == 3);
}

TEST_CASE("measure: tasks of a scope, and a join whose part is taken")
{
    weft::thread_pool pool({.num_threads = 2});
    const std::uint32_t line = __LINE__;
    const auto r = weft::measure([&] {
        pool.install([&] {
            std::atomic<int> there{0};
            const auto meet = [&] {
                there.fetch_add(1);
                while (there.load() % 2 != 0) std::this_thread::yield();
            };
            weft::scope([&](weft::task_scope& s) {
                s.spawn(meet);
                meet();
            });
            weft::join(meet, meet);
        });
    });
    const weft::region_report* const scope = region_at(r, line + 8);
    REQUIRE(scope != nullptr);
    CHECK(scope->shared_calls == 1);
    const auto joined = std::find_if(r.regions.begin(), r.regions.end(), [](const auto& x) { return x.file.empty(); });
    REQUIRE(joined != r.regions.end());
    CHECK(joined->parts >= 1);
    CHECK(joined->name.find("lambda") != std::string::npos);
}

TEST_CASE("measure: waiting for a lock, in a channel and in blocking is told")
{
    weft::thread_pool pool({.num_threads = 2});
    const auto blocked_in = [&](const auto& meets) {
        // Whether somebody sleeps depends on how busy the machine is; some time it does.
        for (int tries = 0; tries < 100; ++tries) {
            const auto r = weft::measure([&] { pool.install(meets); });
            for (const auto& region : r.regions) {
                CHECK(test::sum_of_parts(region) == region.threads_time);
                if (region.blocked > 0ns) return true;
            }
        }
        return false;
    };
    CHECK(blocked_in([] {
        weft::mutex lock;
        std::atomic<int> there{0};
        weft::par_range(0, 2).with_max_len(1).for_each([&](int) {
            there.fetch_add(1);
            while (there.load() < 2) std::this_thread::yield();
            const std::lock_guard hold(lock);
            std::this_thread::sleep_for(5ms);
        });
    }));
    CHECK(blocked_in([] {
        auto [to, from] = weft::bounded<int>(1);
        auto& sender = to;
        auto& receiver = from;
        weft::par_range(0, 2).with_max_len(1).for_each([&](int i) {
            if (i == 0) {
                std::this_thread::sleep_for(5ms);
                static_cast<void>(sender.send(1));
            } else {
                static_cast<void>(receiver.recv_for(10s));
            }
        });
    }));
    CHECK(blocked_in(
        [] { weft::par_range(0, 2).for_each([](int) { weft::blocking([] { std::this_thread::sleep_for(1ms); }); }); }));
}

TEST_CASE("measure: one inside another, and one that fails, leave nothing behind")
{
    std::vector<int> v(100, 1);
    weft::measurement inner;
    const auto outer = weft::measure([&] {
        inner = weft::measure([&] { CHECK(weft::par_iter(v).sum() == 100); });
        CHECK(weft::par_iter(v).sum() == 100);
    });
    CHECK(inner.regions.size() == 1);
    CHECK(outer.regions.size() == 2);
    CHECK(outer.wall >= inner.wall);
    CHECK_THROWS_AS(weft::measure([&] { weft::par_iter(v).for_each([](int) { throw std::runtime_error("x"); }); }),
                    std::runtime_error);
    CHECK(!weft::detail::events_wanted());
}

TEST_CASE("measure: more events than fit, many threads, several measurements at once")
{
    std::vector<int> v(4, 1);
    test::run_threads(4, [&](std::size_t) {
        const std::size_t calls = test::scaled(30'000);
        const auto r = weft::measure([&] {
            for (std::size_t i = 0; i < calls; ++i) {
                if (weft::par_iter(v).sum() != 4) throw std::runtime_error("sum");
            }
        });
        // Each sees the calls of the others, too; and has them all unless it says that some are lost.
        std::uint64_t seen = 0;
        for (const auto& region : r.regions) seen += region.calls;
        if (r.dropped == 0 && seen < calls) throw std::runtime_error("lost");
    });
    CHECK(!weft::detail::events_wanted());
}
