// tests/channel/bounded_queue_test.cpp - one queue object that threads share, and that can be closed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/bounded_queue.hpp>
#include <weft/channel/select.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "must.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// In a namespace of its own, made from two values, only to be moved, and that at a price.
struct parcel {
    parcel(int n, std::string s) : number(n), text(std::move(s)) {}
    parcel(parcel&& other) : number(std::exchange(other.number, -1)), text(std::move(other.text)) {}
    parcel& operator=(parcel&&) = delete;
    int number;
    std::string text;
};

/// Throws at the `fuse`-th move or copy from now on.
struct fragile {
    static inline int fuse = 0;
    static inline int alive = 0;

    explicit fragile(int v) : value(v) { ++alive; }
    fragile(const fragile& other) : value(other.value)
    {
        burn();
        ++alive;
    }
    fragile(fragile&& other) : value(other.value)
    {
        burn();
        ++alive;
    }
    ~fragile() { --alive; }

    int value;

private:
    static void burn()
    {
        if (fuse > 0 && --fuse == 0) throw std::runtime_error("broken");
    }
};

static_assert(!std::copy_constructible<weft::bounded_queue<int>>);
static_assert(!std::is_move_constructible_v<weft::bounded_queue<int>>);
static_assert(std::input_iterator<weft::bounded_queue<std::string>::iterator>);

}  // namespace

TEST_CASE("bounded_queue: what goes in comes out in order, and as much as there is room for")
{
    for (std::size_t room = 1; room < 200; room *= 3) {
        weft::bounded_queue<int> queue(room);
        CHECK(queue.capacity() == room);
        for (int lap = 0; lap < 3; ++lap) {
            CHECK(queue.empty());
            for (std::size_t i = 0; i < room; ++i) {
                CHECK(queue.size() == i);
                CHECK_FALSE(queue.full());
                CHECK(queue.push(static_cast<int>(i)));
            }
            CHECK(queue.full());
            CHECK(queue.try_push(7).full());
            CHECK(queue.push_for(7, 0s).timed_out());
            CHECK(queue.push_until(7, std::chrono::system_clock::now()).timed_out());
            for (std::size_t i = 0; i < room; ++i) CHECK(queue.pop() == static_cast<int>(i));
            CHECK(queue.try_pop().empty());
            CHECK(queue.pop_for(0s).timed_out());
            CHECK(queue.pop_until(std::chrono::steady_clock::now()).timed_out());
        }
    }
    CHECK_THROWS_AS(weft::bounded_queue<int>(0), std::invalid_argument);
    CHECK_THROWS_AS(weft::bounded_queue<int>(std::numeric_limits<std::size_t>::max()), std::length_error);
}

TEST_CASE("bounded_queue: threads that share one object get every element once, each pusher's in order")
{
    const std::size_t room = GENERATE(as<std::size_t>(), 1, 3, 1024);
    constexpr std::size_t side = 4;
    const int each = static_cast<int>(test::scaled(room == 1 ? 1'000 : 10'000));
    weft::bounded_queue<std::pair<int, int>> queue(room);
    std::array<std::vector<std::pair<int, int>>, side> got;
    std::atomic<std::size_t> pushing{side};
    test::run_threads(2 * side, [&](std::size_t id) {
        if (id < side) {
            for (int i = 0; i < each; ++i) test::must(queue.push(std::pair(static_cast<int>(id), i)));
            if (pushing.fetch_sub(1) == 1) queue.close();
        } else if (id % 2 == 0) {
            for (const auto& element : queue) got[id - side].push_back(element);
        } else {
            while (const auto element = queue.pop()) got[id - side].push_back(*element);
        }
    });
    std::vector<int> seen(side * static_cast<std::size_t>(each));
    for (const auto& mine : got) {
        std::array<int, side> last;
        last.fill(-1);
        for (const auto& [from, i] : mine) {
            const auto f = static_cast<std::size_t>(from);
            if (i <= last[f]) FAIL("out of order");
            last[f] = i;
            ++seen[f * static_cast<std::size_t>(each) + static_cast<std::size_t>(i)];
        }
    }
    CHECK(std::count(seen.begin(), seen.end(), 1) == static_cast<std::ptrdiff_t>(seen.size()));
    CHECK(queue.pop().closed());
}

