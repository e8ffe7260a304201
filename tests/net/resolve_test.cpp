// SPDX-License-Identifier: MIT OR Apache-2.0
#include "net_pools.hpp"

#include <algorithm>

EACH_POOL("resolve: numbers, names, services")
{
    const auto run = [&]() -> weft::task<> {
        const auto numbers = co_await net::resolve("127.0.0.1", "8080");
        REQUIRE(numbers.size() == 1);
        CHECK(numbers[0] == net::endpoint("127.0.0.1", 8080));
        const auto local = co_await net::resolve("localhost", "80");
        REQUIRE_FALSE(local.empty());
        CHECK(std::all_of(local.begin(), local.end(), [](const net::endpoint& e) { return e.is_loopback(); }));
        CHECK(local[0].port() == 80);
        CHECK_AWAITED((co_await net::resolve("127.0.0.1", ""))[0].port() == 0);
    };
    weft::sync_wait(pool, run());
}

EACH_POOL("resolve: what has no address is an error, with the name in words")
{
    const auto run = [&]() -> weft::task<> {
        for (const char* const host : {"no-such-host.invalid", "1.2.3.4.5", "a b"}) {
            try {
                static_cast<void>(co_await net::resolve(host, "80"));
                FAIL(host << " has an address");
            } catch (const std::system_error& e) {
                CHECK(std::string_view(e.code().category().name()) == "weft resolver");
                CHECK(std::string_view(e.what()).find(host) != std::string_view::npos);
                CHECK_FALSE(e.code().message().empty());
            }
        }
        try {
            static_cast<void>(co_await net::resolve("127.0.0.1", "no_such_service"));
            FAIL("an unknown service has a port");
        } catch (const std::system_error&) {
        }
    };
    weft::sync_wait(pool, run());
}
