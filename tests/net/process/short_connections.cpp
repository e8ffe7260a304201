// tests/net/process/short_connections.cpp - connections that come, say a word and go leave neither memory nor descriptors behind.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     weft_net_short_connections [COUNT]    one after the other; 20,000 in the tests, 1,000,000 by hand
//
// A connection that ends as usual keeps its port for a minute (TIME_WAIT), and 28,000 ports are gone in two seconds. So 15 of 16
// clients reset theirs (SO_LINGER 0), which keeps nothing, and the others spread over 16 addresses of the loopback, each of which
// has ports of its own.
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>
#include <weft/pool/thread_pool.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace {

namespace net = weft::net;

constexpr std::string_view word = "a word";
constexpr long patterns = 16;

struct footprint {
    long kibibytes = 0;
    std::ptrdiff_t descriptors = 0;
};

footprint measure()
{
    constexpr long bytes_per_kibibyte = 1024;
    footprint now;
    std::FILE* const file = std::fopen("/proc/self/statm", "r");
    if (file == nullptr || std::fscanf(file, "%*d %ld", &now.kibibytes) != 1)
        throw std::runtime_error("/proc/self/statm cannot be read");
    std::fclose(file);
    now.kibibytes *= ::sysconf(_SC_PAGESIZE) / bytes_per_kibibyte;
    const std::filesystem::directory_iterator all("/proc/self/fd");
    now.descriptors = std::distance(begin(all), end(all));
    return now;
}

weft::task<> serve(net::tcp_listener& listener, long count)
{
    std::array<std::byte, word.size()> room;
    for (long i = 0; i < count; ++i) {
        net::tcp_stream peer = co_await listener.accept();
        co_await peer.read_exact(room);
        co_await peer.write_all(room);
        try {
            if (co_await peer.read_some(room) != 0) throw std::runtime_error("more than a word");
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::connection_reset) throw;
        }
    }
}

weft::task<> ask(std::uint16_t port, long count)
{
    constexpr linger reset{1, 0};
    std::array<char, word.size()> room;
    for (long i = 0; i < count; ++i) {
        const bool ends_as_usual = i % patterns == 0;
        const std::string address = "127.0.0." + std::to_string(ends_as_usual ? 1 + i / patterns % patterns : 1);
        net::tcp_stream server = co_await net::tcp_stream::connect(net::endpoint(address, port));
        co_await server.write_all(word);
        co_await server.read_exact(std::as_writable_bytes(std::span(room)));
        if (std::string_view(room.data(), room.size()) != word) throw std::runtime_error("another word");
        if (!ends_as_usual && ::setsockopt(server.native_handle(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset) != 0)
            throw std::system_error(errno, std::system_category(), "SO_LINGER");
    }
}

}  // namespace

int main(int argc, char** argv)
{
    constexpr long usual = 20'000;
    constexpr long first = 1000;
    constexpr long most_growth = 1024;  // KiB
    try {
        const long count = argc > 1 ? std::atol(argv[1]) : usual;
        weft::thread_pool pool({.num_threads = 2});
        auto listener = net::tcp_listener::bind(net::endpoint("0.0.0.0", 0));
        const auto run = [&](long some) -> weft::task<> {
            co_await weft::when_all(serve(listener, some), ask(listener.local_endpoint().port(), some));
        };
        weft::sync_wait(pool, run(first));
        const footprint before = measure();
        const auto began = std::chrono::steady_clock::now();
        weft::sync_wait(pool, run(count));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
        const footprint after = measure();
        std::printf("%ld connections in %.1f s: %ld KiB before, %ld after; %td descriptors before, %td after\n", count,
                    took.count(), before.kibibytes, after.kibibytes, before.descriptors, after.descriptors);
        bool is_right = after.descriptors == before.descriptors;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // these keep what has been freed
        is_right = is_right && after.kibibytes - before.kibibytes <= most_growth;
#endif
        return is_right ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
