// tests/algorithm/nan_order_test.cpp - zeros of both signs and NaN, in everything that puts elements into an order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_group.hpp>
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_sort.hpp>

#include "test.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <limits>
#include <random>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

/// Few numbers, zeros and NaN of both signs, NaN with different payloads, infinities.
template <class T>
T awkward(std::mt19937_64& random)
{
    using limits = std::numeric_limits<T>;
    switch (random() % 8) {
        case 0:
            return T{0};
        case 1:
            return -T{0};
        case 2: {
            T x = limits::quiet_NaN();
            const auto payload = static_cast<std::uint8_t>(random());
            std::memcpy(&x, &payload, 1);  // the lowest bits, where numbers are little-endian
            return random() % 2 == 0 ? x : -x;
        }
        case 3:
            return random() % 2 == 0 ? limits::infinity() : -limits::infinity();
        default:
            return static_cast<T>(static_cast<int>(random() % 200) - 100) / 4;
    }
}

/// A type that is the key, or has it as its first member; `index` tells equals apart.
template <class T, std::size_t Bytes>
struct record {
    T key;
    std::uint32_t index;
    std::array<char, Bytes> rest;
};
template <class T>
struct heavy {
    T key;
    std::uint32_t index;
    std::string text;  // moved, not copied
};

constexpr std::size_t bytes_of_long_double = std::numeric_limits<long double>::digits == 64 ? 10 : sizeof(long double);

template <class T>
std::string bits(T x)
{
    constexpr std::size_t size = std::is_same_v<T, long double> ? bytes_of_long_double : sizeof(T);
    std::string out(size, '\0');
    std::memcpy(out.data(), &x, size);
    return out;
}

/// The keys of any range, by value.
template <class R, class P>
auto keys_of(R&& r, P project)
{
    std::vector<std::remove_cvref_t<std::invoke_result_t<P&, std::ranges::range_reference_t<R>>>> keys;
    for (auto&& x : r) keys.push_back(std::invoke(project, x));
    return keys;
}

template <class T>
std::vector<std::string> multiset_of_bits(const std::vector<T>& keys)
{
    std::vector<std::string> all;
    for (const T x : keys) all.push_back(bits(x));
    std::ranges::sort(all);
    return all;
}

/// Numbers in order, then nothing but NaN.
template <class T>
bool in_order(const std::vector<T>& keys, bool descending)
{
    const auto nan = std::ranges::find_if(keys, [](T x) { return std::isnan(x); });
    return std::all_of(nan, keys.end(), [](T x) { return std::isnan(x); }) &&
           (descending ? std::is_sorted(keys.begin(), nan, std::greater<>()) : std::is_sorted(keys.begin(), nan));
}

/// What a user's comparator would have to be.
template <class T>
bool before(T a, T b, bool descending)
{
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
    return descending ? a > b : a < b;
}

constexpr std::size_t sizes[] = {0, 1, 2, 5, 21, 100, 1023, 1024, 3000, test::scaled(40'000), test::scaled(200'000)};

/// Sorts what `fill(r)` puts into a range, in all ways, and checks that nothing is lost and everything is in order.
template <class R, class View, class P, class Fill>
void check_sorts(View view, P project, Fill fill)
{
    for (const std::size_t n : sizes) {
        R original(n);
        std::mt19937_64 random(n);
        for (auto& x : original) fill(x, random);
        const auto before_bits = multiset_of_bits(keys_of(view(original), project));
        const auto check = [&](bool descending, auto sort) {
            R r = original;
            auto&& seen = view(r);
            sort(seen);
            const auto keys = keys_of(seen, project);
            CHECK(in_order(keys, descending));
            CHECK((multiset_of_bits(keys) == before_bits));
            CHECK((descending || weft::par_is_sorted(seen, {}, project)));
            CHECK((!descending || weft::par_is_sorted(seen, std::ranges::greater(), project)));
        };
        check(false, [&](auto& r) { weft::par_sort(r, {}, project); });
        check(true, [&](auto& r) { weft::par_sort(r, std::ranges::greater(), project); });
        for (const bool descending : {false, true}) {
            for (const std::size_t at : {std::size_t{0}, n / 2, n - n / 10, n}) {
                R r = original;
                auto&& seen = view(r);
                const auto place = std::ranges::begin(seen) + static_cast<std::ptrdiff_t>(at);
                if (descending) {
                    weft::par_nth_element(seen, place, std::ranges::greater(), project);
                } else {
                    weft::par_nth_element(seen, place, {}, project);
                }
                const auto keys = keys_of(seen, project);
                CHECK((multiset_of_bits(keys) == before_bits));
                if (at == n) continue;
                for (std::size_t i = 0; i < n; ++i) {
                    const bool right =
                        i < at ? !before(keys[at], keys[i], descending) : !before(keys[i], keys[at], descending);
                    if (!right) FAIL_CHECK("nth element: " << i << " of " << n);
                }
                if (descending) {
                    weft::par_partial_sort(seen, place, std::ranges::greater(), project);
                } else {
                    weft::par_partial_sort(seen, place, {}, project);
                }
                auto front = keys_of(seen, project);
                CHECK((multiset_of_bits(front) == before_bits));
                front.resize(at);
                CHECK(in_order(front, descending));
            }
        }
    }
}

