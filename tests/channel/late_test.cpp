// tests/channel/late_test.cpp - messages that are slow, fail, or use the channel while they are made or destroyed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/selector.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"
#include "must.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

/// Long enough for a busy machine, and far less than the time for which nobody may wait.
constexpr auto soon = 2s;

/// Stops a thread in the middle of making something, so that others can do things meanwhile.
struct gate {
    test::latch inside{1};
    test::latch leave{1};

    void stop()
    {
        inside.count_down();
        leave.wait();
    }
};

/// Asks a channel while a thread is in the middle of using it: all answers must come at once.
template <class T>
void answers_in_time(const weft::sender<T>& tx, const weft::receiver<T>& rx)
{
    const auto begin = clock_type::now();
    CHECK_FALSE(rx.try_recv());
    CHECK_FALSE(rx.recv_for(1ms));
    std::vector<T> got;
    CHECK(rx.recv_many_for(got, 3, 1ms) == 0);
    weft::select(weft::on_recv(rx, [](auto) { FAIL("there is no message"); }), weft::on_default([] {}));
    weft::select(weft::on_recv(rx, [](auto) { FAIL("there is no message"); }), weft::on_timeout(1ms, [] {}));
    weft::selector s;
    s.recv(rx);
    CHECK_FALSE(s.try_wait());
    CHECK_FALSE(s.wait_for(1ms));
    CHECK(rx.try_iter().begin() == std::default_sentinel);
    CHECK(tx.len() == 0);
    CHECK(clock_type::now() - begin < soon);
}

/// Its move throws while it is armed.
struct bomb {
    int value = 0;
    bool armed = false;

    explicit bomb(int v = 0, bool a = false) : value(v), armed(a) { ++alive; }
    bomb(bomb&& other) : value(other.value), armed(other.armed)
    {
        if (armed) throw std::runtime_error("move");
        other.value = -1;
        ++alive;
    }
    bomb& operator=(bomb&& other)
    {
        value = other.value;
        armed = other.armed;
        other.value = -1;
        return *this;
    }
    ~bomb() { --alive; }
    inline static int alive = 0;
};

/// As bomb, without an assignment.
struct fixed {
    int value;

    explicit fixed(int v) : value(v) {}
    fixed(fixed&& other) noexcept(false) : value(std::exchange(other.value, -1)) {}
    fixed& operator=(const fixed&) = delete;
    ~fixed() {}  // NOLINT: not trivial
};

/// Does something when it is destroyed, if it is not an empty shell.
struct last_words {
    std::function<void()> say;

    explicit last_words(std::function<void()> f = nullptr) : say(std::move(f)) {}
    last_words(last_words&& other) noexcept : say(std::exchange(other.say, nullptr)) {}
    last_words& operator=(last_words&& other) noexcept
    {
        std::swap(say, other.say);
        return *this;
    }
    ~last_words()
    {
        if (say) say();
    }
};

/// Is moved by copying: each copy does something when it is destroyed.
struct repeating {
    std::shared_ptr<std::function<void()>> say;

    explicit repeating(std::shared_ptr<std::function<void()>> f) : say(std::move(f)) {}
    repeating(const repeating&) = default;
    repeating& operator=(const repeating&) = default;
    ~repeating()
    {
        if (say && *say) (*say)();
    }
};

}  // namespace

// --- making a message keeps nobody waiting
// ------------------------------------------------------------------------------

EACH_CHANNEL("channel late: a slow function of select delays no try and no limit")
{
    auto [tx, rx] = test::channel<int>(capacity);
    gate g;
    std::jthread maker([&g, tx = tx] {
        weft::select(weft::on_send(
            tx,
            [&] {
                g.stop();
                return 7;
            },
            [](auto s) { test::must(s); }));
    });
    if (capacity == 0) CHECK_FALSE(rx.recv_for(20ms));  // the receiver for which the message is made
    g.inside.wait();
    answers_in_time(tx, rx);
    g.leave.count_down();
    CHECK(rx.recv() == 7);
}

