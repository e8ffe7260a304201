// examples/demos/str_split.cpp - a text is a source like any other: par_split gives its pieces as std::string_view.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "str_split.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"BYTES", 2'000'000, 0, 4'000'000'000, 200'000'000});
    const std::string text = str_split::random_text(n);
    const auto one = demo::timed("serial", [&] { return str_split::serial(text); });
    const auto many = demo::timed("weft", [&] { return str_split::parallel(text); });
    std::printf("%zu pieces\n", many.size());
    return demo::verdict(one == many);
}
