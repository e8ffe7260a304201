// A plugin with a copy of weft of its own: see plugin_host.cpp.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

namespace {

long fib(int n)
{
    if (n < 2) return n;
    auto [a, b] = weft::join([&] { return fib(n - 1); }, [&] { return fib(n - 2); });
    return a + b;
}

}  // namespace

extern "C" long plugin_fib(int n) { return fib(n); }
