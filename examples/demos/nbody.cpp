// examples/demos/nbody.cpp - a simulation step as map and to_vector: whoever writes only its own result needs no lock.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "nbody.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"BODIES", 1'000, 1, 100'000, 10'000});
    const nbody::bodies start = nbody::random_bodies(n);
    const auto ten_steps = [&](auto step) {
        nbody::bodies now = start;
        for (int i = 0; i < 10; ++i) now = step(now);
        return now;
    };
    const nbody::bodies one = demo::timed("serial", [&] { return ten_steps(nbody::step_serial); });
    const nbody::bodies many = demo::timed("weft", [&] { return ten_steps(nbody::step_weft); });
    return demo::verdict(one == many);
}