EACH_BUFFERED("channel late: a slow conversion keeps nobody waiting")
{
    struct slow {
        int value = 0;
        explicit slow(gate& g) : value(5) { g.stop(); }
    };
    auto [tx, rx] = test::channel<slow>(capacity);
    gate g;
    std::jthread maker([&g, tx = tx] { test::must(tx.send_for(g, 10s)); });
    g.inside.wait();
    answers_in_time(tx, rx);
    CHECK_FALSE(tx.full());
    g.leave.count_down();
    CHECK(rx.recv()->value == 5);
}

#if !defined(__clang__) || __clang_major__ >= 16  // older ones cannot read the views of GCC's library
EACH_BUFFERED("channel late: a lazy range keeps nobody waiting")
{
    auto [tx, rx] = test::channel<std::string>(capacity);
    gate g;
    std::jthread maker([&g, tx = tx] {
        const std::array<int, 1> one{1};
        test::must(tx.send_many(one | std::views::transform([&](int) {
                                    g.stop();
                                    return std::string("late");
                                })) == 1);
    });
    g.inside.wait();
    answers_in_time(tx, rx);
    g.leave.count_down();
    CHECK(rx.recv() == "late");
}
#endif

EACH_CHANNEL("channel late: a reserved operation of a selector keeps nobody waiting")
{
    auto [tx, rx] = test::channel<int>(capacity);
    std::optional<std::jthread> partner;
    weft::selector s;
    s.send(tx);
    if (capacity == 0) {
        test::sleeper waits;
        partner.emplace([&, rx = rx] {
            waits.here();
            test::must_not(rx.recv_for(20ms));
        });
        auto op = s.wait();
        partner.reset();  // although it has been promised a message
        CHECK(op.send(tx, 1).full());
        return;
    }
    auto op = s.wait();
    answers_in_time(tx, rx);
    CHECK(op.send(tx, 1));
    CHECK(rx.recv() == 1);
}

EACH_BOUNDED("channel late: a receiver that stores slowly keeps no sender waiting")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) REQUIRE(tx.send(int(i)));
    gate g;
    struct slow_store {
        gate* g;
        int n = 0;
        void push_back(int)
        {
            if (n++ == 0) g->stop();
        }
    };
    std::jthread taker([&g, rx = rx] {
        slow_store out{&g};
        test::must(rx.recv_many(out, 1) == 1);
    });
    g.inside.wait();
    const auto begin = clock_type::now();
    CHECK(tx.try_send(1));
    CHECK(tx.try_send(2).full());
    CHECK(tx.send_for(2, 1ms).timed_out());
    CHECK(clock_type::now() - begin < soon);
    g.leave.count_down();
}

EACH_BOUNDED("channel late: what a selector has received has left the channel")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (std::size_t i = 0; i < capacity; ++i) REQUIRE(tx.send(int(i)));
    weft::selector s;
    s.recv(rx);
    auto op = s.wait();
    CHECK(tx.try_send(9));
    CHECK(tx.try_send(9).full());
    CHECK(op.recv(rx) == 0);
}

EACH_BOUNDED("channel late: a place is kept for a thread that makes a message")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (std::size_t i = 1; i < capacity; ++i) REQUIRE(tx.send(int(i)));
    weft::select(weft::on_send(
        tx,
        [&tx = tx] {
            CHECK(tx.full());
            CHECK(tx.try_send(1).full());
            CHECK(tx.send_for(1, 1ms).timed_out());
            weft::select(weft::on_send(tx, 1, [](auto) { FAIL("there is no room"); }), weft::on_default([] {}));
            return 0;
        },
        [](auto s) { CHECK(s); }));
    CHECK(tx.len() == capacity);
}

TEST_CASE("channel late: a slow move does not keep a try waiting for ever")
{
    struct slow {
        gate* g;
        int moves = 0;
        explicit slow(gate* on) : g(on) {}
        slow(slow&& other) noexcept : g(other.g), moves(other.moves + 1)
        {
            if (g != nullptr && moves == 1) g->stop();
        }
        slow& operator=(slow&&) = default;
        ~slow() {}  // NOLINT: not trivial
    };
    auto [tx, rx] = weft::bounded<slow>(4);
    gate g;
    std::jthread maker([&g, tx = tx] {
        slow message(&g);
        test::must(tx.send(std::move(message)));
    });
    g.inside.wait();
    const auto begin = clock_type::now();
    CHECK_FALSE(rx.try_recv());
    CHECK_FALSE(rx.recv_for(1ms));
    CHECK(clock_type::now() - begin < soon);
    g.leave.count_down();
    CHECK(rx.recv());
}

