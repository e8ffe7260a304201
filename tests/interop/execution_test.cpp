// tests/interop/execution_test.cpp - the standard's algorithms by their own names, against the standard's.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/interop/execution.hpp>
#include <weft/weft.hpp>

#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using test::counted;
using test::random_numbers;
using weft::execution::par;
using weft::execution::par_unseq;

constexpr std::array<std::size_t, 7> sizes{0, 1, 2, 3, 100, 4'099, 50'000};

bool is_odd(int x) { return x % 2 != 0; }

/// A user's number, in a namespace that has functions of the same names as weft's.
namespace theirs {
struct number {
    int n = 0;
    friend bool operator==(const number&, const number&) = default;
    friend auto operator<=>(const number&, const number&) = default;
};
[[maybe_unused]] void for_each(int, number*, number*, int) { std::abort(); }
template <class... X>
[[maybe_unused]] void invoke(X&&...)
{
    std::abort();
}
}  // namespace theirs

}  // namespace

TEST_CASE("execution: what assigns element after element does what the standard does")
{
    for (const std::size_t n : sizes) {
        const std::vector<int> in = random_numbers(n, 100, n);
        std::vector<int> mine = in;
        std::vector<int> theirs = in;
        const auto agree = [&] { CHECK(mine == theirs); };

        weft::for_each(par, mine.begin(), mine.end(), [](int& x) { x += 3; });
        std::for_each(theirs.begin(), theirs.end(), [](int& x) { x += 3; });
        agree();
        CHECK(weft::for_each_n(par, mine.begin(), n / 2, [](int& x) { x *= 2; }) ==
              mine.begin() + static_cast<std::ptrdiff_t>(n / 2));
        std::for_each_n(theirs.begin(), n / 2, [](int& x) { x *= 2; });
        agree();
        CHECK(weft::transform(par_unseq, in.begin(), in.end(), mine.begin(), [](int x) { return x * x; }) ==
              mine.end());
        std::transform(in.begin(), in.end(), theirs.begin(), [](int x) { return x * x; });
        agree();
        CHECK(weft::transform(par, in.begin(), in.end(), mine.begin(), mine.begin(), std::minus<>()) == mine.end());
        std::transform(in.begin(), in.end(), theirs.begin(), theirs.begin(), std::minus<>());
        agree();
        weft::replace(par, mine.begin(), mine.end(), 0, 7);
        std::replace(theirs.begin(), theirs.end(), 0, 7);
        agree();
        weft::replace_if(par, mine.begin(), mine.end(), is_odd, -1);
        std::replace_if(theirs.begin(), theirs.end(), is_odd, -1);
        agree();
        weft::reverse(par, mine.begin(), mine.end());
        std::reverse(theirs.begin(), theirs.end());
        agree();
        CHECK(weft::copy(par, in.begin(), in.end(), mine.begin()) == mine.end());
        CHECK(mine == in);
        const auto end = weft::copy_if(par, in.begin(), in.end(), mine.begin(), is_odd);
        CHECK(end - mine.begin() == std::copy_if(in.begin(), in.end(), theirs.begin(), is_odd) - theirs.begin());
        CHECK(std::equal(mine.begin(), end, theirs.begin()));
        weft::fill(par, mine.begin(), mine.end(), 5);
        CHECK(std::ranges::count(mine, 5) == static_cast<std::ptrdiff_t>(n));
        CHECK(weft::fill_n(par, mine.begin(), n / 3, 6) == mine.begin() + static_cast<std::ptrdiff_t>(n / 3));
        CHECK(std::ranges::count(mine, 6) == static_cast<std::ptrdiff_t>(n / 3));
        std::atomic<int> calls{0};
        weft::generate(par, mine.begin(), mine.end(), [&] { return calls.fetch_add(1); });
        std::ranges::sort(mine);
        std::iota(theirs.begin(), theirs.end(), 0);
        agree();
    }
    CHECK(weft::fill_n(par, static_cast<int*>(nullptr), -3, 1) == nullptr);  // as the standard says: nothing
}

