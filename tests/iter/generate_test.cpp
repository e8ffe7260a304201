// tests/iter/generate_test.cpp - generate: what a function returns, call by call, as a range.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/generate.hpp>

#include "common.hpp"
#include "test.hpp"

#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_worklist.hpp>
#include <weft/iter/pipeline.hpp>
#include <weft/iter/stream.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

/// 0 .. n - 1, and then nothing more; reports being called once too often, or by two threads at a time.
class counter {
public:
    explicit counter(int n) : n_(n) {}

    std::optional<int> operator()()
    {
        if (inside_.exchange(true)) misused_ = true;
        if (at_ > n_) misused_ = true;
        const int now = at_++;
        test::uneven(now);
        inside_ = false;
        return now < n_ ? std::optional(now) : std::nullopt;
    }
    [[nodiscard]] bool misused() const { return misused_; }

private:
    int n_;
    int at_ = 0;
    std::atomic<bool> inside_{false};
    std::atomic<bool> misused_{false};
};

}  // namespace

TEST_CASE("generate: a plain loop gets each item once")
{
    for (const int n : {0, 1, 2, 100}) {
        counter next(n);
        std::vector<int> seen;
        for (int x : weft::generate([&] { return next(); })) seen.push_back(x);
        CHECK(seen == test::numbers(n));
        CHECK(!next.misused());
    }
    static_assert(std::ranges::input_range<decltype(weft::generate([] { return std::optional<int>(); }))>);
    static_assert(!std::ranges::forward_range<decltype(weft::generate([] { return std::optional<int>(); }))>);
}

TEST_CASE("generate: par_bridge, stream, pipeline and par_worklist take it, or the function itself")
{
    bool right = true;
    test::everywhere([&] {
        for (const int n : {0, 1, 2, 1000}) {
            const long sum = static_cast<long>(n) * (n - 1) / 2;
            const auto with = [&](auto use) {
                counter next(n);
                const long found = use([&] { return next(); });
                right = right && found == sum && !next.misused();
            };
            const auto wide = [](int x) { return static_cast<long>(x); };
            with([&](auto next) { return weft::par_bridge(next).map(wide).sum(); });
            with([&](auto next) { return weft::par_bridge(weft::generate(next)).map(wide).sum(); });
            with([&](auto next) { return weft::par_bridge(std::move(next)).ordered().map(wide).sum(); });
            with([&](auto next) {
                long all = 0;
                int expected = 0;
                for (long x : weft::stream(next).parallel_map(wide, 8).ordered()) {
                    right = right && x == expected++;
                    all += x;
                }
                return all;
            });
            with([&](auto next) {
                long all = 0;
                for (long x : weft::stream(weft::generate(next)).parallel_map(wide, 8).unordered()) all += x;
                return all;
            });
            with([&](auto next) {
                long all = 0;
                weft::pipeline(8, next, weft::parallel(wide), weft::serial_in_order([&](long x) { all += x; }));
                return all;
            });
            with([&](auto next) {
                long all = 0;
                weft::pipeline(8, weft::generate(next), weft::serial_out_of_order([&](int x) { all += x; }));
                return all;
            });
            with([&](auto next) {
                std::atomic<long> all{0};
                weft::par_worklist(weft::generate(next), [&](int x) { all += x; });
                return all.load();
            });
        }
    });
    CHECK(right);
}

TEST_CASE("generate: gives what can only be moved, and what pointers show")
{
    int left = 100;
    const auto next = [&]() -> std::optional<std::unique_ptr<int>> {
        if (left == 0) return std::nullopt;
        return std::make_unique<int>(left--);
    };
    CHECK(weft::par_bridge(next).map([](std::unique_ptr<int> p) { return *p; }).sum() == 5050);

    left = 100;
    int sum = 0;
    for (int x : weft::stream(next).parallel_map([](std::unique_ptr<int> p) { return *p; }).unordered()) sum += x;
    CHECK(sum == 5050);

    const std::vector<int> v = test::numbers(100);
    std::size_t at = 0;
    CHECK(weft::par_bridge([&]() -> const int* { return at < v.size() ? &v[at++] : nullptr; }).sum() == 4950);

    const std::optional<const int> fixed(7);  // cannot be assigned
    int times = 3;
    CHECK(weft::par_bridge([&] {
              return times-- > 0 ? fixed : std::optional<const int>();
          }).map([](int x) {
                return x;
            }).sum() == 21);
}

TEST_CASE("generate: after the function has thrown it is at its end")
{
    int calls = 0;
    auto range = weft::generate([&]() -> std::optional<int> {
        if (++calls == 3) throw std::runtime_error("broken");
        return calls;
    });
    auto it = range.begin();
    CHECK(*it == 1);
    ++it;
    CHECK(*it == 2);
    CHECK_THROWS_AS(++it, std::runtime_error);
    CHECK(it == range.end());

    calls = 0;
    CHECK_THROWS_AS(weft::par_bridge([&]() -> std::optional<int> {
                        if (++calls == 3) throw std::runtime_error("broken");
                        return calls;
                    }).sum(),
                    std::runtime_error);
    CHECK(calls == 3);
}
