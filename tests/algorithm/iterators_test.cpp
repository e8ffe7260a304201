// tests/algorithm/iterators_test.cpp - algorithms between two iterators, in arrays, and with projections.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_group.hpp>
#include <weft/algorithm/par_nth_element.hpp>
#include <weft/algorithm/par_scan.hpp>
#include <weft/algorithm/par_shuffle.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/par_transform.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include "test.hpp"

namespace {

struct person {
    std::string name;
    int age;
    bool operator==(const person&) const = default;
};

std::vector<int> mixed(std::size_t n)
{
    std::vector<int> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<int>(i * 7919 % (n + 3) / 2);
    return v;
}

std::vector<person> people(std::size_t n)
{
    std::vector<person> all;
    for (const int x : mixed(n)) all.push_back({std::to_string(x), x % 50});
    return all;
}

constexpr std::size_t sizes[] = {0, 1, 2, 1000, 70'000};
const auto odd = [](int x) { return x % 2 != 0; };

}  // namespace

TEST_CASE("iterators: sorts, merges and selections take the elements between two iterators and leave the others alone")
{
    for (const std::size_t n : sizes) {
        // One element before and one after that nobody may touch.
        std::vector<int> v = mixed(n + 2);
        std::vector<int> expected = v;
        const auto at = [](auto& c, std::size_t i) { return c.begin() + static_cast<std::ptrdiff_t>(i); };

        CHECK(weft::par_sort(at(v, 1), at(v, n + 1)) == at(v, n + 1));
        std::ranges::sort(at(expected, 1), at(expected, n + 1));
        CHECK(v == expected);
        CHECK(weft::par_is_sorted(at(v, 1), at(v, n + 1)));

        CHECK(weft::par_stable_sort(at(v, 1), at(v, n + 1), std::ranges::greater()) == at(v, n + 1));
        std::ranges::stable_sort(at(expected, 1), at(expected, n + 1), std::ranges::greater());
        CHECK(v == expected);
        CHECK(weft::par_is_sorted(at(v, 1), at(v, n + 1), {}, std::negate<>()));

        if (n > 0) {
            weft::par_shuffle(at(v, 1), at(v, n + 1), 5);
            CHECK(weft::par_nth_element(at(v, 1), at(v, 1 + n / 2), at(v, n + 1)) == at(v, n + 1));
            std::ranges::nth_element(at(expected, 1), at(expected, 1 + n / 2), at(expected, n + 1));
            CHECK(v[1 + n / 2] == expected[1 + n / 2]);
            weft::par_partial_sort(at(v, 1), at(v, 1 + n / 3), at(v, n + 1), std::ranges::greater());
            std::ranges::partial_sort(at(expected, 1), at(expected, 1 + n / 3), at(expected, n + 1),
                                      std::ranges::greater());
            CHECK(std::equal(at(v, 0), at(v, 1 + n / 3), at(expected, 0)));
            CHECK(v.back() == expected.back());
        }

        std::vector<int> a = mixed(n);
        std::vector<int> b = mixed(n / 2);
        std::ranges::sort(a);
        std::ranges::sort(b);
        std::vector<int> both(n + n / 2);
        CHECK(weft::par_merge(a.begin(), a.end(), b.begin(), b.end(), both.begin()) == both.end());
        std::vector<int> merged(n + n / 2);
        std::ranges::merge(a, b, merged.begin());
        CHECK(both == merged);
    }
}

TEST_CASE("iterators: scans, filters and transformations take the elements between two iterators")
{
    for (const std::size_t n : sizes) {
        const std::vector<int> v = mixed(n);
        std::vector<int> out(n);
        std::vector<int> expected(n);

        CHECK(weft::par_inclusive_scan(v.begin(), v.end(), out.begin()) == out.end());
        std::inclusive_scan(v.begin(), v.end(), expected.begin());
        CHECK(out == expected);
        CHECK(weft::par_exclusive_scan(v.begin(), v.end(), out.begin(), 3, std::bit_xor<>()) == out.end());
        std::exclusive_scan(v.begin(), v.end(), expected.begin(), 3, std::bit_xor<>());
        CHECK(out == expected);

        CHECK(weft::par_transform(v.begin(), v.end(), out.begin(), std::negate<>()) == out.end());
        std::ranges::transform(v, expected.begin(), std::negate<>());
        CHECK(out == expected);
        CHECK(weft::par_transform(v.begin(), v.end(), out.begin(), out.end(), out.begin(), std::plus<>()) == out.end());
        CHECK(std::ranges::all_of(out, [](int x) { return x == 0; }));
        weft::par_fill(out.begin(), out.end(), 7);
        CHECK(std::ranges::all_of(out, [](int x) { return x == 7; }));

        const auto end = weft::par_copy_if(v.begin(), v.end(), out.begin(), odd);
        const auto expected_end = std::ranges::copy_if(v, expected.begin(), odd).out;
        CHECK(std::vector<int>(out.begin(), end) == std::vector<int>(expected.begin(), expected_end));

        std::vector<int> w = v;
        expected = v;
        auto others = weft::par_stable_partition(w.begin(), w.end(), odd);
        std::ranges::stable_partition(expected, odd);
        CHECK(w == expected);
        CHECK(std::all_of(w.begin(), others.begin(), odd));
        CHECK(std::none_of(others.begin(), others.end(), odd));
        others = weft::par_partition(w.begin(), w.end(), std::not_fn(odd));
        CHECK(std::ranges::none_of(w.begin(), others.begin(), odd));
        CHECK(others.end() == w.end());

        std::ranges::sort(w);
        expected = w;
        const auto rest = weft::par_unique(w.begin(), w.end());
        const auto expected_rest = std::ranges::unique(expected);
        CHECK(std::vector<int>(w.begin(), rest.begin()) == std::vector<int>(expected.begin(), expected_rest.begin()));
    }
}

TEST_CASE("iterators: arrays are ranges, and two pointers into them are iterators")
{
    int a[] = {3, 1, 2, 5, 4};
    weft::par_sort(a, a + 3);
    CHECK(std::vector<int>(a, a + 5) == std::vector<int>{1, 2, 3, 5, 4});
    weft::par_sort(a);
    CHECK(std::ranges::is_sorted(a));
    weft::par_sort(a, std::ranges::greater());
    CHECK(std::ranges::is_sorted(a, std::ranges::greater()));
    CHECK(!weft::par_is_sorted(a, a + 5));
    weft::par_nth_element(a, a + 2, a + 5);
    CHECK(a[2] == 3);
    weft::par_partial_sort(a, a + 2, a + 5);
    CHECK((a[0] == 1 && a[1] == 2));
    weft::par_sort(a, a + 5);
    int out[5] = {};
    CHECK(weft::par_inclusive_scan(a, a + 5, out) == out + 5);
    CHECK(std::vector<int>(out, out + 5) == std::vector<int>{1, 3, 6, 10, 15});
    CHECK(weft::par_exclusive_scan(a, a + 5, out, 1) == out + 5);
    CHECK(std::vector<int>(out, out + 5) == std::vector<int>{1, 2, 4, 7, 11});
    CHECK(weft::par_exclusive_scan(a, out + 0, 0, std::plus<>()) == out + 5);
    CHECK(weft::par_transform(a, a + 5, out, std::negate<>()) == out + 5);
    CHECK(weft::par_copy_if(a, a + 5, out, odd) == out + 3);
    CHECK(weft::par_partition(a, a + 5, odd).begin() == a + 3);
    weft::par_fill(a, a + 5, 1);
    CHECK(weft::par_unique(a, a + 5).begin() == a + 1);
}

TEST_CASE("iterators: counted and other sentinels, and iterators that are no pointers")
{
    std::deque<int> d;
    for (const int x : mixed(5000)) d.push_back(x);
    weft::par_sort(d.begin(), d.end());
    CHECK(std::ranges::is_sorted(d));
    std::vector<int> v = mixed(5000);
    weft::par_sort(std::counted_iterator(v.begin(), 3000), std::default_sentinel);
    CHECK(std::is_sorted(v.begin(), v.begin() + 3000));
    weft::par_sort(v.rbegin(), v.rend());
    CHECK(std::ranges::is_sorted(v, std::ranges::greater()));
    const auto numbers = std::views::iota(0, 1000);
    CHECK(weft::par_is_sorted(numbers.begin(), numbers.end()));
}

TEST_CASE("projections: partitions, copies and unique look at what the projection makes of an element")
{
    for (const std::size_t n : sizes) {
        const std::vector<person> all = people(n);
        const auto young = [](int age) { return age < 20; };
        std::vector<person> out(n);
        const auto end = weft::par_copy_if(all, out.begin(), young, &person::age);
        std::vector<person> expected(n);
        const auto expected_end = std::ranges::copy_if(all, expected.begin(), young, &person::age).out;
        CHECK(std::vector<person>(out.begin(), end) == std::vector<person>(expected.begin(), expected_end));

        out = all;
        expected = all;
        weft::par_stable_partition(out, young, &person::age);
        std::ranges::stable_partition(expected, young, &person::age);
        CHECK(out == expected);
        weft::par_partition(out, std::not_fn(young), &person::age);
        CHECK(std::ranges::is_partitioned(out, std::not_fn(young), &person::age));

        std::vector<int> numbers = mixed(n);
        const auto split = weft::par_partition(numbers, std::identity(), odd);
        CHECK(std::all_of(numbers.begin(), split.begin(), odd));

        weft::par_sort(out, {}, &person::age);
        expected = out;
        const auto rest = weft::par_unique(out, {}, &person::age);
        const auto expected_rest = std::ranges::unique(expected, {}, &person::age);
        CHECK(std::vector<person>(out.begin(), rest.begin()) ==
              std::vector<person>(expected.begin(), expected_rest.begin()));
        CHECK(out.end() - rest.end() == 0);
    }
    // Elements that are values, not references.
    const auto squares = std::views::iota(0, 100) | std::views::transform([](int x) { return x * x; });
    std::vector<int> out(100);
    const auto end = weft::par_copy_if(squares, out.begin(), odd, [](int x) { return x / 3; });
    std::vector<int> expected(100);
    const auto expected_end = std::ranges::copy_if(squares, expected.begin(), odd, [](int x) { return x / 3; }).out;
    CHECK(std::vector<int>(out.begin(), end) == std::vector<int>(expected.begin(), expected_end));
}

namespace elsewhere {

/// A user-defined pointer, whose operator* may throw.
template <class T>
class handle {
public:
    handle() = default;
    explicit handle(T& x) : to_(&x) {}
    T& operator*() const
    {
        if (to_ == nullptr) throw std::logic_error("handle");
        return *to_;
    }

private:
    T* to_ = nullptr;
};

struct number {
    int value;
    [[nodiscard]] int get() const { return value; }
    [[nodiscard]] bool is_before(const number& other) const { return value < other.value; }
    [[nodiscard]] number plus(const number& other) const { return {value + other.value}; }
    [[nodiscard]] bool is_odd() const { return value % 2 != 0; }
    bool operator==(const number&) const = default;
};
struct derived : number {};

}  // namespace elsewhere

namespace {

using elsewhere::number;

/// All algorithms with a projection to a member of the objects that the elements refer to. `referring(numbers)` makes
/// elements.
template <class Make>
void check_members(const Make& referring)
{
    for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{500}, std::size_t{20'000}}) {
        std::vector<elsewhere::derived> numbers(n);
        std::vector<int> ascending = mixed(n);
        for (std::size_t i = 0; i < n; ++i) numbers[i].value = ascending[i];
        std::ranges::sort(ascending);
        const auto value_of = [](const auto& x) { return (*x).value; };
        auto v = referring(numbers);
        const auto values = [&] {
            std::vector<int> all;
            for (const auto& x : v) all.push_back(value_of(x));
            return all;
        };
        const auto middle = v.begin() + static_cast<std::ptrdiff_t>(n / 2);

        weft::par_nth_element(v, middle, {}, &number::value);
        CHECK(value_of(*middle) == ascending[n / 2]);
        weft::par_partial_sort(v, middle, {}, &number::get);
        const std::vector<int> now = values();
        CHECK(std::equal(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(n / 2), ascending.begin()));
        weft::par_sort(v, std::ranges::greater(), &number::value);
        CHECK(std::ranges::is_sorted(values(), std::ranges::greater()));
        weft::par_sort(v, {}, &number::value);
        CHECK(values() == ascending);
        weft::par_stable_sort(v, std::ranges::greater(), &number::get);
        CHECK(std::ranges::is_sorted(values(), std::ranges::greater()));
        weft::par_stable_sort(v, {}, &number::value);
        CHECK(values() == ascending);
        CHECK(weft::par_is_sorted(v, {}, &number::get));
        weft::par_shuffle(v, 4);
        weft::par_sort_by_cached_key(v, &number::value);
        CHECK(values() == ascending);

        std::vector<std::string> texts(n);
        weft::par_transform(v, texts.begin(), [](int x) { return std::to_string(x); }, &number::value);
        CHECK(texts.back() == std::to_string(ascending.back()));
        std::vector<int> sums(n);
        weft::par_transform(
            v, texts, sums.begin(), [](int x, std::size_t length) { return x + static_cast<int>(length); },
            &number::get, &std::string::size);
        CHECK(sums.back() == ascending.back() + static_cast<int>(texts.back().size()));
        weft::par_transform(v.begin(), v.end(), sums.begin(), std::negate<>(), &number::value);
        CHECK(sums.back() == -ascending.back());

        CHECK(weft::par_histogram(v, static_cast<std::size_t>(ascending.back()) + 1, &number::value).back() ==
              static_cast<std::size_t>(std::ranges::count(ascending, ascending.back())));
        const auto groups = weft::par_partition(v, odd, &number::value);
        CHECK(groups.size() == static_cast<std::size_t>(std::ranges::count_if(ascending, std::not_fn(odd))));
        weft::par_stable_partition(v, std::identity(), &number::is_odd);
        CHECK(std::ranges::is_partitioned(values(), odd));
        weft::par_sort(v, {}, &number::value);
        const auto rest = weft::par_unique(v, {}, &number::value);
        ascending.erase(std::unique(ascending.begin(), ascending.end()), ascending.end());
        CHECK(n - rest.size() == ascending.size());
    }
}

}  // namespace

TEST_CASE("projections: members of what elements refer to, by pointers of any kind")
{
    check_members([](std::vector<elsewhere::derived>& numbers) {
        std::vector<elsewhere::derived*> v;
        for (auto& x : numbers) v.push_back(&x);
        return v;
    });
    check_members([](std::vector<elsewhere::derived>& numbers) {
        std::vector<std::unique_ptr<number>> v;
        for (auto& x : numbers) v.push_back(std::make_unique<number>(x));
        return v;
    });
    check_members([](std::vector<elsewhere::derived>& numbers) {
        std::vector<std::shared_ptr<const number>> v;
        for (auto& x : numbers) v.push_back(std::make_shared<number>(x));
        return v;
    });
    check_members([](std::vector<elsewhere::derived>& numbers) {
        std::vector<elsewhere::handle<elsewhere::derived>> v;
        for (auto& x : numbers) v.emplace_back(x);
        return v;
    });
}

TEST_CASE("projections: members of what std::reference_wrapper refers to, and of bases")
{
    std::vector<elsewhere::derived> numbers(3);
    for (std::size_t i = 0; i < 3; ++i) numbers[i].value = static_cast<int>(3 - i);
    std::vector<std::reference_wrapper<elsewhere::derived>> v(numbers.begin(), numbers.end());
    weft::par_sort(v, {}, &number::value);
    CHECK(v[0].get().value == 1);
    weft::par_stable_sort(v, std::ranges::greater(), &number::get);
    CHECK(v[0].get().value == 3);
    weft::par_sort(numbers, {}, &number::value);
    CHECK(numbers[0].value == 1);
    CHECK(weft::par_group_by(v, &number::is_odd).size() == 2);
}

TEST_CASE("projections: a pointer that throws ends a sort, and no element is lost")
{
    for (const std::size_t n : {std::size_t{3}, std::size_t{2000}, std::size_t{30'000}}) {
        std::vector<number> numbers(n);
        std::vector<elsewhere::handle<number>> v;
        for (std::size_t i = 0; i < n; ++i) {
            numbers[i].value = static_cast<int>(i * 7919 % n);
            v.emplace_back(numbers[i]);
        }
        v[n / 2] = {};
        const auto still_there = [&] {
            std::size_t nulls = 0;
            std::vector<bool> seen(n);
            for (const auto& x : v) {
                try {
                    seen[static_cast<std::size_t>(&*x - numbers.data())] = true;
                } catch (const std::logic_error&) {
                    ++nulls;
                }
            }
            return nulls == 1 && static_cast<std::size_t>(std::ranges::count(seen, true)) == n - 1;
        };
        CHECK_THROWS_AS(weft::par_sort(v, {}, &number::value), std::logic_error);
        CHECK(still_there());
        CHECK_THROWS_AS(weft::par_stable_sort(v, {}, &number::value), std::logic_error);
        CHECK(still_there());
        CHECK_THROWS_AS(weft::par_sort_by_cached_key(v, &number::value), std::logic_error);
        CHECK(still_there());
    }
}

TEST_CASE("projections: a merge sees each range through its own")
{
    struct one {
        int key;
        int from;
    };
    struct other {
        long name;
        operator one() const { return {static_cast<int>(name), 2}; }
    };
    for (const std::size_t n : sizes) {
        std::vector<one> a;
        std::vector<other> b;
        for (const int x : mixed(n)) a.push_back({x, 1});
        for (const int x : mixed(n / 2)) b.push_back({x});
        std::ranges::sort(a, std::ranges::greater(), &one::key);
        std::ranges::sort(b, std::ranges::greater(), &other::name);
        std::vector<one> out(a.size() + b.size());
        std::vector<one> expected(out.size());
        CHECK(weft::par_merge(a, b, out.begin(), std::ranges::greater(), &one::key, &other::name) == out.end());
        std::merge(a.begin(), a.end(), b.begin(), b.end(), expected.begin(),
                   [](const one& x, const one& y) { return x.key > y.key; });
        const auto same = [](const one& x, const one& y) { return x.key == y.key && x.from == y.from; };
        CHECK(std::ranges::equal(out, expected, same));
        weft::par_merge(a.begin(), a.end(), b.begin(), b.end(), out.begin(), std::ranges::greater(), &one::key,
                        [](const other& x) { return x.name; });
        CHECK(std::ranges::equal(out, expected, same));
    }
    const std::vector<number> x{{1}, {3}};
    const std::vector<number> y{{2}};
    std::vector<number> z(3);
    CHECK_THROWS_AS(weft::par_merge(x, y, z.begin(), {}, &number::value, [](const number&) -> int { throw 1; }), int);
}

TEST_CASE("functions: pointers to members are functions, wherever one is taken")
{
    std::vector<number> v;
    for (const int x : mixed(40'000)) v.push_back({x % 100});
    std::vector<number> expected = v;
    std::ranges::sort(expected, {}, &number::value);
    std::vector<number> sorted = v;
    weft::par_sort(sorted, &number::is_before);
    CHECK(sorted == expected);
    std::vector<number> odds(v.size());
    odds.erase(weft::par_copy_if(v, odds.begin(), &number::is_odd), odds.end());
    CHECK(odds.size() == static_cast<std::size_t>(std::ranges::count_if(v, &number::is_odd)));
    std::vector<number> totals(v.size());
    weft::par_inclusive_scan(v, totals.begin(), &number::plus);
    CHECK(totals.back().value == std::accumulate(v.begin(), v.end(), 0, [](int a, number b) { return a + b.value; }));
    weft::par_exclusive_scan(v, totals.begin(), number{5}, &number::plus);
    CHECK(totals[1].value == 5 + v[0].value);
    const auto sums = weft::par_reduce_by_key(v | std::views::transform(&number::value), v, &number::plus);
    CHECK(sums.size() == 100);
    int a[] = {1, 2, 3};
    int b[] = {4, 5, 6};
    int c[3] = {};
    CHECK(weft::par_transform(a, b, c, std::plus<>()) == c + 3);
    CHECK(c[2] == 9);
    CHECK(weft::par_fill(a, 7) == a + 3);
    CHECK(weft::par_fill(b, b + 2, 7) == b + 2);
    CHECK((a[2] == 7 && b[1] == 7 && b[2] == 6));
}

TEST_CASE("projections: what a projection throws leaves the call, and the elements stay")
{
    std::vector<int> v = mixed(10'000);
    const std::vector<int> before = v;
    const auto bad = [](int x) -> int {
        if (x == 77) throw std::runtime_error("projection");
        return x;
    };
    CHECK_THROWS_AS(weft::par_stable_partition(v, odd, bad), std::runtime_error);
    CHECK(v == before);
    CHECK_THROWS_AS(weft::par_unique(v.begin(), v.end(), {}, bad), std::runtime_error);
    CHECK(v == before);
    std::vector<int> out(v.size());
    CHECK_THROWS_AS(weft::par_copy_if(v.begin(), v.end(), out.begin(), odd, bad), std::runtime_error);
    CHECK(v == before);
    CHECK_THROWS_AS(weft::par_sort(v.begin(), v.end(), {}, bad), std::runtime_error);
    CHECK(std::ranges::is_permutation(v, before));
}
