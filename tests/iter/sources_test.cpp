// tests/iter/sources_test.cpp
#include <weft/base/rng.hpp>
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/par_lines.hpp>

#include "check_chain.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <numeric>
#include <ranges>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

std::vector<int> numbers(std::size_t n)
{
    std::vector<int> v(n);
    std::iota(v.begin(), v.end(), 1);
    return v;
}

TEST_CASE("par_iter: every range, cut at every point")
{
    for (std::size_t n : {0u, 1u, 2u, 3u, 17u, 64u}) {
        std::vector<int> v = numbers(n);
        const std::vector<int> constant = v;
        std::deque<int> d(v.begin(), v.end());
        test::check_chain([&] { return weft::par_iter(v); }, v);
        test::check_chain([&] { return weft::par_iter(constant); }, v);
        test::check_chain([&] { return weft::par_iter(numbers(n)); }, v);
        test::check_chain([&] { return weft::par_iter(d); }, v);
        test::check_chain([&] { return weft::par_iter(std::deque<int>(d)); }, v);
        test::check_chain([&] { return weft::par_iter(std::span<int>(v)); }, v);
        test::check_chain([&] { return weft::par_iter(std::views::iota(1, static_cast<int>(n) + 1)); }, v);
        test::check_chain([&] { return weft::par_iter(v | std::views::transform([](int x) { return x; })); }, v);
    }
    std::array<int, 3> a{4, 5, 6};
    test::check_chain([&] { return weft::par_iter(a); }, std::vector<int>{4, 5, 6});
    test::check_chain([] { return weft::par_iter(std::array<int, 2>{1, 2}); }, std::vector<int>{1, 2});
    int plain[] = {7, 8};
    test::check_chain([&] { return weft::par_iter(plain); }, std::vector<int>{7, 8});
}

TEST_CASE("par_iter: an lvalue gives references, a const one references to const")
{
    std::vector<int> v = numbers(100);
    weft::par_iter(v).for_each([](int& x) { x *= 2; });
    CHECK(v[99] == 200);
    const std::vector<int>& constant = v;
    static_assert(std::is_same_v<decltype(weft::par_iter(constant))::item, const int&>);
    static_assert(std::is_same_v<decltype(weft::par_iter(std::vector<int>()))::item, int&&>);
}

TEST_CASE("par_iter: an rvalue container is owned and its items are moved out")
{
    std::vector<std::unique_ptr<int>> v;
    for (int i = 0; i < 1000; ++i) v.push_back(std::make_unique<int>(i));
    auto values = weft::par_iter(std::move(v)).map([](std::unique_ptr<int> p) { return *p; }).to_vector();
    CHECK(values.size() == 1000);
    CHECK(values[999] == 999);
    auto moved = weft::par_iter(std::vector<std::string>(100, std::string(50, 'x'))).to_vector();
    CHECK(moved == std::vector<std::string>(100, std::string(50, 'x')));
}

TEST_CASE("par_iter: a vector of bool is read only")
{
    std::vector<bool> flags(100, true);
    flags[7] = false;
    CHECK(weft::par_iter(flags).filter([](bool b) { return b; }).count() == 99);
    CHECK(weft::par_iter(std::vector<bool>(10, true)).all_of([](bool b) { return b; }));
    CHECK(weft::par_iter(flags).to_vector() == flags);
}

TEST_CASE("par_range: every integer type, at its limits")
{
    test::check_chain([] { return weft::par_range(3, 10); }, std::vector<int>{3, 4, 5, 6, 7, 8, 9});
    test::check_chain([] { return weft::par_range(10, 3); }, std::vector<int>{});
    test::check_chain([] { return weft::par_range(std::int8_t{-128}, std::int8_t{127}).map([](int x) { return x; }); },
                      [] {
                          std::vector<int> v(255);
                          std::iota(v.begin(), v.end(), -128);
                          return v;
                      }());
    test::check_chain([] { return weft::par_range(std::uint8_t{250}, std::uint8_t{255}).map([](int x) { return x; }); },
                      std::vector<int>{250, 251, 252, 253, 254});
    const auto lowest = std::numeric_limits<std::int64_t>::min();
    const auto highest = std::numeric_limits<std::int64_t>::max();
    const auto all = weft::par_range(lowest, highest);
    CHECK(all.extent() == std::numeric_limits<std::uint64_t>::max());
    CHECK(all.reader()(0) == lowest);
    CHECK(all.reader()(all.extent() - 1) == highest - 1);
    CHECK(weft::par_range(lowest, highest).any_of([](std::int64_t x) { return x > lowest + 5; }));
    CHECK(weft::par_range(lowest, highest).find_first([](std::int64_t x) { return x > lowest + 100; }) == lowest + 101);
    const auto top = std::numeric_limits<std::uint64_t>::max();
    test::check_chain([=] { return weft::par_range(top - 3, top); },
                      std::vector<std::uint64_t>{top - 3, top - 2, top - 1});
    CHECK(weft::par_range(0, std::size_t{10}).sum() == 45);
    CHECK_THROWS_AS(weft::par_range(-1, std::size_t{10}), std::invalid_argument);
}

