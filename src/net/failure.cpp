// src/net/failure.cpp - the words of errors.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net/failure.hpp"

#include <weft/net/byte_stream.hpp>

#include "net/address.hpp"

#include <string>
#include <system_error>

namespace weft {

namespace detail {
namespace {

[[noreturn]] void refuse(int error, const std::string& what)
{
    throw std::system_error(error, std::system_category(), "weft: cannot " + what);
}

}  // namespace

void throw_system(int error, const char* what, const char* why) { refuse(error, std::string(what) + ": " + why); }

void throw_system(int error, const char* what, int fd)
{
    std::string text = what;
    text += " (descriptor " + std::to_string(fd);
    sockaddr_storage there{};
    socklen_t length = sizeof there;
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&there), &length) == 0 &&
        (there.ss_family == AF_INET || there.ss_family == AF_INET6))
        text += ", connected to " + net::address_access::from_system(there).to_string();
    refuse(error, text + ")");
}

void throw_system(int error, const char* what, const net::endpoint& where)
{
    refuse(error, std::string(what) + " " + where.to_string());
}

}  // namespace detail

net::end_of_stream::end_of_stream(std::size_t bytes_read)
    : std::runtime_error("weft: the stream ended after " + std::to_string(bytes_read) +
                         " bytes of those that were to be read"),
      bytes_read_(bytes_read)
{
}

}  // namespace weft
