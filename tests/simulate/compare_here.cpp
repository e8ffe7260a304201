// tests/simulate/compare_here.cpp - compare.cpp on the machine at hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "compare.hpp"
#include "programs.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace {

/// A chain of multiplications, which goes on from where the last call has left it: so no two calls overlap.
[[gnu::noinline]] void turn(long n)
{
    static thread_local std::uint64_t chain = 1;
    std::uint64_t x = chain;
    for (long i = 0; i < n; ++i) {
        x = x * 3 + 1;
        __asm__ __volatile__("" : "+r"(x));
    }
    chain = x;
}

double turns_in_a_nanosecond = 0;

}  // namespace

void programs::work(double nanoseconds) { turn(static_cast<long>(nanoseconds * turns_in_a_nanosecond)); }

double compare::now()
{
    return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void compare::sleep(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

void compare::at_once(const std::function<void()>& a, const std::function<void()>& b)
{
    std::thread other(b);
    a();
    other.join();
}

int compare::runs() { return 1000; }

int main()
{
    double best = 1e9;
    for (int i = 0; i < 50'000; ++i) {
        const double begin = compare::now();
        turn(2000);
        best = std::min(best, compare::now() - begin);
    }
    turns_in_a_nanosecond = 2000 / best;
    compare::run_all(1);
    compare::run_all(2);
    return 0;
}
