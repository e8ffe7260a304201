// tests/base/slot_group_test.cpp - slots that lie in groups: each is a place of its own, small ones closely packed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/detail/slot_group.hpp>

#include "test.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace {

template <class T>
void check(T (*make)(std::size_t))
{
    using group = weft::detail::slot_group<T>;
    CAPTURE(sizeof(T), group::size);
    constexpr std::size_t n = 37;
    std::vector<group> groups((n + group::size - 1) / group::size);
    for (std::size_t i = 0; i < n; ++i) {
        CHECK(weft::detail::state_at(groups.data(), i).load(weft::detail::order::relaxed) == 0);
        weft::detail::state_at(groups.data(), i).store(static_cast<std::uint8_t>(i), weft::detail::order::relaxed);
        weft::detail::value_at(groups.data(), i).construct(make(i));
    }
    for (const std::size_t first : std::initializer_list<std::size_t>{0, 1, 7, 8, 9, 36, 37}) {
        for (std::size_t count = 0; first + count <= n; ++count) {
            std::vector<std::size_t> seen;
            bool right = true;
            weft::detail::each_slot(groups.data(), first, count, [&](auto& state, auto& value, std::size_t i) {
                seen.push_back(i);
                right =
                    right && state.load(weft::detail::order::relaxed) == first + i && value.read() == make(first + i);
            });
            CHECK(right);
            REQUIRE(seen.size() == count);
            for (std::size_t i = 0; i < count; ++i) REQUIRE(seen[i] == i);
        }
    }
    for (std::size_t i = 0; i < n; ++i) weft::detail::value_at(groups.data(), i).destroy();
}

}  // namespace

TEST_CASE("slot_group: each slot has a state and a value of its own, in order")
{
    check<std::uint64_t>([](std::size_t i) { return std::uint64_t{i} * 3; });
    check<char>([](std::size_t i) { return static_cast<char>(i); });
    check<std::array<std::uint64_t, 2>>([](std::size_t i) { return std::array<std::uint64_t, 2>{i, i + 1}; });
    check<std::string>([](std::size_t i) { return std::string(i, 'x'); });
}

TEST_CASE("slot_group: small values lie closer than with a word of state each")
{
    STATIC_REQUIRE(sizeof(weft::detail::slot_group<std::uint64_t>) == 72);
    STATIC_REQUIRE(sizeof(weft::detail::slot_group<std::uint32_t>) == 40);
    STATIC_REQUIRE(weft::detail::slot_group<std::string>::size == 1);
}