TEST_CASE("bounded_queue: closing wakes who waits to pop, and who waits to push")
{
    const std::size_t room = GENERATE(as<std::size_t>(), 1, 3);
    for (int lap = 0; lap < 20; ++lap) {
        weft::bounded_queue<int> empty(room);
        weft::bounded_queue<int> full(room);
        while (full.try_push(1)) {}
        std::array<test::sleeper, 4> asleep;
        std::vector<std::jthread> threads;
        threads.emplace_back([&] {
            asleep[0].here();
            test::must(empty.pop().closed());
        });
        threads.emplace_back([&] {
            asleep[1].here();
            for ([[maybe_unused]] const int i : empty) test::must(false);
        });
        threads.emplace_back([&] {
            asleep[2].here();
            test::must(full.push(2).closed());
        });
        threads.emplace_back([&] {
            asleep[3].here();
            test::must(full.push_for(2, std::chrono::hours(1)).closed());
        });
        if (lap % 2 == 0) {
            for (const auto& s : asleep) s.await();
        }
        empty.close();
        full.close();
        full.close();
        threads.clear();
        CHECK(empty.is_closed());
        CHECK(full.is_closed());
        CHECK(full.size() == room);
        for (std::size_t i = 0; i < room; ++i) CHECK(full.pop() == 1);
        CHECK(full.pop().closed());
        CHECK(full.try_pop().closed());
        CHECK(full.pop_for(std::chrono::hours(1)).closed());
        CHECK(full.try_push(1).closed());
        CHECK(full.emplace(1).closed());
        CHECK(full.try_emplace(1).closed());
        CHECK(full.force_push(1).closed());
        CHECK(full.push_many(std::array{1, 2}) == 0);
    }
}

TEST_CASE("bounded_queue: what is refused is not moved from")
{
    weft::bounded_queue<std::unique_ptr<int>> queue(1);
    CHECK(queue.push(std::make_unique<int>(1)));
    auto kept = std::make_unique<int>(2);
    CHECK(queue.try_push(std::move(kept)).full());
    CHECK(queue.push_for(std::move(kept), 1ms).timed_out());
    queue.close();
    CHECK(queue.push(std::move(kept)).closed());
    REQUIRE(kept);
    CHECK(*kept == 2);
    std::optional<std::unique_ptr<int>> last = queue.pop();
    REQUIRE(last);
    CHECK(**last == 1);
}

TEST_CASE("bounded_queue: a result converts to a std::optional")
{
    weft::bounded_queue<std::string> queue(2);
    CHECK(queue.push("a"));
    const std::string b = "b";
    CHECK(queue.push(b));
    std::optional<std::string> first = queue.pop();
    CHECK(first == "a");
    const auto kept = queue.try_pop();
    first = kept;
    CHECK(first == "b");
    CHECK(kept == std::string("b"));
    first = queue.try_pop();
    CHECK_FALSE(first);
}

TEST_CASE("bounded_queue: elements of one's own, in braces, in place, and only to be moved")
{
    struct point {
        int x;
        int y;
    };
    weft::bounded_queue<point> points(1);
    CHECK(points.push({1, 2}));
    CHECK(points.pop()->y == 2);

    weft::bounded_queue<parcel> parcels(2);
    CHECK(parcels.emplace(1, "one"));
    CHECK(parcels.push({2, "two"}));
    CHECK(parcels.try_emplace(3, "three").full());
    auto displaced = parcels.force_push(parcel(3, "three"));
    CHECK(displaced);
    REQUIRE(displaced.displaced);
    CHECK(displaced.displaced->text == "one");
    CHECK(parcels.pop()->text == "two");
    CHECK(parcels.pop()->number == 3);
}

