// tests/channel/batch_test.cpp - many messages at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/selector.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <new>
#include <numeric>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

EACH_CHANNEL("channel batch: a range goes in and comes out in order")
{
    auto [tx, rx] = test::channel<int>(capacity);
    const int n = static_cast<int>(test::scaled(5'000));
    std::jthread producer([tx = std::move(tx), n] {
        std::vector<int> all(static_cast<std::size_t>(n));
        std::iota(all.begin(), all.end(), 0);
        const std::span<const int> view(all);
        for (std::size_t i = 0; i < all.size();) {
            const std::size_t chunk = std::min<std::size_t>(i % 100 + 1, all.size() - i);
            i += tx.send_many(view.subspan(i, chunk));
        }
    });
    std::vector<int> got;
    while (rx.recv_many(got, 70) != 0) {}
    REQUIRE(got.size() == static_cast<std::size_t>(n));
    CHECK(std::is_sorted(got.begin(), got.end()));
    CHECK(got.back() == n - 1);
}

/// Copied element by element, unlike an int.
struct number {
    number() = default;
    explicit number(int v) : value(std::make_unique<int>(v)) {}
    number(const number& other) : value(std::make_unique<int>(*other.value)) {}
    number(number&& other) noexcept = default;
    number& operator=(number&& other) noexcept = default;
    std::unique_ptr<int> value;
};
int value_of(int v) { return v; }
int value_of(const number& n) { return *n.value; }

/// Sends 0, 1, ... n - 1 out of a From in batches of several sizes, and receives them by `take(rx, most)`, which
/// returns how many came and appends their values to `got`.
template <class From, class Take>
void in_batches(std::size_t capacity, Take take)
{
    using message = typename From::value_type;
    auto [tx, rx] = test::channel<message>(capacity);
    const int n = static_cast<int>(test::scaled(2'000));
    std::jthread producer([tx = std::move(tx), n] {
        for (int i = 0; i < n;) {
            From batch;
            for (const int end = std::min(n, i + i % 100 + 1); i != end; ++i) batch.push_back(message(i));
            static_cast<void>(tx.send_many(std::move(batch)));
        }
    });
    std::vector<int> got;
    for (std::size_t most = 1; take(rx, most, got) != 0; most = most % 90 + 1) {}
    std::vector<int> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), 0);
    CHECK(got == all);
}

/// To the end of a To.
template <class To>
std::size_t append(const auto& rx, std::size_t most, std::vector<int>& got)
{
    To batch;
    const std::size_t n = rx.recv_many(batch, most);
    for (const auto& m : batch) got.push_back(value_of(m));
    return n;
}

EACH_CHANNEL("channel batch: from and into each kind of container, in order")
{
    const auto into = []<class To>(std::type_identity<To>) {
        return [](const auto& rx, std::size_t most, auto& got) { return append<To>(rx, most, got); };
    };
    const auto into_array = [](const auto& rx, std::size_t most, auto& got) {
        typename std::remove_cvref_t<decltype(*rx.recv())> batch[64];
        const std::size_t n = rx.recv_many(batch, most);
        for (std::size_t i = 0; i < n; ++i) got.push_back(value_of(batch[i]));
        return n;
    };
    in_batches<std::vector<int>>(capacity, into(std::type_identity<std::vector<int>>()));
    in_batches<std::vector<int>>(capacity, into_array);
    in_batches<std::deque<int>>(capacity, into(std::type_identity<std::vector<int>>()));
    in_batches<std::vector<int>>(capacity, into(std::type_identity<std::deque<int>>()));
    in_batches<std::vector<number>>(capacity, into(std::type_identity<std::vector<number>>()));
    in_batches<std::deque<number>>(capacity, into_array);
}

TEST_CASE("channel batch: through a ring that is too large to be touched in advance, round after round")
{
    auto [tx, rx] = weft::bounded<int>(10'000);
    std::vector<int> all(7'001);
    std::iota(all.begin(), all.end(), 0);
    for (int round = 0; round < 6; ++round) {
        CHECK(tx.send_many(all) == all.size());
        std::vector<int> got;
        while (got.size() < all.size()) CHECK(rx.recv_many(got, 100 + all.size() / 3) != 0);
        CHECK(got == all);
    }
    CHECK(tx.send_many(std::span(all).first(5'000)) == 5'000);
    CHECK(tx.send_many(std::span(all).first(5'000)) == 5'000);
    CHECK(tx.full());
    CHECK(tx.try_send(1).full());
    CHECK(rx.recv() == 0);
    CHECK(tx.try_send(1));
}

/// Has room for five.
template <class T>
struct five {
    using value_type = T;
    T* allocate(std::size_t n)
    {
        if (n > 5) throw std::bad_alloc();
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* memory, std::size_t n) noexcept { std::allocator<T>().deallocate(memory, n); }
    bool operator==(const five&) const = default;
};

TEST_CASE("channel batch: what there is room for is stored, and without room those taken together are lost, and no others")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 12, test::unlimited));
    std::vector<int> all(12);
    std::iota(all.begin(), all.end(), 1);
    CHECK(tx.send_many(all) == all.size());
    std::vector<int, five<int>> got;
    got.reserve(5);
    CHECK(rx.recv_many(got, 3) == 3);
    CHECK_THROWS_AS(rx.recv_many(got, 5), std::bad_alloc);
    CHECK(got == std::vector<int, five<int>>{1, 2, 3, 4, 5});
    CHECK(rx.recv() == 9);
    CHECK(tx.send_many(std::vector{13, 14}) == 2);
    std::vector<int> rest;
    CHECK(rx.recv_many(rest, 100) == 5);
    CHECK(rest == std::vector{10, 11, 12, 13, 14});
}

/// Looks at what it is given.
struct doubling : std::vector<int> {
    void push_back(int value) { std::vector<int>::push_back(2 * value); }
};

TEST_CASE("channel batch: a container with a special push_back gets each message through it")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 8, test::unlimited));
    CHECK(tx.send_many(std::vector{1, 2, 3}) == 3);
    doubling got;
    CHECK(rx.recv_many(got, 8) == 3);
    CHECK(got == std::vector{2, 4, 6});
}

TEST_CASE("channel batch: a slot that somebody holds does not keep those before it from being used")
{
    auto [tx, rx] = weft::bounded<int>(3);
    const auto other = rx;
    CHECK(tx.send_many(std::vector{1, 2, 3}) == 3);
    CHECK(rx.recv() == 1);
    weft::selector reserving;
    reserving.recv(rx);
    auto reserved = reserving.wait();  // the message 2, in the second slot
    CHECK(other.recv() == 3);
    const std::jthread sender([to = std::move(tx)] { static_cast<void>(to.send_many(std::vector{4, 5, 6})); });
    CHECK(other.recv() == 4);  // although the slot for 5 is not free yet
    CHECK(reserved.recv(rx) == 2);
    CHECK(other.recv() == 5);
    CHECK(other.recv() == 6);
}

EACH_CHANNEL("channel batch: an empty batch sends nothing, and a limit of zero receives nothing")
{
    auto [tx, rx] = test::channel<int>(capacity);
    CHECK(tx.send_many(std::vector<int>{}) == 0);
    std::vector<int> got;
    CHECK(rx.recv_many(got, 0) == 0);
    {
        const auto gone = std::move(tx);
    }
    CHECK(rx.recv_many(got, 5) == 0);
}

TEST_CASE("channel batch: takes what is there, up to the limit, and does not wait for more")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 1024, test::unlimited));
    CHECK(tx.send_many(std::vector<int>(200, 1)) == 200);
    CHECK(rx.len() == 200);
    std::vector<int> got;
    CHECK(rx.recv_many(got, 150) == 150);
    CHECK(rx.recv_many(got, 150) == 50);
    CHECK(rx.empty());
}

