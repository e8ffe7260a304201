// tests/latency/overlapped_test.cpp - overlapped_transform and overlapped_for_each, beside plain loops.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/latency/overlapped.hpp>

#include "random.hpp"
#include "test.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <forward_list>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using test::counted;

/// The key itself, after some turns.
weft::lookup<int> after(int key, int turns)
{
    for (int i = 0; i < turns; ++i) co_await weft::prefetch(&key);
    co_return key;
}

template <std::size_t InFlight>
void check_lengths()
{
    for (std::size_t n = 0; n < 70; ++n) {
        const auto keys = test::random_numbers(n, 1000, n + 1);
        std::vector<int> out(n + 1, -1);
        const auto end = weft::overlapped_transform<InFlight>(keys, out.begin(), [](int k) { return after(k, k % 5); });
        CHECK(end == out.begin() + static_cast<std::ptrdiff_t>(n));
        CHECK(std::equal(keys.begin(), keys.end(), out.begin()));
        CHECK(out[n] == -1);
    }
}

/// An input iterator whose reference is overwritten by the next step, as that of a stream.
class single_pass {
public:
    struct end {};
    class iterator {
    public:
        using value_type = std::string;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        explicit iterator(int n) : left_(n) { read(); }
        iterator(iterator&&) = default;
        iterator& operator=(iterator&&) = default;
        const std::string& operator*() const { return *now_; }
        iterator& operator++()
        {
            --left_;
            read();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(end) const { return left_ == 0; }

    private:
        void read() { *now_ = "a key that is not kept in place: " + std::to_string(left_); }

        int left_;
        std::unique_ptr<std::string> now_ = std::make_unique<std::string>();
    };

