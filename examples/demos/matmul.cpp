// examples/demos/matmul.cpp - join takes any number of functions, and their locals are where the results go.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "matmul.hpp"

#include "demo.hpp"

int main(int argc, char** argv)
{
    const std::size_t n = demo::size_of(argc, argv, {"SIDE", 256, 1, 8'192, 2'048});
    matmul::square a = matmul::random_square(n, 1), b = matmul::random_square(n, 2);
    matmul::square expected(n), one(n), many(n);
    demo::timed("plain", [&] { matmul::plain(expected, a, b); });
    demo::timed("serial", [&] { matmul::strassen(one, a, b, demo::one_by_one); });
    demo::timed("weft", [&] { matmul::strassen(many, a, b, demo::at_once); });
    return demo::verdict(one.numbers == expected.numbers && many.numbers == expected.numbers);
}
