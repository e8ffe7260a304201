// src/net/resolve.cpp - addresses of names, by the system's resolver.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/resolve.hpp>

#include <weft/async/offload.hpp>

#include "net/address.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace weft::net {
namespace {

class resolver_category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "weft resolver"; }
    [[nodiscard]] std::string message(int error) const override { return ::gai_strerror(error); }
};

const std::error_category& errors() noexcept
{
    static const auto* const category = new resolver_category;  // errors may be looked at until the very end
    return *category;
}

std::vector<endpoint> ask(const std::string& host, const std::string& service)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;  // else each address comes once for each kind of socket
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.c_str(), service.empty() ? nullptr : service.c_str(), &hints, &list);
    const int of_system = errno;
    if (error != 0) {
        const std::string what = "weft: cannot resolve " + host + (service.empty() ? "" : ", " + service);
        if (error == EAI_SYSTEM) throw std::system_error(of_system, std::system_category(), what);
        throw std::system_error(error, errors(), what);
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    std::vector<endpoint> found;
    for (const addrinfo* a = list; a != nullptr; a = a->ai_next) {
        if (a->ai_family != AF_INET && a->ai_family != AF_INET6) continue;
        sockaddr_storage there{};
        std::memcpy(&there, a->ai_addr, std::min<std::size_t>(a->ai_addrlen, sizeof there));
        const endpoint e = address_access::from_system(there);
        if (std::find(found.begin(), found.end(), e) == found.end()) found.push_back(e);
    }
    return found;
}

task<std::vector<endpoint>> ask_elsewhere(std::string host, std::string service)
{
    co_return co_await offload([&] { return ask(host, service); });
}

}  // namespace

task<std::vector<endpoint>> resolve(std::string host, std::string service)
{
    return ask_elsewhere(std::move(host), std::move(service));
}

}  // namespace weft::net