TEST_CASE("bounded_queue: a move that throws on the way in leaves no trace, on the way out it loses that element only")
{
    const std::size_t room = GENERATE(as<std::size_t>(), 1, 3);
    {
        weft::bounded_queue<fragile> queue(room);
        fragile element(1);
        for (int lap = 0; lap < 10; ++lap) {
            fragile::fuse = 1;
            CHECK_THROWS_AS(queue.push(std::move(element)), std::runtime_error);
            fragile::fuse = 1;
            CHECK_THROWS_AS(queue.try_push(element), std::runtime_error);
            CHECK(queue.empty());
            CHECK(queue.try_pop().empty());
            fragile::fuse = 0;
            while (queue.try_push(element)) {}
            fragile::fuse = 1;
            CHECK_THROWS_AS(queue.pop(), std::runtime_error);
            fragile::fuse = 0;
            CHECK(queue.size() == room - 1);
            while (queue.try_pop()) {}
        }
        CHECK(queue.push(element));
    }
    CHECK(fragile::alive == 0);
}

TEST_CASE("bounded_queue: many at once")
{
    weft::bounded_queue<int> queue(64);
    const int n = static_cast<int>(test::scaled(5'000));
    std::jthread pusher([&] {
        std::vector<int> all(static_cast<std::size_t>(n));
        std::iota(all.begin(), all.end(), 0);
        test::must(queue.push_many(std::span<const int>()) == 0);
        test::must(queue.push_many(all) == all.size());
        queue.close();
    });
    std::vector<int> got;
    while (queue.pop_many(got, 70) != 0) {}
    REQUIRE(got.size() == static_cast<std::size_t>(n));
    CHECK(std::is_sorted(got.begin(), got.end()));
}

TEST_CASE("bounded_queue: a loop ends its element before it waits for the next")
{
    weft::bounded_queue<std::shared_ptr<int>> queue(1);
    auto first = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = first;
    CHECK(queue.push(std::move(first)));
    int seen = 0;
    std::jthread other([&] {
        while (!watched.expired()) std::this_thread::yield();
        queue.close();
    });
    for (const auto& element : queue) seen += *element;
    CHECK(seen == 1);
}

TEST_CASE("bounded_queue: what is left is destroyed with it, and each element once")
{
    const long before = test::counted::alive();
    {
        weft::bounded_queue<test::counted> queue(8);
        test::run_threads(4, [&](std::size_t id) {
            for (int i = 0; i < 1'000; ++i) {
                static_cast<void>(queue.try_push(test::counted(i)));
                if (id != 0 || i < 900) static_cast<void>(queue.try_pop());
            }
        });
        while (queue.try_push(test::counted(1))) {}
        CHECK(test::counted::alive() == before + 8);
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("bounded_queue: its handles go into a select, and outlive it")
{
    std::optional<weft::receiver<int>> from;
    {
        weft::bounded_queue<int> queue(2);
        weft::bounded_queue<int> other(2);
        CHECK(other.push(5));
        int got = 0;
        weft::select(weft::on_recv(queue.receiver(), [](auto) { FAIL("there is nothing"); }),
                     weft::on_recv(other.receiver(), [&](auto m) { got = *m; }));
        CHECK(got == 5);
        weft::select(weft::on_send(queue.sender(), 1, [](auto sent) { CHECK(sent); }));
        CHECK_FALSE(queue.is_closed());
        from = queue.receiver();
        CHECK(queue.push(2));
        CHECK_FALSE(from->is_closed());
    }
    CHECK(from->is_closed());
    CHECK(from->recv() == 1);
    CHECK(from->recv() == 2);
    CHECK(from->recv().closed());
}
