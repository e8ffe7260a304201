// tests/channel/result_test.cpp - what sending and receiving return, as values.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/result.hpp>

#include "test.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

using namespace std::chrono_literals;

TEST_CASE("result: one that was made from nothing says that nothing was sent, or received")
{
    const weft::send_result sent;
    CHECK_FALSE(sent);
    CHECK(sent.full());
    CHECK_FALSE(sent.closed());
    CHECK_FALSE(sent.timed_out());
    const weft::recv_result<int> received;
    CHECK_FALSE(received);
    CHECK_FALSE(received.has_value());
    CHECK(received.empty());
    CHECK_FALSE(received.closed());
    CHECK_FALSE(received.timed_out());
    const weft::force_result<int> forced;
    CHECK_FALSE(forced);
    CHECK_FALSE(forced.displaced);
}

TEST_CASE("result: exactly one of the answers is true")
{
    auto [tx, rx] = weft::bounded<int>(1);
    const auto answers = [](const auto& r) {
        if constexpr (requires { r.full(); }) {
            return int(bool(r)) + int(r.full()) + int(r.closed()) + int(r.timed_out());
        } else {
            return int(bool(r)) + int(r.empty()) + int(r.closed()) + int(r.timed_out());
        }
    };
    CHECK(answers(rx.try_recv()) == 1);
    CHECK(answers(rx.recv_for(1ms)) == 1);
    CHECK(answers(tx.send(1)) == 1);
    CHECK(answers(tx.try_send(2)) == 1);
    CHECK(answers(tx.send_for(2, 1ms)) == 1);
    CHECK(answers(tx.force_send(2)) == 1);
    CHECK(answers(rx.recv()) == 1);
    tx.close();
    CHECK(answers(tx.send(1)) == 1);
    CHECK(answers(rx.recv()) == 1);
}

TEST_CASE("result: gives the message as std::optional does")
{
    auto [tx, rx] = weft::unbounded<std::string>();
    REQUIRE(tx.send("message"));
    auto got = rx.recv();
    CHECK(*got == "message");
    CHECK(got->size() == 7);
    CHECK(std::as_const(got)->size() == 7);
    CHECK(got.value() == "message");
    CHECK(got == "message");
    CHECK_FALSE(got == "other");
    CHECK(std::as_const(got).value_or("other") == "message");
    CHECK(std::move(got).value() == "message");

    auto none = rx.try_recv();
    CHECK_FALSE(none == "");
    CHECK(none.value_or("other") == "other");
    CHECK(std::move(none).value_or("other") == "other");
    CHECK_THROWS_AS(none.value(), std::bad_optional_access);
    CHECK_THROWS_AS(std::as_const(none).value(), std::bad_optional_access);
}

TEST_CASE("result: is copied and moved with its message, or with the reason that there is none")
{
    const long before = test::counted::alive();
    {
        auto [tx, rx] = weft::unbounded<test::counted>();
        REQUIRE(tx.send(test::counted(4)));
        auto got = rx.recv();
        auto copy = got;
        CHECK(test::counted::alive() == before + 2);
        CHECK(copy->value == 4);
        auto moved = std::move(got);
        CHECK(moved->value == 4);
        tx.close();
        auto closed = rx.recv();
        CHECK(closed.closed());
        copy = closed;
        CHECK(copy.closed());
        CHECK_FALSE(copy);
        closed = moved;
        CHECK(closed->value == 4);
        closed = *&closed;
        CHECK(closed->value == 4);
        moved = std::move(copy);
        CHECK(moved.closed());
    }
    CHECK(test::counted::alive() == before);
    static_assert(!std::is_copy_constructible_v<weft::recv_result<std::unique_ptr<int>>>);
    static_assert(std::is_nothrow_move_constructible_v<weft::recv_result<std::unique_ptr<int>>>);
}

TEST_CASE("channel messages: results are moved and read like optionals")
{
    auto [tx, rx] = weft::bounded<std::string>(2);
    REQUIRE(tx.send("a"));
    auto got = rx.recv();
    auto other = std::move(got);
    CHECK(other == "a");
    CHECK(other.value() == "a");
    CHECK(std::move(other).value_or("b") == "a");
    other = rx.try_recv();
    CHECK_FALSE(other.has_value());
    CHECK(std::move(other).value_or("b") == "b");
}

TEST_CASE("channel messages: value() of a result without a message throws, and results can be assigned")
{
    auto [tx, rx] = weft::bounded<std::string>(2);
    weft::recv_result<std::string> got;
    CHECK(got.empty());
    CHECK_THROWS_AS(got.value(), std::bad_optional_access);
    REQUIRE(tx.send("a"));
    got = rx.recv();
    const auto copy = got;
    CHECK(copy == "a");
    got = rx.try_recv();
    CHECK_THROWS_AS(std::move(got).value(), std::bad_optional_access);
    got = copy;
    CHECK(got.value() == "a");
}