/// Equal keys must keep their order where the sort is stable: all zeros among themselves, all NaN among themselves.
template <class R, class View>
void check_stable(View view)
{
    using element = typename R::value_type;
    using key = decltype(element::key);
    for (const std::size_t n : sizes) {
        R original(n);
        std::mt19937_64 random(n);
        std::uint32_t index = 0;
        for (element& x : view(original)) {
            x.key = awkward<key>(random);
            x.index = index++;
        }
        const auto check = [&](bool descending, auto sort) {
            R r = original;
            auto&& seen = view(r);
            sort(seen);
            CHECK(std::ranges::is_sorted(seen, [&](const element& a, const element& b) {
                if (before(a.key, b.key, descending)) return true;
                return !before(b.key, a.key, descending) && a.index < b.index;
            }));
            CHECK(multiset_of_bits(keys_of(seen, &element::key)) == multiset_of_bits(keys_of(original, &element::key)));
        };
        check(false, [](auto& r) { weft::par_stable_sort(r, {}, &element::key); });
        check(true, [](auto& r) { weft::par_stable_sort(r, std::ranges::greater(), &element::key); });
        check(false, [](auto& r) { weft::par_stable_sort(r, {}, [](const element& x) { return x.key; }); });
        check(false, [](auto& r) { weft::par_sort_by_cached_key(r, [](const element& x) { return x.key; }); });
    }
}

const auto as_it_is = [](auto& r) -> auto& { return r; };
const auto backwards = [](auto& r) { return std::views::reverse(r); };
const auto fill_key = [](auto& x, std::mt19937_64& random) { x = awkward<std::remove_cvref_t<decltype(x)>>(random); };
const auto fill_record = [](auto& x, std::mt19937_64& random) { x.key = awkward<decltype(x.key)>(random); };

}  // namespace

TEST_CASE("nan order: NaN ends up behind all numbers, and no bit is lost")
{
    const std::identity same;
    using small = record<double, 1>;
    using large = record<double, 40>;
    check_sorts<std::vector<double>>(as_it_is, same, fill_key);
    check_sorts<std::vector<float>>(as_it_is, same, fill_key);
    check_sorts<std::vector<long double>>(as_it_is, same, fill_key);
    check_sorts<std::deque<double>>(as_it_is, same, fill_key);
    check_sorts<std::vector<float>>(backwards, same, fill_key);
    check_sorts<std::vector<double>>(as_it_is, [](double x) { return x; }, fill_key);
    check_sorts<std::vector<small>>(as_it_is, &small::key, fill_record);
    check_sorts<std::vector<large>>(as_it_is, &large::key, fill_record);
    check_sorts<std::deque<small>>(as_it_is, &small::key, fill_record);
    check_sorts<std::vector<heavy<double>>>(as_it_is, &heavy<double>::key, fill_record);
}

TEST_CASE("nan order: every standard comparator has NaN behind all numbers")
{
    const auto check = [](auto r, auto compare, bool descending) {
        const auto keys = multiset_of_bits(keys_of(r, std::identity()));
        weft::par_sort(r, compare);
        CHECK(in_order(keys_of(r, std::identity()), descending));
        CHECK(multiset_of_bits(keys_of(r, std::identity())) == keys);
        weft::par_stable_sort(r, compare);
        CHECK(in_order(keys_of(r, std::identity()), descending));
    };
    std::mt19937_64 random(3);
    std::vector<double> v(3000);
    for (double& x : v) x = awkward<double>(random);
    const std::deque<double> d(v.begin(), v.end());
    check(v, std::less<>(), false);
    check(v, std::less<double>(), false);
    check(v, std::greater<>(), true);
    check(v, std::greater<double>(), true);
    check(d, std::less<>(), false);
    check(d, std::less<double>(), false);
    check(d, std::greater<>(), true);
    check(d, std::greater<double>(), true);
    check(std::deque<float>(100, std::numeric_limits<float>::quiet_NaN()), std::less<double>(), false);
}

