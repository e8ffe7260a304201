// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/divided_loop.hpp>

#include <weft/pool/scope.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

/// Runs `run(lo, hi)` over `units` in this thread's pool.
template <class Run>
void divide(std::size_t units, weft::detail::loop_memory& memory, const Run& run)
{
    weft::with_context([&](weft::fork_context c) { weft::detail::divided_loop<Run>{run, memory}(c, units); });
}

/// Counts how often each unit is done.
class counts {
public:
    explicit counts(std::size_t n) : times_(n) {}

    void add(std::size_t lo, std::size_t hi)
    {
        for (std::size_t i = lo; i < hi; ++i) times_[i].fetch_add(1);
    }
    [[nodiscard]] bool all_are(int expected) const
    {
        for (const auto& t : times_) {
            if (t.load() != expected) return false;
        }
        return true;
    }

private:
    std::vector<std::atomic<int>> times_;
};

}  // namespace

TEST_CASE("divided_loop: does each unit once")
{
    for (std::size_t threads : {1u, 2u, 8u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        weft::detail::loop_memory memory;  // what one length has taught serves, or misleads, the next
        for (std::size_t n : {0u, 1u, 2u, 3u, 64u, 1000u, 100'000u, 5u, 300'000u}) {
            counts done(n);
            for (int round = 1; round <= 5; ++round) {
                pool.install([&] { divide(n, memory, [&](std::size_t lo, std::size_t hi) { done.add(lo, hi); }); });
                CHECK(done.all_are(round));
            }
        }
    }
}

TEST_CASE("divided_loop: units that are dear, somewhere, change nothing but the time")
{
    weft::thread_pool pool{{.num_threads = 4}};
    weft::detail::loop_memory memory;
    const std::size_t n = 20'000;
    for (std::size_t dear : {std::size_t{0}, n / 3, n - 8}) {
        counts done(n);
        for (int round = 1; round <= 4; ++round) {
            pool.install([&] {
                divide(n, memory, [&](std::size_t lo, std::size_t hi) {
                    for (std::size_t i = lo; i < hi; ++i) {
                        if (i >= dear && i < dear + 8) std::this_thread::sleep_for(std::chrono::microseconds(500));
                    }
                    done.add(lo, hi);
                });
            });
            CHECK(done.all_are(round));
        }
    }
}

TEST_CASE("divided_loop: inside itself, and in tasks")
{
    weft::thread_pool pool{{.num_threads = 4}};
    weft::detail::loop_memory outer;
    weft::detail::loop_memory inner;
    counts done(100 * 100);
    pool.scope([&](weft::task_scope& s) {
        for (int task = 0; task < 3; ++task) {
            s.spawn([&] {
                divide(100, outer, [&](std::size_t lo, std::size_t hi) {
                    for (std::size_t i = lo; i < hi; ++i) {
                        divide(100, inner,
                               [&](std::size_t from, std::size_t to) { done.add(i * 100 + from, i * 100 + to); });
                    }
                });
            });
        }
    });
    CHECK(done.all_are(3));
}

TEST_CASE("divided_loop: throws what its body throws")
{
    for (std::size_t threads : {1u, 4u}) {
        weft::thread_pool pool{{.num_threads = threads}};
        weft::detail::loop_memory memory;
        for (std::size_t bad : {0u, 1u, 5'000u, 9'999u}) {
            for (int round = 0; round < 5; ++round) {
                const auto run = [&] {
                    divide(10'000, memory, [&](std::size_t lo, std::size_t hi) {
                        if (lo <= bad && bad < hi) throw std::runtime_error("unit");
                    });
                };
                CHECK_THROWS_WITH(pool.install(run), "unit");
            }
        }
    }
}

TEST_CASE("divided_loop: in a test_pool a seed decides how it is divided, whatever was learned")
{
    const auto story = [](std::uint64_t seed, weft::detail::loop_memory& memory) {
        weft::test_pool pool(seed);
        std::string text;
        pool.install([&] {
            divide(200, memory, [&](std::size_t lo, std::size_t hi) {
                text += std::to_string(lo) + '-' + std::to_string(hi) + ' ';
            });
        });
        return text;
    };
    weft::detail::loop_memory fresh;
    weft::detail::loop_memory taught;
    taught.remember(1e6f);
    taught.set_stride(3);
    bool divided = false;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const std::string once = story(seed, fresh);
        CHECK(story(seed, taught) == once);
        divided = divided || once != "0-200 ";
    }
    CHECK(divided);
}

TEST_CASE("pace: long pieces are whole lines, and short ones are left as they are")
{
    for (std::size_t n : {0u, 1u, 63u, 511u}) CHECK(weft::detail::pace::even_length(n) == n);
    for (std::size_t n : {512u, 513u, 575u, 576u, 1'000'001u}) {
        const std::size_t even = weft::detail::pace::even_length(n);
        CHECK(even % 64 == 0);
        CHECK(even <= n);
        CHECK(n - even < 64);
    }
}
