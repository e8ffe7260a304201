// tests/latency/batch_lower_bound_test.cpp - many searches at once, beside std::lower_bound.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/latency/batch_lower_bound.hpp>
#include <weft/latency/overlapped.hpp>

#include "latency/made_numbers.hpp"
#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <limits>
#include <list>
#include <sstream>
#include <string>
#include <vector>

namespace {

template <class Sorted, class Keys>
std::vector<std::size_t> plain(const Sorted& sorted, const Keys& keys)
{
    std::vector<std::size_t> found;
    for (const auto& k : keys) {
        found.push_back(static_cast<std::size_t>(std::lower_bound(sorted.begin(), sorted.end(), k) - sorted.begin()));
    }
    return found;
}

template <std::size_t InFlight = 16, class Sorted, class Keys>
std::vector<std::size_t> batch(const Sorted& sorted, const Keys& keys)
{
    std::vector<std::size_t> found;
    weft::batch_lower_bound<InFlight>(sorted, keys, std::back_inserter(found));
    return found;
}

template <class Sorted, class Keys>
std::vector<std::size_t> by_lookups(const Sorted& sorted, const Keys& keys)
{
    std::vector<std::size_t> found;
    weft::overlapped_transform(keys, std::back_inserter(found),
                               [&](const auto& k) { return weft::lower_bound_lookup(sorted, k); });
    return found;
}

}  // namespace

TEST_CASE("batch_lower_bound: every length of the array, and every key in, between and beside its elements")
{
    for (int n = 0; n < 70; ++n) {
        std::vector<int> sorted;
        for (int i = 0; i < n; ++i) sorted.push_back(2 * i + 1);
        std::vector<int> keys;
        for (int k = -1; k <= 2 * n + 2; ++k) keys.push_back(k);
        CHECK(batch(sorted, keys) == plain(sorted, keys));
        CHECK(by_lookups(sorted, keys) == plain(sorted, keys));
    }
}

TEST_CASE("batch_lower_bound: every number of keys, with 1, 2, 16 and 100 side by side")
{
    const std::vector<int> sorted{1, 3, 3, 3, 8, 9, 9};
    for (std::size_t n = 0; n < 50; ++n) {
        const auto keys = test::random_numbers(n, 11, n + 1);
        CHECK(batch<1>(sorted, keys) == plain(sorted, keys));
        CHECK(batch<2>(sorted, keys) == plain(sorted, keys));
        CHECK(batch<16>(sorted, keys) == plain(sorted, keys));
        CHECK(batch<100>(sorted, keys) == plain(sorted, keys));
    }
}

TEST_CASE("batch_lower_bound: equal elements: the first of them")
{
    std::vector<int> sorted(1000, 5);
    CHECK(batch(sorted, std::vector<int>{4, 5, 6}) == std::vector<std::size_t>{0, 0, 1000});
    CHECK(by_lookups(sorted, std::vector<int>{4, 5, 6}) == std::vector<std::size_t>{0, 0, 1000});
}

TEST_CASE("batch_lower_bound: large random arrays with duplicates")
{
    for (const std::uint32_t below : {10u, 1000u, 1'000'000u}) {
        auto sorted = test::random_numbers(test::scaled(100'000), below, below);
        std::sort(sorted.begin(), sorted.end());
        const auto keys = test::random_numbers(test::scaled(20'000), below + 2, below + 1);
        CHECK(batch(sorted, keys) == plain(sorted, keys));
        CHECK(by_lookups(sorted, keys) == plain(sorted, keys));
    }
}

TEST_CASE("batch_lower_bound: the extremes of the type")
{
    using limits = std::numeric_limits<std::int64_t>;
    const std::vector<std::int64_t> sorted{limits::min(), -1, 0, 1, limits::max()};
    const std::vector<std::int64_t> keys{limits::min(), limits::min() + 1, -1, 0, 1, 2, limits::max()};
    CHECK(batch(sorted, keys) == plain(sorted, keys));
}

TEST_CASE("batch_lower_bound: sorted by another order, and by a member")
{
    std::vector<int> falling{9, 7, 5, 5, 1};
    std::vector<std::size_t> found(4);
    const auto end = weft::batch_lower_bound(falling, std::vector<int>{9, 6, 5, 0}, found.begin(), std::greater<>());
    CHECK(end == found.end());
    CHECK(found == std::vector<std::size_t>{0, 2, 2, 5});

    struct entry {
        int key;
        std::string text;
    };
    const std::vector<entry> entries{{1, "a"}, {4, "b"}, {6, "c"}};
    weft::batch_lower_bound(entries, std::vector<int>{0, 4, 5, 9}, found.begin(),
                            [](const entry& e, int k) { return e.key < k; });
    CHECK(found == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("batch_lower_bound: strings, looked for by views")
{
    const std::vector<std::string> sorted{"apple", "fig", "pear"};
    const std::vector<std::string_view> keys{"", "apple", "banana", "pear", "quince"};
    CHECK(batch(sorted, keys) == std::vector<std::size_t>{0, 0, 1, 2, 3});
    CHECK(by_lookups(sorted, keys) == std::vector<std::size_t>{0, 0, 1, 2, 3});
}

TEST_CASE("batch_lower_bound: deques, lists of keys, keys that are read once, and narrow outputs")
{
    std::deque<int> sorted;
    for (int i = 0; i < 1000; ++i) sorted.push_back(3 * i);
    const auto numbers = test::random_numbers(100, 3003);
    const std::list<int> keys(numbers.begin(), numbers.end());
    CHECK(batch(sorted, keys) == plain(sorted, keys));

    std::ostringstream text;
    for (const int k : keys) text << k << ' ';
    std::istringstream back(text.str());
    struct stream_range {
        std::istringstream& s;
        std::istream_iterator<int> begin() const { return std::istream_iterator<int>(s); }
        std::istream_iterator<int> end() const { return {}; }
    };
    CHECK(batch(sorted, stream_range{back}) == plain(sorted, keys));

    std::vector<unsigned short> narrow(100);
    weft::batch_lower_bound(sorted, numbers, narrow.begin());
    const auto wide = plain(sorted, numbers);
    CHECK(std::equal(narrow.begin(), narrow.end(), wide.begin(), wide.end()));
}

TEST_CASE("batch_lower_bound: elements that are made when they are read")
{
    using squares = test::made_numbers<true>;
    std::vector<std::size_t> found(4);
    weft::batch_lower_bound(squares{100}, std::vector<std::size_t>{0, 1, 50, 9999}, found.begin());
    CHECK(found == std::vector<std::size_t>{0, 1, 8, 100});
    const squares all{100};
    CHECK(by_lookups(all, std::vector<std::size_t>{0, 1, 50, 9999}) == found);
}

TEST_CASE("batch_lower_bound: an exception of the comparison leaves, and copies of keys are destroyed")
{
    const long before = test::counted::alive();
    const std::vector<test::counted> sorted{1, 2, 3, 4, 5, 6, 7, 8};
    const long with_array = test::counted::alive();
    const std::list<test::counted> keys{1, 2, 3, 4, 5, 6};
    const long with_keys = test::counted::alive();
    std::vector<std::size_t> found;
    for (int fails_at = 0; fails_at < 20; ++fails_at) {
        int n = 0;
        CHECK_THROWS_AS(weft::batch_lower_bound<4>(sorted, keys, std::back_inserter(found),
                                                   [&](const test::counted& a, const test::counted& b) {
                                                       if (n++ == fails_at) throw 1;
                                                       return a < b;
                                                   }),
                        int);
        CHECK(test::counted::alive() == with_keys);
    }
    CHECK(with_array == before + 8);
}
