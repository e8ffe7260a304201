// tests/iter/collect_test.cpp - to_vector, collect and collect_into: the items in a container, in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/collect.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_split.hpp>

#include "common.hpp"
#include "test.hpp"

#include <algorithm>
#include <cstddef>
#include <forward_list>
#include <iterator>
#include <list>
#include <map>
#include <memory_resource>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using test::name_of;
using test::random_numbers;
using test::sizes;

/// As much of std::expected as chains look at.
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

}  // namespace

TEST_CASE("collect: every container, in order")
{
    for (std::size_t n : sizes) {
        const std::vector<int> v = random_numbers(n);
        CHECK(weft::par_iter(v).to_vector() == v);
        CHECK(weft::par_iter(v).collect() == v);
        CHECK(weft::par_iter(v).collect<std::vector<long>>() == std::vector<long>(v.begin(), v.end()));
        CHECK(weft::par_iter(v).collect<std::list<int>>() == std::list<int>(v.begin(), v.end()));
        CHECK(weft::par_iter(v).collect<std::set<int>>() == std::set<int>(v.begin(), v.end()));
        std::vector<bool> parity;
        for (int x : v) parity.push_back(x % 2 == 0);
        CHECK(weft::par_iter(v).map([](int x) { return x % 2 == 0; }).to_vector() == parity);
        CHECK(weft::par_iter(v).map([](int x) { return x % 2 == 0; }).filter([](bool) { return true; }).to_vector() ==
              parity);
        std::string letters;
        for (int x : v) letters.push_back(static_cast<char>('a' + x % 26));
        CHECK(weft::par_iter(v).map([](int x) { return static_cast<char>('a' + x % 26); }).collect<std::string>() ==
              letters);
        CHECK(weft::par_iter(v).map([](int x) { return std::pair(x, -x); }).collect<std::map<int, int>>().size() ==
              std::set<int>(v.begin(), v.end()).size());
        std::vector<int> even;
        std::copy_if(v.begin(), v.end(), std::back_inserter(even), [](int x) { return x % 2 == 0; });
        CHECK(weft::par_iter(v).filter([](int x) { return x % 2 == 0; }).to_vector() == even);
        std::vector<int> odd;
        std::copy_if(v.begin(), v.end(), std::back_inserter(odd), [](int x) { return x % 2 != 0; });
        const auto [yes, no] = weft::par_iter(v).partition([](int x) { return x % 2 == 0; });
        CHECK(yes == even);
        CHECK(no == odd);
    }
}

TEST_CASE("collect: strings of strings, maps of what zip and enumerate give")
{
    for (std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{10'000}}) {
        const std::vector<int> v = random_numbers(n);
        std::string text;
        std::map<std::size_t, int> by_place;
        std::multimap<int, int> twins;
        for (std::size_t i = 0; i < n; ++i) {
            text += std::to_string(v[i]);
            by_place.emplace(i, v[i]);
            twins.emplace(v[i], v[i]);
        }
        CHECK(weft::par_iter(v).map([](int x) { return std::to_string(x); }).collect<std::string>() == text);
        CHECK(weft::par_split(text, '7').collect<std::string>() == [&] { return std::erase(text, '7'), text; }());
        CHECK(weft::par_iter(v).enumerate().collect<std::map<std::size_t, int>>() == by_place);
        CHECK(weft::par_iter(v).zip(v).collect<std::multimap<int, int>>() == twins);
        CHECK(weft::par_iter(v).enumerate().collect<std::unordered_map<std::size_t, int>>().size() == n);
    }
}

TEST_CASE("collect_into: a span that is long enough, or a vector")
{
    const std::vector<int> v = random_numbers(1000);
    std::vector<int> out(5, 1);
    CHECK(weft::par_iter(v).collect_into(out) == 1000);
    CHECK(out == v);
    const int* const storage = out.data();
    CHECK(weft::par_iter(v).take(10).collect_into(out) == 10);
    CHECK(out == std::vector<int>(v.begin(), v.begin() + 10));
    CHECK(out.data() == storage);
    std::vector<int> room(1200, -1);
    CHECK(weft::par_iter(v).collect_into(std::span<int>(room)) == 1000);
    CHECK(std::equal(v.begin(), v.end(), room.begin()));
    CHECK(room[1000] == -1);
    CHECK(weft::par_iter(v).filter([](int x) { return x < 10; }).collect_into(std::span<int>(room)) < 100);
    CHECK_THROWS_AS(weft::par_iter(v).collect_into(std::span<int>(room).first(999)), std::length_error);
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
