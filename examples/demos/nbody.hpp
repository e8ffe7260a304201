// examples/demos/nbody.hpp - bodies that pull each other: read the old state, write a new one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>
#include <weft/iter/par_iter.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace nbody {

struct vec {
    double x, y, z;

    friend vec operator+(vec a, vec b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
    friend vec operator-(vec a, vec b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
    friend vec operator*(vec a, double f) { return {a.x * f, a.y * f, a.z * f}; }
    friend bool operator==(const vec&, const vec&) = default;
};

struct body {
    vec place, speed;
    double mass;

    friend bool operator==(const body&, const body&) = default;
};

using bodies = std::vector<body>;

/// Where a body is one step later. It looks at all bodies, and changes none.
inline body moved(const body& b, const bodies& all)
{
    constexpr double step = 0.01;
    vec pull{};
    for (const body& other : all) {
        const vec way = other.place - b.place;
        const double square = way.x * way.x + way.y * way.y + way.z * way.z + 1e-3;  // never 0, even for b itself
        pull = pull + way * (other.mass / (square * std::sqrt(square)));
    }
    const vec speed = b.speed + pull * step;
    return {b.place + speed * step, speed, b.mass};
}

inline bodies step_serial(const bodies& all)
{
    bodies next;
    next.reserve(all.size());
    for (const body& b : all) next.push_back(moved(b, all));
    return next;
}

/// Every body is moved by one thread, in the order of the loop in moved: the same bits as in the serial twin.
inline bodies step_weft(const bodies& all)
{
    return weft::par_iter(all).map([&](const body& b) { return moved(b, all); }).to_vector();
}

inline bodies random_bodies(std::size_t n)
{
    weft::rng random(1);
    const auto number = [&] { return random.below(2001) / 1000.0 - 1; };
    bodies all(n);
    for (body& b : all) b = {{number(), number(), number()}, {}, (number() + 2) / static_cast<double>(n)};
    return all;
}

}  // namespace nbody
