// examples/demos/find.cpp - find_first answers as a loop would; find_any may be quicker, if any answer will do.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "find.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"NUMBERS", 3'000'000, 0, 1'000'000'000, 300'000'000});
    const find::numbers hay = find::haystack(n);
    const auto one = demo::timed("serial", [&] { return find::first_serial(hay); });
    const auto first = demo::timed("weft, first", [&] { return find::first_weft(hay); });
    const auto any = demo::timed("weft, any", [&] { return find::any_weft(hay); });
    if (any) std::printf("first needle %u, some needle %u\n", first.value_or(0), *any);
    return demo::verdict(first == one && any.has_value() == one.has_value() && (!any || find::is_needle(*any)));
}
