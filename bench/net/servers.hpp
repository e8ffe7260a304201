// bench/net/servers.hpp - one server, built on several libraries.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// What becomes of a connection.
enum class service {
    echo,          ///< sends back what it gets, until the other side has ended
    close_at_once  ///< is closed
};

/// The largest piece that an echo reads at once. Each connection has a buffer of its own, but for bare epoll, which
/// needs none.
inline constexpr std::size_t buffer_bytes = 256;

/// Serves a port of the loopback, from its construction on. The destructor takes no more connections, and waits until
/// those that there are have ended: their clients go first.
class server {
public:
    server() = default;
    server(const server&) = delete;
    server& operator=(const server&) = delete;
    virtual ~server() = default;
    [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;
};

using server_factory = std::unique_ptr<server> (*)(int threads, service what);

struct implementation {
    std::string name;
    server_factory make;
    bool is_for_one_thread_too = true;
};

/// Those that were found when this was built; weft is the first.
const std::vector<implementation>& implementations();

std::unique_ptr<server> make_weft_server(int threads, service what);
std::unique_ptr<server> make_epoll_server(int threads, service what);
std::unique_ptr<server> make_asio_server(int threads, service what);
std::unique_ptr<server> make_asio_shared_server(int threads, service what);
std::unique_ptr<server> make_uv_server(int threads, service what);

}  // namespace bench
