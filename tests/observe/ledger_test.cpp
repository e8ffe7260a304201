// tests/observe/ledger_test.cpp - a report of programs whose truth is known, from events that are made up.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "test.hpp"

#include "observe/tell.hpp"

#include <chrono>
#include <cmath>
#include <string>

using namespace std::chrono_literals;
using test::told_program;
using kind = told_program::kind;

namespace {

bool close_to(double a, double b, double by = 1e-6) { return std::abs(a - b) <= by; }

}  // namespace

TEST_CASE("ledger: a region that two threads share evenly")
{
    told_program p(2);
    p.simply(2, 1000, kind::search);
    p.begin(1, 2000, "a.cpp", 7, 100);
    p.take(2, 2000, 1);
    p.done(2, 12'000);
    p.end(1, 12'000);
    const auto r = p.stop(12'000);

    REQUIRE(r.regions.size() == 1);
    const weft::region_report& a = r.regions[0];
    CHECK(a.place() == "a.cpp:7");
    CHECK(a.calls == 1);
    CHECK(a.shared_calls == 1);
    CHECK(a.parts == 1);
    CHECK(a.items == 100);
    CHECK(a.threads == 2);
    CHECK(a.wall == 10us);
    CHECK(a.work == 20us);
    CHECK(a.alone == 0us);
    CHECK(a.imbalance == 0us);
    CHECK(a.threads_time == 20us);
    CHECK(test::sum_of_parts(a) == a.threads_time);
    CHECK(close_to(a.parallelism(), 2));
    CHECK(close_to(a.serial_share(), 0));
    CHECK(r.wall == 11us);
    CHECK(r.work == 21us);
    CHECK(r.serial == 1us);
}

TEST_CASE("ledger: serial shares of 10, 30 and 50 percent are found")
{
    for (const std::uint64_t percent : {10u, 30u, 50u}) {
        // One thread would take 100 us; the parallel part runs on four threads.
        told_program p(4);
        for (std::uint32_t t = 2; t <= 4; ++t) p.simply(t, 1000, kind::search);
        std::uint64_t now = 1000;
        constexpr int rounds = 10;
        for (int round = 0; round < rounds; ++round) {
            now += percent * 1000 / rounds;  // serial
            p.begin(1, now, "shares.cpp", 1);
            const std::uint64_t until = now + (100 - percent) * 1000 / rounds / 4;
            for (std::uint32_t t = 2; t <= 4; ++t) p.take(t, now, 1);
            for (std::uint32_t t = 2; t <= 4; ++t) p.done(t, until);
            p.end(1, until);
            now = until;
        }
        auto r = p.stop(now);
        r.processors = 4;
        CHECK(close_to(100 * r.serial_share(), static_cast<double>(percent), 0.5));
        CHECK(close_to(r.most_speedup(0), 100.0 / static_cast<double>(percent), 0.2));
        const double four = 1 / (static_cast<double>(percent) / 100 + (1 - static_cast<double>(percent) / 100) / 4);
        CHECK(close_to(r.most_speedup(4), four, 0.05));
        CHECK(close_to(r.parallelism(), four, 0.05));
        CHECK(close_to(100 * r.karp_flatt(), static_cast<double>(percent), 0.5));
        const bool says = r.advice().find("outside of parallel regions") != std::string::npos;
        if (percent > 10) CHECK(says);
    }
}

TEST_CASE("ledger: a serial part inside a call from outside is serial too")
{
    told_program p(2);
    p.simply(2, 1000, kind::search);
    p.simply(1, 1000, kind::visit_begin);  // pool.install
    p.begin(1, 31'000, "a.cpp", 1);
    p.take(2, 31'000, 1);
    p.done(2, 66'000);
    p.end(1, 66'000);
    p.simply(1, 66'000, kind::visit_end);
    const auto r = p.stop(66'000);
    CHECK(close_to(100 * r.serial_share(), 30, 0.5));
    CHECK(r.work == 100us);
}

TEST_CASE("ledger: an item that takes 40 percent is named")
{
    told_program p(4);
    for (std::uint32_t t = 2; t <= 4; ++t) p.simply(t, 1000, kind::search);
    p.begin(1, 1000, "item.cpp", 3, 1000);
    for (std::uint32_t t = 2; t <= 4; ++t) p.take(t, 1000, 1);
    // The others do 20 % each, this one has 40 %: of 10 ms.
    for (std::uint32_t t = 3; t <= 4; ++t) p.done(t, 2'001'000);
    p.tell(1, 2'001'000, {.kind = kind::wait_begin});
    p.tell(2, 4'001'000, {.kind = kind::long_block, .value = 4'000'000});
    p.done(2, 4'001'000);
    p.tell(1, 4'001'000, {.kind = kind::wait_end});
    p.end(1, 4'001'000);
    const auto r = p.stop(4'001'000);
    REQUIRE(r.regions.size() == 1);
    const auto& a = r.regions[0];
    CHECK(a.longest == 4ms);
    CHECK(close_to(static_cast<double>(a.longest.count()) / static_cast<double>(a.longest_of.count()), 0.4, 0.03));
    CHECK(a.advice.find("One item") != std::string::npos);
    CHECK(a.advice.find("40 %") != std::string::npos);
    CHECK(test::sum_of_parts(a) == a.threads_time);
}

TEST_CASE("ledger: a long block in one of many calls is not blamed")
{
    told_program p(2);
    for (unsigned i = 0; i < 10; ++i) {
        p.begin(1, 1000 + 1'000'000 * i, "rare.cpp", 3, 1000);
        if (i == 5) p.tell(1, 500'000 + 1'000'000 * i, {.kind = kind::long_block, .value = 900'000});
        p.end(1, 1'000'000 * (i + 1));
    }
    const auto r = p.stop(10'000'000);
    CHECK(r.regions.at(0).long_calls == 1);
    CHECK(r.regions.at(0).advice.find("One item") == std::string::npos);
}

TEST_CASE("ledger: waiting, searching, sleeping and being called are told apart, and add up")
{
    told_program p(4);
    p.simply(2, 1000, kind::search);
    p.simply(3, 1000, kind::sleep);
    p.simply(4, 1000, kind::sleep);
    p.begin(1, 1000, "states.cpp", 1);
    p.wakes(1, 1000, 3);                // 3 is called
    p.take(2, 11'000, 1);               // 2 has searched for 10 us
    p.simply(3, 21'000, kind::search);  // 3 has come after 20 us
    p.simply(3, 31'000, kind::sleep);   // and has searched for 10
    p.simply(1, 51'000, kind::wait_begin);
    p.done(2, 101'000);  // has worked for 90
    p.simply(1, 101'000, kind::wait_end);
    p.end(1, 101'000);
    const auto r = p.stop(101'000);
    REQUIRE(r.regions.size() == 1);
    const auto& a = r.regions[0];
    CHECK(a.threads_time == 400us);
    CHECK(a.work == 50us + 90us);
    CHECK(a.waiting == 50us);
    CHECK(a.searching == 20us);
    CHECK(a.overhead == 20us);
    CHECK(a.idle == 100us + 70us);
    CHECK(a.blocked == 0us);
    CHECK(a.elsewhere == 0us);
    CHECK(a.alone == 10us + 50us);
    CHECK(a.imbalance == 50us);  // one of the two that have worked at a time had nothing to do at the end
    CHECK(test::sum_of_parts(a) == a.threads_time);
}

TEST_CASE("ledger: two regions side by side see each other's work as elsewhere")
{
    told_program p(2);
    p.begin(1, 1000, "one.cpp", 1);
    p.begin(2, 1000, "two.cpp", 2);
    p.end(2, 6000);
    p.end(1, 11'000);
    const auto r = p.stop(11'000);
    REQUIRE(r.regions.size() == 2);
    CHECK(r.regions[0].file == "one.cpp");
    CHECK(r.regions[0].work == 10us);
    CHECK(r.regions[0].elsewhere == 5us);
    CHECK(r.regions[0].idle == 5us);
    CHECK(r.regions[1].work == 5us);
    CHECK(r.regions[1].elsewhere == 5us);
    CHECK(r.work == 15us);
}

TEST_CASE("ledger: what a thread takes belongs to the region that has forked it")
{
    // Thread 1 runs an outer region, from slot 0, and in it an inner one, from slot 3.
    told_program p(3);
    p.simply(2, 1000, kind::search);
    p.simply(3, 1000, kind::search);
    p.begin(1, 1000, "outer.cpp", 1);
    p.tell(1, 2000, {.kind = kind::region_begin, .what = "inner.cpp", .line = 2, .threads = 3, .slot = 3});
    p.take(2, 2000, 1, 1);  // the oldest job is of the outer region
    p.take(3, 2000, 1, 3);
    p.done(3, 5000);
    p.end(1, 5000);
    p.done(2, 9000);
    p.end(1, 9000);
    const auto r = p.stop(9000);
    REQUIRE(r.regions.size() == 2);
    CHECK(r.regions[0].file == "outer.cpp");
    CHECK(r.regions[0].work == 8us + 7us + 3us);  // with what is inside
    CHECK(r.regions[0].parts == 2);
    CHECK(r.regions[1].work == 3us + 3us);
    CHECK(r.regions[1].parts == 1);
    CHECK(r.regions[1].elsewhere == 3us);
    CHECK(r.work == 18us);
    for (const auto& region : r.regions) CHECK(test::sum_of_parts(region) == region.threads_time);
}

TEST_CASE("ledger: a thief's own jobs belong to what it works for, and older ones to what lies below")
{
    told_program p(3);
    p.simply(3, 1000, kind::search);
    p.begin(1, 1000, "a.cpp", 1);
    p.begin(2, 1000, "b.cpp", 2);
    // Thread 2 waits in its own region, with jobs below slot 5, and helps thread 1.
    p.steal(2, 1000, 1, 0, 5);
    p.take(3, 1000, 2, 4);  // of b
    p.done(3, 2000);
    p.take(3, 2000, 2, 5);  // of a
    p.done(3, 4000);
    p.tell(2, 4000, {.kind = kind::job_end});
    p.end(2, 4000);
    p.end(1, 4000);
    const auto r = p.stop(4000);
    REQUIRE(r.regions.size() == 2);
    const auto& a = r.regions[0].file == "a.cpp" ? r.regions[0] : r.regions[1];
    const auto& b = r.regions[0].file == "a.cpp" ? r.regions[1] : r.regions[0];
    CHECK(a.work == 3us + 3us + 2us);
    CHECK(b.work == 1us);
}

TEST_CASE("ledger: a join from outside has the name of what was taken first, and none if nothing was")
{
    told_program p(2);
    p.simply(2, 1000, kind::search);
    p.tell(1, 1000, {.kind = kind::visit_begin, .threads = 2});
    p.tell(2, 2000, {.kind = kind::found, .value = 1});
    p.steal(2, 2000, 1, 0, 0, "constexpr const char* weft::words() [with T = main()::<lambda()>]");
    p.done(2, 3000);
    p.simply(1, 3000, kind::visit_end);
    p.tell(1, 4000, {.kind = kind::visit_begin, .threads = 2});
    p.simply(1, 5000, kind::visit_end);
    const auto r = p.stop(6000);
    REQUIRE(r.regions.size() == 1);
    CHECK(r.regions[0].place() == "main()::<lambda()>");
    CHECK(r.regions[0].calls == 1);
    CHECK(r.serial == 1us + 1us + 1us + 1us);  // before anything was taken, and after
}

TEST_CASE("ledger: a call from outside is no region if all that was shared belongs to regions inside it")
{
    told_program p(2);
    p.simply(2, 1000, kind::search);
    p.tell(1, 1000, {.kind = kind::visit_begin, .threads = 2});
    p.begin(1, 2000, "inside.cpp", 1);
    p.take(2, 2000, 1);
    p.done(2, 3000);
    p.end(1, 3000);
    p.simply(1, 4000, kind::visit_end);
    const auto r = p.stop(4000);
    REQUIRE(r.regions.size() == 1);
    CHECK(r.regions[0].file == "inside.cpp");
}

TEST_CASE("ledger: tasks of a scope are its work, wherever they run")
{
    told_program p(2);
    int scope = 0;
    p.simply(2, 1000, kind::search);
    p.begin(1, 1000, "scope.cpp", 9);
    p.tell(1, 1000, {.kind = kind::scope_open, .what = &scope});
    p.tell(2, 3000, {.kind = kind::found, .what = &scope});
    p.simply(2, 8000, kind::search);
    p.end(1, 9000);
    const auto r = p.stop(9000);
    REQUIRE(r.regions.size() == 1);
    CHECK(r.regions[0].work == 8us + 5us);
    CHECK(r.regions[0].shared_calls == 1);
}

TEST_CASE("ledger: time in which a thread is blocked is told")
{
    told_program p(2);
    p.begin(1, 1000, "blocked.cpp", 9);
    p.simply(1, 3000, kind::block_begin);
    p.simply(1, 9000, kind::block_end);
    p.end(1, 11'000);
    const auto r = p.stop(11'000);
    REQUIRE(r.regions.size() == 1);
    CHECK(r.regions[0].work == 4us);
    CHECK(r.regions[0].blocked == 6us);
    CHECK(r.regions[0].advice.find("blocked") != std::string::npos);
}

TEST_CASE("ledger: what threads were blocked for is told by kind, the longest first, and adds up")
{
    told_program p(2);
    p.simply(2, 1000, kind::search);
    p.begin(1, 1000, "kinds.cpp", 1);
    p.take(2, 1000, 1);
    // The second name is another string that reads the same, as from another object file.
    static const char same[] = "mutex";
    p.tell(1, 2000, {.kind = kind::block_begin, .what = "mutex"});
    p.tell(2, 3000, {.kind = kind::block_begin, .what = "channel"});
    p.simply(1, 5000, kind::block_end);
    p.simply(2, 5000, kind::block_end);
    p.tell(2, 6000, {.kind = kind::block_begin, .what = same});
    p.simply(2, 7000, kind::block_end);
    p.simply(1, 8000, kind::block_begin);
    p.simply(1, 8500, kind::block_end);
    p.done(2, 11'000);
    p.end(1, 11'000);
    const auto r = p.stop(11'000);
    REQUIRE(r.regions.size() == 1);
    INFO(r.text());
    const auto& by = r.regions[0].blocked_by;
    REQUIRE(by.size() == 3);
    CHECK(by[0] == std::pair<std::string, std::chrono::nanoseconds>("mutex", 4us));
    CHECK(by[1] == std::pair<std::string, std::chrono::nanoseconds>("channel", 2us));
    CHECK(by[2] == std::pair<std::string, std::chrono::nanoseconds>("blocking", 500ns));
    CHECK(r.regions[0].blocked == by[0].second + by[1].second + by[2].second);
    CHECK(r.regions[0].advice.find("mutex") != std::string::npos);
    CHECK(r.text().find("blocked for: mutex 20.0 %, channel 10.0 %, blocking 2.5 %") != std::string::npos);
    CHECK(r.html().find("blocked for mutex 20.0 %; channel 10.0 %; blocking 2.5 %<") != std::string::npos);
    CHECK(test::sum_of_parts(r.regions[0]) == r.regions[0].threads_time);
}

TEST_CASE("ledger: who helps an object works for the region that covers it")
{
    told_program p(2);
    const int window = 0;
    p.simply(2, 1000, kind::search);
    p.begin(1, 1000, "stream.cpp", 1);
    p.tell(1, 1000, {.kind = kind::scope_open, .what = &window});
    p.begin(1, 2000, "inner.cpp", 1);  // what the consumer does meanwhile
    p.simply(2, 2000, kind::found);
    p.tell(2, 2000, {.kind = kind::help_begin, .what = &window});
    p.end(1, 4000);
    p.simply(2, 8000, kind::help_end);
    p.simply(2, 8000, kind::search);
    p.end(1, 11'000);
    // Once the region has ended nobody works for it.
    p.simply(2, 11'000, kind::found);
    p.tell(2, 11'000, {.kind = kind::help_begin, .what = &window});
    p.simply(2, 12'000, kind::help_end);
    const auto r = p.stop(12'000);
    REQUIRE(r.regions.size() == 2);
    CHECK(r.regions[0].place() == "stream.cpp:1");
    CHECK(r.regions[0].work == 10us + 6us);
    CHECK(r.regions[0].parts == 1);
    CHECK(r.regions[1].work == 2us);
}

TEST_CASE("ledger: regions that cover objects end in any order, on any thread, and at one place, too")
{
    const char* const file = "streams.cpp";
    const int first = 0;
    const int second = 0;
    const auto begin = [&](told_program& p, std::uint64_t time, std::uint32_t line, const int& covers) {
        p.begin(1, time, file, line);
        p.tell(1, time, {.kind = kind::scope_open, .what = &covers, .threads = 2});
    };
    const auto end = [](told_program& p, std::uint32_t thread, std::uint64_t time, const int& covers) {
        p.tell(thread, time, {.kind = kind::region_end, .what = &covers});
    };
    for (const std::uint32_t ender : {1u, 2u}) {
        told_program p(2);
        begin(p, 1000, 1, first);
        begin(p, 3000, 2, second);
        end(p, ender, 6000, first);
        p.simply(2, 7000, kind::found);
        p.tell(2, 7000, {.kind = kind::help_begin, .what = &second});
        p.simply(2, 9000, kind::help_end);
        p.simply(2, 9000, kind::sleep);
        end(p, 1, 11'000, second);
        const auto r = p.stop(13'000);
        INFO(r.text());
        REQUIRE(r.regions.size() == 2);
        CHECK(r.regions[0].line == 2);
        CHECK(r.regions[0].wall == 8us);
        CHECK(r.regions[0].work == 8us + 2us);
        CHECK(r.regions[1].wall == 5us);
        CHECK(r.regions[1].work == 5us);
        CHECK(r.serial == 2us);  // the second one runs when the first one, in which it began, has ended
        for (const auto& region : r.regions) CHECK(test::sum_of_parts(region) == region.threads_time);
    }
    told_program same(2);
    begin(same, 1000, 1, first);
    begin(same, 3000, 1, second);
    end(same, 1, 6000, first);
    end(same, 1, 11'000, second);
    const auto r = same.stop(11'000);
    REQUIRE(r.regions.size() == 1);
    CHECK(r.regions[0].calls == 2);
    CHECK(r.regions[0].wall == 5us + 8us);
}

TEST_CASE("ledger: who is blocked when a region ends, or works for another one meanwhile, is so for a reason")
{
    told_program p(2);
    const int window = 0;
    p.simply(2, 1000, kind::search);
    p.begin(1, 1000, "stream.cpp", 1);
    p.tell(1, 1000, {.kind = kind::scope_open, .what = &window, .threads = 2});
    p.simply(2, 1000, kind::found);
    p.tell(2, 1000, {.kind = kind::help_begin, .what = &window});
    // A loop in weft::blocking: the time of the loop is no time of blocking.
    p.tell(1, 2000, {.kind = kind::block_begin});
    p.begin(1, 3000, "inside.cpp", 2);
    p.end(1, 6000);
    p.simply(1, 7000, kind::block_end);
    p.tell(2, 8000, {.kind = kind::block_begin, .what = "mutex"});
    p.end(1, 11'000);
    p.simply(2, 12'000, kind::block_end);
    const auto r = p.stop(13'000);
    INFO(r.text());
    REQUIRE(r.regions.size() == 2);
    const auto& by = r.regions[0].blocked_by;
    REQUIRE(by.size() == 2);
    CHECK(by[0] == std::pair<std::string, std::chrono::nanoseconds>("mutex", 3us));
    CHECK(by[1] == std::pair<std::string, std::chrono::nanoseconds>("blocking", 2us));
    CHECK(r.regions[0].blocked == 5us);
    CHECK(r.regions[1].blocked == 0us);
    CHECK(r.regions[1].blocked_by.empty());
}

TEST_CASE("ledger: while the program waits for its tasks it does no serial work")
{
    told_program p(2);
    p.simply(2, 1000, kind::search);
    p.tell(1, 4000, {.kind = kind::block_begin, .what = "sync_wait"});
    p.simply(2, 4000, kind::found);
    p.simply(2, 10'000, kind::search);
    p.simply(1, 10'000, kind::block_end);
    const auto r = p.stop(11'000);
    CHECK(r.serial == 4us);  // 1000 to 4000, 10'000 to 11'000
    CHECK(r.work == 10us);
}

TEST_CASE("ledger: a program of tasks alone is not told that it has one thread")
{
    told_program p(2);
    p.simply(2, 1000, kind::search);
    p.simply(2, 1500, kind::found);
    p.simply(2, 2000, kind::search);
    CHECK(p.stop(3000).advice().find("threads of pools worked") != std::string::npos);
    told_program alone(2);
    CHECK(alone.stop(3000).advice().find("nothing here uses more than one thread") != std::string::npos);
}

TEST_CASE("ledger: one call of a terminal that is made of another counts once, recursion each time on another thread")
{
    told_program p(2);
    const char* const file = "same.cpp";
    p.begin(1, 1000, file, 1);
    p.begin(1, 1000, file, 1);
    p.end(1, 2000);
    p.end(1, 2000);
    p.simply(2, 2000, kind::search);
    p.begin(1, 2000, file, 1);
    p.take(2, 2000, 1);
    p.begin(2, 2000, file, 1);
    p.end(2, 3000);
    p.done(2, 3000);
    p.end(1, 3000);
    const auto r = p.stop(3000);
    REQUIRE(r.regions.size() == 1);
    CHECK(r.regions[0].calls == 3);
}

TEST_CASE("ledger: short calls, wake-ups, and more threads than processors get their sentences")
{
    {
        told_program p(2);
        for (int i = 0; i < 100; ++i) {
            p.begin(1, 1000 + 4000u * static_cast<unsigned>(i), "short.cpp", 1);
            p.end(1, 4000 + 4000u * static_cast<unsigned>(i));
        }
        const auto r = p.stop(401'000);
        CHECK(r.regions.at(0).advice.find("Left on one thread, for a call takes 3.00 us") == 0);
    }
    {
        told_program p(2);
        p.simply(2, 1000, kind::sleep);
        std::uint64_t now = 1000;
        for (int i = 0; i < 10; ++i) {
            p.begin(1, now, "woken.cpp", 1);
            p.wakes(1, now, 2);
            p.simply(2, now + 50'000, kind::search);
            p.take(2, now + 50'000, 1);
            p.done(2, now + 100'000);
            p.end(1, now + 100'000);
            p.simply(2, now + 100'000, kind::sleep);
            now += 200'000;
        }
        const auto r = p.stop(now);
        CHECK(r.regions.at(0).advice.find("Threads are woken for calls of 100 us") == 0);
        CHECK(r.regions.at(0).overhead == 500us);
    }
    weft::measurement m;
    m.threads = 8;
    m.processors = 2;
    m.regions.resize(1);
    CHECK(m.advice().find("more threads (8) than processors (2)") != std::string::npos);
}

TEST_CASE("ledger: lost ends, ends without a begin, and times that go back do no harm")
{
    told_program p(2);
    p.end(1, 1000);
    p.tell(2, 1000, {.kind = kind::job_end});
    p.simply(1, 1000, kind::visit_end);
    p.simply(1, 1000, kind::wait_end);
    p.simply(1, 1000, kind::block_end);
    p.steal(2, 1500, 40);  // from a place that nobody knows
    p.begin(1, 2000, "lost.cpp", 1);
    p.begin(1, 2000, "lost.cpp", 2);
    p.tell(1, 2000, {.kind = kind::visit_begin, .threads = 2});
    p.end(1, 1900);  // back in time; the visit's end was lost
    p.simply(2, 2500, kind::sleep);
    p.end(1, 4000);
    p.ledger().missed(3);
    const auto r = p.stop(4000);
    REQUIRE(r.regions.size() == 2);
    for (const auto& region : r.regions) CHECK(test::sum_of_parts(region) == region.threads_time);
    CHECK(r.dropped == 3);
    CHECK(r.text().find("3 events were lost") != std::string::npos);
}

TEST_CASE("ledger: more threads at work than the pool has still add up")
{
    told_program p(2);
    p.begin(1, 1000, "many.cpp", 1);
    for (std::uint32_t t = 2; t <= 9; ++t) p.take(t, 1000, 1);
    for (std::uint32_t t = 2; t <= 9; ++t) p.done(t, 2000);
    p.end(1, 2000);
    const auto r = p.stop(2000);
    CHECK(r.regions.at(0).threads_time == 2us);
    CHECK(test::sum_of_parts(r.regions.at(0)) == 2us);
}

TEST_CASE("ledger: nothing at all")
{
    told_program p(2);
    const auto r = p.stop(1000);
    CHECK(r.regions.empty());
    CHECK(r.parallelism() == 0);
    CHECK(r.serial_share() == 0);
    CHECK(r.advice().find("No parallel region") == 0);
    CHECK(!r.text().empty());
    CHECK(weft::region_report{}.parallelism() == 0);
    CHECK(weft::region_report{}.most_speedup(4) == 4);
}

TEST_CASE("ledger: the timeline shows how many threads work, however long it is")
{
    for (const std::uint64_t unit : {10u, 1000u, 1'000'000u}) {
        told_program p(2, 0);
        p.simply(2, 0, kind::search);
        p.begin(1, 100 * unit, "time.cpp", 1);
        p.take(2, 100 * unit, 1);
        p.done(2, 300 * unit);
        p.end(1, 300 * unit);
        const auto r = p.stop(400 * unit);
        REQUIRE(!r.timeline.empty());
        CHECK(r.timeline.size() <= 256);
        const auto at = [&](double share) {
            return r.timeline[static_cast<std::size_t>(share * static_cast<double>(r.wall / r.timeline_step))];
        };
        if (r.timeline.size() < 100) continue;
        CHECK(close_to(at(0.1), 1));
        CHECK(close_to(at(0.5), 2));
        CHECK(close_to(at(0.9), 1));
    }
}

TEST_CASE("ledger: a page shows the worst regions first, to scale, and leads to them")
{
    told_program p(2);
    p.begin(1, 1000, "dir/good.cpp", 1);  // 5 us of two threads, one of which sleeps
    p.end(1, 6000);
    p.begin(1, 6000, "dir/bad.cpp", 2);  // 10 us: 10 us lost
    p.end(1, 16'000);
    p.begin(1, 16'000, "dir/fine.cpp", 3);
    p.simply(2, 16'000, kind::search);
    p.take(2, 16'000, 1);
    p.done(2, 18'000);
    p.end(1, 18'000);
    const auto r = p.stop(18'000);
    const std::string page = r.html();
    const std::string drawn = page.substr(page.find("aria-label=\"worst regions\""));
    const std::string plot = drawn.substr(0, drawn.find("</svg>"));
    INFO(plot);
    CHECK(plot.find("bad.cpp:2</text>") < plot.find("good.cpp:1</text>"));
    CHECK(plot.find("fine.cpp") == std::string::npos);
    CHECK(plot.find("dir/") == std::string::npos);
    CHECK(plot.find("width=\"760.00\" height=\"14\" fill=\"var(--idle)\"><title>idle 10.0 us") != std::string::npos);
    CHECK(plot.find("width=\"380.00\" height=\"14\" fill=\"var(--idle)\"><title>idle 5.00 us") != std::string::npos);
    REQUIRE(r.regions[0].file == "dir/bad.cpp");
    CHECK(plot.find("<a href=\"#region-0\"><text x=\"0\" y=\"11\">bad.cpp:2") != std::string::npos);
    CHECK(page.find("<h2 id=\"region-0\">dir/bad.cpp:2") != std::string::npos);
}

TEST_CASE("ledger: a page of HTML that needs nothing else")
{
    told_program p(2);
    p.begin(1, 1000, "<a>&b.cpp", 1);
    p.end(1, 2000);
    const std::string page = p.stop(3000).html();
    CHECK(page.find("<!DOCTYPE html>") == 0);
    CHECK(page.find("&lt;a&gt;&amp;b.cpp:1") != std::string::npos);
    CHECK(page.find("<a>") == std::string::npos);
    CHECK(page.find("prefers-color-scheme:dark") != std::string::npos);
    for (const char* const outside : {"http", "src=", "<script", "nan", "inf"})
        CHECK(page.find(outside) == std::string::npos);
    CHECK(page.size() > 1000);
    CHECK(weft::measurement{}.html().find("nan") == std::string::npos);
}
