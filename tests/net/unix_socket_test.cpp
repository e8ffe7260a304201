// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>

using net_test::bytes;
using net_test::error_of;

namespace {

std::string path_of_its_own(const char* name)
{
    return (std::filesystem::temp_directory_path() / ("weft_" + std::to_string(::getpid()) + "_" + name)).string();
}

/// Sends "abc", and a descriptor along. A plain function: GCC 12 does not align what lies in a coroutine.
void send_with_descriptor(int fd)
{
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    char text[] = "abc";
    iovec part{text, 3};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &fd, sizeof fd);
    CHECK(::sendmsg(fd, &message, 0) == 3);
}

}  // namespace

EACH_POOL("unix: a pair carries bytes both ways")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = net::unix_stream::pair();
        const auto sent = bytes(1'000'000, 1);
        std::vector<std::byte> got(sent.size());
        std::vector<std::byte> back(sent.size());
        co_await weft::when_all(one.write_all(sent), other.read_exact(got), other.write_all(sent),
                                one.read_exact(back));
        CHECK(got == sent);
        CHECK(back == sent);
        other.close();
        CHECK_AWAITED(co_await one.read_some(back) == 0);
        CHECK_AWAITED((co_await error_of(one.write_all("a"))) == std::errc::broken_pipe);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("unix: by a path, and by a name without a file")
{
    const auto run = [&]() -> weft::task<> {
        const std::string path = path_of_its_own("path");
        const std::string name = std::string("\0weft_test_", 11) + std::to_string(::getpid());
        for (const std::string& at : {path, name}) {
            auto listener = net::unix_listener::bind(at);
            const bool is_path = at.front() != '\0';
            try {
                static_cast<void>(net::unix_listener::bind(at));
                FAIL("two listeners at one path");
            } catch (const std::system_error& e) {
                CHECK(e.code() == std::errc::address_in_use);
                CHECK(std::string_view(e.what()).find(is_path ? at : at.substr(1)) != std::string_view::npos);
            }
            auto [one, other] = co_await weft::when_all(net::unix_stream::connect(at), listener.accept());
            co_await one.write_all("ab");
            std::array<std::byte, 4> room;
            CHECK_AWAITED(co_await other.read_some(room) == 2);
        }
        std::filesystem::remove(path);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("unix: more connections than the listener's line has room for")
{
    const auto run = [&]() -> weft::task<> {
        const std::string name = std::string("\0weft_line_", 11) + std::to_string(::getpid());
        auto listener = net::unix_listener::bind(name, 1);
        const auto knock = [&]() -> weft::task<> {
            net::unix_stream s = co_await net::unix_stream::connect(name);
            std::array<std::byte, 1> room;
            co_await s.read_exact(room);
        };
        const auto body = [&](weft::async_task_scope& scope) -> weft::task<> {
            for (int i = 0; i < 20; ++i) scope.spawn(knock());
            for (int i = 0; i < 20; ++i) co_await (co_await listener.accept()).write_all("a");
        };
        co_await weft::async_scope(body);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("unix: what comes behind a descriptor that is sent along is read")
{
    const auto run = [&]() -> weft::task<> {
        auto [one, other] = net::unix_stream::pair();
        const int fd = other.native_handle();
        send_with_descriptor(fd);
        CHECK(::send(fd, "def", 3, 0) == 3);
        const std::string got = co_await net_test::text_of(one, 6);
        CHECK(got == "abcdef");
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("unix: paths that cannot be used are refused")
{
    const auto run = [&]() -> weft::task<> {
        const std::string too_long(200, 'a');
        CHECK_AWAITED((co_await error_of(net::unix_stream::connect(too_long))) == std::errc::filename_too_long);
        CHECK_AWAITED((co_await error_of(net::unix_stream::connect(""))) == std::errc::invalid_argument);
        CHECK_AWAITED((co_await error_of(net::unix_stream::connect(path_of_its_own("nobody")))) ==
                      std::errc::no_such_file_or_directory);
        CHECK_THROWS_AS(net::unix_listener::bind(too_long), std::system_error);
        CHECK_THROWS_AS(net::unix_listener::bind(""), std::system_error);
    };
    weft::sync_wait(pool, run());
}