TEST_CASE("channel batch: writes through an output iterator")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 3, test::unlimited));
    CHECK(tx.send_many(std::vector<int>{1, 2, 3}) == 3);
    std::vector<int> array(3, 0);
    auto it = array.begin();
    CHECK(rx.recv_many(it, 2) == 2);
    CHECK(array == std::vector<int>{1, 2, 0});
    std::deque<int> rest;
    CHECK(rx.recv_many(std::back_inserter(rest), 5) == 1);
    CHECK(rest.front() == 3);
}

TEST_CASE("channel batch: fills an array, and no more than that")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 8, test::unlimited));
    CHECK(tx.send_many(std::vector<int>{1, 2, 3, 4, 5, 6, 7}) == 7);
    int few[3] = {};
    CHECK(rx.recv_many(few, 2) == 2);
    CHECK((few[0] == 1 && few[1] == 2 && few[2] == 0));
    CHECK(rx.recv_many(few, 100) == 3);
    CHECK((few[0] == 3 && few[1] == 4 && few[2] == 5));
    CHECK(rx.recv_many(few) == 2);
}

TEST_CASE("channel batch: copies from an lvalue and a view, moves from an rvalue")
{
    auto [tx, rx] = test::channel<std::string>(GENERATE(as<std::size_t>(), 16, test::unlimited));
    std::vector<std::string> texts(3, "long enough to live outside of the string itself");
    CHECK(tx.send_many(texts) == 3);
    CHECK(texts[0].size() == 48);
    CHECK(tx.send_many(std::span(texts)) == 3);
    CHECK(texts[2].size() == 48);
    CHECK(tx.send_many(std::move(texts)) == 3);
    CHECK(texts[0].empty());
    std::vector<std::string> got;
    CHECK(rx.recv_many(got, 100) == 9);
    CHECK(std::all_of(got.begin(), got.end(), [](const auto& s) { return s.size() == 48; }));
}

TEST_CASE("channel batch: move-only messages from an rvalue, generated ones from a view")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(GENERATE(as<std::size_t>(), 16, test::unlimited));
    std::vector<std::unique_ptr<int>> batch;
    for (int i = 0; i < 5; ++i) batch.push_back(std::make_unique<int>(i));
    CHECK(tx.send_many(std::move(batch)) == 5);
    int count = 5;
