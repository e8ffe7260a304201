// bench/net/net_bench.cpp - servers of the loopback, beside those of other libraries and one by hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// echo: clients send 64 bytes, wait for the answer, and send the next: a round trip. The clients are one thread and
// bare system calls, the same for all. threads: the server's; so with two, and the client's, there are three, on a
// machine of two processors. processor: the processor time of the server's threads alone, which depends less on what
// else runs.
//
// accept and close: one connection after the other, closed by the server at once.
//
// 10k connections: both ends would be more descriptors than a process may have, so the clients are a process of their
// own. memory: by how much the server's process has grown, without what the system keeps; with a buffer of 256 bytes
// each, but for epoll by hand, which needs none.
#include "harness/bench.hpp"
#include "harness/measure.hpp"
#include "net/clients.hpp"
#include "net/servers.hpp"

#include <sys/wait.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace bench {

const std::vector<implementation>& implementations()
{
    static const std::vector<implementation> all = {
        {"weft", make_weft_server}, {"epoll", make_epoll_server},
#ifdef WEFT_BENCH_HAS_ASIO
        {"asio", make_asio_server}, {"asio_shared", make_asio_shared_server, false},
#endif
#ifdef WEFT_BENCH_HAS_UV
        {"libuv", make_uv_server},
#endif
    };
    return all;
}

}  // namespace bench

namespace {

using bench::implementation;
using bench::service;

constexpr std::size_t many = 10'000;
constexpr std::size_t active = 100;
constexpr const char* memory_of = "WEFT_BENCH_NET_MEMORY";

/// As many connections as are wanted, or as the limit of descriptors allows, which is said.
std::size_t many_connections()
{
    static const std::size_t count = [] {
        const std::size_t allowed = bench::most_connections();
        if (allowed < many)
            std::fprintf(stderr, "bench_net: the limit of descriptors allows %zu connections in place of %zu\n",
                         allowed, many);
        return std::min(many, allowed);
    }();
    return count;
}

template <class Body>
benchmark::internal::Benchmark* add(const std::string& name, const implementation& impl, int threads, bench::unit u,
                                    Body body)
{
    return bench::add("net", name, impl.name, threads, u, [=](benchmark::State& state) {
        try {
            body(state);
        } catch (const std::exception& e) {
            state.SkipWithError(e.what());
        }
    });
}

/// What the threads of this process have computed, but for this one, which plays the clients.
double processor_seconds_of_server()
{
    return bench::seconds_of(CLOCK_PROCESS_CPUTIME_ID) - bench::seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

/// `connect(port)` gives a function that makes some round trips.
template <class Connect>
void add_echo(const std::string& name, const implementation& impl, int threads, int trips, Connect connect)
{
    const bench::unit u{"ns/round trip", static_cast<double>(trips)};
    add(name, impl, threads, u, [=](benchmark::State& state) {
        const auto server = impl.make(threads, service::echo);
        auto go = connect(server->port());
        go();
        for (auto _ : state) go();
    })->UseRealTime();
    add(name + ", processor", impl, threads, u, [=](benchmark::State& state) {
        const auto server = impl.make(threads, service::echo);
        auto go = connect(server->port());
        go();
        for (auto _ : state) {
            const double before = processor_seconds_of_server();
            go();
            state.SetIterationTime(processor_seconds_of_server() - before);
        }
    })->UseManualTime();
}

void add_echoes(const implementation& impl, int threads)
{
    constexpr int trips = 64;
    constexpr std::size_t connections = 32;
    constexpr int trips_of_all = trips * static_cast<int>(connections);
    add_echo("echo, 1 connection", impl, threads, trips, [](std::uint16_t port) {
        return [client = bench::lone_client(port)]() mutable { client.round_trips(trips); };
    });
    add_echo("echo, 32 connections", impl, threads, trips_of_all, [](std::uint16_t port) {
        bench::crowd clients;
        clients.connect(port, connections);
        return [all = std::move(clients)]() mutable { all.round_trips(trips_of_all, connections); };
    });
}

void add_accept(const implementation& impl, int threads)
{
    constexpr int connections = 64;
    add("accept and close", impl, threads, {"connections/s", connections}, [=](benchmark::State& state) {
        const auto server = impl.make(threads, service::close_at_once);
        bench::come_and_go(server->port(), connections);
        for (auto _ : state) bench::come_and_go(server->port(), connections);
    })->UseRealTime();
}

double resident_bytes()
{
    long pages = 0;
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%*d %ld", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// What a connection costs that has been used once: in this process, where nothing else has been.
double bytes_each(const implementation& impl)
{
    const std::size_t all = many_connections();
    std::unique_ptr<bench::server> server;  // ends when its clients have
    bench::crowd_process clients;
    server = impl.make(1, service::echo);
    clients.connect(server->port(), active);
    clients.round_trips(static_cast<int>(10 * active), active);
    const double before = resident_bytes();
    clients.connect(server->port(), all - active);
    clients.round_trips(static_cast<int>(all), all);
    return (resident_bytes() - before) / static_cast<double>(all - active);
}

/// The same in a process of its own: this program again, which is told by its environment.
double bytes_each_elsewhere(const implementation& impl)
{
    int ends[2];
    bench::checked(::pipe(ends), "pipe");
    bench::owned_fd from(ends[0]);
    bench::owned_fd to(ends[1]);
    ::setenv(memory_of, impl.name.c_str(), 1);
    const pid_t child = bench::checked(::fork(), "fork");
    if (child == 0) {
        ::dup2(to.get(), STDOUT_FILENO);
        ::execl("/proc/self/exe", "bench_net", static_cast<char*>(nullptr));
        ::_exit(1);
    }
    ::unsetenv(memory_of);
    to = bench::owned_fd();
    char text[64] = {};
    static_cast<void>(!::read(from.get(), text, sizeof text - 1));
    ::waitpid(child, nullptr, 0);
    return std::atof(text);
}

void add_many(const implementation& impl, int threads)
{
    constexpr int trips = 10'000;
    constexpr int iterations = 4;
    add("10k connections, 100 active", impl, threads, {"ns/round trip", trips},
        [=](benchmark::State& state) {
            std::unique_ptr<bench::server> server;  // ends when its clients have
            bench::crowd_process clients;           // begins before the server: without its threads
            server = impl.make(threads, service::echo);
            clients.connect(server->port(), many_connections());
            clients.round_trips(trips, active);
            for (auto _ : state) state.SetIterationTime(clients.round_trips(trips, active));
        })
        ->UseManualTime()
        ->Iterations(iterations);
    if (threads != 1) return;
    add("10k connections, memory", impl, threads, {"bytes/connection"},
        [=](benchmark::State& state) {
            constexpr double nanosecond = 1e-9;  // what a byte is reported as
            for (auto _ : state) state.SetIterationTime(std::max(bytes_each_elsewhere(impl), 1.0) * nanosecond);
        })
        ->UseManualTime()
        ->Iterations(1);
}

const bench::definition here([] {
    if (const char* const name = std::getenv(memory_of)) {
        for (const implementation& impl : bench::implementations()) {
            if (impl.name == name) std::printf("%f\n", bytes_each(impl));
        }
        std::fflush(stdout);
        std::_Exit(EXIT_SUCCESS);
    }
    static_cast<void>(many_connections());
    for (const int threads : bench::thread_counts()) {
        for (const implementation& impl : bench::implementations()) {
            if (threads == 1 && !impl.is_for_one_thread_too) continue;
            add_echoes(impl, threads);
            add_accept(impl, threads);
            add_many(impl, threads);
        }
    }
});

}  // namespace