TEST_CASE("nan order: a stable sort keeps the order of zeros of both signs, and of NaN")
{
    check_stable<std::vector<record<double, 1>>>(as_it_is);
    check_stable<std::vector<record<double, 40>>>(as_it_is);
    check_stable<std::deque<record<float, 1>>>(as_it_is);
    check_stable<std::vector<record<float, 16>>>(backwards);
    check_stable<std::vector<record<long double, 1>>>(as_it_is);
    check_stable<std::vector<heavy<double>>>(as_it_is);
}

TEST_CASE("nan order: pairs are compared part by part, NaN last in each")
{
    const auto check = [&]<class A, class B>(std::pair<A, B>) {
        using pair = std::pair<A, B>;
        for (const std::size_t n : {2U, 50U, 2000U, 100'000U}) {
            std::mt19937_64 random(n);
            std::vector<pair> v(n);
            for (pair& x : v) x = {awkward<A>(random), static_cast<B>(awkward<double>(random) > 0 ? 1 : 2)};
            if constexpr (std::is_floating_point_v<B>) {
                for (pair& x : v) x.second = awkward<B>(random);
            }
            for (const bool descending : {false, true}) {
                const auto in_order = [&](const pair& a, const pair& b) {
                    if (before(a.first, b.first, descending) || before(b.first, a.first, descending))
                        return before(a.first, b.first, descending);
                    if constexpr (std::is_floating_point_v<B>) return before(a.second, b.second, descending);
                    return descending ? a.second > b.second : a.second < b.second;
                };
                const auto sorts = [&](auto r) {
                    auto other = r;
                    if (descending) {
                        weft::par_sort(r, std::greater<>());
                        weft::par_stable_sort(other, std::ranges::greater());
                    } else {
                        weft::par_sort(r);
                        weft::par_stable_sort(other, std::less<pair>());
                    }
                    CHECK(std::ranges::is_sorted(r, in_order));
                    CHECK(std::ranges::is_sorted(other, in_order));
                };
                sorts(v);
                sorts(std::deque<pair>(v.begin(), v.end()));
            }
        }
    };
    check(std::pair<double, std::int8_t>());
    check(std::pair<long double, float>());
}

TEST_CASE("nan order: a merge takes NaN for the greatest, and of equals the first range's first")
{
    using T = double;
    for (const std::size_t n : {0U, 1U, 30U, 5000U, 100'000U}) {
        for (const bool descending : {false, true}) {
            std::mt19937_64 random(n);
            std::vector<T> a(n);
            std::vector<T> b(n / 2 + 1);
            for (T& x : a) x = awkward<T>(random);
            for (T& x : b) x = awkward<T>(random);
            const auto less = [&](T x, T y) { return before(x, y, descending); };
            std::ranges::stable_sort(a, less);
            std::ranges::stable_sort(b, less);
            std::vector<T> expected(a.size() + b.size());
            std::ranges::merge(a, b, expected.begin(), less);
            std::vector<T> out(expected.size());
            const auto check = [&] {
                bool same = true;
                for (std::size_t i = 0; i < out.size(); ++i) same = same && bits(out[i]) == bits(expected[i]);
                CHECK(same);
            };
            if (descending) {
                CHECK(weft::par_merge(a, b, out.begin(), std::ranges::greater()) == out.end());
            } else {
                CHECK(weft::par_merge(a, b, out.begin()) == out.end());
            }
            check();
            const std::deque<T> c(b.begin(), b.end());
            if (descending) {
                weft::par_merge(a, c, out.begin(), std::greater<T>());
            } else {
                weft::par_merge(a, c, out.begin(), std::less<T>());
            }
            check();
        }
    }
}

TEST_CASE("nan order: keys of two types have an order, too")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> a{1, 4, nan};
    const std::vector<float> b{2, 3, static_cast<float>(nan)};
    std::vector<double> out(6);
    weft::par_merge(a, b, out.begin());
    CHECK(std::equal(out.begin(), out.begin() + 4, std::vector<double>{1, 2, 3, 4}.begin()));
    CHECK((std::isnan(out[4]) && std::isnan(out[5])));
    std::deque<float> c{3, static_cast<float>(nan), 1, static_cast<float>(nan), 2};
    weft::par_sort(c, std::less<double>());
    CHECK((c[0] == 1 && c[1] == 2 && c[2] == 3 && std::isnan(c[3])));
}

TEST_CASE("nan order: a merge looks for NaN in what each range's own projection gives")
{
    struct item {
        double key;
        int number;
        std::uint32_t index;
    };
    using part = std::pair<double, int>;
    const auto number = [](const item& x) { return x.number; };
    const auto narrow = [](const item& x) { return static_cast<float>(x.key); };
    const auto halves = [](const item& x) { return part{x.key, x.number}; };
    const auto exchanged = [](const item& x) { return part{static_cast<double>(x.number), 0}; };
    const auto check = [](auto compare, bool descending, auto project_a, auto project_b) {
        // Whether one key comes before another, of whatever kind they are.
        const auto first = [&](const auto& x, const auto& y) {
            if constexpr (requires { x.first; }) {
                if (before(x.first, y.first, descending) || before(y.first, x.first, descending))
                    return before(x.first, y.first, descending);
                return descending ? x.second > y.second : x.second < y.second;
            } else {
                return before(static_cast<double>(x), static_cast<double>(y), descending);
            }
        };
        for (const std::size_t n : {0U, 1U, 30U, 5000U, 50'000U}) {
            std::mt19937_64 random(n);
            std::uint32_t index = 0;
            const auto fill = [&](std::size_t size) {
                std::vector<item> r(size);
                for (item& x : r) x = {awkward<double>(random), static_cast<int>(random() % 50) - 25, index++};
                return r;
            };
            std::vector<item> a = fill(n);
            std::vector<item> b = fill(n / 2 + 1);
            std::ranges::stable_sort(a, first, project_a);
            std::ranges::stable_sort(b, first, project_b);
            std::vector<item> expected(a.size() + b.size());
            std::ranges::merge(a, b, expected.begin(), first, project_a, project_b);
            std::vector<item> out(expected.size());
            CHECK(weft::par_merge(a, b, out.begin(), compare, project_a, project_b) == out.end());
            CHECK(std::ranges::equal(out, expected, {}, &item::index, &item::index));
            const std::deque<item> c(b.begin(), b.end());
            CHECK(weft::par_merge(a, c, out.begin(), compare, project_a, project_b) == out.end());
            CHECK(std::ranges::equal(out, expected, {}, &item::index, &item::index));
        }
    };
    check(std::ranges::less(), false, &item::key, narrow);
    check(std::ranges::less(), false, number, &item::key);
    check(std::ranges::less(), false, &item::key, number);
    check(std::less<double>(), false, narrow, &item::key);
    check(std::greater<>(), true, &item::key, number);
    check(std::ranges::greater(), true, number, narrow);
    check(std::ranges::less(), false, halves, exchanged);
    check(std::ranges::greater(), true, exchanged, halves);
}

TEST_CASE("nan order: a comparator of one's own is asked as it is")
{
    const auto total = [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; };  // NaN first
    std::mt19937_64 random(1);
    std::vector<double> v(5000);
    for (double& x : v) x = awkward<double>(random);
    weft::par_sort(v, total);
    CHECK(std::ranges::is_sorted(v, total));
    CHECK(std::isnan(v.front()));
}

TEST_CASE("nan order: NaN is a group of its own, and zeros of both signs are one")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> v{3, nan, 0.0, -0.0, -nan, 3};
    const auto groups = weft::par_group_by(v, [](double x) { return x; });
    REQUIRE(groups.size() == 3);
    CHECK((groups[0].first == 0 && groups[0].second.size() == 2 && std::signbit(groups[0].second[1])));
    CHECK((groups[1].first == 3 && groups[1].second == std::vector<double>{3, 3}));
    CHECK((std::isnan(groups[2].first) && groups[2].second.size() == 2));
    const auto counts = weft::par_reduce_by_key(v, std::vector<int>(v.size(), 1));
    REQUIRE(counts.size() == 3);
    CHECK((counts[0].second == 2 && counts[1].second == 2 && counts[2].second == 2));
}
