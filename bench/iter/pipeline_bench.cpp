// bench/iter/pipeline_bench.cpp - read in order, work in parallel, write in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_worklist.hpp>
#include <weft/iter/pipeline.hpp>
#include <weft/iter/stream.hpp>

#include <tbb/parallel_for_each.h>
#include <tbb/parallel_pipeline.h>

#include <cctype>
#include <charconv>
#include <cstdint>
#include <list>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t tokens = 32;

/// A text with the numbers in it squared, as in examples/iter/pipeline.cpp.
std::string squared(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        long long n = 0;
        const auto [behind, error] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (error == std::errc()) {
            out += std::to_string(n * n);
            text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

const std::string& text()
{
    static const std::string all = [] {
        std::string s;
        for (int i = 0; i < 200000; ++i) s += std::to_string(i) + (i % 10 == 9 ? '\n' : ' ');
        return s;
    }();
    return all;
}

/// Cuts the text into slices that end after a blank.
class slicer {
public:
    std::optional<std::string_view> operator()()
    {
        if (rest_.empty()) return std::nullopt;
        std::size_t length = rest_.size() < 4000 ? rest_.size() : 4000;
        while (length < rest_.size() && std::isspace(static_cast<unsigned char>(rest_[length - 1])) == 0) ++length;
        const std::string_view slice = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return slice;
    }

private:
    std::string_view rest_ = text();
};

std::vector<std::string_view> slices()
{
    std::vector<std::string_view> all;
    slicer next;
    while (auto s = next()) all.push_back(*s);
    return all;
}

/// Some work that takes about as many times 10 ns as `rounds` says.
std::uint32_t churn(std::uint32_t x, int rounds)
{
    for (int i = 0; i < 8 * rounds; ++i) benchmark::DoNotOptimize(x = x * 1664525u + 1013904223u);
    return x;
}

void define_squares()
{
    const bench::unit per_byte{"ns/byte", static_cast<double>(text().size())};
    const std::string name = "squares of a text's numbers";
    bench::add_serial("pipeline", name, per_byte, [] {
        std::string out;
        slicer next;
        while (auto s = next()) out += squared(*s);
        benchmark::DoNotOptimize(out.size());
    });
    bench::add_each("pipeline", name, "weft", per_byte, [](int) {
        std::string out;
        weft::pipeline(tokens, slicer(), weft::parallel(squared),
                       weft::serial_in_order([&](const std::string& s) { out += s; }));
        benchmark::DoNotOptimize(out.size());
    });
    bench::add_each("pipeline", name, "weft stream", per_byte, [](int) {
        std::string out;
        for (const std::string& s : weft::stream(slices()).parallel_map(squared, tokens).ordered()) out += s;
        benchmark::DoNotOptimize(out.size());
    });
    bench::add_each("pipeline", name, "tbb", per_byte, [](int) {
        std::string out;
        slicer next;
        tbb::parallel_pipeline(
            tokens, tbb::make_filter<void, std::string_view>(tbb::filter_mode::serial_in_order,
                                                             [&](tbb::flow_control& control) -> std::string_view {
                                                                 if (auto s = next()) return *s;
                                                                 control.stop();
                                                                 return {};
                                                             }) &
                        tbb::make_filter<std::string_view, std::string>(tbb::filter_mode::parallel, &squared) &
                        tbb::make_filter<std::string, void>(tbb::filter_mode::serial_in_order,
                                                            [&](const std::string& s) { out += s; }));
        benchmark::DoNotOptimize(out.size());
    });
}

/// Small items: what the stages themselves cost.
void define_small(const std::string& name, int rounds)
{
    constexpr std::uint32_t items = 20000;
    const bench::unit per_item{"ns/item", items};
    bench::add_serial("pipeline", name, per_item, [=] {
        std::uint32_t sum = 0;
        for (std::uint32_t i = 0; i < items; ++i) sum += churn(i, rounds);
        benchmark::DoNotOptimize(sum);
    });
    const auto make = [](std::uint32_t& next) -> std::optional<std::uint32_t> {
        return next < items ? std::optional(next++) : std::nullopt;
    };
    bench::add_each("pipeline", name, "weft", per_item, [=](int) {
        std::uint32_t sum = 0;
        weft::pipeline(
            tokens, [=, next = std::uint32_t{0}]() mutable { return make(next); },
            weft::parallel([=](std::uint32_t i) { return churn(i, rounds); }),
            weft::serial_in_order([&](std::uint32_t x) { sum += x; }));
        benchmark::DoNotOptimize(sum);
    });
    bench::add_each("pipeline", name, "weft stream", per_item, [=](int) {
        std::uint32_t sum = 0;
        for (std::uint32_t x : weft::stream(std::views::iota(std::uint32_t{0}, items))
                                   .parallel_map([=](std::uint32_t i) { return churn(i, rounds); }, tokens)
                                   .ordered()) {
            sum += x;
        }
        benchmark::DoNotOptimize(sum);
    });
    bench::add_each("pipeline", name, "tbb", per_item, [=](int) {
        std::uint32_t sum = 0;
        std::uint32_t next = 0;
        tbb::parallel_pipeline(tokens,
                               tbb::make_filter<void, std::uint32_t>(tbb::filter_mode::serial_in_order,
                                                                     [&](tbb::flow_control& control) -> std::uint32_t {
                                                                         if (auto x = make(next)) return *x;
                                                                         control.stop();
                                                                         return 0;
                                                                     }) &
                                   tbb::make_filter<std::uint32_t, std::uint32_t>(
                                       tbb::filter_mode::parallel, [=](std::uint32_t i) { return churn(i, rounds); }) &
                                   tbb::make_filter<std::uint32_t, void>(tbb::filter_mode::serial_in_order,
                                                                         [&](std::uint32_t x) { sum += x; }));
        benchmark::DoNotOptimize(sum);
    });
}

/// A tree whose nodes are found on the way.
void define_worklist(const std::string& name, int rounds)
{
    constexpr std::uint32_t nodes = 100000;
    const bench::unit per_item{"ns/item", nodes};
    bench::add_serial("pipeline", name, per_item, [=] {
        std::vector<std::uint32_t> pending{1};
        while (!pending.empty()) {
            const std::uint32_t i = pending.back();
            pending.pop_back();
            churn(i, rounds);
            if (2 * i <= nodes) pending.push_back(2 * i);
            if (2 * i + 1 <= nodes) pending.push_back(2 * i + 1);
        }
    });
    bench::add_each("pipeline", name, "weft", per_item, [=](int) {
        const std::uint32_t seed[] = {1};
        weft::par_worklist(seed, [=](std::uint32_t i, weft::feeder<std::uint32_t>& more) {
            churn(i, rounds);
            if (2 * i <= nodes) more.add(2 * i);
            if (2 * i + 1 <= nodes) more.add(2 * i + 1);
        });
    });
    bench::add_each("pipeline", name, "tbb", per_item, [=](int) {
        const std::uint32_t seed[] = {1};
        tbb::parallel_for_each(seed, seed + 1, [=](std::uint32_t i, tbb::feeder<std::uint32_t>& more) {
            churn(i, rounds);
            if (2 * i <= nodes) more.add(2 * i);
            if (2 * i + 1 <= nodes) more.add(2 * i + 1);
        });
    });
}

/// A list, and input that is read once.
void define_bridge(const std::string& name, int rounds)
{
    constexpr std::uint32_t items = 20000;
    const bench::unit per_item{"ns/item", items};
    static const std::list<std::uint32_t> list(items, 1u);
    const auto body = [=](std::uint32_t x) { churn(x, rounds); };
    bench::add_serial("pipeline", name, per_item, [=] {
        for (std::uint32_t x : list) body(x);
    });
    bench::add_each("pipeline", name, "weft", per_item, [=](int) { weft::par_bridge(list).for_each(body); });
    bench::add_each("pipeline", name, "weft, read once", per_item, [=](int) {
        std::uint32_t next = 0;
        const auto read = [&]() -> std::optional<std::uint32_t> {
            return next < items ? std::optional(next++) : std::nullopt;
        };
        weft::par_bridge(weft::generate(read)).for_each(body);
    });
    bench::add_each("pipeline", name, "tbb", per_item,
                    [=](int) { tbb::parallel_for_each(list.begin(), list.end(), body); });
}

const bench::definition here([] {
    define_squares();
    define_small("items of 10 ns", 1);
    define_small("items of 1 us", 100);
    define_worklist("worklist of 10 ns", 1);
    define_worklist("worklist of 1 us", 100);
    define_bridge("bridged items of 10 ns", 1);
    define_bridge("bridged items of 1 us", 100);
});

}  // namespace