#if !defined(__clang__) || __clang_major__ >= 16  // older ones cannot read the views of GCC's library
    CHECK(tx.send_many(std::views::iota(5, 8) |
                       std::views::transform([](int i) { return std::make_unique<int>(i); })) == 3);
    count = 8;
#endif
    std::vector<std::unique_ptr<int>> got;
    CHECK(rx.recv_many(got, 100) == static_cast<std::size_t>(count));
    int next = 0;
    for (const auto& p : got) CHECK(*p == next++);
}

TEST_CASE("channel batch: reports how many were sent before the channel closed")
{
    auto [tx, rx] = weft::bounded<int>(3);
    std::jthread taker([rx = std::move(rx)] {
        static_cast<void>(rx.recv());
        static_cast<void>(rx.recv());
    });
    const std::size_t sent = tx.send_many(std::vector<int>(100, 1));
    CHECK(sent >= 2);
    CHECK(sent <= 5);
    CHECK(tx.send_many(std::vector<int>(3, 1)) == 0);
}

#if !defined(__clang__) || __clang_major__ >= 16
TEST_CASE("channel batch: an element that throws ends it, where those before it are sent and the rest is not")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 3, 16, test::unlimited));
    const auto bad = std::views::iota(0, 3) | std::views::transform([](int i) {
                         if (i == 2) throw std::runtime_error("element");
                         return i;
                     });
    CHECK_THROWS_AS(tx.send_many(bad), std::runtime_error);
    CHECK(rx.recv() == 0);
    CHECK(rx.recv() == 1);
    CHECK(rx.try_recv().empty());
    CHECK(tx.send(9));
    CHECK(rx.recv() == 9);
}

TEST_CASE("channel batch: an element that uses the channel while it is made is not blocked by its own batch")
{
    auto [tx, rx] = weft::bounded<int>(3);
    std::jthread sender([to = tx, inner = std::move(tx)] {
        static_cast<void>(to.send_many(std::views::iota(0, 3) | std::views::transform([&](int i) {
                                           // No place has been taken for what is yet to be made.
                                           if (i == 1) static_cast<void>(inner.send(99));
                                           return i;
                                       })));
    });
    std::vector<int> got;
    while (got.size() < 4) CHECK(rx.recv_many(got, 10) != 0);
    CHECK(got == std::vector{0, 99, 1, 2});
}

TEST_CASE("channel batch: a batch passes over what an element that throws leaves behind")
{
    auto [tx, rx] = test::channel<int>(GENERATE(as<std::size_t>(), 8, test::unlimited));
    const auto bad = std::views::iota(0, 5) | std::views::transform([](int i) {
                         if (i == 2) throw std::runtime_error("element");
                         return i;
                     });
    std::vector<int> got;
    int array[8] = {};
    for (int round = 0; round < 50; ++round) {
        CHECK_THROWS_AS(tx.send_many(bad), std::runtime_error);
        CHECK(tx.send_many(std::vector{7, 8}) == 2);
        got.clear();
        while (got.size() < 4) CHECK(rx.recv_many(got, 8) != 0);
        CHECK(got == std::vector{0, 1, 7, 8});
        CHECK(rx.empty());
        CHECK_THROWS_AS(tx.send_many(bad), std::runtime_error);
        CHECK(rx.recv_many(array) == 2);
        CHECK(array[1] == 1);
    }
}
#endif

EACH_BUFFERED("channel batch: many senders and receivers of batches, each message once")
{
    auto [tx, rx] = test::channel<std::size_t>(capacity);
    const std::size_t each = test::scaled(4'000);
    std::vector<std::atomic<int>> seen(2 * each);
    {
        std::vector<std::jthread> threads;
        for (std::size_t p = 0; p < 2; ++p) {
            threads.emplace_back([tx = tx, p, each] {
                std::vector<std::size_t> batch;
                for (std::size_t i = 0; i < each; i += 10) {
                    batch.resize(std::min<std::size_t>(10, each - i));
                    std::iota(batch.begin(), batch.end(), p * each + i);
                    static_cast<void>(tx.send_many(batch));
                }
            });
            threads.emplace_back([&seen, rx = rx] {
                std::vector<std::size_t> got;
                while (rx.recv_many(got, 7) != 0) {
                    for (const std::size_t m : got) seen[m].fetch_add(1);
                    got.clear();
                }
            });
        }
        {
            const auto gone = std::move(tx);
        }
    }
    CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& c) { return c.load() == 1; }));
}

TEST_CASE("channel batch: what is undelivered is destroyed once")
{
    const long before = test::counted::alive();
    {
        auto [tx, rx] = test::channel<test::counted>(GENERATE(as<std::size_t>(), 16, test::unlimited));
        CHECK(tx.send_many(std::vector<test::counted>(10)) == 10);
        std::vector<test::counted> got;
        CHECK(rx.recv_many(got, 4) == 4);
    }
    CHECK(test::counted::alive() == before);
}
