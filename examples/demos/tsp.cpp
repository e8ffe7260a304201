// examples/demos/tsp.cpp - branch and bound: threads share one number, the best length so far, and prune by it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "tsp.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"CITIES", 11, 1, 20, 15});
    const tsp::cities all = tsp::random_cities(n);
    const int one = demo::timed("serial", [&] { return tsp::shortest_trip(all, tsp::one_by_one); });
    const int many = demo::timed("weft", [&] { return tsp::shortest_trip(all, tsp::at_once); });
    std::printf("the shortest trip through %zu cities has length %d\n", n, many);
    return demo::verdict(one == many);
}
