// examples/channel/bounded_queue.cpp - one queue object for all: several threads produce, several consume, and it is closed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/bounded_queue.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

struct order {
    std::uint32_t customer;
    std::uint32_t pieces;
};

constexpr std::uint32_t customers = 3;
constexpr std::uint32_t orders_each = 10'000;

/// Takes orders until the shop closes and nothing is left.
std::uint64_t pack(weft::bounded_queue<order>& queue)
{
    std::uint64_t pieces = 0;
    for (const order& o : queue) pieces += o.pieces;
    return pieces;
}

}  // namespace

int main()
{
    weft::bounded_queue<order> queue(64);  // who orders too fast waits
    std::atomic<std::uint64_t> packed{0};
    {
        std::vector<std::jthread> packers;
        for (int i = 0; i < 2; ++i) packers.emplace_back([&] { packed += pack(queue); });
        {
            std::vector<std::jthread> buyers;
            for (std::uint32_t c = 0; c < customers; ++c) {
                buyers.emplace_back([&queue, c] {
                    for (std::uint32_t i = 0; i < orders_each; ++i) {
                        if (!queue.push({c, i % 5})) return;  // closed early
                    }
                });
            }
        }  // all have ordered
        queue.close();
    }
    const auto late = queue.push({0, 1});
    std::printf("%llu pieces packed; an order after closing time: %s\n", static_cast<unsigned long long>(packed.load()),
                late ? "taken" : "refused");
    return packed == customers * orders_each * 2u && late.closed() ? 0 : 1;
}
