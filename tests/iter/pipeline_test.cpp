// tests/iter/pipeline_test.cpp - pipelines of serial and parallel stages.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/pipeline.hpp>

#include "common.hpp"
#include "test.hpp"

#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using test::everywhere;
using test::numbers;
using test::uneven;

/// Notices when two threads are inside at the same time, or more than `most` at any time.
class visitors {
public:
    template <class F>
    auto operator()(F f)
    {
        const int now = inside_.fetch_add(1) + 1;
        int before = most_.load();
        while (before < now && !most_.compare_exchange_weak(before, now)) {}
        auto result = f();
        inside_.fetch_sub(1);
        return result;
    }
    [[nodiscard]] int most() const { return most_.load(); }

private:
    std::atomic<int> inside_{0};
    std::atomic<int> most_{0};
};

}  // namespace

TEST_CASE("pipeline: keeps the order of the input in stages that say so, for any number of tokens")
{
    bool right = true;
    everywhere([&] {
        for (int n : {0, 1, 2, 100, 1000}) {
            const auto v = numbers(n);
            for (std::size_t tokens : {1u, 2u, 3u, 16u, 2000u}) {
                std::vector<int> middle;
                std::vector<int> seen;
                const std::size_t read =
                    weft::pipeline(tokens, v, weft::parallel(uneven), weft::serial_in_order([&](int x) {
                                       middle.push_back(x);
                                       return x * 2;
                                   }),
                                   weft::parallel([](int x) { return uneven(x) / 2; }),
                                   weft::serial_in_order([&](int x) { seen.push_back(x); }));
                right = right && read == v.size() && middle == v && seen == v;
            }
        }
    });
    CHECK(right);
}

TEST_CASE("pipeline: a stage out of order sees each item once, one at a time")
{
    bool right = true;
    everywhere([&] {
        const auto v = numbers(1000);
        visitors first;
        visitors last;
        std::vector<int> a;
        std::vector<int> b;
        weft::pipeline(8, v, weft::parallel(uneven), weft::serial_out_of_order([&](int x) {
                           return first([&] {
                               a.push_back(x);
                               return uneven(x);
                           });
                       }),
                       weft::parallel(uneven), weft::serial_out_of_order([&](int x) {
                           return last([&] {
                               b.push_back(x);
                               return 0;
                           });
                       }));
        std::sort(a.begin(), a.end());
        std::sort(b.begin(), b.end());
        right = right && a == v && b == v && first.most() == 1 && last.most() == 1;
    });
    CHECK(right);
}

TEST_CASE("pipeline: no more items are under way than there are tokens, and the input is read by one at a time")
{
    bool right = true;
    everywhere([&] {
        for (int tokens : {1, 2, 5}) {
            visitors reading;
            std::atomic<int> alive{0};
            std::atomic<int> most{0};
            int next = 0;
            weft::pipeline(
                static_cast<std::size_t>(tokens),
                [&]() -> std::optional<int> {
                    return reading([&]() -> std::optional<int> {
                        if (next == 500) return std::nullopt;
                        const int now = alive.fetch_add(1) + 1;
                        int before = most.load();
                        while (before < now && !most.compare_exchange_weak(before, now)) {}
                        return next++;
                    });
                },
                weft::parallel(uneven), weft::serial_out_of_order([&](int) { alive.fetch_sub(1); }));
            right = right && most.load() <= tokens && reading.most() == 1 && alive.load() == 0;
        }
    });
    CHECK(right);
}

TEST_CASE("pipeline: has as few stages as an input alone, or one")
{
    int seen = 0;
    CHECK(weft::pipeline(4, [&, n = 0]() mutable -> std::optional<int> {
              ++seen;
              return n < 10 ? std::optional<int>(n++) : std::nullopt;
          }) == 10);
    CHECK(seen == 11);
    const auto v = numbers(100);
    std::atomic<int> sum{0};
    CHECK(weft::pipeline(4, v, weft::parallel([&](int x) { sum.fetch_add(x); })) == 100);
    CHECK(sum.load() == 4950);
}

TEST_CASE("pipeline: carries what can only be moved, and types change on the way")
{
    std::vector<std::unique_ptr<int>> in;
    for (int i = 0; i < 300; ++i) in.push_back(std::make_unique<int>(i));
    std::string text;
    weft::pipeline(8, std::move(in), weft::parallel([](std::unique_ptr<int> p) {
                       *p *= 2;
                       return p;
                   }),
                   weft::parallel([](std::unique_ptr<int> p) { return std::to_string(*p); }),
                   weft::serial_in_order([&](std::string s) { text += s + ' '; }));
    std::string expected;
    for (int i = 0; i < 300; ++i) expected += std::to_string(2 * i) + ' ';
    CHECK(text == expected);
}