TEST_CASE("par_chunks: pieces of n, the last one shorter")
{
    for (std::size_t n : {0u, 1u, 5u, 6u, 7u, 30u}) {
        std::vector<int> v = numbers(n);
        for (std::size_t length : {1u, 2u, 3u, 7u, 100u}) {
            std::vector<std::vector<int>> expected;
            for (std::size_t i = 0; i < n; i += length) {
                expected.emplace_back(v.begin() + static_cast<std::ptrdiff_t>(i),
                                      v.begin() + static_cast<std::ptrdiff_t>(std::min(n, i + length)));
            }
            const auto copy = [](std::span<int> s) { return std::vector<int>(s.begin(), s.end()); };
            test::check_chain([&] { return weft::par_chunks(v, length).map(copy); }, expected);
            std::vector<int> rest;
            if (!expected.empty() && expected.back().size() < length) {
                rest = expected.back();
                expected.pop_back();
            }
            test::check_chain([&] { return weft::par_chunks_exact(v, length).map(copy); }, expected);
            auto exact = weft::par_chunks_exact(v, length);
            CHECK(copy(exact.remainder()) == rest);
        }
    }
    std::vector<int> v(3);
    CHECK_THROWS_AS(weft::par_chunks(v, 0), std::invalid_argument);
    CHECK_THROWS_AS(weft::par_chunks_exact(v, 0), std::invalid_argument);
    weft::par_chunks(v, 2).for_each([](std::span<int> s) { s[0] = 9; });
    CHECK(v == std::vector<int>{9, 0, 9});
}

TEST_CASE("par_windows: all runs of n neighbours")
{
    for (std::size_t n : {0u, 1u, 5u, 30u}) {
        const std::vector<int> v = numbers(n);
        for (std::size_t length : {1u, 2u, 5u, 6u}) {
            std::vector<int> expected;
            for (std::size_t i = 0; i + length <= n; ++i) {
                expected.push_back(std::accumulate(v.begin() + static_cast<std::ptrdiff_t>(i),
                                                   v.begin() + static_cast<std::ptrdiff_t>(i + length), 0));
            }
            test::check_chain(
                [&] {
                    return weft::par_windows(v, length).map(
                        [](std::span<const int> w) { return std::accumulate(w.begin(), w.end(), 0); });
                },
                expected);
        }
    }
    CHECK_THROWS_AS(weft::par_windows(std::span<int>(), 0), std::invalid_argument);
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (!in.eof() && !line.empty() && line.back() == '\r') line.pop_back();
        lines.push_back(line);
    }
    return lines;
}

TEST_CASE("par_lines: any text, cut at every byte")
{
    std::vector<std::string> texts{
        "",           "\n",     "a",      "a\n",     "\n\n",
        "a\r\nb\r\n", "\r",     "\r\n",   "a\r",     "one\n\ntwo",
        "\nx",        "\r\r\n", "ab\ncd", "a\n\r\n", "long line here\nshort\n\n\nend of it all"};
    weft::rng random(7);
    for (int k = 0; k < 50; ++k) {
        std::string text(random.below(60), ' ');
        for (char& c : text) c = "ab\n\r"[random.below(4)];
        texts.push_back(text);
    }
    for (const std::string& text : texts) {
        test::check_chain([&] { return weft::par_lines(text).map([](std::string_view s) { return std::string(s); }); },
                          lines_of(text));
    }
}

TEST_CASE("par_bridge: every item of any input range, once")
{
    std::list<int> list;
    for (int i = 0; i < 5000; ++i) list.push_back(i);
    CHECK(weft::par_bridge(list).sum() == 5000 * 4999 / 2);
    weft::par_bridge(list).for_each([](int& x) { x += 1; });
    CHECK(list.back() == 5000);
    CHECK(weft::par_bridge(std::as_const(list)).filter([](int x) { return x % 2 == 0; }).count() == 2500);

    std::list<std::unique_ptr<int>> owned;
    for (int i = 0; i < 100; ++i) owned.push_back(std::make_unique<int>(i));
    CHECK(weft::par_bridge(std::move(owned)).map([](std::unique_ptr<int> p) { return *p; }).sum() == 4950);

    std::istringstream words("the quick brown fox");
    auto collected = weft::par_bridge(std::views::istream<std::string>(words)).to_vector();
    std::sort(collected.begin(), collected.end());
    CHECK(collected == std::vector<std::string>{"brown", "fox", "quick", "the"});

    CHECK(weft::par_bridge(std::list<int>()).count() == 0);
    CHECK(weft::par_bridge(list).any_of([](int x) { return x == 3; }));
    CHECK(weft::par_bridge(list).find_any([](int x) { return x == 4000; }) == 4000);
}

TEST_CASE("par_bridge: input is read no further than needed, and not beyond its end")
{
    int read = 0;
    auto counting = std::views::iota(0, 100000) | std::views::transform([&](int x) {
                        ++read;
                        return x;
                    });
    CHECK(weft::par_bridge(counting).find_any([](int x) { return x == 10; }) == 10);
    CHECK(read < 10000);
}

TEST_CASE("par_bridge: an exception of the input leaves the loop")
{
    auto broken = std::views::iota(0, 1000) | std::views::transform([](int x) {
                      if (x == 500) throw std::runtime_error("broken");
                      return x;
                  });
    CHECK_THROWS_AS(weft::par_bridge(broken).sum(), std::runtime_error);
}

}  // namespace
