// tests/iter/sources_test.cpp - par_repeat, par_repeat_n, par_once, par_empty, par_drain, par_split_with.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/sources.hpp>
#include <weft/pool/thread_pool.hpp>

#include "check_chain.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <stack>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
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

}  // namespace

TEST_CASE("par_iter: a chain that owns a list may be copied, and outlive what it was copied from")
{
    const auto texts = [] {
        return std::list<std::string>{"a text too long to be kept in place", "another long text"};
    };
    const auto length = [](const std::string& s) { return s.size(); };
    const auto copy_of_a_chain = [&] {
        auto chain = weft::par_iter(texts());
        return weft::par_iter(chain).map(length);
    };
    CHECK(copy_of_a_chain().sum() == 52);
    const auto constant = [&]() -> const std::list<std::string> { return texts(); };
    CHECK(weft::par_iter(constant()).map(length).filter([](std::size_t n) { return n > 0; }).sum() == 52);
}

TEST_CASE("par_iter: lists, sets and maps")
{
    std::map<std::string, int> ages{{"a", 1}, {"b", 2}, {"c", 3}};
    CHECK(weft::par_iter(ages).map([](const std::string&, int age) { return age; }).sum() == 6);
    weft::par_iter(ages).for_each([](const std::string&, int& age) { age *= 2; });
    CHECK(ages["c"] == 6);
    const std::set<int> some{3, 1, 2};
    test::check_chain([&] { return weft::par_iter(some); }, std::vector<int>{1, 2, 3});
    std::list<std::string> texts{"x", "y", "z"};
    test::check_chain([&] { return weft::par_iter(std::list<std::string>(texts)); },
                      std::vector<std::string>{"x", "y", "z"});
    const std::unordered_map<int, int> table{{1, 2}, {3, 4}};
    CHECK(weft::par_iter(table).map([](int k, int v) { return k * v; }).sum() == 14);
    CHECK(weft::par_drain(texts).rev().to_vector() == std::vector<std::string>{"z", "y", "x"});
    CHECK(texts.empty());
    std::vector<int> numbers{1, 2, 3};
    CHECK(weft::par_drain(numbers).sum() == 6);
    CHECK(numbers.empty());
}

TEST_CASE("par_repeat, par_once, par_empty")
{
    test::check_chain([] { return weft::par_repeat_n(std::string("x"), 3); }, std::vector<std::string>(3, "x"));
    test::check_chain([] { return weft::par_once(7); }, std::vector<int>{7});
    test::check_chain([] { return weft::par_empty<int>(); }, std::vector<int>());
    CHECK(weft::par_repeat(2).take(100).sum() == 200);
    CHECK(weft::par_range(0, 10).zip(weft::par_repeat(5)).map([](int a, int b) { return a * b; }).sum() == 225);
}

