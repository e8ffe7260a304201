// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/callback.hpp>

#include "test.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using label = weft::callback<std::string, std::size_t>;

std::string plain(std::size_t i) { return "plain " + std::to_string(i); }

}  // namespace

TEST_CASE("callback: an empty one is false, and one that holds a function calls it")
{
    const label none;
    CHECK(!none);
    const label some = plain;
    CHECK(some);
    CHECK(some(7) == "plain 7");
    const label lambda = [text = std::string("number ")](std::size_t i) { return text + std::to_string(i); };
    CHECK(lambda(1) == "number 1");
    const label without = [] { return "no argument"; };
    CHECK(without(5) == "no argument");
}

TEST_CASE("callback: copies share the function, and the last of them ends it")
{
    const auto count = std::make_shared<int>(0);
    label first = [count](std::size_t i) {
        ++*count;
        return std::to_string(i);
    };
    CHECK(count.use_count() == 2);
    {
        const label second = first;
        label third = std::move(first);
        CHECK(!first);
        CHECK(count.use_count() == 2);
        CHECK(second(1) == "1");
        CHECK(third(2) == "2");
        first = third;
        label& same = first;
        first = same;  // to itself
        CHECK(first(3) == "3");
    }
    CHECK(*count == 3);
    CHECK(count.use_count() == 2);
    first = label();
    CHECK(count.use_count() == 1);
}

TEST_CASE("callback: passes on what the function throws, and holds nothing if the function cannot be copied into it")
{
    const weft::callback<void, std::size_t> bad = [](std::size_t) { throw std::runtime_error("bad"); };
    CHECK_THROWS_AS(bad(0), std::runtime_error);
    struct refuses {
        refuses() = default;
        refuses(const refuses&) { throw std::logic_error("no copies"); }
        void operator()(std::size_t) const {}
    };
    const refuses one;
    CHECK_THROWS_AS((weft::callback<void, std::size_t>(one)), std::logic_error);
}

TEST_CASE("callback: an argument that can only be moved arrives")
{
    int got = 0;
    const weft::callback<void, std::unique_ptr<int>> take = [&](std::unique_ptr<int> p) { got = *p; };
    take(std::make_unique<int>(9));
    CHECK(got == 9);
}
