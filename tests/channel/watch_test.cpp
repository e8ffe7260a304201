// tests/channel/watch_test.cpp - the newest value of something, and waiting for a newer one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/selector.hpp>
#include <weft/channel/timer.hpp>
#include <weft/channel/watch.hpp>

#include "test.hpp"

#include "asleep.hpp"
#include "flavours.hpp"
#include "must.hpp"

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("watch: the newest value, and whether it has been seen")
{
    auto [tx, rx] = weft::watch<std::string>("first");
    CHECK(rx.get() == "first");
    CHECK_FALSE(rx.has_changed());
    CHECK_FALSE(rx.changed_for(1ms));
    CHECK(tx.send("second"));
    CHECK(tx.send("third"));
    const auto copy = rx;
    CHECK(rx.has_changed());
    CHECK(rx.changed());
    CHECK_FALSE(rx.has_changed());
    CHECK(rx.get() == "third");
    CHECK(copy.has_changed());
    CHECK(copy.get() == "third");
    CHECK_FALSE(copy.has_changed());
    const auto late = tx.subscribe();
    CHECK_FALSE(late.has_changed());
    CHECK(tx.replace("fourth") == "third");
    tx.update([](const std::string& s) { return s + "!"; });
    CHECK(tx.get() == "fourth!");
    CHECK(late.changed_until(std::chrono::steady_clock::now()));
    test::drop(std::move(tx));
    CHECK(rx.is_closed());
    CHECK(rx.changed());  // the last value can still be seen
    CHECK_FALSE(rx.changed());
    CHECK(rx.get() == "fourth!");
}

TEST_CASE("watch: without receivers a value is left alone, except by replace")
{
    auto [tx, rx] = weft::watch<std::string>("kept");
    test::drop(std::move(rx));
    CHECK(tx.receiver_count() == 0);
    std::string next = "a value that is too long for a small string";
    CHECK(tx.send(std::move(next)).closed());
    CHECK(next.size() > 40);
    CHECK(tx.get() == "kept");
    CHECK(tx.replace("new") == "kept");
    CHECK(tx.subscribe().get() == "new");
}

TEST_CASE("watch: changes wake threads that wait, that select, and that await a condition")
{
    auto [tx, rx] = weft::watch(0);
    test::sleeper waits;
    test::sleeper chooses;
    std::jthread waiter([&, rx = rx] {
        waits.here();
        test::must(rx.await([](int v) { return v >= 3; }) == 3);
        test::must_not(rx.await([](int v) { return v > 3; }));
    });
    std::jthread chooser([&, rx = rx] {
        chooses.here();
        for (int left = 3; left > 0;)
            weft::select(weft::on_changed(rx, [&](bool changed) {
                test::must(changed);
                left = 3 - rx.get();
            }));
        weft::select(weft::on_changed(rx, [](bool changed) { test::must_not(changed); }));
    });
    waits.await();
    chooses.await();
    for (int i = 1; i <= 3; ++i) CHECK(tx.send(i));
    test::drop(std::move(tx));
}

TEST_CASE("watch: every update of several senders counts, and readers never see it go back")
{
    const int each = static_cast<int>(test::scaled(2000));
    const long before = test::counted::alive();
    {
        auto [tx, rx] = weft::watch(test::counted(0));
        std::jthread reader([rx = rx] {
            int last = 0;
            bool forward = true;
            while (rx.changed()) {
                const int now = rx.get().value;
                forward = forward && now >= last;
                last = now;
            }
            test::must(forward);
        });
        test::run_threads(3, [&, to = tx](std::size_t) {
            const auto mine = to;
            for (int i = 0; i < each; ++i)
                mine.update([](const test::counted& c) { return test::counted(c.value + 1); });
        });
        CHECK(rx.get().value == 3 * each);
        test::drop(std::move(tx));
    }
    CHECK(test::counted::alive() == before);
}

TEST_CASE("watch: is an operation of a selector, among channels, carried out with the handle that was added")
{
    auto [tx, rx] = weft::watch<std::string>("first");
    auto [one_tx, one_rx] = weft::bounded<int>(1);
    const auto copy = rx;
    weft::selector s;
    const std::size_t single = s.recv(one_rx);
    const std::size_t change = s.changed(rx);
    CHECK_FALSE(s.try_wait());
    CHECK_FALSE(s.wait_for(1ms));
    CHECK_FALSE(s.try_ready());

    REQUIRE(tx.send("second"));
    CHECK(s.ready() == change);
    CHECK(s.ready_all() == std::vector{change});
    {
        auto op = s.wait();
        REQUIRE(op.index() == change);
        CHECK_THROWS_AS(op.changed(copy), std::logic_error);
        CHECK_THROWS_AS(op.recv(one_rx), std::logic_error);
        CHECK(op.changed(rx));
    }
    CHECK_FALSE(rx.has_changed());
    CHECK(copy.has_changed());
    CHECK(rx.get() == "second");

    REQUIRE(tx.send("third"));
    REQUIRE(one_tx.send(7));
    CHECK(s.ready_all() == std::vector{single, change});
    s.remove(single);
    static_cast<void>(s.wait());  // dropped: the change counts as seen
    CHECK_FALSE(rx.has_changed());
    test::drop(std::move(tx));
    CHECK_FALSE(s.wait().changed(rx));
    CHECK(s.ready_for(0ms) == change);
}

TEST_CASE("watch: wakes selectors that wait, and those that look, beside receivers that wait by themselves")
{
    auto [tx, rx] = weft::watch(0);
    std::vector<test::sleeper> asleep(3);
    std::vector<std::jthread> threads;
    threads.emplace_back([&, rx = rx] {
        weft::selector s;
        const auto nothing = weft::never<int>();
        s.recv(nothing);
        s.changed(rx);
        asleep[0].here();
        test::must(s.wait().changed(rx));
        test::must(rx.get() == 1);
        test::must_not(s.wait().changed(rx));
    });
    threads.emplace_back([&, rx = rx] {
        weft::selector s;
        s.changed(rx);
        asleep[1].here();
        test::must(s.ready() == 0);
        test::must(rx.changed());
        test::must(s.ready_all().size() == 1);
        test::must_not(rx.changed());
    });
    threads.emplace_back([&, rx = rx] {
        asleep[2].here();
        test::must(rx.changed());
        test::must_not(rx.changed());
    });
    for (const auto& sleeper : asleep) sleeper.await();
    REQUIRE(tx.send(1));
    test::drop(std::move(tx));
    threads.clear();
}

TEST_CASE("watch: a select with on_default and on_timeout, biased or not")
{
    auto [tx, rx] = weft::watch(0);
    const auto changed = [&rx = rx] {
        return weft::select(weft::on_changed(rx, [](bool c) { return c; }), weft::on_default([] { return false; }));
    };
    CHECK_FALSE(changed());
    REQUIRE(tx.send(1));
    CHECK(changed());
    CHECK_FALSE(changed());
    REQUIRE(tx.send(2));
    CHECK(weft::select_biased(weft::on_changed(rx, [](bool c) { return c; }),
                              weft::on_timeout(1s, [] { return false; })));
    CHECK_FALSE(weft::select_biased(weft::on_changed(rx, [](bool c) { return c; }),
                                    weft::on_timeout(1ms, [] { return false; })));
}
