// tests/house/smoke.cpp - a little of each layer, without a test framework: what tests/modes runs in unusual builds.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/weft.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

int failures = 0;

void expect(bool holds, const char* what)
{
    if (holds) return;
    std::fprintf(stderr, "smoke: %s\n", what);
    ++failures;
}

void pool()
{
    const auto [a, b] = weft::join([] { return 1; }, [] { return std::string("two"); });
    expect(a == 1 && b == "two", "join");
    std::vector<int> seen(100);
    weft::scope([&](weft::task_scope& s) {
        for (int& one : seen) s.spawn([&one] { ++one; });
    });
    expect(std::ranges::all_of(seen, [](int n) { return n == 1; }), "scope");
    bool thrown = false;
    try {
        weft::join([] { throw std::runtime_error("left"); }, [] {});
    } catch (const std::runtime_error& e) {
        thrown = e.what() == std::string("left");
    }
    expect(thrown, "an exception of a join");
    weft::thread_pool own({.num_threads = 3});
    expect(own.install([] { return weft::current_num_threads(); }) == 3, "a pool of one's own");
}

void loops()
{
    std::vector<long long> v(100'000);
    std::iota(v.begin(), v.end(), 0LL);
    expect(weft::par_iter(v).map([](long long x) { return x * 2; }).sum() == 9'999'900'000, "sum");
    const auto odd = weft::par_iter(v).filter([](long long x) { return x % 2 != 0; }).collect<std::vector<long long>>();
    expect(odd.size() == 50'000 && std::ranges::is_sorted(odd), "filter");
    expect(weft::par_iter(v).find_first([](long long x) { return x > 777; }) == 778, "find");
    const std::string text = "one two\nthree\n\nfour";
    expect(weft::par_lines(text).count() == 4, "lines");
    std::vector<int> streamed;
    for (int x : weft::stream(std::vector{1, 2, 3, 4}).parallel_map([](int i) { return i * i; }).ordered())
        streamed.push_back(x);
    expect(streamed == std::vector{1, 4, 9, 16}, "stream");
}

void algorithms()
{
    weft::rng random(7);
    std::vector<unsigned> numbers(50'000);
    for (unsigned& n : numbers) n = static_cast<unsigned>(random());
    std::vector<unsigned> expected = numbers;
    std::ranges::sort(expected);
    weft::par_sort(numbers);
    expect(numbers == expected, "par_sort of numbers");
    std::vector<std::string> words;
    for (unsigned n : expected) words.push_back(std::to_string(n));
    weft::par_stable_sort(words, std::greater<>());
    expect(std::ranges::is_sorted(words, std::greater<>()), "par_stable_sort of strings");
    std::vector<std::pair<long long, long long>> pairs;
    for (int i = 0; i < 5'000; ++i) pairs.emplace_back(i * 37 % 101, -i);
    weft::par_sort(pairs);
    expect(std::ranges::is_sorted(pairs), "par_sort of pairs");
}

void channels()
{
    auto [to, from] = weft::bounded<int>(4);
    long sum = 0;
    weft::join(
        [&to = to] {
            const auto sender = std::move(to);  // its end closes the channel
            for (int i = 1; i <= 1000; ++i) static_cast<void>(sender.send(i));
        },
        [&sum, &receiver = from] {
            for (int message : receiver) sum += message;
        });
    expect(sum == 500'500, "a channel between both sides of a join");
}

weft::task<int> twice(int n)
{
    co_await weft::sleep_for(std::chrono::milliseconds(1));
    co_return n * 2;
}

weft::task<int> both()
{
    auto [a, b] = co_await weft::when_all(twice(1), twice(20));
    co_return a + b;
}

}  // namespace

int main()
{
    pool();
    loops();
    algorithms();
    channels();
    expect(weft::sync_wait(both()) == 42, "coroutines");
    return failures == 0 ? 0 : 1;
}