// --- a thread does not wait for itself
// ----------------------------------------------------------------------------------

EACH_BUFFERED("channel late: a thread that makes a message may use the channel")
{
    auto [tx, rx] = test::channel<int>(capacity);
    weft::select(weft::on_send(
        tx,
        [&, &rx = rx] {
            CHECK_FALSE(rx.try_recv());
            CHECK_FALSE(rx.recv_for(1ms));
            CHECK(rx.empty());
            return 1;
        },
        [](auto) {}));
    CHECK(rx.recv() == 1);
    weft::selector s;
    s.send(tx);
    auto op = s.wait();
    CHECK_FALSE(rx.try_recv());
    {
        const auto gone = std::move(rx);
    }
    CHECK(op.send(tx, 1).closed());
}

EACH_CHANNEL("channel late: the last receiver leaves while a message is made")
{
    auto [tx, rx] = test::channel<test::counted>(capacity);
    const long before = test::counted::alive();
    std::optional gone(std::move(rx));
    if (capacity == 0) return;
    bool closed = false;
    weft::select(weft::on_send(
        tx,
        [&] {
            gone.reset();
            return test::counted(1);
        },
        [&](auto s) { closed = s.closed(); }));
    CHECK(closed);
    CHECK(test::counted::alive() == before);
}

EACH_BUFFERED("channel late: messages that use the channel as they are destroyed")
{
    auto [tx, rx] = test::channel<last_words>(capacity);
    int said = 0;
    const auto words = [&, &tx = tx, &rx = rx] {
        return last_words([&] {
            ++said;
            static_cast<void>(tx.try_send(last_words()));
            static_cast<void>(rx.try_recv());
            CHECK(tx.len() <= tx.capacity().value_or(10));
        });
    };
    REQUIRE(tx.send(words()));
    CHECK(rx.recv());
    CHECK(said == 1);
    REQUIRE(tx.send(words()));
    {
        weft::selector s;
        s.recv(rx);
        const auto dropped = s.wait();
    }
    CHECK(said == 2);
    REQUIRE(tx.send(words()));
    std::vector<last_words> got;
    CHECK(rx.recv_many(got, 1) == 1);
    got.clear();
    CHECK(said == 3);
}

EACH_BUFFERED("channel late: messages that are destroyed with the last receiver may use the channel")
{
    auto [tx, rx] = test::channel<last_words>(capacity);
    bool closed = false;
    REQUIRE(tx.send(last_words([&closed, to = tx] {
        closed = to.send(last_words()).closed();
        CHECK(to.empty());
    })));
    {
        const auto gone = std::move(rx);
    }
    CHECK(closed);
}

EACH_BUFFERED("channel late: messages that are moved by copying are destroyed outside the channel")
{
    auto [tx, rx] = test::channel<repeating>(capacity);
    bool live = false;
    int said = 0;
    const auto say = std::make_shared<std::function<void()>>([&, &tx = tx, &rx = rx] {
        if (!std::exchange(live, false)) return;  // not again, in what this does itself
        ++said;
        static_cast<void>(rx.try_recv());
        static_cast<void>(tx.try_send(repeating(nullptr)));
        static_cast<void>(rx.try_recv());
        live = true;
    });
    live = true;
    for (int i = 0; i < 5; ++i) {
        REQUIRE(tx.send(repeating(say)));
        static_cast<void>(rx.recv_for(1ms));
        std::vector<repeating> got;
        static_cast<void>(rx.recv_many_for(got, 2, 1ms));
    }
    live = false;
    CHECK(said >= 5);
}

// --- what fails leaves no trace
// ------------------------------------------------------------------------------------------

