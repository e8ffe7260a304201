// tests/iter/collecting_test.cpp - chains into containers that are there, into several, and into ones that may fail.
#include <weft/iter/par_extend.hpp>
#include <weft/iter/par_iter.hpp>

#include "check_chain.hpp"
#include "common.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <forward_list>
#include <list>
#include <memory>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace {

using test::random_numbers;

constexpr std::size_t sizes[] = {0, 1, 2, 100, 20'000};

const auto is_even = [](int x) { return x % 2 == 0; };
const auto name_of = [](int x) {
    std::string name = "the number ";
    name += std::to_string(x);
    return name;
};

/// What std::expected is, as far as chains look.
template <class T>
class result {
public:
    using value_type = T;
    struct unexpected_type {
        explicit unexpected_type(std::string why) : reason(std::move(why)) {}
        std::string reason;
    };

    result(T value) : value_(std::move(value)) {}
    result(unexpected_type why) : reason_(std::move(why.reason)) {}

    explicit operator bool() const { return value_.has_value(); }
    T& operator*() & { return *value_; }
    const T& operator*() const& { return *value_; }
    T&& operator*() && { return *std::move(value_); }
    [[nodiscard]] const std::string& error() const { return reason_; }

private:
    std::optional<T> value_;
    std::string reason_;
};

TEST_CASE("par_extend: appends to vectors as push_back does, in place or gathered")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::vector<std::string> named{"first"};
        std::vector<std::string> expected{"first"};
        for (int x : v) expected.push_back(name_of(x));
        for (int x : v) {
            if (is_even(x)) expected.push_back(name_of(x));
        }
        CHECK(weft::par_extend(named, weft::par_iter(v).map(name_of)) == n);
        weft::par_extend(named, weft::par_iter(v).filter(is_even).map(name_of));
        CHECK(named == expected);

        std::vector<long> numbers;
        weft::par_extend(numbers, v);
        weft::par_extend(numbers, v);
        std::vector<long> twice(v.begin(), v.end());
        twice.insert(twice.end(), v.begin(), v.end());
        CHECK(numbers == twice);
    }
}

TEST_CASE("par_extend: appends to every kind of container")
{
    const std::vector<int> v = random_numbers(300);
    const auto grown = [&](auto container) {
        weft::par_extend(container, v);
        return container;
    };
    std::vector<int> expected{-1};
    expected.insert(expected.end(), v.begin(), v.end());
    CHECK(std::ranges::equal(grown(std::deque<int>{-1}), expected));
    CHECK(std::ranges::equal(grown(std::list<int>{-1}), expected));
    CHECK(std::ranges::equal(grown(std::forward_list<int>{-1}), expected));
    CHECK(grown(std::set<int>{-1}) == std::set<int>(expected.begin(), expected.end()));
    std::string text = "numbers:";
    weft::par_extend(text, weft::par_iter(v).map(name_of));
    std::string plain = "numbers:";
    for (int x : v) plain += name_of(x);
    CHECK(text == plain);
    std::vector<bool> flags{true};
    weft::par_extend(flags, weft::par_iter(v).map(is_even));
    CHECK(flags.size() == 301);
    CHECK(flags[5] == is_even(v[4]));
    std::vector<std::unique_ptr<int>> owners;
    weft::par_extend(owners, weft::par_iter(v).map([](int x) { return std::make_unique<int>(x); }));
    CHECK(*owners.back() == v.back());
}

TEST_CASE("par_extend: a vector has what it had if an item throws")
{
    const std::vector<int> v(5000, 1);
    const long before = test::counted::alive();
    {
        std::vector<test::counted> all{1, 2, 3};
        std::atomic<int> calls{0};
        const auto throws_late = [&](int x) {
            if (calls++ == 3000) throw std::runtime_error("late");
            return test::counted(x);
        };
        CHECK_THROWS_AS(weft::par_extend(all, weft::par_iter(v).map(throws_late)), std::runtime_error);
        CHECK(all == std::vector<test::counted>{1, 2, 3});
        calls = 0;
        const auto kept = [](const test::counted&) { return true; };
        CHECK_THROWS_AS(weft::par_extend(all, weft::par_iter(v).map(throws_late).filter(kept)), std::runtime_error);
        CHECK(all == std::vector<test::counted>{1, 2, 3});
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("unzip, unzip_into: parts in vectors, whose storage is kept")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto parts = [](int x) { return std::tuple(x, name_of(x), is_even(x)); };
        std::vector<std::string> names;
        std::vector<bool> even;
        for (int x : v) {
            names.push_back(name_of(x));
            even.push_back(is_even(x));
        }
        const auto [a, b, c] = weft::par_iter(v).map(parts).unzip();
        CHECK((a == v && b == names && c == even));
        const auto anything = [](int, const std::string&, bool) { return true; };
        const auto [d, e, f] = weft::par_iter(v).map(parts).filter(anything).unzip();
        CHECK((d == v && e == names && f == even));

        std::vector<long> left(30'000);
        std::vector<std::string> right(3);
        std::vector<char> flags;
        const long* const storage = left.data();
        CHECK(weft::par_iter(v).map(parts).unzip_into(left, right, flags) == n);
        CHECK((left.data() == storage || n == 0));
        CHECK(std::ranges::equal(left, v));
        CHECK((right == names && flags.size() == n));
        weft::par_iter(v).map(parts).filter(anything).unzip_into(left, right, flags);
        CHECK((std::ranges::equal(left, v) && right == names && flags.size() == n));

        std::vector<std::size_t> numbers;
        std::vector<int> copy;
        weft::par_iter(v).enumerate().unzip_into(numbers, copy);
        CHECK((copy == v && numbers.size() == n && (n == 0 || numbers.back() == n - 1)));
    }
}

TEST_CASE("partition_map: each alternative has a vector of its own, in order")
{
    using choice = std::variant<int, std::string, double>;
    const auto choose = [](int x) -> choice {
        if (x % 3 == 0) return x;
        if (x % 3 == 1) return name_of(x);
        return x / 2.0;
    };
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::tuple<std::vector<int>, std::vector<std::string>, std::vector<double>> expected;
        for (int x : v) {
            if (x % 3 == 0) std::get<0>(expected).push_back(x);
            if (x % 3 == 1) std::get<1>(expected).push_back(name_of(x));
            if (x % 3 == 2) std::get<2>(expected).push_back(x / 2.0);
        }
        CHECK(weft::par_iter(v).partition_map(choose) == expected);
        const auto [small, large] = weft::par_iter(v).partition_map(
            [](int x) { return x < 500 ? std::variant<int, long>(x) : std::variant<int, long>(long{x}); });
        CHECK(small.size() + large.size() == n);
        CHECK(std::ranges::all_of(small, [](int x) { return x < 500; }));
        CHECK(std::ranges::all_of(large, [](long x) { return x >= 500; }));
    }
    const std::vector<int> v = random_numbers(50);
    const auto owners = weft::par_iter(v).partition_map([](int x) -> std::variant<std::unique_ptr<int>, int> {
        if (is_even(x)) return x;
        return std::make_unique<int>(x);
    });
    CHECK(owners.first.size() + owners.second.size() == v.size());
}

