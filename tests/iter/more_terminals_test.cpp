// tests/iter/more_terminals_test.cpp
#include <weft/iter/par_iter.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <atomic>
#include <compare>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

namespace {

using test::random_numbers;

constexpr std::size_t sizes[] = {0, 1, 2, 3, 100, 5000};

template <class It>
std::optional<std::size_t> number(It begin, It it, It end)
{
    if (it == end) return std::nullopt;
    return static_cast<std::size_t>(it - begin);
}

TEST_CASE("find_last, find_map_*, position_*: as the sequential search")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n, 50);
        for (int wanted : {-1, 0, 7, 49}) {
            const auto hit = [wanted](int x) { return x == wanted; };
            const auto first = number(v.begin(), std::find(v.begin(), v.end(), wanted), v.end());
            std::optional<std::size_t> last;
            for (std::size_t i = 0; i < n; ++i) {
                if (v[i] == wanted) last = i;
            }
            CHECK(weft::par_iter(v).position_first(hit) == first);
            CHECK(weft::par_iter(v).position_last(hit) == last);
            CHECK(weft::par_iter(v).map_init([] { return 0; }, [](int&, int x) { return x; }).position_last(hit) ==
                  last);
            const auto any = weft::par_iter(v).position_any(hit);
            CHECK(any.has_value() == first.has_value());
            if (any) CHECK(v[*any] == wanted);
            const auto numbered = [hit](std::size_t i, int x) {
                return hit(x) ? std::optional<std::size_t>(i) : std::nullopt;
            };
            CHECK(weft::par_iter(v).enumerate().find_map_first(numbered) == first);
            CHECK(weft::par_iter(v).enumerate().find_map_last(numbered) == last);
            CHECK(weft::par_iter(v).enumerate().find_map_any(numbered).has_value() == first.has_value());
            const auto tuple_hit = [hit](std::size_t, int x) { return hit(x); };
            const auto whole = weft::par_iter(v).enumerate().find_last(tuple_hit);
            CHECK(whole.has_value() == last.has_value());
            if (whole) CHECK(std::get<0>(*whole) == *last);
            const auto unindexed =
                weft::par_iter(v).enumerate().filter([](std::size_t, int) { return true; }).find_last(tuple_hit);
            CHECK(unindexed.has_value() == last.has_value());
            if (unindexed) CHECK(std::get<0>(*unindexed) == *last);
        }
    }
}

TEST_CASE("minmax: the first of the smallest, the last of the largest")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n, 10);
        const auto both = weft::par_iter(v).enumerate().minmax({}, [](std::size_t, int x) { return x; });
        const auto [lo, hi] = std::minmax_element(v.begin(), v.end());
        CHECK(both.has_value() == (n != 0));
        if (both) {
            CHECK(std::get<0>(both->first) == static_cast<std::size_t>(lo - v.begin()));
            CHECK(std::get<0>(both->second) == static_cast<std::size_t>(hi - v.begin()));
        }
        const auto reversed = weft::par_iter(v).minmax([](int a, int b) { return a > b; });
        if (reversed) CHECK((reversed->first == *hi && reversed->second == *lo));
    }
}

TEST_CASE("equal, compare_three_way: lexicographic, as std")
{
    for (std::size_t n : sizes) {
        const std::vector<int> a = random_numbers(n);
        for (std::size_t at : {std::size_t{0}, n / 2, n == 0 ? n : n - 1}) {
            std::vector<int> b = a;
            CHECK(weft::par_iter(a).equal(b));
            CHECK(std::is_eq(weft::par_iter(a).compare_three_way(b)));
            if (n == 0) continue;
            b[at] += 1;
            CHECK_FALSE(weft::par_iter(a).equal(b));
            CHECK(std::is_lt(weft::par_iter(a).compare_three_way(b)));
            CHECK(std::is_gt(weft::par_iter(b).compare_three_way(weft::par_iter(a))));
            b = a;
            b.pop_back();
            CHECK_FALSE(weft::par_iter(a).equal(b));
            CHECK(std::is_gt(weft::par_iter(a).compare_three_way(b)));
            CHECK(std::is_lt(weft::par_iter(b).compare_three_way(a)));
        }
    }
    const std::vector<double> odd{1.0, std::numeric_limits<double>::quiet_NaN()};
    CHECK((weft::par_iter(odd).compare_three_way(odd) == std::partial_ordering::unordered));
}

TEST_CASE("unzip: the parts in vectors of their own")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto [numbers, items] = weft::par_iter(v).enumerate().unzip();
        CHECK(items == v);
        CHECK(numbers == weft::par_range(std::size_t{0}, n).to_vector());
        const auto [a, b, c] = weft::par_iter(v)
                                   .filter([](int x) { return x % 2 == 0; })
                                   .map([](int x) { return std::tuple(x, std::to_string(x), 0.5 * x); })
                                   .unzip();
        CHECK(a == weft::par_iter(v).filter([](int x) { return x % 2 == 0; }).to_vector());
        CHECK(b.size() == a.size());
        CHECK(c.size() == a.size());
        CHECK(weft::par_iter(a).zip(b, c).all_of(
            [](int x, const std::string& s, double d) { return std::to_string(x) == s && d == 0.5 * x; }));
    }
}

TEST_CASE("try_for_each: the first failure ends it")
{
    const std::vector<int> v = random_numbers(100'000);
    CHECK(weft::par_iter(v).try_for_each([](int x) { return x >= 0; }));
    std::atomic<std::size_t> calls{0};
    CHECK_FALSE(weft::par_iter(v).try_for_each([&](int) { return calls.fetch_add(1) < 10; }));
    CHECK(calls.load() < v.size());
    const auto some = [](int x) { return x >= 0 ? std::optional<int>(x) : std::nullopt; };
    CHECK(weft::par_iter(v).try_for_each(some).has_value());
    CHECK_FALSE(weft::par_iter(v).try_for_each([](int x) { return x == 500 ? std::nullopt : std::optional<int>(x); }));
    CHECK(weft::par_range(0, 0).try_for_each([](int) { return false; }));

    struct outcome {  // as std::expected<void, std::string>
        std::string error;
        explicit operator bool() const { return error.empty(); }
    };
    const auto failing = [](int x) { return x == 500 ? outcome{"five hundred"} : outcome{}; };
    CHECK(weft::par_iter(v).try_for_each(failing).error == "five hundred");
    const auto throwing = [&] { return weft::par_iter(v).try_for_each([](int) -> bool { throw 1; }); };
    CHECK_THROWS_AS(throwing(), int);
}

TEST_CASE("try_reduce: a sum that may overflow")
{
    const auto add = [](int a, int b) -> std::optional<int> {
        int sum = 0;
        if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
        return sum;
    };
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto sum = weft::par_iter(v).try_reduce(0, add);
        CHECK(sum == std::accumulate(v.begin(), v.end(), 0));
    }
    const std::vector<int> big(100'000, 1 << 30);
    CHECK(weft::par_iter(big).try_reduce(0, add) == std::nullopt);
    CHECK(weft::par_iter(big).try_reduce([] { return 0; }, add) == std::nullopt);
    std::vector<std::optional<int>> maybe(1000, 1);
    CHECK(weft::par_iter(maybe).try_reduce(0, add) == 1000);
    maybe[777] = std::nullopt;
    CHECK(weft::par_iter(maybe).try_reduce(0, add) == std::nullopt);
}

}  // namespace
