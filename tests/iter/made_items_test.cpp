// tests/iter/made_items_test.cpp - items that are made when they are read, and proxies: nothing may refer to what is
// gone.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_extend.hpp>
#include <weft/iter/par_iter.hpp>

#include <algorithm>
#include <functional>
#include <ranges>
#include <string>
#include <tuple>
#include <vector>

#include "proxies.hpp"
#include "test.hpp"

namespace {

constexpr std::size_t sizes[] = {0, 1, 2, 100, 5000, test::scaled(100'000)};

struct named {
    std::string name;
    std::size_t number;
};

/// Every adaptor that reads a chain by position, over a chain that `make()` gives and whose items are `expected`.
template <class Make, class T>
void check_reading(const Make& make, const std::vector<T>& expected)
{
    const std::size_t n = expected.size();
    CHECK(make().to_vector() == expected);
    CHECK(make().map(std::identity()).to_vector() == expected);
    CHECK(make().map(std::identity()).map(std::identity()).inspect([](const auto&) {}).to_vector() == expected);

    std::vector<T> reversed(expected.rbegin(), expected.rend());
    CHECK(make().map(std::identity()).rev().to_vector() == reversed);

    std::vector<T> some;
    for (std::size_t i = 1; i < n; i += 3) some.push_back(expected[i]);
    CHECK(make().map(std::identity()).skip(1).step_by(3).to_vector() == some);

    std::vector<T> twice = expected;
    twice.insert(twice.end(), expected.begin(), expected.end());
    CHECK(make().map(std::identity()).chain(make().map(std::identity())).rev().rev().to_vector() == twice);

    bool same = true;
    const auto pairs = make().map(std::identity()).zip(make(), make().map(std::identity()).enumerate()).to_vector();
    CHECK(pairs.size() == n);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        same = same && std::get<0>(pairs[i]) == expected[i] && std::get<1>(pairs[i]) == expected[i] &&
               std::get<0>(std::get<2>(pairs[i])) == i && std::get<1>(std::get<2>(pairs[i])) == expected[i];
    }
    CHECK(same);

    std::vector<T> turns;
    for (const T& x : expected) turns.insert(turns.end(), 2, x);
    CHECK(make().map(std::identity()).interleave(make().map(std::identity())).to_vector() == turns);

    CHECK(make().map(std::identity()).chunks(7).flatten().to_vector() == expected);
    CHECK(make().map(std::identity()).equal(make()));
    CHECK(make().map(std::identity()).max() == (n == 0 ? std::nullopt : std::optional<T>(std::ranges::max(expected))));
    CHECK(make().map(std::identity()).reduce([](T a, const T& b) { return std::max(a, b); }) ==
          (n == 0 ? std::nullopt : std::optional<T>(std::ranges::max(expected))));
    const auto last = make().map(std::identity()).find_last([](const auto&) { return true; });
    CHECK((n == 0 ? !last : T(*last) == expected.back()));
}

}  // namespace

TEST_CASE("made items: numbers, and strings made of them")
{
    for (const std::size_t n : sizes) {
        std::vector<int> numbers(n);
        std::vector<std::string> texts(n);
        for (std::size_t i = 0; i < n; ++i) {
            numbers[i] = static_cast<int>(i);
            texts[i] = test::long_text(i);
        }
        check_reading([=] { return weft::par_range(0, static_cast<int>(n)); }, numbers);
        check_reading([=] { return weft::par_iter(std::views::iota(0, static_cast<int>(n))); }, numbers);
        const auto made = std::views::iota(std::size_t{0}, n) | std::views::transform(test::long_text);
        check_reading([=] { return weft::par_iter(made); }, texts);
    }
}

TEST_CASE("made items: a member of an item that came by value outlives it")
{
    for (const std::size_t n : sizes) {
        std::vector<std::string> texts(n);
        for (std::size_t i = 0; i < n; ++i) texts[i] = test::long_text(i);
        const auto make = [n] {
            return weft::par_range(std::size_t{0}, n)
                .map([](std::size_t i) { return named{test::long_text(i), i}; })
                .map(&named::name);
        };
        static_assert(std::is_same_v<decltype(make())::item, std::string>);
        check_reading(make, texts);
    }
}

TEST_CASE("made items: of items that are references map gives references, also to their members")
{
    std::vector<named> all{{"a", 1}, {"b", 2}};
    const auto names = weft::par_iter(all).map(&named::name);
    static_assert(std::is_same_v<decltype(names)::item, std::string&>);
    weft::par_iter(all).map(&named::name).for_each([](std::string& s) { s += "!"; });
    CHECK(all[1].name == "b!");
    const auto taken = weft::par_iter(std::move(all)).map(&named::name);
    static_assert(std::is_same_v<decltype(taken)::item, std::string&&>);
}

TEST_CASE("made items: bits are read as bools, from a container or a view of it")
{
    for (const std::size_t n : sizes) {
        std::vector<bool> v(n);
        for (std::size_t i = 0; i < n; ++i) v[i] = i * 7 % 11 < 4;
        check_reading([&] { return weft::par_iter(v); }, v);
        check_reading([&] { return weft::par_iter(std::vector<bool>(v)); }, v);
        check_reading([&] { return weft::par_iter(std::views::all(v)); }, v);
        CHECK(weft::par_iter(v | std::views::take(n)).to_vector() == v);
        static_assert(std::is_same_v<decltype(weft::par_iter(std::views::all(v)))::item, bool>);
        CHECK(weft::par_range(0, 3).flat_map([&](int) { return v; }).count(true) ==
              3 * static_cast<std::size_t>(std::ranges::count(v, true)));
        CHECK(weft::par_range(0, 2).flat_map([&](int) { return v; }).take_any(n).to_vector().size() == n);
        CHECK(weft::par_range(0, 1).flat_map([&](int) { return v; }).to_vector() == v);
        CHECK(weft::par_range(0, 1).flat_map([&](int) -> std::vector<bool>& { return v; }).to_vector() == v);

        std::vector<bool> out{true, false, true};
        CHECK(weft::par_range(std::size_t{0}, n).map([&](std::size_t i) -> bool { return v[i]; }).collect_into(out) ==
              n);
        CHECK(out == v);
        CHECK(weft::par_extend(out, v) == n);
        CHECK(std::equal(v.begin(), v.end(), out.begin() + static_cast<std::ptrdiff_t>(n), out.end()));
        std::vector<bool> second;
        weft::par_iter(v).zip(v).unzip_into(out, second);
        CHECK((out == v && second == v));
        CHECK(weft::par_iter(v).partition(std::identity()).first.size() ==
              static_cast<std::size_t>(std::ranges::count(v, true)));

        std::vector<bool> prefixes(n);
        bool any = false;
        for (std::size_t i = 0; i < n; ++i) prefixes[i] = any = any != v[i];
        CHECK(weft::par_iter(v).scan(false, std::not_equal_to<>()).to_vector() == prefixes);
    }
}

TEST_CASE("made items: what stands for an element of a container that goes with the chain is the element's value")
{
    for (const std::size_t n : sizes) {
        std::vector<soa::item> all(n);
        for (std::size_t i = 0; i < n; ++i) all[i] = {static_cast<int>(i), test::long_text(i)};
        check_reading([&] { return weft::par_iter(soa::array(all)); }, all);
        CHECK(weft::par_range(0, 1).flat_map([&](int) { return soa::array(all); }).to_vector() == all);
        soa::array kept(all);
        weft::par_iter(kept).for_each([](soa::reference x) { x = soa::item{x.key() + 1, "changed"}; });
        bool changed = true;
        for (std::size_t i = 0; i < n; ++i) {
            changed = changed && kept[i].key() == static_cast<int>(i) + 1 && kept[i].text() == "changed";
        }
        CHECK(changed);
    }
}
