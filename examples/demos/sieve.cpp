// examples/demos/sieve.cpp - blocks instead of items: map and sum over segments, each in the cache of its thread.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sieve.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::uint64_t n = demo::size_of(argc, argv, {"LIMIT", 10'000'000, 0, 100'000'000'000, 1'000'000'000});
    const std::uint64_t one = demo::timed("serial", [&] { return sieve::count_serial(n); });
    const std::uint64_t many = demo::timed("weft", [&] { return sieve::count_weft(n); });
    std::printf("%zu primes up to %zu\n", static_cast<std::size_t>(many), static_cast<std::size_t>(n));
    return demo::verdict(one == many && (n != 10'000'000 || many == 664'579));
}