EACH_CHANNEL("channel late: a failed or dropped operation leaves no trace")
{
    auto [tx, rx] = test::channel<bomb>(capacity);
    const auto no_trace = [&, &tx = tx, &rx = rx] {
        CHECK(tx.len() == 0);
        CHECK(rx.empty());
        CHECK(tx.full() == (capacity == 0));
        CHECK(rx.try_recv().empty());
        CHECK(rx.recv_for(0ms).timed_out());
        if (capacity == 0) return;
        for (std::size_t i = 0; i < std::min<std::size_t>(capacity, 8); ++i) REQUIRE(tx.try_send(bomb(1)));
        if (capacity < 8) CHECK(tx.try_send(bomb(1)).full());
        for (std::size_t i = 0; i < std::min<std::size_t>(capacity, 8); ++i) CHECK(rx.try_recv()->value == 1);
    };
    {
        bomb b(1, true);
        CHECK_THROWS(tx.send_for(std::move(b), 10ms));
        no_trace();
        if (capacity != 0) CHECK_THROWS(tx.send(std::move(b)));
        no_trace();
        if (capacity != 0) CHECK_THROWS(tx.try_send(std::move(b)));
        no_trace();
        if (capacity != 0) CHECK_THROWS(tx.force_send(std::move(b)));
        no_trace();
        if (capacity != 0) CHECK_THROWS(weft::select(weft::on_send(tx, std::move(b), [](auto) {})));
        no_trace();
        std::vector<bomb> many;
        many.reserve(1);
        many.emplace_back(1, false).armed = true;
        if (capacity != 0) CHECK_THROWS(tx.send_many(std::move(many)));
        no_trace();
    }
    if (capacity != 0) {
        const auto bad = []() -> bomb { throw std::runtime_error("no value"); };
        CHECK_THROWS(weft::select(weft::on_send(tx, bad, [](auto) {})));
        no_trace();
        for (int i = 0; i < 5; ++i) {
            weft::selector s;
            s.send(tx);
            auto op = s.wait();
            if (i % 2 == 0) continue;
            bomb b(1, true);
            CHECK_THROWS(op.send(tx, std::move(b)));
        }
        no_trace();
    }
    CHECK(bomb::alive == 0);
}

EACH_BOUNDED("channel late: a thread that waits for a place gets the one that is given back")
{
    auto [tx, rx] = test::channel<int>(capacity);
    for (std::size_t i = 1; i < capacity; ++i) REQUIRE(tx.send(1));
    std::optional<weft::selector> s(std::in_place);
    s->send(tx);
    std::optional op(s->wait());
    test::sleeper waits;
    std::jthread other([&, tx = tx] {
        waits.here();
        test::must(tx.send(2));
    });
    waits.await();
    op.reset();
    other.join();
    CHECK(tx.len() == capacity);
}

TEST_CASE("channel late: what is refused is not moved from, whatever its move may do")
{
    for (const std::size_t capacity : {0u, 1u}) {
        auto [tx, rx] = test::channel<bomb>(capacity);
        auto [ftx, frx] = test::channel<fixed>(capacity);
        if (capacity != 0) {
            REQUIRE(tx.send(bomb(1)));
            REQUIRE(ftx.send(fixed(1)));
        }
        bomb b(5);
        fixed f(6);
        const auto untouched = [&] { return b.value == 5 && f.value == 6; };
        CHECK(tx.try_send(std::move(b)).full());
        CHECK(ftx.try_send(std::move(f)).full());
        CHECK(untouched());
        CHECK(tx.send_for(std::move(b), 1ms).timed_out());
        CHECK(ftx.send_for(std::move(f), 1ms).timed_out());
        CHECK(untouched());
        test::drop(std::move(rx));
        test::drop(std::move(frx));
        CHECK(tx.send(std::move(b)).closed());
        CHECK(ftx.send(std::move(f)).closed());
        CHECK(tx.force_send(std::move(b)).closed());
        CHECK(untouched());
        std::vector<bomb> many;
        many.emplace_back(1);
        many.emplace_back(2);
        CHECK(tx.send_many(std::move(many)) == 0);
        CHECK((many[0].value == 1 && many[1].value == 2));
    }
}