TEST_CASE("par_split_with: the parts make up the whole, in order")
{
    using range = std::pair<int, int>;
    const auto halve = [](range r) -> std::pair<range, std::optional<range>> {
        if (r.second - r.first < 3) return {r, std::nullopt};
        const int middle = r.first + (r.second - r.first) / 2;
        return {range{r.first, middle}, range{middle, r.second}};
    };
    for (int n : {0, 1, 5, 100, 100'000}) {
        const auto parts = weft::par_split_with(range{0, n}, halve).to_vector();
        int at = 0;
        bool in_order = true;
        for (const range& r : parts) {
            in_order = in_order && r.first == at;
            at = r.second;
        }
        CHECK(in_order);
        CHECK(at == n);
    }
}

TEST_CASE("par_split_with: as many parts as many threads need, no matter who divides, and however uneven")
{
    struct piece {
        std::unique_ptr<int> first;  // can only be moved
        int last;
    };
    const auto peel = [](piece p) -> std::pair<piece, std::optional<piece>> {
        if (p.last - *p.first < 2) return {std::move(p), std::nullopt};
        const int next = *p.first + 1;
        return {piece{std::move(p.first), next}, piece{std::make_unique<int>(next), p.last}};
    };
    const auto halve = [](piece p) -> std::pair<piece, std::optional<piece>> {
        if (p.last - *p.first < 2) return {std::move(p), std::nullopt};
        const int middle = *p.first + (p.last - *p.first) / 2;
        return {piece{std::move(p.first), middle}, piece{std::make_unique<int>(middle), p.last}};
    };
    const auto check = [](const auto& divide, int n) {
        const auto parts = weft::par_split_with(piece{std::make_unique<int>(0), n}, divide).to_vector();
        int at = 0;
        bool in_order = true;
        for (const piece& p : parts) {
            in_order = in_order && *p.first == at;
            at = p.last;
        }
        CHECK(in_order);
        CHECK(at == n);
        return parts.size();
    };
    for (const int n : {1, 2, 700, 1023, 50'000}) {
        const std::size_t halves = check(halve, n);
        const std::size_t peeled = check(peel, n);
        CHECK(halves >= std::min<std::size_t>(static_cast<std::size_t>(n), 1000));
        CHECK(peeled >= std::min<std::size_t>(static_cast<std::size_t>(n), 1000));
        weft::thread_pool three({.num_threads = 3});
        three.install([&] {
            CHECK(check(halve, n) == halves);  // no matter who divides
            CHECK(check(peel, n) == peeled);
        });
    }
    weft::thread_pool two({.num_threads = 2});
    two.install([&] {
        // Both threads divide: each of the two parts waits for the other one.
        std::atomic<int> busy{0};
        std::atomic<bool> together{false};
        const auto wait_for_both = [&](int depth) -> std::pair<int, std::optional<int>> {
            if (depth == 1) {
                if (busy.fetch_add(1) == 1) together.store(true);
                const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
                while (!together.load() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
            }
            if (depth == 2) return {depth, std::nullopt};
            return {depth + 1, depth + 1};
        };
        CHECK(weft::par_split_with(0, wait_for_both).count() == 4);
        CHECK(together.load());
    });
    CHECK_THROWS_AS(weft::par_split_with(0,
                                         [](int depth) -> std::pair<int, std::optional<int>> {
                                             if (depth == 5) throw std::runtime_error("division");
                                             return {depth + 1, depth + 1};
                                         }),
                    std::runtime_error);
}

TEST_CASE("par_drain: the container keeps its room, and goes on as before")
{
    std::vector<std::string> v{"one", "two"};
    v.reserve(1000);
    const std::size_t room = v.capacity();
    CHECK(weft::par_drain(v).count() == 2);
    CHECK((v.empty() && v.capacity() >= room));
    std::string s(500, 'x');
    CHECK(weft::par_drain(s).count() == 500);
    CHECK((s.empty() && s.capacity() >= 500));
    std::vector<bool> bits(2000, true);
    CHECK(weft::par_drain(bits).count(true) == 2000);
    CHECK((bits.empty() && bits.capacity() >= 2000));

    std::unordered_map<int, std::string, std::function<std::size_t(int)>> hashed(
        100, [](int x) { return static_cast<std::size_t>(x % 10); });
    hashed.max_load_factor(0.5f);
    for (int i = 0; i < 50; ++i) hashed[i] = "x";
    const std::size_t buckets = hashed.bucket_count();
    CHECK(weft::par_drain(hashed).count() == 50);
    CHECK((hashed.empty() && hashed.bucket_count() >= buckets && hashed.max_load_factor() == 0.5f));
    hashed[3] = "y";  // the hash function is still there
    CHECK(hashed.at(3) == "y");
    std::map<int, int, std::function<bool(int, int)>> ordered([](int a, int b) { return a > b; });
    for (int i = 0; i < 5; ++i) ordered[i] = i;
    CHECK(weft::par_drain(ordered).map([](int key, int) { return key; }).to_vector() ==
          std::vector<int>{4, 3, 2, 1, 0});
    ordered[1] = 1;
    ordered[2] = 2;
    CHECK(ordered.begin()->first == 2);
    std::priority_queue<int> queue;
    for (int i = 0; i < 5; ++i) queue.push(i);
    CHECK(weft::par_drain(queue).sum() == 10);
    CHECK(queue.empty());
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

TEST_CASE("par_drain: takes a part out of a container")
{
    std::vector<std::unique_ptr<int>> v;
    for (int i = 0; i < 10; ++i) v.push_back(std::make_unique<int>(i));
    CHECK(weft::par_drain(v, 2, 5).map([](std::unique_ptr<int> p) { return *p; }).to_vector() ==
          std::vector<int>{2, 3, 4});
    CHECK(v.size() == 7);
    CHECK(*v[2] == 5);
    std::string s = "abcdef";
    CHECK(weft::par_drain(s, 0, 6).to_vector().size() == 6);
    CHECK(s.empty());
    CHECK(weft::par_drain(s, 0, 0).count() == 0);
    CHECK_THROWS_AS(weft::par_drain(v, 3, 2), std::out_of_range);
    CHECK_THROWS_AS(weft::par_drain(v, 0, 8), std::out_of_range);
}
