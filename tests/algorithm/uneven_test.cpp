// Where the user's functions take long, or some of their calls do, the elements find their threads one by one.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Some elements wait until two of them are under way: a thread that keeps them all to itself never sees that.
#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_transform.hpp>
#include <weft/iter/flat_map.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <numeric>
#include <thread>
#include <vector>

namespace {

/// Calls of which two want to be under way at the same time.
class meeting {
public:
    /// Returns when another one is under way, or after `patience`.
    void attend(std::chrono::milliseconds patience)
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        come_.fetch_add(1);
        while (come_.load() < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
        if (come_.load() < 2) come_.fetch_sub(1);
    }
    [[nodiscard]] bool has_taken_place() const { return come_.load() >= 2; }

private:
    std::atomic<int> come_{0};
};

/// Runs loop(n, touch) until two of its elements have met: of two, then of the last ones of many. `touch(i)` is to be
/// called once for each element. A loop may need to see its elements some times before it knows them.
template <class Loop>
void check_meeting(const Loop& loop)
{
    weft::thread_pool pool{{.num_threads = 4}};
    for (const std::size_t n : {std::size_t{2}, std::size_t{100'000}}) {
        bool met = false;
        for (int round = 0; round < 40 && !met; ++round) {
            meeting two;
            std::atomic<std::size_t> touched{0};
            pool.install([&] {
                loop(n, [&](std::size_t i) {
                    if (i + 16 >= n) two.attend(std::chrono::milliseconds(10));
                    touched.fetch_add(1, std::memory_order_relaxed);
                });
            });
            CHECK(touched.load() == n);
            met = two.has_taken_place();
        }
        CHECK(met);
    }
}

std::vector<std::size_t> numbers(std::size_t n)
{
    std::vector<std::size_t> all(n);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

}  // namespace

TEST_CASE("uneven: par_transform and par_tabulate")
{
    check_meeting([](std::size_t n, const auto& touch) {
        const auto in = numbers(n);
        std::vector<std::size_t> out(n);
        weft::par_transform(in, out.begin(), [&](std::size_t i) { return touch(i), i; });
        CHECK(out == in);
    });
    check_meeting([](std::size_t n, const auto& touch) {
        const auto in = numbers(n);
        std::vector<std::size_t> out(n);
        weft::par_transform(in, in, out.begin(), [&](std::size_t i, std::size_t) { return touch(i), i; });
        CHECK(out == in);
    });
    check_meeting([](std::size_t n, const auto& touch) {
        std::vector<std::size_t> out(n);
        weft::par_tabulate(out, [&](std::size_t i) { return touch(i), i; });
        CHECK(out == numbers(n));
    });
}

TEST_CASE("uneven: par_copy_if, par_stable_partition, par_partition and par_unique")
{
    check_meeting([](std::size_t n, const auto& touch) {
        const auto in = numbers(n);
        std::vector<std::size_t> out(n);
        const auto end = weft::par_copy_if(in, out.begin(), [&](std::size_t i) { return touch(i), i % 2 == 0; });
        CHECK(static_cast<std::size_t>(end - out.begin()) == (n + 1) / 2);
        CHECK(out[n / 2 - 1] == (n / 2 - 1) * 2);
    });
    check_meeting([](std::size_t n, const auto& touch) {
        auto all = numbers(n);
        const auto others = weft::par_stable_partition(all, [&](std::size_t i) { return touch(i), i % 2 == 1; });
        CHECK(others.size() == (n + 1) / 2);
        CHECK(all[0] == 1);
        CHECK(all[n / 2] == 0);
    });
    check_meeting([](std::size_t n, const auto& touch) {
        auto all = numbers(n);
        const auto others = weft::par_partition(all, [&](std::size_t i) { return touch(i), i % 2 == 1; });
        CHECK(others.size() == (n + 1) / 2);
        std::sort(all.begin(), all.end());
        CHECK(all == numbers(n));
    });
    check_meeting([](std::size_t n, const auto& touch) {
        auto all = numbers(n + 1);  // the first is compared with none
        const auto rest = weft::par_unique(all, [&](std::size_t, std::size_t b) { return touch(b - 1), false; });
        CHECK(rest.size() == 0);
        CHECK(all == numbers(n + 1));
    });
}

TEST_CASE("uneven: loops of iterators, inside a position, and over a list")
{
    check_meeting([](std::size_t n, const auto& touch) {
        const auto in = numbers(n);
        weft::par_iter(in).for_each(touch);
    });
    check_meeting([](std::size_t n, const auto& touch) {
        const auto in = numbers(n);
        CHECK(weft::par_iter(in).filter([&](std::size_t i) { return touch(i), true; }).count() == n);
    });
    check_meeting([](std::size_t n, const auto& touch) {
        const std::vector<int> one(1);
        const auto in = numbers(n);
        weft::par_iter(one).flat_map([&](int) { return weft::par_iter(in); }).for_each(touch);
    });
    check_meeting([](std::size_t n, const auto& touch) {
        const auto in = numbers(n);
        const std::list<std::size_t> list(in.begin(), in.end());
        weft::par_bridge(list).for_each(touch);
    });
}