EACH_BOUNDED("channel late: a displaced message whose move throws is lost, and the one that displaced it has been sent")
{
    {
        auto [tx, rx] = test::channel<bomb>(capacity);
        REQUIRE(tx.emplace(1, true));  // armed in its place
        for (std::size_t i = 1; i < capacity; ++i) REQUIRE(tx.emplace(2));
        bomb b(3);
        CHECK_THROWS_AS(tx.force_send(std::move(b)), std::runtime_error);
        CHECK(b.value == -1);
        CHECK(tx.len() == capacity);
        int last = 0;
        std::size_t n = 0;
        for (const bomb& m : rx.try_iter()) {
            last = m.value;
            ++n;
        }
        CHECK(n == capacity);
        CHECK(last == 3);
    }
    CHECK(bomb::alive == 0);
}

TEST_CASE("channel late: an argument that making a message would use up is left alone if the message is refused")
{
    using pointer = std::shared_ptr<int>;
    for (const std::size_t capacity : {0u, 1u}) {
        auto [tx, rx] = test::channel<pointer>(capacity);
        if (capacity != 0) REQUIRE(tx.send(nullptr));
        auto value = std::make_unique<int>(3);
        CHECK(tx.send_for(std::move(value), 1ms).timed_out());
        CHECK(value != nullptr);
        std::jthread taker([rx = rx] {
            while (const auto m = rx.recv()) {
                if (*m) break;
            }
        });
        CHECK(tx.send_for(std::move(value), 10s));
        CHECK(value == nullptr);
        taker.join();
        test::drop(std::move(rx));
        value = std::make_unique<int>(4);
        CHECK(tx.send_for(std::move(value), 10s).closed());
        CHECK(value != nullptr);
    }
}

EACH_CHANNEL("channel late: what send_many did not send is still in the range")
{
    auto [tx, rx] = test::channel<std::unique_ptr<int>>(capacity);
    std::jthread taker([rx = std::move(rx)] {
        static_cast<void>(rx.recv());
        static_cast<void>(rx.recv());
    });
    const auto fill = [](auto range) {
        for (int i = 0; i < 3000; ++i) range.push_back(std::make_unique<int>(i));
        return range;
    };
    auto in_a_row = fill(std::vector<std::unique_ptr<int>>());
    auto in_a_list = fill(std::list<std::unique_ptr<int>>());
    const std::size_t sent = tx.send_many(std::move(in_a_row));
    if (capacity != test::unlimited) CHECK(sent <= 2 + 2 * capacity);
    taker.join();
    for (std::size_t i = 0; i < in_a_row.size(); ++i) REQUIRE((in_a_row[i] == nullptr) == (i < sent));
    CHECK(tx.send_many(std::move(in_a_list)) == 0);
    CHECK(std::none_of(in_a_list.begin(), in_a_list.end(), [](const auto& p) { return p == nullptr; }));
}

// --- iteration
// -----------------------------------------------------------------------------------------------------------

EACH_CHANNEL("channel late: a loop destroys a message before it waits for the next")
{
    struct job {
        weft::sender<int> reply;
    };
    auto [jobs, work] = test::channel<job>(capacity);
    std::jthread server([work = std::move(work)] {
        for (auto& j : work) test::must(j.reply.send(1));
    });
    auto [reply, answers] = weft::unbounded<int>();
    CHECK(jobs.send(job{std::move(reply)}));
    int got = 0;
    for (const int a : answers) got += a;  // ends when the server has let go of the job
    CHECK(got == 1);
    test::drop(std::move(jobs));
}

EACH_BUFFERED("channel late: try_iter ends a message before it looks for the next")
{
    auto [tx, rx] = test::channel<last_words>(capacity);
    int said = 0;
    REQUIRE(tx.send(last_words([&, &tx = tx] {
        if (++said < 3) static_cast<void>(tx.send(last_words()));
    })));
    int seen = 0;
    for ([[maybe_unused]] auto& m : rx.try_iter()) ++seen;
    CHECK(said == 1);
    CHECK(seen == 2);
}
