// weft/net/endpoint.hpp - an address and a port.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::net {

/// Where a socket is, or is to be: an IPv4 or IPv6 address in numbers, and a port. A value: copied, compared, ordered.
///
/// Example: examples/net/echo.cpp
class endpoint {
public:
    /// 0.0.0.0, port 0: any address, any port.
    endpoint() noexcept = default;

    /// `ip` as in "127.0.0.1", "::1" or "fe80::1%eth0". Throws std::invalid_argument if it is none of these: names are for
    /// weft::net::resolve.
    endpoint(std::string_view ip, std::uint16_t port);

    /// The address in its usual form, without the port.
    [[nodiscard]] std::string ip() const;
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// The same address with another port.
    [[nodiscard]] endpoint with_port(std::uint16_t port) const noexcept
    {
        endpoint other = *this;
        other.port_ = port;
        return other;
    }
    [[nodiscard]] bool is_v6() const noexcept { return is_v6_; }
    [[nodiscard]] bool is_loopback() const noexcept;

    /// "127.0.0.1:8080", "[::1]:8080".
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const endpoint&, const endpoint&) noexcept = default;
    friend std::strong_ordering operator<=>(const endpoint&, const endpoint&) noexcept = default;

private:
    friend struct address_access;

    bool is_v6_ = false;
    std::array<unsigned char, 16> address_{};  ///< as it is sent; IPv4 in the first four
    std::uint32_t scope_ = 0;                  ///< of an IPv6 address: the interface, or 0
    std::uint16_t port_ = 0;
};

}  // namespace weft::net
