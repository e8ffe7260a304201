// examples/interop/asio.cpp - Asio's sockets and timers awaited in weft's tasks, and Asio's handlers on weft's pool.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/interop/asio.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>

#include <asio.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>

namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;

/// Answers each number with the sum of the squares up to it, computed on all threads of the pool.
weft::task<> serve(tcp::acceptor& acceptor)
{
    tcp::socket peer = co_await acceptor.async_accept(weft::use_weft);
    std::uint64_t number = 0;
    for (int i = 0; i < 3; ++i) {
        co_await asio::async_read(peer, asio::buffer(&number, sizeof number), weft::use_weft);
        number = weft::par_range(std::uint64_t{0}, number + 1).map([](std::uint64_t k) { return k * k; }).sum();
        co_await asio::async_write(peer, asio::buffer(&number, sizeof number), weft::use_weft);
    }
}

weft::task<std::uint64_t> ask(asio::io_context& io, tcp::endpoint where)
{
    tcp::socket server(io);
    co_await server.async_connect(where, weft::use_weft);
    std::uint64_t sum = 0;
    for (const std::uint64_t n : {10u, 100u, 100'000u}) {
        std::uint64_t number = n;
        co_await asio::async_write(server, asio::buffer(&number, sizeof number), weft::use_weft);
        co_await asio::async_read(server, asio::buffer(&number, sizeof number), weft::use_weft);
        std::printf("%ju: %ju\n", std::uintmax_t{n}, std::uintmax_t{number});
        sum += number;
    }
    co_return sum;
}

/// A timer of an hour that nobody waits for so long.
weft::task<bool> impatient(asio::io_context& io)
{
    asio::steady_timer timer(io, 1h);
    co_return co_await weft::with_timeout(timer.async_wait(weft::use_weft), 10ms);
}

}  // namespace

int main()
{
    asio::io_context io;
    auto work = asio::make_work_guard(io);
    std::thread looks_after_it([&] { io.run(); });

    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    auto server = weft::spawn(serve(acceptor));
    const std::uint64_t sum = weft::sync_wait(ask(io, acceptor.local_endpoint()));
    server.get();
    const bool fired = weft::sync_wait(impatient(io));

    // A strand keeps its handlers apart; the pool's threads run them.
    weft::thread_pool pool({.num_threads = 2});
    auto strand = asio::make_strand(weft::asio_executor(pool));
    int total = 0;
    weft::async_latch all(100);
    for (int i = 1; i <= 100; ++i) {
        asio::post(strand, [&, i] {
            total += i;
            all.count_down();
        });
    }
    const auto all_ran = [](weft::async_latch& latch) -> weft::task<> { co_await latch.wait(); };
    weft::sync_wait(all_ran(all));
    std::printf("total %d\n", total);

    work.reset();
    looks_after_it.join();
    return sum == 385 + 338'350 + 333'338'333'350'000 && !fired && total == 5'050 ? 0 : 1;
}