TEST_CASE("execution: reductions and counts do what the standard does")
{
    for (const std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n, 100, n + 1);
        const std::vector<int> w = random_numbers(n, 100, n + 2);
        CHECK(weft::reduce(par, v.begin(), v.end()) == std::reduce(v.begin(), v.end()));
        CHECK(weft::reduce(par, v.begin(), v.end(), 10L) == std::reduce(v.begin(), v.end(), 10L));
        const auto larger = [](int a, int b) { return std::max(a, b); };
        CHECK(weft::reduce(par, v.begin(), v.end(), 50, larger) == std::reduce(v.begin(), v.end(), 50, larger));
        const auto square = [](int x) { return long{x} * x; };
        CHECK(weft::transform_reduce(par, v.begin(), v.end(), 1L, std::plus<>(), square) ==
              std::transform_reduce(v.begin(), v.end(), 1L, std::plus<>(), square));
        CHECK(weft::transform_reduce(par, v.begin(), v.end(), w.begin(), 1L) ==
              std::transform_reduce(v.begin(), v.end(), w.begin(), 1L));
        CHECK(weft::transform_reduce(par, v.begin(), v.end(), w.begin(), 0, std::plus<>(), std::equal_to<>()) ==
              std::transform_reduce(v.begin(), v.end(), w.begin(), 0, std::plus<>(), std::equal_to<>()));
        CHECK(weft::count(par, v.begin(), v.end(), 42) == std::count(v.begin(), v.end(), 42));
        CHECK(weft::count_if(par, v.begin(), v.end(), is_odd) == std::count_if(v.begin(), v.end(), is_odd));
        for (const int bound : {-1, 99, 100}) {
            const auto above = [bound](int x) { return x > bound; };
            CHECK(weft::all_of(par, v.begin(), v.end(), above) == std::all_of(v.begin(), v.end(), above));
            CHECK(weft::any_of(par, v.begin(), v.end(), above) == std::any_of(v.begin(), v.end(), above));
            CHECK(weft::none_of(par, v.begin(), v.end(), above) == std::none_of(v.begin(), v.end(), above));
        }
    }
    // The sum of things that are no numbers; an `init` that is not neutral counts once.
    const std::vector<std::string> words(300, "ab");
    CHECK(weft::reduce(par, words.begin(), words.end(), std::string("x")).size() == 601);
}

