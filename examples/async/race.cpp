// examples/async/race.cpp - the first of several tasks; the others are asked to stop, and have stopped when the race is over.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include <cstdio>
#include <cstdlib>
#include <variant>

namespace {

weft::task<int> fast()
{
    for (int i = 0; i < 3; ++i) co_await weft::async_yield();
    co_return 1;
}

weft::task<int> waits(weft::async_event& never, bool& cleaned_up)
{
    struct at_end {
        bool& flag;
        ~at_end() { flag = true; }  // weft::stopped passes through here
    };
    const at_end e{cleaned_up};
    co_await never.wait();
    co_return 2;
}

}  // namespace

int main()
{
    weft::async_event never;
    bool cleaned_up = false;
    const auto first = weft::sync_wait(weft::when_any(waits(never, cleaned_up), fast()));
    std::printf("the first was number %zu\n", first.index());
    return first.index() == 1 && std::get<1>(first) == 1 && cleaned_up ? EXIT_SUCCESS : EXIT_FAILURE;
}
