// tests/compile_fail/channel.cpp - misuse of channels and select, and the first line that the compiler says about it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/broadcast.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/selector.hpp>
#include <weft/channel/watch.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

void use()
{
    auto [tx, rx] = weft::bounded<int>(1);
    auto [text_tx, text_rx] = weft::unbounded<std::string>();
    auto [news_tx, news_rx] = weft::broadcast_channel<int>(1);
    auto [value_tx, value_rx] = weft::watch(0);
    auto [box_tx, box_rx] = weft::unbounded<std::unique_ptr<int>>();
    std::unique_ptr<int> box;
    std::vector<std::string> words;
    // clang-format off: a case and its expectation stand on one line
#if 0
#elif defined(CASE_send_another_kind)  // expect: a message of this channel cannot be made from this argument
    tx.send(std::string("a"));
#elif defined(CASE_try_send_another_kind)  // expect: a message of this channel cannot be made from this argument
    tx.try_send("a");
#elif defined(CASE_send_a_text)  // expect: a message of this channel cannot be made from this argument
    tx.send("x");
#elif defined(CASE_send_for_another_kind)  // expect: a message of this channel cannot be made from this argument
    tx.send_for(std::string("a"), 1ms);
#elif defined(CASE_send_for_a_number)  // expect: this needs a std::chrono duration: write 5ms, or std::chrono::milliseconds(5)
    tx.send_for(1, 5);
#elif defined(CASE_send_until_a_duration)  // expect: this needs a std::chrono time_point
    tx.send_until(1, 5ms);
#elif defined(CASE_recv_for_a_number)  // expect: this needs a std::chrono duration: write 5ms, or std::chrono::milliseconds(5)
    (void)rx.recv_for(5);
#elif defined(CASE_recv_until_a_duration)  // expect: this needs a std::chrono time_point
    (void)rx.recv_until(5ms);
#elif defined(CASE_send_move_only_by_copy)  // expect: messages of this kind cannot be copied: write std::move(message)
    box_tx.send(box);
#elif defined(CASE_send_many_of_another_kind)  // expect: a message of this channel cannot be made from an element of this range
    tx.send_many(words);
#elif defined(CASE_send_many_of_one)  // expect: send_many takes a range of messages
    tx.send_many(1);
#elif defined(CASE_recv_many_into_a_number)  // expect: recv_many stores messages of this channel at the end of a container
    (void)rx.recv_many(5, 1);
#elif defined(CASE_channel_of_references)  // expect: a channel carries values: a reference or a const type cannot be a message
    (void)weft::unbounded<int&>();
#elif defined(CASE_on_recv_of_message)  // expect: the function of on_recv is called with a recv_result of this channel
    weft::select(weft::on_recv(rx, [](std::string) {}));
#elif defined(CASE_on_recv_without_argument)  // expect: the function of on_recv is called with a recv_result of this channel
    weft::select(weft::on_recv(rx, [] {}));
#elif defined(CASE_on_recv_of_broadcast_message)  // expect: the function of on_recv is called with a broadcast_result of this channel
    weft::select(weft::on_recv(news_rx, [](std::string) {}));
#elif defined(CASE_on_changed_without_argument)  // expect: the function of on_changed is called with a bool
    weft::select(weft::on_changed(value_rx, [] {}));
#elif defined(CASE_on_send_of_another_kind)  // expect: a message of this channel cannot be made from this argument
    weft::select(weft::on_send(tx, std::string("a"), [](weft::send_result) {}));
#elif defined(CASE_on_send_without_argument)  // expect: the function of on_send is called with a send_result
    weft::select(weft::on_send(tx, 1, [] {}));
#elif defined(CASE_on_default_with_argument)  // expect: the function of on_default, or of on_timeout, is called without arguments
    weft::select(weft::on_default([](int) {}));
#elif defined(CASE_on_timeout_of_a_number)  // expect: this needs a std::chrono duration: write 5ms, or std::chrono::milliseconds(5)
    weft::select(weft::on_timeout(5, [] {}));
#elif defined(CASE_select_of_receivers)  // expect: select takes arms: on_recv, on_send, on_default or on_timeout
    weft::select(rx, text_rx);
#elif defined(CASE_select_of_functions)  // expect: select takes arms: on_recv, on_send, on_default or on_timeout
    weft::select([] {});
#elif defined(CASE_select_of_unlike_results)  // expect: the functions of a select return types that have nothing in common
    weft::select(weft::on_recv(rx, [](auto) { return 1; }), weft::on_recv(text_rx, [](auto) { return std::string(); }));
#elif defined(CASE_select_two_defaults)  // expect: select takes one on_default or one on_timeout, not both
    weft::select(weft::on_recv(rx, [](auto) {}), weft::on_default([] {}), weft::on_timeout(1ms, [] {}));
#elif defined(CASE_after_a_number)  // expect: this needs a std::chrono duration: write 5ms, or std::chrono::milliseconds(5)
    (void)weft::after(5);
#endif
}
