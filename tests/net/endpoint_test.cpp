// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/net/endpoint.hpp>

#include "test.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

using weft::net::endpoint;

TEST_CASE("endpoint: text becomes an address, and text again")
{
    for (const char* const ip : {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "::", "2001:db8::1", "fe80::1%1"}) {
        const endpoint e(ip, 8080);
        CHECK(e.port() == 8080);
        if (std::string(ip).find('%') == std::string::npos) CHECK(e.ip() == ip);
        CHECK(endpoint(e.ip(), e.port()) == e);
    }
    CHECK(endpoint("127.0.0.1", 80).to_string() == "127.0.0.1:80");
    CHECK(endpoint("::1", 65535).to_string() == "[::1]:65535");
    CHECK(endpoint("0:0:0:0:0:0:0:1", 1).ip() == "::1");
    CHECK(endpoint().to_string() == "0.0.0.0:0");
}

TEST_CASE("endpoint: what is no address in numbers is refused, with the text")
{
    for (const char* const ip : {"", "localhost", "256.1.1.1", "1.2.3", "1.2.3.4.5", ":::1", "12345::", "fe80::1%",
                                 "fe80::1%no_such_interface", "127.0.0.1%1", " 127.0.0.1", "127.0.0.1 "}) {
        try {
            static_cast<void>(endpoint(ip, 1));
            FAIL(ip << " is taken for an address");
        } catch (const std::invalid_argument& e) {
            CHECK(std::string(e.what()).find(ip) != std::string::npos);
        }
    }
    CHECK_THROWS_AS(endpoint(std::string_view("127.0.0.1\0x", 11), 1), std::invalid_argument);
}

TEST_CASE("endpoint: compared, ordered, with another port")
{
    const endpoint a("127.0.0.1", 1);
    CHECK(a == endpoint("127.0.0.1", 1));
    CHECK(a != endpoint("127.0.0.1", 2));
    CHECK(a != endpoint("127.0.0.2", 1));
    CHECK(endpoint("0.0.0.0", 0) != endpoint("::", 0));
    CHECK(a.with_port(7) == endpoint("127.0.0.1", 7));
    std::vector<endpoint> all{endpoint("::1", 1), endpoint("10.0.0.2", 1), endpoint("10.0.0.1", 2), a};
    std::sort(all.begin(), all.end());
    CHECK(std::is_sorted(all.begin(), all.end()));
    CHECK(all.back().is_v6());
}

TEST_CASE("endpoint: knows the loopback")
{
    CHECK(endpoint("127.0.0.1", 0).is_loopback());
    CHECK(endpoint("127.1.2.3", 0).is_loopback());
    CHECK(endpoint("::1", 0).is_loopback());
    CHECK_FALSE(endpoint("128.0.0.1", 0).is_loopback());
    CHECK_FALSE(endpoint("::2", 0).is_loopback());
    CHECK_FALSE(endpoint("1::1", 0).is_loopback());
    CHECK(endpoint("::ffff:127.0.0.1", 0).is_loopback());
    CHECK_FALSE(endpoint("::ffff:128.0.0.1", 0).is_loopback());
    CHECK_FALSE(endpoint().is_loopback());
}
