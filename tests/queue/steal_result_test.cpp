// tests/queue/steal_result_test.cpp - the three answers of an attempt to steal.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/steal_result.hpp>

#include "test.hpp"

#include <memory>
#include <string>
#include <utility>

TEST_CASE("steal_result: is a value, nothing, or a lost race, and one of them only")
{
    auto value = weft::steal_result<std::string>::success("loot");
    CHECK(value);
    CHECK_FALSE(value.empty());
    CHECK_FALSE(value.retry());
    CHECK(*value == "loot");
    CHECK(value->size() == 4);
    CHECK(*std::as_const(value) == "loot");
    CHECK(std::as_const(value)->size() == 4);

    const auto nothing = weft::steal_result<std::string>::nothing();
    CHECK_FALSE(nothing);
    CHECK(nothing.empty());
    CHECK_FALSE(nothing.retry());

    const auto lost = weft::steal_result<std::string>::lost_race();
    CHECK_FALSE(lost);
    CHECK_FALSE(lost.empty());
    CHECK(lost.retry());
}

TEST_CASE("steal_result: carries move-only values, and values that are not of a class")
{
    auto owner = weft::steal_result<std::unique_ptr<int>>::success(std::make_unique<int>(3));
    const std::unique_ptr<int> out = *std::move(owner);
    CHECK(*out == 3);
    CHECK(*weft::steal_result<int>::success(0) == 0);
    CHECK(weft::steal_result<int>::success(0));  // a value, even if it is zero
}
