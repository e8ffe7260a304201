// examples/channel/batches.cpp - many small messages: one at a time, and as many at once as there are.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr std::uint64_t samples = 1'000'000;
using clock_type = std::chrono::steady_clock;

std::uint64_t one_by_one()
{
    auto [tx, rx] = weft::bounded<std::uint64_t>(1024);
    const std::jthread source([to = std::move(tx)] {
        for (std::uint64_t i = 0; i < samples; ++i) {
            if (!to.send(std::uint64_t{i})) return;  // nobody is listening any more
        }
    });
    std::uint64_t sum = 0;
    while (const auto sample = rx.recv()) sum += *sample;
    return sum;
}

std::uint64_t in_batches()
{
    auto [tx, rx] = weft::bounded<std::uint64_t>(1024);
    const std::jthread source([to = std::move(tx)] {
        std::array<std::uint64_t, 64> batch{};
        for (std::uint64_t i = 0; i < samples; i += batch.size()) {
            for (std::uint64_t k = 0; k < batch.size(); ++k) batch[k] = i + k;
            if (to.send_many(batch) < batch.size()) return;
        }
    });
    std::uint64_t sum = 0;
    std::vector<std::uint64_t> got;
    while (rx.recv_many(got, 256) != 0) {  // waits for the first, takes what is there
        for (const std::uint64_t sample : got) sum += sample;
        got.clear();
    }
    return sum;
}

bool show(const char* name, std::uint64_t (*run)())
{
    const auto begin = clock_type::now();
    const std::uint64_t sum = run();
    const std::chrono::duration<double, std::nano> time = clock_type::now() - begin;
    std::printf("%-12s %6.1f ns a message\n", name, time.count() / static_cast<double>(samples));
    return sum == samples * (samples - 1) / 2;
}

}  // namespace

int main()
{
    static_assert(samples % 64 == 0);
    const bool single = show("one by one", one_by_one);
    const bool batched = show("in batches", in_batches);
    return single && batched ? 0 : 1;
}
