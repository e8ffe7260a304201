// tests/iter/more_containers_test.cpp - hashed containers, queues, closed ranges of integers, and trees, as sources.
#include <weft/base/rng.hpp>
#include <weft/iter/sources.hpp>

#include "check_chain.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <queue>
#include <ranges>
#include <stack>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t sizes[] = {0, 1, 2, 30, 20'000};

/// Every key in one bucket, or in few.
struct poor_hash {
    std::size_t operator()(int x) const { return static_cast<std::size_t>(x % 3); }
};

template <class Set>
void check_set(const Set& s)
{
    std::vector<int> expected;
    for (std::size_t b = 0; b < s.bucket_count(); ++b) expected.insert(expected.end(), s.begin(b), s.end(b));
    REQUIRE(expected.size() == s.size());
    if (s.size() <= 100) {
        test::check_chain([&] { return weft::par_iter(s).copied(); }, expected);
    } else {
        CHECK(weft::par_iter(s).to_vector() == expected);
    }
    Set own = s;
    CHECK(weft::par_drain(own).to_vector() == expected);
    CHECK(own.empty());
}

TEST_CASE("par_iter: hashed sets, bucket by bucket, each element once")
{
    for (std::size_t n : sizes) {
        weft::rng random(n);
        std::unordered_set<int> some;
        std::unordered_multiset<int> many;
        std::unordered_set<int, poor_hash> crowded;
        for (std::size_t i = 0; i < n; ++i) {
            some.insert(static_cast<int>(random.below(1'000'000)));
            many.insert(static_cast<int>(random.below(static_cast<std::uint32_t>(n / 3 + 1))));
            if (i < 200) crowded.insert(static_cast<int>(i));
        }
        check_set(some);
        check_set(many);
        check_set(crowded);
        some.reserve(8 * n + 1000);  // most buckets are empty
        check_set(some);
    }
}

TEST_CASE("par_iter: hashed maps may be changed, or give their values away")
{
    for (std::size_t n : sizes) {
        std::unordered_map<int, std::unique_ptr<int>> all;
        for (std::size_t i = 0; i < n; ++i) all[static_cast<int>(i)] = std::make_unique<int>(static_cast<int>(i));
        weft::par_iter(all).for_each([](int, std::unique_ptr<int>& value) { *value *= 2; });
        CHECK(weft::par_iter(std::as_const(all)).all_of([](int key, const std::unique_ptr<int>& value) {
            return *value == 2 * key;
        }));
        auto values = weft::par_iter(std::move(all))
                          .map([](int, std::unique_ptr<int>&& value) { return std::move(value); })
                          .to_vector();
        std::ranges::sort(values, {}, [](const auto& p) { return *p; });
        bool right = values.size() == n;
        for (std::size_t i = 0; i < values.size(); ++i) right = right && *values[i] == static_cast<int>(2 * i);
        CHECK(right);
    }
    const std::unordered_map<std::string, int> ages{{"a", 1}, {"b", 2}};
    CHECK(weft::par_iter(ages).find_any([](const std::string&, int age) { return age == 2; })->first == "b");
    CHECK(weft::par_iter(ages).count() == 2);
}

TEST_CASE("par_iter: a chain that owns a hashed container may be copied")
{
    const auto lengths = [] {
        auto chain = weft::par_iter(std::unordered_set<std::string>{"a text too long to be kept in place", "another"});
        return weft::par_iter(chain).map([](const std::string& s) { return s.size(); });
    };
    CHECK(lengths().sum() == 42);
}

TEST_CASE("par_iter, par_drain: priority queues, queues and stacks")
{
    for (std::size_t n : sizes) {
        weft::rng random(n);
        std::priority_queue<int> first;
        std::queue<int> waiting;
        std::stack<int> heap;
        std::vector<int> all;
        for (std::size_t i = 0; i < n; ++i) {
            all.push_back(static_cast<int>(random.below(1000)));
            first.push(all.back());
            waiting.push(all.back());
            heap.push(all.back());
        }
        const int sum = std::accumulate(all.begin(), all.end(), 0);
        CHECK(weft::par_iter(first).sum() == sum);
        static_assert(std::is_same_v<decltype(weft::par_iter(first))::item, const int&>);
        CHECK(weft::par_iter(waiting).to_vector() == all);
        CHECK(weft::par_iter(std::as_const(heap)).to_vector() == all);
        auto sorted = weft::par_drain(first).to_vector();
        std::ranges::sort(sorted);
        std::ranges::sort(all);
        CHECK(sorted == all);
        CHECK(first.empty());
        first.push(1);
        CHECK(first.top() == 1);
        CHECK(weft::par_iter(std::move(heap)).sum() == sum);
    }
}