    explicit single_pass(int n) : n_(n) {}
    iterator begin() const { return iterator(n_); }
    end end() const { return {}; }

private:
    int n_;
};

/// Elements that only move, made when they are read.
struct made {
    explicit made(int v) : value(std::make_unique<int>(v)) {}
    std::unique_ptr<int> value;
};

struct maker {
    using value_type = made;
    using difference_type = std::ptrdiff_t;
    int at = 0;
    made operator*() const { return made(at); }
    maker& operator++()
    {
        ++at;
        return *this;
    }
    maker operator++(int) { return {at++}; }
    bool operator==(const maker&) const = default;
};

struct made_range {
    maker begin() const { return {0}; }
    maker end() const { return {200}; }
};

/// Fails at an element: when it is read (how = 0), reached (1), or compared with the end (2).
struct bad_range {
    struct iterator {
        using value_type = int;
        using difference_type = std::ptrdiff_t;
        int at = 0;
        int fails_at = 0;
        int how = 0;
        int operator*() const { return how == 0 && at == fails_at ? throw at : at; }
        iterator& operator++()
        {
            ++at;
            if (how == 1 && at == fails_at) throw at;
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const { return how == 2 && at == fails_at ? throw at : at == 60; }
    };
    int fails_at;
    int how;
    iterator begin() const { return {0, fails_at, how}; }
    std::default_sentinel_t end() const { return {}; }
};

struct endless {
    struct iterator {
        using value_type = int;
        using difference_type = std::ptrdiff_t;
        int at = 0;
        int operator*() const { return at; }
        iterator& operator++()
        {
            ++at;
            return *this;
        }
        iterator operator++(int) { return {at++}; }
        bool operator==(const iterator&) const = default;
    };
    iterator begin() const { return {}; }
    std::unreachable_sentinel_t end() const { return {}; }
};

}  // namespace

TEST_CASE("overlapped_transform: any length from 0 on, with 1, 2, 3, 16 and 64 in flight")
{
    check_lengths<1>();
    check_lengths<2>();
    check_lengths<3>();
    check_lengths<16>();
    check_lengths<64>();
}

TEST_CASE("overlapped_transform: a large random input, lookups of very unequal length")
{
    const std::size_t n = test::scaled(100'000);
    const auto keys = test::random_numbers(n, 1'000'000);
    std::vector<int> out(n);
    weft::overlapped_transform(keys, out.begin(), [](int k) { return after(k, k % 100 == 0 ? 500 : k % 3); });
    CHECK(out == keys);
}

TEST_CASE("overlapped_transform: the first lookup takes longer than all others together")
{
    const auto keys = test::random_numbers(5000);
    std::vector<int> out(keys.size());
    bool first = true;
    weft::overlapped_transform(keys, out.begin(),
                               [&](int k) { return after(k, std::exchange(first, false) ? 100'000 : 1); });
    CHECK(out == keys);
}

TEST_CASE("overlapped_transform: InFlight lookups are in flight, never more")
{
    int now = 0;
    int most = 0;
    const auto body = [&](int k) -> weft::lookup<int> {
        most = std::max(most, ++now);
        for (int i = 0; i < k % 7 + 1; ++i) co_await weft::prefetch(&now);
        --now;
        co_return k;
    };
    const auto keys = test::random_numbers(1000);
    std::vector<int> out(keys.size());
    weft::overlapped_transform(keys, out.begin(), body);
    CHECK(most == 16);
    most = 0;
    weft::overlapped_transform<5>(keys, out.begin(), body);
    CHECK(most == 5);
    most = 0;
    weft::overlapped_transform<1>(keys, out.begin(), body);
    CHECK(most == 1);
    most = 0;
    weft::overlapped_transform(std::span(keys).first(3), out.begin(), body);
    CHECK(most == 3);
}

TEST_CASE("overlapped_transform: f is called in the order of the input, once for each element")
{
    std::vector<int> calls;
    const auto keys = test::random_numbers(500);
    std::vector<int> out(keys.size());
    weft::overlapped_transform(keys, out.begin(), [&](int k) {
        calls.push_back(k);
        return after(k, k % 9);
    });
    CHECK(calls == keys);
}

TEST_CASE("overlapped_transform: every kind of output, in order")
{
    const auto keys = test::random_numbers(700);
    const auto f = [](int k) { return after(k, k % 11 == 0 ? 200 : k % 4); };

    std::vector<int> appended;
    weft::overlapped_transform(keys, std::back_inserter(appended), f);
    CHECK(appended == keys);

    std::list<int> list(keys.size());
    CHECK(weft::overlapped_transform(keys, list.begin(), f) == list.end());
    CHECK(std::equal(list.begin(), list.end(), keys.begin(), keys.end()));

    std::forward_list<int> forward(keys.size());
    CHECK(weft::overlapped_transform(keys, forward.begin(), f) == forward.end());
    CHECK(std::equal(forward.begin(), forward.end(), keys.begin(), keys.end()));

    std::deque<int> deque(keys.size());
    CHECK(weft::overlapped_transform(keys, deque.begin(), f) == deque.end());
    CHECK(std::equal(deque.begin(), deque.end(), keys.begin(), keys.end()));

    std::vector<int> plain(keys.size());
    CHECK(weft::overlapped_transform(keys, plain.data(), f) == plain.data() + plain.size());
    CHECK(plain == keys);

    std::ostringstream text;
    weft::overlapped_transform(std::span(keys).first(100), std::ostream_iterator<int>(text, " "), f);
    std::istringstream back(text.str());
    CHECK(std::equal(keys.begin(), keys.begin() + 100, std::istream_iterator<int>(back), std::istream_iterator<int>()));

    std::multiset<int> sorted;
    weft::overlapped_transform(keys, std::inserter(sorted, sorted.end()), f);
    CHECK(sorted == std::multiset<int>(keys.begin(), keys.end()));
}

TEST_CASE("overlapped_transform: bits of a vector<bool>, in place")
{
    const auto keys = test::random_numbers(333);
    std::vector<bool> odd(keys.size());
    weft::overlapped_transform(keys, odd.begin(),
                               [](int k) -> weft::lookup<bool> { co_return co_await after(k, k % 3) % 2 != 0; });
    for (std::size_t i = 0; i < keys.size(); ++i) CHECK(odd[i] == (keys[i] % 2 != 0));
}

TEST_CASE("overlapped_transform: every kind of input")
{
    const auto keys = test::random_numbers(300);
    const auto f = [](int k) { return after(k, k % 4); };
    std::vector<int> out;

    const std::list<int> list(keys.begin(), keys.end());
    weft::overlapped_transform(list, std::back_inserter(out), f);
    CHECK(out == keys);

    out.clear();
    weft::overlapped_transform(std::deque<int>(keys.begin(), keys.end()), std::back_inserter(out), f);
    CHECK(out == keys);

    out.clear();
    int array[] = {3, 1, 2};
    weft::overlapped_transform(array, std::back_inserter(out), f);
    CHECK(out == std::vector<int>{3, 1, 2});

    out.clear();
    weft::overlapped_transform(std::initializer_list<int>{5, 6}, std::back_inserter(out), f);
    CHECK(out == std::vector<int>{5, 6});

    out.clear();
    const std::map<int, int> map{{1, 10}, {2, 20}};
    weft::overlapped_transform(map, std::back_inserter(out), [](const auto& entry) { return after(entry.second, 2); });
    CHECK(out == std::vector<int>{10, 20});
}

TEST_CASE("overlapped_transform: elements of a range that is read once are kept while their lookups run")
{
    const auto f = [](const std::string& s) -> weft::lookup<int> {
        for (int i = 0; i < 5; ++i) co_await weft::prefetch(s.data());
        co_return std::stoi(s.substr(s.find(':') + 2));
    };
    std::vector<int> out;
    weft::overlapped_transform(single_pass(100), std::back_inserter(out), f);
    REQUIRE(out.size() == 100);
    for (int i = 0; i < 100; ++i) CHECK(out[static_cast<std::size_t>(i)] == 100 - i);
}

TEST_CASE("overlapped_transform: elements that are made when they are read are kept, too, and not copied")
{
    std::vector<int> out;
    weft::overlapped_transform(made_range(), std::back_inserter(out), [](const made& m) -> weft::lookup<int> {
        for (int i = 0; i < *m.value % 5; ++i) co_await weft::prefetch(m.value.get());
        co_return *m.value;
    });
    REQUIRE(out.size() == 200);
    for (int i = 0; i < 200; ++i) CHECK(out[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("overlapped_transform: elements of a container are passed by reference")
{
    std::vector<std::string> keys{"a", "b", "c"};
    std::vector<std::string*> out(3);
    weft::overlapped_transform(keys, out.begin(), [](std::string& s) -> weft::lookup<std::string*> {
        co_await weft::prefetch(&s);
        s += "!";
        co_return &s;
    });
    CHECK(out == std::vector<std::string*>{&keys[0], &keys[1], &keys[2]});
    CHECK(keys[2] == "c!");
}

TEST_CASE("overlapped_transform: members, function pointers, functions that only move and functions with a state")
{
    struct thing {
        int x;
        weft::lookup<int> get() const { return after(x, 2); }
    };
    const std::vector<thing> things{{1}, {2}, {3}};
    std::vector<int> out(3);
    weft::overlapped_transform(things, out.begin(), &thing::get);
    CHECK(out == std::vector<int>{1, 2, 3});

    weft::lookup<int> (*pointer)(int) = [](int k) { return after(k, 1); };
    weft::overlapped_transform(std::vector<int>{7, 8, 9}, out.begin(), pointer);
    CHECK(out == std::vector<int>{7, 8, 9});

    auto owned = std::make_unique<int>(100);
    weft::overlapped_transform(std::vector<int>{1, 2, 3}, out.begin(), [o = std::move(owned), n = 0](int k) mutable {
        ++n;
        return after(*o + k + n, 3);
    });
    CHECK(out == std::vector<int>{102, 104, 106});
}

TEST_CASE("overlapped_transform: a lambda that is a coroutine keeps its captures while it runs")
{
    const std::string shared = "a text that is too long to be kept in place";
    std::vector<std::size_t> out(50);
    weft::overlapped_transform(test::random_numbers(50), out.begin(), [shared](int k) -> weft::lookup<std::size_t> {
        for (int i = 0; i < k % 6; ++i) co_await weft::prefetch(shared.data());
        co_return shared.size();
    });
    for (const std::size_t n : out) CHECK(n == shared.size());
}

TEST_CASE("overlapped_transform: values are converted, moved, and written once each")
{
    struct written {
        int times = 0;
        std::unique_ptr<int> value;
        written& operator=(std::unique_ptr<int>&& v)
        {
            ++times;
            value = std::move(v);
            return *this;
        }
    };
    const auto keys = test::random_numbers(200);
    std::vector<written> out(keys.size());
    weft::overlapped_transform(keys, out.begin(), [](int k) -> weft::lookup<std::unique_ptr<int>> {
        co_await weft::prefetch(&k);
        co_return std::make_unique<int>(k);
    });
    for (std::size_t i = 0; i < keys.size(); ++i) {
        CHECK(out[i].times == 1);
        CHECK(*out[i].value == keys[i]);
    }
}

TEST_CASE("overlapped_transform: references are written through all kinds of output")
{
    std::vector<int> values{10, 20, 30, 40};
    const std::vector<int> keys{3, 1, 2, 0};
    const auto f = [&](int k) -> weft::lookup<int&> {
        for (int i = 0; i < k; ++i) co_await weft::prefetch(&values);
        co_return values[static_cast<std::size_t>(k)];
    };
    std::vector<int> out(4);
    weft::overlapped_transform(keys, out.begin(), f);
    CHECK(out == std::vector<int>{40, 20, 30, 10});
    out.clear();
    weft::overlapped_transform(keys, std::back_inserter(out), f);
    CHECK(out == std::vector<int>{40, 20, 30, 10});
}

TEST_CASE("overlapped_transform: of all exceptions the first in the order of the input arrives, and all have ended")
{
    const auto keys = [] {
        std::vector<int> k(200);
        for (int i = 0; i < 200; ++i) k[static_cast<std::size_t>(i)] = i;
        return k;
    }();
    // The later ones fail sooner, so that the first one is not the first to arrive.
    for (const int first : {0, 1, 5, 15, 16, 17, 100, 190, 199}) {
        int begun = 0;
        int ended = 0;
        struct count_end {
            int& n;
            ~count_end() { ++n; }
        };
        const auto f = [&](int k) -> weft::lookup<int> {
            ++begun;
            const count_end note{ended};
            const int turns = k < first ? 30 : std::max(0, 20 - 2 * (k - first));
            for (int i = 0; i < turns; ++i) co_await weft::prefetch(&keys);
            if (k >= first) throw k;
            co_return k;
        };
        std::vector<int> out(keys.size(), -1);
        bool caught = false;
        try {
            weft::overlapped_transform(keys, out.begin(), f);
        } catch (const int k) {
            caught = true;
            CHECK(k == first);
        }
        CHECK(caught);
        CHECK(begun == ended);
        CHECK(begun <= first + 16);
        for (int i = 0; i < first; ++i) CHECK(out[static_cast<std::size_t>(i)] == i);
    }
}

TEST_CASE("overlapped_transform: exceptions from the function, the range, its end, and the output")
{
    const std::vector<int> keys(100, 1);
    std::vector<int> out(100);
    int calls = 0;
    CHECK_THROWS_AS(weft::overlapped_transform(keys, out.begin(),
                                               [&](int k) {
                                                   if (++calls == 40) throw std::runtime_error("f");
                                                   return after(k, 3);
                                               }),
                    std::runtime_error);
    CHECK(calls == 40);

    for (const int how : {0, 1, 2}) {
        for (const int at : {1, 2, 16, 17, 40, 59}) {
            int ended = 0;
            std::vector<int> seen;
            try {
                weft::overlapped_transform(bad_range{at, how}, std::back_inserter(seen),
                                           [&](int k) -> weft::lookup<int> {
                                               const int got = co_await after(k, k % 5);
                                               ++ended;
                                               co_return got;
                                           });
                CHECK(false);
            } catch (const int i) {
                CHECK(i == at);
            }
            CHECK(ended == at);
        }
    }

    struct bad_place {
        int value = 0;
        bad_place& operator=(int v)
        {
            if (v == 33) throw std::logic_error("out");
            value = v;
            return *this;
        }
    };
    std::vector<bad_place> places(100);
    std::vector<int> some(100);
    for (int i = 0; i < 100; ++i) some[static_cast<std::size_t>(i)] = i;
    CHECK_THROWS_AS(weft::overlapped_transform(some, places.begin(), [](int k) { return after(k, 2); }),
                    std::logic_error);
    for (int i = 0; i < 33; ++i) CHECK(places[static_cast<std::size_t>(i)].value == i);
}

TEST_CASE("overlapped_transform: an exception between the results that wait for their turn leaks nothing")
{
    const long before = counted::alive();
    const auto keys = test::random_numbers(300);
    for (int fails_at = 0; fails_at < 100; fails_at += 7) {
        std::vector<counted> out;
        int n = 0;
        CHECK_THROWS_AS(weft::overlapped_transform(keys, std::back_inserter(out),
                                                   [&](int k) -> weft::lookup<counted> {
                                                       const int mine = n++;
                                                       for (int i = 0; i < k % 30; ++i) co_await weft::prefetch(&n);
                                                       if (mine == fails_at) throw std::runtime_error("x");
                                                       co_return counted(k);
                                                   }),
                        std::runtime_error);
        CHECK(out.size() <= static_cast<std::size_t>(fails_at));
        for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i].value == keys[i]);
    }
    CHECK(counted::alive() == before);
}

TEST_CASE("overlapped_transform: a value whose move throws")
{
    struct throws_when_moved {
        int value = 0;
        throws_when_moved() = default;
        explicit throws_when_moved(int v) : value(v) {}
        throws_when_moved(throws_when_moved&& other) : value(other.value)
        {
            if (value == 50) throw std::runtime_error("move");
        }
        throws_when_moved& operator=(throws_when_moved&& other)
        {
            value = other.value;
            return *this;
        }
    };
    std::vector<int> keys(100);
    for (int i = 0; i < 100; ++i) keys[static_cast<std::size_t>(i)] = i;
    std::vector<throws_when_moved> out(100);
    CHECK_THROWS_AS(weft::overlapped_transform(keys, out.begin(),
                                               [](int k) -> weft::lookup<throws_when_moved> {
                                                   for (int i = 0; i < k % 3; ++i) co_await weft::prefetch(&k);
                                                   throws_when_moved made;
                                                   made.value = k;
                                                   co_return made;
                                               }),
                    std::runtime_error);
}

TEST_CASE("overlapped_for_each: runs all, and says how many")
{
    for (const std::size_t n : {0u, 1u, 15u, 16u, 17u, 1000u}) {
        std::vector<int> seen(n);
        std::vector<std::size_t> keys(n);
        for (std::size_t i = 0; i < n; ++i) keys[i] = i;
        CHECK(weft::overlapped_for_each(keys, [&](std::size_t k) -> weft::lookup<void> {
                  for (std::size_t i = 0; i < k % 4; ++i) co_await weft::prefetch(&seen);
                  ++seen[k];
              }) == n);
        CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<std::ptrdiff_t>(n));
    }
}

TEST_CASE("overlapped_for_each: a lookup that says stop ends the loop, and those that have begun end")
{
    const auto keys = test::random_numbers(2000, 1'000'000);
    for (const std::size_t stop_at : {0u, 1u, 15u, 100u, 1999u}) {
        std::size_t begun = 0;
        std::size_t ended = 0;
        const std::size_t told = weft::overlapped_for_each(keys, [&](int) -> weft::lookup<weft::control_flow> {
            const std::size_t mine = begun++;
            for (std::size_t i = 0; i < mine % 4; ++i) co_await weft::prefetch(&keys);
            ++ended;
            co_return mine == stop_at ? weft::control_flow::stop : weft::control_flow::go_on;
        });
        CHECK(begun == ended);
        CHECK(told == begun);
        CHECK(begun > stop_at);
        CHECK(begun <= std::min<std::size_t>(stop_at + 4 * 16 + 16, keys.size()));
    }
}

TEST_CASE("overlapped_for_each: with one in flight a stop is exact, and nothing said means all")
{
    const auto keys = test::random_numbers(100);
    int begun = 0;
    CHECK(weft::overlapped_for_each<1>(keys, [&](int) -> weft::lookup<weft::control_flow> {
              co_await weft::prefetch(&begun);
              co_return ++begun == 30 ? weft::control_flow::stop : weft::control_flow::go_on;
          }) == 30);
    CHECK(weft::overlapped_for_each(
              keys, [&](int) -> weft::lookup<weft::control_flow> { co_return weft::control_flow::go_on; }) == 100);
}

TEST_CASE("overlapped_for_each: an exception counts, even after a stop")
{
    const auto keys = test::random_numbers(100);
    int n = 0;
    CHECK_THROWS_AS(weft::overlapped_for_each(keys,
                                              [&](int) -> weft::lookup<weft::control_flow> {
                                                  const int mine = n++;
                                                  if (mine == 3) co_return weft::control_flow::stop;
                                                  for (int i = 0; i < 10; ++i) co_await weft::prefetch(&n);
                                                  if (mine == 2) throw std::runtime_error("x");
                                                  co_return weft::control_flow::go_on;
                                              }),
                    std::runtime_error);
}

TEST_CASE("overlapped_for_each: lookups have their turns one after the other")
{
    std::vector<int> order;
    const std::vector<int> keys{0, 1, 2};
    weft::overlapped_for_each<3>(keys, [&](int k) -> weft::lookup<void> {
        for (int i = 0; i < 3; ++i) {
            order.push_back(k);
            co_await weft::prefetch(&order);
        }
    });
    CHECK(order == std::vector<int>{0, 1, 2, 0, 1, 2, 0, 1, 2});
}

TEST_CASE("overlapped_for_each: an endless range ends by a stop")
{
    std::size_t sum = 0;
    weft::overlapped_for_each(endless(), [&](int k) -> weft::lookup<weft::control_flow> {
        co_await weft::prefetch(&sum);
        ++sum;
        co_return k == 1000 ? weft::control_flow::stop : weft::control_flow::go_on;
    });
    CHECK(sum > 1000);
}

TEST_CASE("overlapped: random programs of nested lookups give what plain recursion gives")
{
    // A random graph without circles; the value of a node depends on those of its successors.
    weft::rng random(11);
    constexpr int n = 400;
    std::vector<std::vector<int>> next(n);
    for (int i = 1; i < n; ++i) {
        for (std::uint32_t e = random.below(3); e != 0; --e) {
            next[static_cast<std::size_t>(i)].push_back(
                static_cast<int>(random.below(static_cast<std::uint32_t>(std::min(i, 12)))) + std::max(0, i - 12));
        }
    }
    std::vector<unsigned> plain(n);
    for (int i = 0; i < n; ++i) {
        unsigned v = static_cast<unsigned>(i) + 1;
        for (const int j : next[static_cast<std::size_t>(i)]) v = v * 31 + plain[static_cast<std::size_t>(j)];
        plain[static_cast<std::size_t>(i)] = v;
    }
    struct walker {
        const std::vector<std::vector<int>>& next;
        int depth;
        const std::vector<unsigned>& plain;

        weft::lookup<unsigned> value(int i, int left) const
        {
            if (left == 0) co_return plain[static_cast<std::size_t>(i)];
            const auto& edges = next[static_cast<std::size_t>(i)];
            if (i % 3 != 0) co_await weft::prefetch(&edges);
            unsigned v = static_cast<unsigned>(i) + 1;
            if (i % 2 == 0) {
                std::vector<weft::lookup<unsigned>> begun;
                for (const int j : edges) begun.push_back(value(j, left - 1));
                for (auto& l : begun) v = v * 31 + co_await std::move(l);
            } else {
                for (const int j : edges) v = v * 31 + co_await value(j, left - 1);
            }
            if (i % 5 == 0) co_await weft::prefetch(&edges);
            co_return v;
        }
    };
    std::vector<int> keys(n);
    for (int i = 0; i < n; ++i) keys[static_cast<std::size_t>(i)] = i;
    for (int depth = 0; depth < 7; ++depth) {
        const walker w{next, depth, plain};
        std::vector<unsigned> out(n);
        weft::overlapped_transform<9>(keys, out.begin(), [&](int i) { return w.value(i, depth); });
        CHECK(out == plain);
    }
}
