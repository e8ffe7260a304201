// examples/channel/fan_in.cpp - many sources, one reader: by a shared channel, and by a selector over many channels.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/selector.hpp>

#include <cstdio>
#include <thread>
#include <vector>

namespace {

constexpr int sources = 4;
constexpr int each = 1000;

/// The usual way: every source has a sender of one channel. The loop ends when the last source has ended.
long shared_channel()
{
    auto [tx, rx] = weft::bounded<int>(64);
    std::vector<std::jthread> threads;
    for (int s = 0; s < sources; ++s) {
        threads.emplace_back([out = tx] {
            for (int i = 1; i <= each; ++i) static_cast<void>(out.send(i));
        });
    }
    {
        const auto mine = std::move(tx);
    }
    long sum = 0;
    for (const int m : rx) sum += m;
    return sum;
}

/// If each source has its own channel: a selector, from which closed channels are removed.
long own_channels()
{
    std::vector<weft::receiver<int>> inputs;
    std::vector<std::jthread> threads;
    for (int s = 0; s < sources; ++s) {
        auto [tx, rx] = weft::bounded<int>(16);
        inputs.push_back(std::move(rx));
        threads.emplace_back([out = std::move(tx)] {
            for (int i = 1; i <= each; ++i) static_cast<void>(out.send(i));
        });
    }
    weft::selector any;
    for (const auto& rx : inputs) any.recv(rx);
    long sum = 0;
    for (int open = sources; open > 0;) {
        auto op = any.wait();
        const std::size_t which = op.index();
        if (const auto m = op.recv(inputs[which])) {
            sum += *m;
        } else {
            any.remove(which);
            --open;
        }
    }
    return sum;
}

}  // namespace

int main()
{
    const long expected = static_cast<long>(sources) * each * (each + 1) / 2;
    const long a = shared_channel();
    const long b = own_channels();
    std::printf("%ld and %ld of %ld\n", a, b, expected);
    return a == expected && b == expected ? 0 : 1;
}
