// tests/faults/stream_test.cpp - streams and pipelines without memory or threads: std::bad_alloc or the right result.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/pipeline.hpp>
#include <weft/iter/stream.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "faults.hpp"

#include <memory>
#include <numeric>
#include <tuple>
#include <vector>

namespace {

const auto two_threads = [] { return std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = 2}); };
const auto in_test_pool = [] { return std::make_unique<weft::test_pool>(7); };
const auto usable = [](auto& pool) { return pool->join([] { return 1; }, [] { return 2; }) == std::tuple(1, 2); };

std::vector<int> numbers()
{
    std::vector<int> v(40);
    std::iota(v.begin(), v.end(), 0);
    return v;
}
constexpr int sum_of_doubles = 40 * 39;

template <class Attempt>
void check_on_every_pool(const std::string& what, Attempt attempt)
{
    const auto run = [&](auto& pool) { return pool->install(attempt); };
    faults::check(what + ", two threads", faults::fail_everywhere(two_threads, run, usable));
    faults::check(what + ", in a test pool", faults::fail_everywhere(in_test_pool, run, usable));
    CHECK(test::counted::alive() == 0);
}

test::counted doubled(int x) { return test::counted(2 * x); }

}  // namespace

TEST_CASE("stream: without memory it throws, or gives every result")
{
    const std::vector<int> input = numbers();
    check_on_every_pool("ordered", [&] {
        int sum = 0;
        int last = -1;
        bool in_order = true;
        for (auto&& each : weft::stream(input).parallel_map(doubled, 4).ordered()) {
            in_order = in_order && each.value > last;
            last = each.value;
            sum += each.value;
        }
        return in_order && sum == sum_of_doubles;
    });
    check_on_every_pool("unordered", [&] {
        int sum = 0;
        for (auto&& each : weft::stream(input).parallel_map(doubled, 4).unordered()) sum += each.value;
        return sum == sum_of_doubles;
    });
    check_on_every_pool("left early", [&] {
        int seen = 0;
        for (auto&& each : weft::stream(input).parallel_map(doubled, 8).ordered()) {
            seen += each.value;
            if (each.value == 20) break;
        }
        return seen == 110;
    });
}

TEST_CASE("stream: without memory in its function it throws")
{
    const std::vector<int> input = numbers();
    check_on_every_pool("allocating", [&] {
        std::size_t sum = 0;
        const auto list = [](int x) { return std::vector<int>(static_cast<std::size_t>(x)); };
        for (auto&& each : weft::stream(input).parallel_map(list, 4).ordered()) sum += each.size();
        return sum == sum_of_doubles / 2;
    });
}

TEST_CASE("pipeline: without memory it throws, or carries every item through")
{
    const std::vector<int> input = numbers();
    check_on_every_pool("in order", [&] {
        int sum = 0;
        int last = -1;
        bool in_order = true;
        const std::size_t read =
            weft::pipeline(4, input, weft::parallel(doubled), weft::serial_in_order([&](const test::counted& c) {
                               in_order = in_order && c.value > last;
                               last = c.value;
                               sum += c.value;
                           }));
        return in_order && read == 40 && sum == sum_of_doubles;
    });
    check_on_every_pool("out of order", [&] {
        int sum = 0;
        const std::size_t read =
            weft::pipeline(3, input, weft::serial_out_of_order([](int x) { return doubled(x); }),
                           weft::parallel([](test::counted c) { return std::make_unique<int>(c.value); }),
                           weft::serial_out_of_order([&](const std::unique_ptr<int>& p) { sum += *p; }));
        return read == 40 && sum == sum_of_doubles;
    });
}

#ifdef WEFT_TEST_THREAD_FAULTS
TEST_CASE("stream and pipeline: need no thread but those that the pool has")
{
    const auto pool = two_threads();
    faults::fail_thread(0);
    pool->install([] {
        const std::vector<int> input = numbers();
        int sum = 0;
        for (auto&& each : weft::stream(input).parallel_map(doubled, 4).ordered()) sum += each.value;
        CHECK(sum == sum_of_doubles);
        CHECK(weft::pipeline(4, input, weft::parallel(doubled)) == 40);
    });
    CHECK(faults::stop_failing() == 0);
}
#endif
