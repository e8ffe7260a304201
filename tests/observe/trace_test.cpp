// tests/observe/trace_test.cpp - events as a trace: slices, arrows and names. check_trace.py reads whole files.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/observe/trace.hpp>

#include "test.hpp"

#include "observe/trace_file.hpp"

#include <system_error>

using weft::detail::event_kind;
using weft::detail::recorded_trace;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("trace: regions, jobs and spans are slices, steals and wake-ups are arrows")
{
    int first = 0;
    int second = 0;
    recorded_trace t;
    t.threads = {{1, "main"}, {2, "weft-\"0\""}};
    t.events = {
        {1000, 1, {.kind = event_kind::region_begin, .at = &first, .what = "dir/a.cpp", .value = 10, .line = 7}},
        {1500, 1, {.kind = event_kind::wake, .at = &first, .what = &second}},
        {2000, 2, {.kind = event_kind::search, .at = &second}},
        {2500, 2, {.kind = event_kind::found, .at = &second, .value = 1}},
        {3000, 2, {.kind = event_kind::steal, .at = &second, .what = &first}},
        {3500, 2, {.kind = event_kind::span_begin, .what = "a\\b\n"}},
        {4000, 2, {.kind = event_kind::span_end, .what = "a\\b\n"}},
        {5000, 2, {.kind = event_kind::job_end, .at = &second}},
        {6000, 1, {.kind = event_kind::region_end, .at = &first}},
        {7000, 2, {.kind = event_kind::sleep, .at = &second}},
        {9000, 1, {.kind = event_kind::span_end, .what = "lost"}},  // its begin was dropped
    };
    t.dropped = 3;
    const std::string json = weft::detail::trace_json(t, 1000);
    CHECK(has(json, R"("name":"thread_name","pid":)"));
    CHECK(has(json, R"("args":{"name":"weft-\"0\""})"));
    CHECK(has(json, R"("name":"a.cpp:7","cat":"region")"));
    CHECK(has(json, R"("ts":0.000,"dur":5.000,"args":{"items":10}})"));
    CHECK(has(json, R"({"ph":"s","name":"steal","cat":"steal")"));
    CHECK(has(json, R"({"ph":"f","name":"steal","cat":"steal")"));
    CHECK(has(json, R"({"ph":"s","name":"wake","cat":"wake")"));
    CHECK(has(json, R"("name":"a\\b\u000a","cat":"span")"));
    CHECK(has(json, R"("ts":6.000,"dur":2.000)"));  // still asleep at the end
    CHECK(has(json, R"("dropped_events":3)"));
}

TEST_CASE("trace: blocked threads say for what, tasks what they wait for, and helpers for what region they work")
{
    int place = 0;
    int strand = 0;
    int window = 0;
    recorded_trace t;
    t.threads = {{1, "main"}, {2, "weft-0"}};
    t.events = {
        {1000, 1, {.kind = event_kind::task_ready, .what = &strand}},  // of no slice
        {2000, 2, {.kind = event_kind::task_run, .at = &place, .what = &strand, .value = 17}},
        {2500, 2, {.kind = event_kind::task_waits, .what = "channel"}},
        {3000, 2, {.kind = event_kind::task_pause}},
        {4000, 1, {.kind = event_kind::block_begin, .what = "mutex", .value = 0x1234}},
        {5000, 1, {.kind = event_kind::block_end}},
        {6000, 1, {.kind = event_kind::region_begin, .what = "a.cpp", .line = 7}},
        {6000, 1, {.kind = event_kind::scope_open, .what = &window}},
        {6500, 2, {.kind = event_kind::help_begin, .what = &window}},
        {7000, 2, {.kind = event_kind::help_end}},
    };
    const std::string json = weft::detail::trace_json(t, 1000);
    CHECK(has(json, R"("name":"lets go on","cat":"call")"));
    CHECK(has(json, R"({"ph":"s","name":"ready","cat":"ready")"));
    CHECK(has(json, R"("name":"task 17","cat":"task")"));
    CHECK(has(json, R"("ts":1.000,"dur":1.000,"args":{"waits for":"channel"}})"));
    CHECK(has(json, R"("name":"blocked: mutex","cat":"block")"));
    CHECK(has(json, R"("ts":3.000,"dur":1.000,"args":{"object":"0x1234"}})"));
    CHECK(has(json, R"("name":"helps a.cpp:7","cat":"job")"));
}

TEST_CASE("trace: spans and streams end in any order, and slices lie within each other")
{
    const int stream = 0;
    recorded_trace t;
    t.events = {
        {1000, 1, {.kind = event_kind::region_begin, .what = "a.cpp", .line = 7}},
        {1000, 1, {.kind = event_kind::scope_open, .what = &stream}},
        {2000, 1, {.kind = event_kind::span_begin, .what = "first"}},
        {3000, 1, {.kind = event_kind::span_begin, .what = "second"}},
        {5000, 1, {.kind = event_kind::span_end, .what = "first"}},
        {8000, 2, {.kind = event_kind::region_end, .what = &stream}},  // by another thread
        {9000, 1, {.kind = event_kind::span_end, .what = "second"}},
    };
    const std::string json = weft::detail::trace_json(t, 1000);
    INFO(json);
    const auto slice = [&json](const std::string& name, const std::string& times) {
        for (auto at = json.find(name); at != std::string::npos; at = json.find(name, at + 1)) {
            if (has(json.substr(at, json.find('\n', at) - at), times)) return true;
        }
        return false;
    };
    CHECK(slice(R"("name":"first","cat":"span")", R"("ts":1.000,"dur":3.000)"));
    CHECK(slice(R"("name":"second","cat":"span")", R"("ts":2.000,"dur":2.000)"));
    CHECK(slice(R"("name":"second","cat":"span")", R"("ts":4.000,"dur":3.000)"));
    CHECK(slice(R"("name":"second","cat":"span")", R"("ts":7.000,"dur":1.000)"));
    CHECK(slice(R"("name":"a.cpp:7","cat":"region")", R"("ts":0.000,"dur":7.000)"));
}

TEST_CASE("trace: an empty one is a file, too") { CHECK(has(weft::detail::trace_json({}, 1000), "traceEvents")); }

TEST_CASE("trace: a file that cannot be written is an error")
{
    weft::trace_to("/nowhere/at/all.json");
    {
        weft::trace_span span{"a span"};
    }
    CHECK(weft::detail::events_wanted());
    CHECK_THROWS_AS(weft::end_trace(), std::system_error);
    CHECK(!weft::detail::events_wanted());
    CHECK_NOTHROW(weft::end_trace());
}