TEST_CASE("pipeline: an exception of any stage ends it, and nothing is lost or left running")
{
    const long alive = test::counted::alive();
    bool right = true;
    everywhere([&] {
        for (int where : {0, 1, 2, 3, 4}) {
            for (int when : {0, 1, 50, 299}) {
                std::atomic<int> running{0};
                const auto at = [&](int stage, test::counted c) {
                    running.fetch_add(1);
                    const int x = uneven(c.value);
                    running.fetch_sub(1);
                    if (stage == where && x == when) throw std::runtime_error(std::to_string(stage));
                    return c;
                };
                std::string what;
                int next = 0;
                try {
                    weft::pipeline(
                        6,
                        [&]() -> std::optional<test::counted> {
                            if (next == 300) return std::nullopt;
                            return at(0, test::counted(next++));
                        },
                        weft::parallel([&](test::counted c) { return at(1, std::move(c)); }),
                        weft::serial_in_order([&](test::counted c) { return at(2, std::move(c)); }),
                        weft::serial_out_of_order([&](test::counted c) { return at(3, std::move(c)); }),
                        weft::parallel([&](test::counted c) { at(4, std::move(c)); }));
                } catch (const std::runtime_error& e) {
                    what = e.what();
                }
                right = right && what == std::to_string(where) && running.load() == 0;
            }
        }
    });
    CHECK(right);
    CHECK(test::counted::alive() == alive);
}

TEST_CASE("pipeline: nests in a stage of another one")
{
    const auto v = numbers(40);
    long total = 0;
    weft::pipeline(4, v, weft::parallel([&](int x) {
                       long sum = 0;
                       weft::pipeline(3, v, weft::parallel(uneven), weft::serial_in_order([&](int y) { sum += y; }));
                       return sum * x;
                   }),
                   weft::serial_in_order([&](long s) { total += s; }));
    CHECK(total == 780L * 780);
}

TEST_CASE("pipeline: tiny items, of which one thread has enough, keep their order and are all carried")
{
    bool right = true;
    everywhere([&] {
        const auto v = numbers(5000);
        for (std::size_t tokens : {1u, 4u, 32u}) {
            std::vector<int> seen;
            long sum = 0;
            const std::size_t read = weft::pipeline(tokens, v, weft::parallel([](int x) { return x + 1; }),
                                                    weft::serial_out_of_order([&](int x) { return sum += x, x - 1; }),
                                                    weft::serial_in_order([&](int x) { seen.push_back(x); }));
            right = right && read == v.size() && seen == v && sum == 5000L * 5001 / 2;
        }
    });
    CHECK(right);
}

TEST_CASE("pipeline: threads that left tiny items come back for long ones")
{
    weft::pool_options options;
    options.num_threads = 2;
    weft::thread_pool pool(options);
    std::atomic<int> inside{0};
    std::atomic<bool> met{false};
    pool.install([&] {
        weft::pipeline(8, numbers(10'000), weft::parallel([&](int x) {
                           if (x < 9800 || met.load()) return;
                           // Long enough to be worth a thread, and to meet one.
                           inside.fetch_add(1);
                           const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
                           while (!met.load() && std::chrono::steady_clock::now() < end) {
                               if (inside.load() > 1) met.store(true);
                               std::this_thread::yield();
                           }
                           inside.fetch_sub(1);
                       }));
    });
    CHECK(met.load());
}

TEST_CASE("pipeline: goes the same way in a test_pool with the same seed, however long items take")
{
    std::vector<std::uint64_t> ways;
    for (const int rounds : {0, 1000}) {
        weft::test_pool pool(42);
        std::vector<int> seen;
        pool.install([&] {
            weft::pipeline(4, numbers(100), weft::parallel([=](int x) {
                               volatile long sum = 0;
                               for (int i = 0; i < rounds; ++i) sum = sum + i;
                               return x;
                           }),
                           weft::serial_in_order([&](int x) { seen.push_back(x); }));
        });
        CHECK(seen == numbers(100));
        ways.push_back(pool.fingerprint());
    }
    CHECK(ways.front() == ways.back());
}

TEST_CASE("pipeline: no tokens are an error")
{
    const auto v = numbers(3);
    CHECK_THROWS_AS(weft::pipeline(0, v, weft::parallel(uneven)), std::invalid_argument);
}
