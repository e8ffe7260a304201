// examples/iter/progress.cpp - a loop with a bar and a time limit, which says how far it got.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_iter.hpp>
#include <weft/iter/progress_bar.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>

int main()
{
    const auto work = [](int i) {
        double x = i;
        for (int k = 0; k < 1000; ++k) x = std::sin(x) + 1;
        return x;
    };
    try {
        const double sum = weft::par_range(0, 200000)
                               .deadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(300))
                               .progress(weft::progress_bar("working"), 1000)
                               .map(work)
                               .sum();
        std::printf("\ndone: %f\n", sum);
    } catch (const weft::stopped& s) {
        std::printf("\nout of time after %zu of %zu\n", s.done(), s.total());
        return s.done() < s.total() ? 0 : 1;
    }
}