TEST_CASE("collect: an optional container has the values of all items, or is empty")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        const auto all_of_them = [](int x) { return std::optional<int>(x); };
        const auto below_900 = [](int x) { return x < 900 ? std::optional<int>(x) : std::nullopt; };
        CHECK(weft::par_iter(v).map(all_of_them).collect<std::optional<std::vector<int>>>() == v);
        CHECK(weft::par_iter(v).map(all_of_them).collect<std::optional<std::set<int>>>() ==
              std::set<int>(v.begin(), v.end()));
        CHECK(weft::par_iter(v).map(below_900).collect<std::optional<std::vector<int>>>().has_value() ==
              std::ranges::all_of(v, [](int x) { return x < 900; }));

        using names = std::vector<std::string>;
        const auto named = [](int x) -> result<std::string> {
            if (x < 900) return name_of(x);
            return result<std::string>::unexpected_type("too large");
        };
        const auto found = weft::par_iter(v).map(named).collect<result<names>>();
        const bool good = std::ranges::all_of(v, [](int x) { return x < 900; });
        CHECK(static_cast<bool>(found) == good);
        if (good) CHECK(*found == weft::par_iter(v).map(name_of).to_vector());
        if (!good) CHECK(found.error() == "too large");
        CHECK(weft::par_iter(v).map(named).collect<std::optional<names>>().has_value() == good);
    }
}

TEST_CASE("collect: strings of strings, forward_lists, vectors with an allocator of their own")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        std::string all;
        for (int x : v) all += name_of(x);
        CHECK(weft::par_iter(v).map(name_of).collect<std::string>() == all);
        const auto list = weft::par_iter(v).collect<std::forward_list<int>>();
        CHECK(std::ranges::equal(list, v));
        CHECK(std::ranges::equal(weft::par_iter(v).collect<std::pmr::vector<int>>(), v));
    }
}

TEST_CASE("copied, map_with, for_each_with, size_hint")
{
    const std::vector<int> v = random_numbers(1000);
    test::check_chain([&] { return weft::par_iter(v).take(40).copied(); }, std::vector<int>(v.begin(), v.begin() + 40));
    static_assert(std::is_same_v<decltype(weft::par_iter(v).copied())::item, int>);
    static_assert(std::is_same_v<decltype(weft::par_iter(v).enumerate().copied())::item, std::tuple<std::size_t, int>>);
    const auto lengths = weft::par_iter(v)
                             .map_with(std::string("x"),
                                       [](std::string& own, int x) {
                                           own = std::to_string(x);
                                           return own.size();
                                       })
                             .sum();
    CHECK(lengths == weft::par_iter(v).map([](int x) { return std::to_string(x).size(); }).sum());
    std::atomic<int> sum{0};
    weft::par_iter(v).for_each_with(2, [&](int& two, int x) { sum += two * x; });
    CHECK(sum == 2 * std::accumulate(v.begin(), v.end(), 0));
    CHECK(weft::par_iter(v).size_hint() == 1000);
    CHECK(weft::par_iter(v).filter(is_even).size_hint() == std::nullopt);
}

TEST_CASE("interleave_shortest: ends where the next item would come from who has none")
{
    for (std::size_t a : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
        for (std::size_t b : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{5}}) {
            const std::vector<int> left(a, 1);
            const std::vector<int> right(b, 2);
            std::vector<int> expected;
            for (std::size_t i = 0; i < a; ++i) {
                expected.push_back(1);
                if (i == b) break;
                expected.push_back(2);
            }
            test::check_chain([&] { return weft::par_iter(left).interleave_shortest(right).copied(); }, expected);
        }
    }
}

}  // namespace
