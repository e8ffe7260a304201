// examples/iter/stream.cpp - lines are worked on by several threads and printed in order by a plain loop.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/stream.hpp>

#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>

namespace {

/// A checksum that takes a while.
std::uint32_t checksum(const std::string& line)
{
    std::uint32_t sum = 1;
    for (int round = 0; round < 1000; ++round) {
        for (char c : line) sum = sum * 31 + static_cast<unsigned char>(c);
    }
    return sum;
}

/// The lines of a stream, as an input range.
class lines {
public:
    explicit lines(std::istream& in) : in_(&in) {}

    class iterator {
    public:
        using value_type = std::string;
        using difference_type = std::ptrdiff_t;
        explicit iterator(std::istream& in) : in_(&in) { ++*this; }
        const std::string& operator*() const { return line_; }
        iterator& operator++()
        {
            std::getline(*in_, line_);
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& i, std::default_sentinel_t) { return i.in_->fail(); }

    private:
        std::istream* in_;
        std::string line_;
    };

    [[nodiscard]] iterator begin() const { return iterator(*in_); }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

private:
    std::istream* in_;
};

}  // namespace

int main()
{
    std::stringstream input;
    for (int i = 0; i < 1000; ++i) input << "line " << i << '\n';

    // The input is read, and the results are printed, by this thread; checksum runs on all threads of the pool. At most
    // 32 lines are in memory.
    struct sum_of {
        std::string line;
        std::uint32_t sum;
    };
    int shown = 0;
    for (auto&& [line, sum] : weft::stream(lines(input))
                                  .parallel_map(
                                      [](std::string line) {
                                          const std::uint32_t sum = checksum(line);
                                          return sum_of{std::move(line), sum};
                                      },
                                      32)
                                  .ordered()) {
        std::cout << line << ": " << sum << '\n';
        if (++shown == 3) break;  // what was read ahead is dropped
    }
}
