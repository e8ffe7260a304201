// examples/demos/matmul.hpp - Strassen's matrix product: seven smaller products, and a join of seven functions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/rng.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace matmul {

/// A square in a larger square.
struct view {
    double* data;
    std::size_t size;
    std::size_t stride;

    [[nodiscard]] double* row(std::size_t i) const { return data + i * stride; }
    [[nodiscard]] view quarter(std::size_t i, std::size_t j) const
    {
        return {row(i * size / 2) + j * size / 2, size / 2, stride};
    }
};

struct square {
    explicit square(std::size_t n) : size(n), numbers(n * n) {}

    operator view() { return {numbers.data(), size, size}; }

    std::size_t size;
    std::vector<double> numbers;
};

/// out = a * b, the schoolbook way.
inline void plain(view out, view a, view b)
{
    for (std::size_t i = 0; i < out.size; ++i) {
        std::fill_n(out.row(i), out.size, 0.0);
        for (std::size_t k = 0; k < out.size; ++k) {
            const double factor = a.row(i)[k];
            for (std::size_t j = 0; j < out.size; ++j) out.row(i)[j] += factor * b.row(k)[j];
        }
    }
}

/// a + sign * b.
inline square sum(view a, view b, double sign = 1)
{
    square out(a.size);
    for (std::size_t i = 0; i < a.size; ++i) {
        for (std::size_t j = 0; j < a.size; ++j) out.numbers[i * a.size + j] = a.row(i)[j] + sign * b.row(i)[j];
    }
    return out;
}

/// out = a * b. `join` calls all functions that it is given, in any order or at once: each has its own result.
template <class Join>
void strassen(view out, view a, view b, const Join& join)
{
    if (out.size <= 64 || out.size % 2 != 0) return plain(out, a, b);
    const view a00 = a.quarter(0, 0), a01 = a.quarter(0, 1), a10 = a.quarter(1, 0), a11 = a.quarter(1, 1);
    const view b00 = b.quarter(0, 0), b01 = b.quarter(0, 1), b10 = b.quarter(1, 0), b11 = b.quarter(1, 1);
    const std::size_t half = out.size / 2;
    square m1(half), m2(half), m3(half), m4(half), m5(half), m6(half), m7(half);
    join([&] { strassen(m1, sum(a00, a11), sum(b00, b11), join); },  //
         [&] { strassen(m2, sum(a10, a11), b00, join); },            //
         [&] { strassen(m3, a00, sum(b01, b11, -1), join); },        //
         [&] { strassen(m4, a11, sum(b10, b00, -1), join); },        //
         [&] { strassen(m5, sum(a00, a01), b11, join); },            //
         [&] { strassen(m6, sum(a10, a00, -1), sum(b00, b01), join); },
         [&] { strassen(m7, sum(a01, a11, -1), sum(b10, b11), join); });
    for (std::size_t i = 0; i < half; ++i) {
        for (std::size_t j = 0; j < half; ++j) {
            const auto m = [&](square& s) { return s.numbers[i * half + j]; };
            out.quarter(0, 0).row(i)[j] = m(m1) + m(m4) - m(m5) + m(m7);
            out.quarter(0, 1).row(i)[j] = m(m3) + m(m5);
            out.quarter(1, 0).row(i)[j] = m(m2) + m(m4);
            out.quarter(1, 1).row(i)[j] = m(m1) - m(m2) + m(m3) + m(m6);
        }
    }
}

/// Small whole numbers: products of any order are exact.
inline square random_square(std::size_t n, unsigned seed)
{
    weft::rng random(seed);
    square s(n);
    for (double& x : s.numbers) x = random.below(10);
    return s;
}

}  // namespace matmul
