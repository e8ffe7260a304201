// examples/model/message_passing.cpp - a flag says that data is ready: which memory order does the flag need?
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/thread.hpp>

#include <cstdio>

namespace model = weft::model;

/// The sender writes the data, then raises the flag. The receiver looks at the flag, then reads the data.
void pass_message(std::memory_order raise)
{
    model::atomic<bool> ready{false};
    ready.name("ready");
    model::cell<int> data{0};

    model::thread sender([&] {
        data.write() = 42;
        ready.store(true, raise);
    });
    model::thread receiver([&] {
        if (ready.load(std::memory_order_acquire)) model::require(data.read() == 42);
    });
}

int main()
{
    // Relaxed: the flag may become visible before the data. On x86-64 no test would ever show it.
    const model::result broken = model::check([] { pass_message(std::memory_order_relaxed); });
    std::printf("relaxed store: %s\n", broken.summary().c_str());

    // Release: whoever sees the flag sees what was written before it.
    const model::result repaired = model::check([] { pass_message(std::memory_order_release); });
    std::printf("release store: %s\n", repaired.summary().c_str());

    return !broken.passed && repaired.passed && repaired.exhaustive ? 0 : 1;
}
