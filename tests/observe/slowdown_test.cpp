// tests/observe/slowdown_test.cpp - whether threads of a loop cost each other time: programs whose truth is known.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/observe/observe.hpp>

#include "test.hpp"

#include "observe/tell.hpp"

#include <weft/base/cache_padded.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/broadcast.hpp>
#include <weft/pool/pool_options.hpp>
#include <weft/pool/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using kind = test::told_program::kind;
using clock_type = std::chrono::steady_clock;

namespace {

void busy_for(std::chrono::nanoseconds time)
{
    const auto end = clock_type::now() + time;
    while (clock_type::now() < end) {}
}

/// The report of a loop that goes on until there are enough looks at it; none if its threads have not been side by side
/// for long enough, as on a machine that has other work. They are pinned: the system likes to put two on one processor.
template <class Item>
std::optional<weft::region_report> report_of(const Item& item, std::size_t threads = 2)
{
    weft::thread_pool pool({.num_threads = threads, .pin = weft::pin_policy::core});
    for (auto time = 250ms; time <= 8s; time *= 2) {
        const weft::measurement all = weft::measure([&] {
            test::latch done(1);
            pool.spawn([&] {
                const auto end = clock_type::now() + time;
                while (clock_type::now() < end) weft::par_range(0, 20'000).for_each(item);
                done.count_down();
            });
            done.wait();
        });
        REQUIRE(!all.regions.empty());
        const weft::region_report& r = all.regions.front();
        if (r.slowdown_looks < 10) continue;
        std::printf("%.2f of %llu looks: %s\n", r.slowdown, static_cast<unsigned long long>(r.slowdown_looks),
                    r.advice.c_str());
        return r;
    }
    return std::nullopt;
}

constexpr const char* not_side_by_side =
    "two threads were not side by side for long enough: the machine has other work";

void skipped(const char* why)
{
    std::printf("skipped: %s\n", why);
    SUCCEED(why);
}

bool says_memory(const weft::region_report& r) { return r.advice.starts_with("Bound by memory"); }
bool says_line(const weft::region_report& r) { return r.advice.starts_with("Bound by a cache line"); }

// --- a program that streams, and one that computes ---------------------------------------------------------------------

constexpr std::size_t chunk = 64 * 1024 / sizeof(std::uint64_t);

void stream(std::vector<std::uint64_t>& v, std::size_t at)
{
    std::uint64_t* const first = v.data() + at * chunk;
    for (std::size_t i = 0; i < chunk; ++i) first[i] += 3;
}

std::atomic<std::uint64_t> sink{0};

void compute(std::size_t at)
{
    std::uint64_t x = at;
    for (int i = 0; i < 10'000; ++i) x = x * 6'364'136'223'846'793'005u + 1;
    if (x == 1) sink = x;
}

/// How many times as long a block takes beside other threads as alone, without a look: medians of blocks during which each of
/// the others has ended one, and of those while they wait. 0: there were too few.
template <class Block>
double slowdown_here(const Block& block, std::size_t blocks, std::size_t threads)
{
    const auto median = [](std::vector<double>& times) {
        if (times.size() < 200) return 0.0;
        const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
        std::nth_element(times.begin(), middle, times.end());
        return *middle;
    };
    weft::thread_pool pool({.num_threads = threads, .pin = weft::pin_policy::core});
    std::vector<double> alone;
    std::vector<double> beside;
    std::atomic<bool> works{false};
    std::atomic<bool> ends{false};
    std::vector<weft::cache_padded<std::atomic<std::size_t>>> ended(threads);
    const std::size_t part = blocks / threads;
    pool.broadcast([&](std::size_t index) {
        if (index != 0) {
            for (std::size_t i = 0; !ends; ++i) {
                while (!works && !ends) {}
                block((index * part + i) % blocks);
                ended[index]->fetch_add(1);
            }
            return;
        }
        std::vector<std::size_t> before(threads);
        for (int round = 0; round < 1000 && (beside.size() < 1000 || alone.size() < 1000); ++round) {
            works = round % 2 != 0;
            for (std::size_t i = 0; i < 40; ++i) {
                for (std::size_t t = 1; t < threads; ++t) before[t] = *ended[t];
                const auto began = clock_type::now();
                block((static_cast<std::size_t>(round) * 40 + i) % part);
                const double took = std::chrono::duration<double>(clock_type::now() - began).count();
                std::size_t at_work = 0;
                for (std::size_t t = 1; t < threads; ++t) at_work += before[t] != *ended[t] ? 1 : 0;
                if (at_work == threads - 1 && works) beside.push_back(took);
                if (at_work == 0 && !works && i > 2) alone.push_back(took);
            }
        }
        ends = true;
    });
    const double both[] = {median(beside), median(alone)};
    return both[1] > 0 ? both[0] / both[1] : 0;
}

}  // namespace

TEST_CASE("slowdown: a loop whose items take twice as long beside others is found, and told how it is known")
{
    // As memory would: who works beside another one takes twice as long. Whether it does depends on nothing else.
    std::atomic<int> at_work{0};
    const auto r = report_of([&](int) {
        const int now = at_work.fetch_add(1) + 1;
        busy_for(now > 1 ? 2us : 1us);
        at_work.fetch_sub(1);
    });
    if (!r) return skipped(not_side_by_side);
    // Two that begin one after the other take 1 and 2 us.
    CHECK(r->slowdown > 1.3);
    CHECK(r->slowdown < 3);
    CHECK(r->side_by_side == 2);
    CHECK(r->advice.find("while 2.0 threads work as while one does and the others are held") != std::string::npos);
}

TEST_CASE("slowdown: a loop whose items take as long as ever is not blamed")
{
    const auto r = report_of([](int) { busy_for(1us); });
    if (!r) return skipped(not_side_by_side);
    CHECK(r->slowdown > 0.8);
    CHECK(r->slowdown < 1.2);
    CHECK(!says_memory(*r));
}

TEST_CASE("slowdown: items that become longer along the loop are not blamed")
{
    const auto r = report_of([](int i) { busy_for(std::chrono::nanoseconds(500 + i / 10)); });
    if (!r) return skipped(not_side_by_side);
    CHECK(r->slowdown < 1.2);
    CHECK(!says_memory(*r));
}

TEST_CASE("slowdown: what streams over 512 MiB, and what writes one line, is bound by memory if it is so here")
{
    const std::size_t threads = std::min(std::thread::hardware_concurrency(), 16u);
    if (threads < 2) return skipped("one processor: nothing runs side by side");
    if (test::sanitized) return skipped("under a sanitizer nothing is bound by memory");
    std::vector<std::uint64_t> v((std::size_t{512} << 20) / sizeof(std::uint64_t));
    const std::size_t chunks = v.size() / chunk;
    std::atomic<std::size_t> next{0};
    std::atomic<std::uint64_t> line{0};

    const auto agrees = [&](const char* what, const auto& block) {
        const double before = slowdown_here(block, chunks, threads);
        const auto r = report_of([&](int) { block(next.fetch_add(1) % chunks); }, threads);
        const double after = slowdown_here(block, chunks, threads);
        std::printf("%s: beside others a block takes %.2f, then %.2f times as long without a look\n", what, before,
                    after);
        if (!r || before == 0 || after == 0) return skipped(not_side_by_side);
        INFO(what << ": " << before << ", " << after << ", and " << r->slowdown << " by looks");
        if (std::min(before, after) > 1.5) {
            CHECK((says_memory(*r) || says_line(*r)));
            if (std::min(before, after) > 2 * static_cast<double>(threads)) CHECK(says_line(*r));
        } else if (std::max(before, after) < 1.1) {
            CHECK(!says_memory(*r));
            CHECK(!says_line(*r));
        } else {
            skipped("threads are in each other's way a little, or not always: either answer is right");
        }
    };
    agrees("registers", [](std::size_t i) { compute(i); });
    agrees("512 MiB", [&](std::size_t i) { stream(v, i); });
    agrees("one line", [&](std::size_t) {
        for (int i = 0; i < 1000; ++i) line.fetch_add(1, std::memory_order_relaxed);
    });
}

TEST_CASE("slowdown: the median counts, a few looks say nothing, and sleeping for a lock makes it the lock")
{
    const auto told = [](std::initializer_list<float> looks, bool sleeps) {
        test::told_program p(2);
        p.simply(2, 1000, kind::search);
        p.begin(1, 1000, "shared.cpp", 1);
        p.take(2, 1000, 1);
        for (const float times : looks)
            p.tell(1, 2000, {.kind = kind::slowdown, .value = std::bit_cast<std::uint32_t>(times), .threads = 2});
        if (sleeps) {
            p.tell(2, 50'000, {.kind = kind::block_begin, .what = "mutex"});
            p.simply(2, 60'000, kind::block_end);
        }
        p.done(2, 101'000);
        p.end(1, 101'000);
        return p.stop(101'000);
    };
    const auto memory = told({1.9f, 2.0f, 50, 2.0f, 0.5f}, false);
    const auto& r = memory.regions.at(0);
    CHECK(r.slowdown == 2);
    CHECK(r.slowdown_looks == 5);
    CHECK(r.side_by_side == 2);
    CHECK(r.shared_share() == 0.5);
    CHECK(says_memory(r));
    CHECK(memory.text().find("2.00 times as long beside 1.0 threads") != std::string::npos);
    CHECK(memory.html().find("2.00 times as long beside 1.0 threads") != std::string::npos);

    CHECK(!says_memory(told({1.9f, 2.0f, 2.0f, 2.0f}, false).regions.at(0)));
    CHECK(!says_memory(told({1.05f, 1.1f, 1.0f, 1.1f, 1.1f}, false).regions.at(0)));
    const auto lock = told({2, 2, 2, 2, 2}, true);
    CHECK(lock.regions.at(0).advice.find("Bound by what threads share") == 0);
    CHECK(lock.regions.at(0).advice.find("mutex") != std::string::npos);
    const auto line = told({9, 9, 10, 11, 11}, false);
    CHECK(says_line(line.regions.at(0)));
    CHECK(told({}, false).regions.at(0).slowdown == 0);
}
