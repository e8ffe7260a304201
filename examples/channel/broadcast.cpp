// examples/channel/broadcast.cpp - events that several parts of a program see, each at its own pace.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/broadcast.hpp>

#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>

int main()
{
    auto [events, journal] = weft::broadcast_channel<int>(16);
    const auto dashboard = events.subscribe();
    std::uint64_t noted = 0;
    std::uint64_t lost = 0;
    {
        const std::jthread keeper([&, from = std::move(journal)] {  // sees each event, or knows how many it has missed
            for (auto e = from.recv(); e; e = from.recv()) {
                lost += e.missed();
                ++noted;
            }
        });
        const std::jthread source([to = std::move(events)] {
            for (int i = 1; i <= 1000; ++i) static_cast<void>(to.send(i));
        });
    }
    const auto first = dashboard.recv();  // joins late: the last sixteen are still there
    std::printf("journal: %llu seen, %llu missed; dashboard begins with %d\n", static_cast<unsigned long long>(noted),
                static_cast<unsigned long long>(lost), *first);
    return noted + lost == 1000 && first == 985 && first.missed() == 984 ? 0 : 1;
}