TEST_CASE("par_range_inclusive: both ends, also those of the type")
{
    test::check_chain([] { return weft::par_range_inclusive(3, 6); }, std::vector<int>{3, 4, 5, 6});
    test::check_chain([] { return weft::par_range_inclusive(3, 3); }, std::vector<int>{3});
    test::check_chain([] { return weft::par_range_inclusive(3, 2); }, std::vector<int>());
    test::check_chain([] { return weft::par_range_inclusive(-1, 1L); }, std::vector<long>{-1, 0, 1});
    using limits = std::numeric_limits<std::uint8_t>;
    const auto bytes = weft::par_range_inclusive(limits::min(), limits::max()).to_vector();
    CHECK(bytes.size() == 256);
    CHECK(bytes.back() == 255);
    constexpr auto top = std::numeric_limits<std::int64_t>::max();
    CHECK(weft::par_range_inclusive(top - 1, top).to_vector() == std::vector<std::int64_t>{top - 1, top});
    CHECK(weft::par_range_inclusive(0u, ~0u).size() == std::size_t{1} << 32);
    CHECK_THROWS_AS(weft::par_range_inclusive(std::size_t{0}, ~std::size_t{0}), std::length_error);
    CHECK_THROWS_AS(weft::par_range_inclusive(-1, 5u), std::invalid_argument);
}

struct tree {
    int value;
    std::vector<tree> below;
};

/// A tree of n nodes of a random form: long chains, stars, and what is between.
tree grow(std::size_t n, std::uint64_t seed)
{
    weft::rng random(seed);
    std::vector<std::vector<std::size_t>> below(n);
    const std::uint32_t form = random.below(4);
    for (std::size_t i = 1; i < n; ++i) {
        const auto all = static_cast<std::uint32_t>(i);
        const std::uint32_t parent = form == 0   ? random.below(all)
                                     : form == 1 ? all - 1 - random.below(std::min(all, 3u))
                                     : form == 2 ? random.below(std::min(all, 5u))
                                                 : (all - 1) / 2;
        below[parent].push_back(i);
    }
    std::vector<tree> nodes(n);
    for (std::size_t i = n; i-- > 0;) {
        nodes[i].value = static_cast<int>(i);
        for (std::size_t child : below[i]) nodes[i].below.push_back(std::move(nodes[child]));
    }
    return std::move(nodes.front());
}

TEST_CASE("par_walk_tree: trees of every form in the order of the recursion, before and after the children")
{
    const auto list = [](const tree* t) {
        return t->below | std::views::transform([](const tree& child) { return &child; });
    };
    const auto value = [](const tree* t) { return t->value; };
    for (std::uint64_t seed = 0; seed < test::scaled(60); ++seed) {
        const tree root = grow(1 + seed * seed * 3, seed);
        std::vector<int> before;
        std::vector<int> after;
        const std::function<void(const tree&)> walk = [&](const tree& t) {
            before.push_back(t.value);
            for (const tree& child : t.below) walk(child);
            after.push_back(t.value);
        };
        walk(root);
        CHECK(weft::par_walk_tree(&root, list).map(value).to_vector() == before);
        CHECK(weft::par_walk_tree_prefix(&root, list).map(value).to_vector() == before);
        CHECK(weft::par_walk_tree_postfix(&root, list).map(value).to_vector() == after);
    }
}

TEST_CASE("par_walk_tree: nodes that can only be moved; children that fail")
{
    const auto halves = [](const std::unique_ptr<int>& n) {
        std::vector<std::unique_ptr<int>> below;
        if (*n > 1) {
            below.push_back(std::make_unique<int>(*n / 2));
            below.push_back(std::make_unique<int>(*n - *n / 2));
        }
        return below;
    };
    const auto leaves = weft::par_walk_tree_postfix(std::make_unique<int>(3000), halves)
                            .filter([](const std::unique_ptr<int>& n) { return *n == 1; })
                            .count();
    CHECK(leaves == 3000);
    std::atomic<int> calls{0};
    const auto fails = [&](const int& n) {
        if (++calls == 500) throw std::runtime_error("late");
        return n < 20 ? std::vector<int>(2, n + 1) : std::vector<int>();
    };
    CHECK_THROWS_AS(weft::par_walk_tree(0, fails), std::runtime_error);
    CHECK(calls < 5000);
}

}  // namespace
