// tests/net/process/idle_sockets.cpp - a pool whose tasks all wait for sockets takes no processor time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>
#include <weft/pool/thread_pool.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace net = weft::net;

weft::task<> read(net::unix_stream& from)
{
    std::array<std::byte, 1> room;
    while (co_await from.read_some(room) != 0) {}
}

}  // namespace

int main()
{
    constexpr int count = 200;
    constexpr auto looks = 10;
    weft::thread_pool pool({.num_threads = 4});
    std::vector<std::pair<net::unix_stream, net::unix_stream>> pairs;
    std::vector<weft::join_handle<void>> readers;
    for (int i = 0; i < count; ++i) pairs.push_back(net::unix_stream::pair());
    for (auto& p : pairs) readers.push_back(pool.spawn(read(p.first)));
    // The least of several looks: others may use the processors.
    double least = 1;
    for (int i = 0; i < looks && least > 0.01; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const std::clock_t began = std::clock();
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        const double share = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC / 0.3;
        if (share < least) least = share;
    }
    for (auto& p : pairs) p.second.close();
    for (auto& r : readers) r.get();
    std::printf("%d tasks that wait for sockets take %.3f of a processor\n", count, least);
    return least <= 0.01 ? 0 : 1;
}
