// examples/iter/generate.cpp - input from a function: records that a parser finds, weighed in parallel, in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/generate.hpp>
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/stream.hpp>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace {

/// Gives the records of a text one by one, as a reader of a file or of a socket would.
class record_reader {
public:
    explicit record_reader(std::string_view text) : rest_(text) {}

    std::optional<std::string> next()
    {
        if (rest_.empty()) return std::nullopt;
        const std::size_t end = rest_.find(';');
        std::string record(rest_.substr(0, end));
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        return record;
    }

private:
    std::string_view rest_;
};

int weight(const std::string& record)
{
    int sum = 0;
    for (const char c : record) sum += c - 'a' + 1;
    return sum;
}

}  // namespace

int main()
{
    constexpr std::string_view text = "pear;apple;fig;plum";

    // In order, back to a plain loop.
    record_reader first(text);
    int records = 0;
    for (const int w : weft::stream(weft::generate([&] { return first.next(); })).parallel_map(weight).ordered()) {
        std::printf("record %d weighs %d\n", ++records, w);
    }

    // In any order; the function itself can be the input.
    record_reader second(text);
    const int total = weft::par_bridge([&] { return second.next(); }).map(weight).sum();
    std::printf("all weigh %d\n", total);
    return records == 4 && total == 174 ? 0 : 1;
}
