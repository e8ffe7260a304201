// examples/async/timeout.cpp - no longer than for a time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

using namespace std::chrono_literals;

namespace {

weft::task<int> slow(std::chrono::milliseconds how_long)
{
    co_await weft::sleep_for(how_long);  // holds no thread
    co_return 42;
}

weft::task<bool> run()
{
    const std::optional<int> in_time = co_await weft::with_timeout(slow(1ms), 10s);
    const std::optional<int> too_late = co_await weft::with_timeout(slow(10s), 5ms);  // asked to stop, and has ended
    std::printf("%s, %s\n", in_time ? "in time" : "too late", too_late ? "in time" : "too late");
    co_return in_time == 42 && !too_late;
}

}  // namespace

int main() { return weft::sync_wait(run()) ? EXIT_SUCCESS : EXIT_FAILURE; }
