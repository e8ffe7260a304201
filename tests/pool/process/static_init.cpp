// Parallel code runs before main, and after it in the destructors of static objects.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "process.hpp"

namespace {

long fib(int n)
{
    if (n < 2) return n;
    auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

struct early_and_late {
    early_and_late() : value(fib(15)) {}
    ~early_and_late() { EXPECT(fib(15) == 610); }
    long value;
};

const early_and_late before_and_after;

}  // namespace

int main()
{
    EXPECT(before_and_after.value == 610);
    std::atexit([] { EXPECT(fib(10) == 55); });
}
