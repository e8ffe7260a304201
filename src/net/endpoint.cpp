// src/net/endpoint.cpp - addresses: from text, to text, from the system and to it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/endpoint.hpp>

#include "net/address.hpp"
#include "net/failure.hpp"
#include "net/source.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace weft {

namespace net {

endpoint::endpoint(std::string_view ip, std::uint16_t port) : port_(port)
{
    const auto refuse = [&] {
        throw std::invalid_argument("weft: \"" + std::string(ip) +
                                    "\" is no IP address in numbers; names are for weft::net::resolve");
    };
    const std::size_t percent = ip.find('%');
    const std::string address(ip.substr(0, percent));
    if (address.find('\0') != std::string::npos) refuse();
    if (::inet_pton(AF_INET, address.c_str(), address_.data()) == 1) {
        if (percent != std::string_view::npos) refuse();
        return;
    }
    is_v6_ = true;
    if (::inet_pton(AF_INET6, address.c_str(), address_.data()) != 1) refuse();
    if (percent == std::string_view::npos) return;
    const std::string scope(ip.substr(percent + 1));
    const auto [end, error] = std::from_chars(scope.data(), scope.data() + scope.size(), scope_);
    if (error != std::errc() || end != scope.data() + scope.size()) scope_ = ::if_nametoindex(scope.c_str());
    if (scope_ == 0) refuse();
}

std::string endpoint::ip() const
{
    char text[INET6_ADDRSTRLEN];
    if (::inet_ntop(is_v6_ ? AF_INET6 : AF_INET, address_.data(), text, sizeof text) == nullptr) return {};
    std::string all = text;
    if (scope_ != 0) {
        char name[IF_NAMESIZE];
        all += '%';
        all += ::if_indextoname(scope_, name) != nullptr ? std::string(name) : std::to_string(scope_);
    }
    return all;
}

bool endpoint::is_loopback() const noexcept
{
    constexpr unsigned char loopback_net = 127;
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // ::ffff:127.0.0.1
    constexpr std::array<unsigned char, 16> loopback{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    if (!is_v6_) return address_[0] == loopback_net;
    if (std::equal(mapped.begin(), mapped.end(), address_.begin())) return address_[mapped.size()] == loopback_net;
    return address_ == loopback;
}

std::string endpoint::to_string() const { return (is_v6_ ? "[" + ip() + "]" : ip()) + ":" + std::to_string(port_); }

endpoint address_access::from_system(const sockaddr_storage& there) noexcept
{
    endpoint e;
    if (there.ss_family == AF_INET) {
        const auto& in = reinterpret_cast<const sockaddr_in&>(there);
        std::memcpy(e.address_.data(), &in.sin_addr, sizeof in.sin_addr);
        e.port_ = ntohs(in.sin_port);
    } else if (there.ss_family == AF_INET6) {
        const auto& in = reinterpret_cast<const sockaddr_in6&>(there);
        std::memcpy(e.address_.data(), &in.sin6_addr, sizeof in.sin6_addr);
        e.is_v6_ = true;
        e.scope_ = in.sin6_scope_id;
        e.port_ = ntohs(in.sin6_port);
    }
    return e;
}

socklen_t address_access::to_system(const endpoint& from, sockaddr_storage& to) noexcept
{
    to = {};
    if (from.is_v6_) {
        auto& in = reinterpret_cast<sockaddr_in6&>(to);
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(from.port_);
        in.sin6_scope_id = from.scope_;
        std::memcpy(&in.sin6_addr, from.address_.data(), sizeof in.sin6_addr);
        return sizeof in;
    }
    auto& in = reinterpret_cast<sockaddr_in&>(to);
    in.sin_family = AF_INET;
    in.sin_port = htons(from.port_);
    std::memcpy(&in.sin_addr, from.address_.data(), sizeof in.sin_addr);
    return sizeof in;
}

}  // namespace net

namespace detail {
namespace {

template <class Ask>
net::endpoint endpoint_by(io_source* socket, const char* what, Ask ask)
{
    const io_hold open(socket, what);
    sockaddr_storage there{};
    socklen_t length = sizeof there;
    if (ask(open.fd(), reinterpret_cast<sockaddr*>(&there), &length) != 0) throw_system(errno, what, open.fd());
    return net::address_access::from_system(there);
}

}  // namespace

net::endpoint own_endpoint(io_source* socket) { return endpoint_by(socket, "ask for the own address", ::getsockname); }

net::endpoint peer_endpoint(io_source* socket)
{
    return endpoint_by(socket, "ask for the other side's address", ::getpeername);
}

}  // namespace detail

}  // namespace weft
