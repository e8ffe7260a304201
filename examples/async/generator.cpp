// examples/async/generator.cpp - a coroutine that gives one item after the other, and waits in between.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace std::chrono_literals;

namespace {

weft::async_generator<int> squares(int n)
{
    for (int i = 0; i < n; ++i) {
        co_await weft::sleep_for(1ms);
        co_yield i* i;
    }
}

weft::task<int> sum()
{
    int total = 0;
    auto items = squares(5);
    while (auto item = co_await items.next()) total += *item;
    co_return total;
}

}  // namespace

int main()
{
    const int got = weft::sync_wait(sum());
    std::printf("%d\n", got);
    return got == 30 ? EXIT_SUCCESS : EXIT_FAILURE;
}
