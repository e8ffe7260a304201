// examples/channel/actors.cpp - actors: each is a thread with a mailbox, and nobody else touches its state.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An account is an actor. Others know only the sender of its mailbox; a question carries the sender of a channel for
// the answer. The balance needs no lock, since only one thread touches it. The actor ends when nobody can write to it
// any more.
#include <weft/channel/channel.hpp>

#include <cstdio>
#include <thread>
#include <variant>
#include <vector>

struct deposit {
    long amount;
};
struct ask_balance {
    weft::sender<long> reply;
};
using letter = std::variant<deposit, ask_balance>;

int main()
{
    auto [account, mailbox] = weft::unbounded<letter>();
    const std::jthread actor([inbox = std::move(mailbox)] {
        long balance = 0;
        for (letter& l : inbox) {
            if (const auto* d = std::get_if<deposit>(&l)) {
                balance += d->amount;
            } else {
                static_cast<void>(std::get<ask_balance>(l).reply.send(balance));
            }
        }
    });
    {
        std::vector<std::jthread> customers;
        for (int c = 0; c < 4; ++c) {
            customers.emplace_back([to = account] {
                for (int i = 0; i < 1000; ++i) static_cast<void>(to.send(deposit{1}));
            });
        }
    }
    auto [reply, answer] = weft::bounded<long>(1);
    static_cast<void>(account.send(ask_balance{std::move(reply)}));
    {
        const auto done = std::move(account);
    }  // the actor ends when it has read its messages
    const auto balance = answer.recv();
    std::printf("balance: %ld\n", balance ? *balance : -1);
    return balance == 4000 ? 0 : 1;
}
