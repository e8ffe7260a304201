// examples/demos/word_count.cpp - wc over many files: chains nest, and exceptions come out where the loop was started.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "word_count.hpp"

#include "demo.hpp"

#include <exception>

int main(int argc, char** argv)
{
    const std::vector<std::string> names(argv + 1, argv + argc);
    if (names.empty() || names[0] == "--help" || names[0] == "-h") {
        std::printf("usage: %s FILE...\n  counts lines, words and bytes, as wc does.\n", argv[0]);
        return names.empty() ? 2 : 0;
    }
    try {
        const auto one = demo::timed("serial", [&] { return word_count::serial(names); });
        const auto many = demo::timed("weft", [&] { return word_count::parallel(names); });
        const auto print = [](word_count::counts c, const std::string& name) {
            std::printf("%zu %zu %zu %s\n", c.lines, c.words, c.bytes, name.c_str());
        };
        word_count::counts total;
        for (std::size_t i = 0; i < many.size(); ++i) print(many[i], names[i]), total = total + many[i];
        if (many.size() > 1) print(total, "total");
        return demo::verdict(one == many);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s; is it a file, and may you read it?\n", argv[0], e.what());
        return 2;
    }
}
