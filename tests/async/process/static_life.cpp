// Tasks run before main, and after it in the destructors of static objects; and the program ends while others sleep.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include "../../pool/process/process.hpp"

#include <chrono>
#include <cstdlib>
#include <optional>

using namespace std::chrono_literals;

namespace {

weft::task<int> after(std::chrono::milliseconds time, int value)
{
    co_await weft::sleep_for(time);
    co_return value;
}

weft::task<int> works()
{
    const auto both = co_await weft::when_all(after(1ms, 1), after(2ms, 2));
    const std::optional<int> late = co_await weft::with_timeout(after(1h, 1), 1ms);
    const int three = co_await weft::spawn(after(1ms, 3));
    co_return std::get<0>(both) + std::get<1>(both) + three + (late ? 100 : 4);
}

struct early_and_late {
    early_and_late() : value(weft::sync_wait(works())) {}
    ~early_and_late() { EXPECT(weft::sync_wait(works()) == 10); }
    int value;
};

const early_and_late before_and_after;

}  // namespace

int main()
{
    EXPECT(before_and_after.value == 10);
    std::atexit([] { EXPECT(weft::sync_wait(works()) == 10); });
    // Nobody waits for these: the global pool, and the thread that wakes sleepers, are there to the end.
    for (int i = 0; i < 1000; ++i) static_cast<void>(weft::spawn(after(std::chrono::milliseconds(i), i)));
}