TEST_CASE("execution: searches and comparisons do what the standard does")
{
    for (const std::size_t n : sizes) {
        for (const std::uint32_t below : {2u, 10u, 100'000u}) {
            const std::vector<int> v = random_numbers(n, below, n + below);
            const auto b = v.begin();
            const auto e = v.end();
            CHECK(weft::find(par, b, e, 1) == std::find(b, e, 1));
            CHECK(weft::find_if(par, b, e, is_odd) == std::find_if(b, e, is_odd));
            CHECK(weft::find_if_not(par, b, e, is_odd) == std::find_if_not(b, e, is_odd));
            CHECK(weft::adjacent_find(par, b, e) == std::adjacent_find(b, e));
            CHECK(weft::adjacent_find(par, b, e, std::greater<>()) == std::adjacent_find(b, e, std::greater<>()));
            CHECK(weft::min_element(par, b, e) == std::min_element(b, e));
            CHECK(weft::max_element(par, b, e) == std::max_element(b, e));
            CHECK(weft::minmax_element(par, b, e) == std::minmax_element(b, e));
            CHECK(weft::max_element(par, b, e, std::greater<>()) == std::max_element(b, e, std::greater<>()));
            std::deque<int> w(b, e);
            CHECK(weft::equal(par, b, e, w.begin()));
            CHECK(weft::equal(par, b, e, w.begin(), w.end()));
            if (n == 0) continue;
            w[n / 2] = -1;
            CHECK(!weft::equal(par, b, e, w.begin()));
            CHECK(weft::mismatch(par, b, e, w.begin()) == std::mismatch(b, e, w.begin()));
            CHECK(weft::mismatch(par, b, e, w.begin(), w.end(), std::less_equal<>()) ==
                  std::mismatch(b, e, w.begin(), w.end(), std::less_equal<>()));
            w.pop_back();
            CHECK(!weft::equal(par, b, e, w.begin(), w.end()));
            CHECK(weft::mismatch(par, b, e, w.begin(), w.end()) == std::mismatch(b, e, w.begin(), w.end()));
        }
    }
}

TEST_CASE("execution: prefixes and orders do what the standard does")
{
    for (const std::size_t n : sizes) {
        const std::vector<int> in = random_numbers(n, 50, n + 3);
        std::vector<int> mine(n);
        std::vector<int> theirs(n);
        CHECK(weft::inclusive_scan(par, in.begin(), in.end(), mine.begin()) == mine.end());
        std::inclusive_scan(in.begin(), in.end(), theirs.begin());
        CHECK(mine == theirs);
        const auto larger = [](int a, int b) { return std::max(a, b); };
        CHECK(weft::exclusive_scan(par, in.begin(), in.end(), mine.begin(), 3, larger) == mine.end());
        std::exclusive_scan(in.begin(), in.end(), theirs.begin(), 3, larger);
        CHECK(mine == theirs);

        mine = theirs = in;
        weft::sort(par, mine.begin(), mine.end());
        std::ranges::sort(theirs);
        CHECK(mine == theirs);
        CHECK(weft::is_sorted(par, mine.begin(), mine.end()));
        std::vector<int> both(2 * n);
        CHECK(weft::merge(par, mine.begin(), mine.end(), theirs.begin(), theirs.end(), both.begin()) == both.end());
        CHECK(std::ranges::is_sorted(both));
        const auto distinct = weft::unique(par, mine.begin(), mine.end());
        theirs.erase(std::unique(theirs.begin(), theirs.end()), theirs.end());
        CHECK(std::equal(mine.begin(), distinct, theirs.begin(), theirs.end()));

        mine = theirs = in;
        const auto by_tens = [](int a, int b) { return a / 10 > b / 10; };
        weft::stable_sort(par, mine.begin(), mine.end(), by_tens);
        std::ranges::stable_sort(theirs, by_tens);
        CHECK(mine == theirs);
        const auto middle = static_cast<std::ptrdiff_t>(n / 3);
        weft::partial_sort(par, mine.begin(), mine.begin() + middle, mine.end());
        std::partial_sort(theirs.begin(), theirs.begin() + middle, theirs.end());
        CHECK(std::equal(mine.begin(), mine.begin() + middle, theirs.begin()));
        if (n != 0) {
            weft::nth_element(par, mine.begin(), mine.begin() + middle, mine.end());
            std::ranges::sort(theirs);
            CHECK(mine[n / 3] == theirs[n / 3]);
        }

        mine = theirs = in;
        CHECK(weft::stable_partition(par, mine.begin(), mine.end(), is_odd) - mine.begin() ==
              std::stable_partition(theirs.begin(), theirs.end(), is_odd) - theirs.begin());
        CHECK(mine == theirs);
        mine = in;
        const auto border = weft::partition(par, mine.begin(), mine.end(), is_odd);
        CHECK(std::all_of(mine.begin(), border, is_odd));
        CHECK(std::none_of(border, mine.end(), is_odd));
        mine = theirs = in;
        CHECK(std::equal(mine.begin(), weft::remove_if(par, mine.begin(), mine.end(), is_odd), theirs.begin(),
                         std::remove_if(theirs.begin(), theirs.end(), is_odd)));
        mine = theirs = in;
        CHECK(std::equal(mine.begin(), weft::remove(par, mine.begin(), mine.end(), 7), theirs.begin(),
                         std::remove(theirs.begin(), theirs.end(), 7)));
    }
}

TEST_CASE("execution: what a function throws arrives, from each algorithm")
{
    std::vector<int> v = random_numbers(20'000, 1000);
    std::vector<int> out(v.size());
    const auto b = v.begin();
    const auto e = v.end();
    const auto throws = [](const auto&...) -> int { throw std::runtime_error("mine"); };
    const auto less = [](int, int) -> bool { throw std::runtime_error("mine"); };
    const auto arrives = [](auto&& f) { CHECK_THROWS_AS(f(), std::runtime_error); };
    arrives([&] { weft::for_each(par, b, e, throws); });
    arrives([&] { weft::transform(par, b, e, out.begin(), throws); });
    arrives([&] { weft::transform(par, b, e, b, out.begin(), throws); });
    arrives([&] { weft::generate(par, b, e, throws); });
    arrives([&] { weft::copy_if(par, b, e, out.begin(), throws); });
    arrives([&] { weft::replace_if(par, b, e, throws, 1); });
    arrives([&] { static_cast<void>(weft::reduce(par, b, e, 0, throws)); });
    arrives([&] { static_cast<void>(weft::transform_reduce(par, b, e, 0, std::plus<>(), throws)); });
    arrives([&] { static_cast<void>(weft::count_if(par, b, e, throws)); });
    arrives([&] { static_cast<void>(weft::any_of(par, b, e, throws)); });
    arrives([&] { static_cast<void>(weft::find_if(par, b, e, throws)); });
    arrives([&] { static_cast<void>(weft::adjacent_find(par, b, e, less)); });
    arrives([&] { static_cast<void>(weft::equal(par, b, e, b, less)); });
    arrives([&] { static_cast<void>(weft::min_element(par, b, e, less)); });
    arrives([&] { static_cast<void>(weft::minmax_element(par, b, e, less)); });
    arrives([&] { weft::inclusive_scan(par, b, e, out.begin(), throws); });
    arrives([&] { weft::sort(par, b, e, less); });
    arrives([&] { weft::partition(par, b, e, throws); });
    arrives([&] { static_cast<void>(weft::unique(par, b, e, less)); });
}

TEST_CASE("execution: users' types, types that only move, inside a pool and inside each other")
{
    std::vector<theirs::number> numbers(5'000);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i].n = static_cast<int>(numbers.size() - i);
    weft::sort(par, numbers.begin(), numbers.end());
    CHECK(std::ranges::is_sorted(numbers));
    CHECK(weft::find(par, numbers.begin(), numbers.end(), theirs::number{4'321}) - numbers.begin() == 4'320);

    std::vector<std::unique_ptr<int>> owners;
    for (int i = 3'000; i > 0; --i) owners.push_back(std::make_unique<int>(i));
    weft::sort(par, owners.begin(), owners.end(), [](const auto& a, const auto& b) { return *a < *b; });
    weft::reverse(par, owners.begin(), owners.end());
    CHECK(*owners.front() == 3'000);

    weft::thread_pool pool({.num_threads = 3});
    std::vector<std::vector<int>> rows(50, std::vector<int>(1'000, 1));
    const long sum = pool.install([&] {
        weft::for_each(par, rows.begin(), rows.end(),
                       [](std::vector<int>& row) { weft::for_each(par, row.begin(), row.end(), [](int& x) { ++x; }); });
        return weft::transform_reduce(
            par, rows.begin(), rows.end(), 0L, std::plus<>(),
            [](const std::vector<int>& row) { return long{weft::reduce(par, row.begin(), row.end())}; });
    });
    CHECK(sum == 100'000);

    const auto alive = counted::alive();
    {
        std::vector<counted> things(2'000);
        weft::transform(par, things.begin(), things.end(), things.begin(),
                        [](const counted& c) { return counted(c.value + 1); });
        CHECK(weft::all_of(par, things.begin(), things.end(), [](const counted& c) { return c.value == 1; }));
    }
    CHECK(counted::alive() == alive);
}
