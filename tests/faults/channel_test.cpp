// tests/faults/channel_test.cpp - channels without memory or threads: no message is lost, nobody waits for ever.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>
#include <weft/channel/timer.hpp>

#include "faults.hpp"

#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace {

using test::counted;

const auto nothing = [] { return 0; };
const auto always = [](auto&) { return true; };

/// Both ends, and a thread that takes messages until the channel is closed.
struct taken {
    explicit taken(std::pair<weft::sender<counted>, weft::receiver<counted>> ends)
        : to(std::move(ends.first)), thread([this, from = std::move(ends.second)] {
              while (const auto got = from.recv()) sum += got->value;
          })
    {
    }
    ~taken() { end(); }
    taken(const taken&) = delete;
    taken& operator=(const taken&) = delete;

    void end()
    {
        to.reset();
        if (thread.joinable()) thread.join();
    }

    std::optional<weft::sender<counted>> to;
    int sent = 0;
    int sum = 0;
    std::thread thread;
};

template <class Make>
void check_channel(const std::string& what, Make make)
{
    faults::check(what + ", made", faults::fail_everywhere(
                                       nothing,
                                       [&](int) {
                                           const auto ends = make();
                                           const auto second = ends.first;  // NOLINT: a copy is the point
                                           const auto other = ends.second;
                                           return true;
                                       },
                                       always));
    faults::check(what + ", used", faults::fail_everywhere([&] { return std::make_unique<taken>(make()); },
                                                           [](auto& t) {
                                                               for (int i = 1; i <= 100; ++i) {
                                                                   if (!t->to->send(counted(i))) return false;
                                                                   t->sent += i;
                                                               }
                                                               return true;
                                                           },
                                                           [](auto& t) {
                                                               t->end();
                                                               return t->sum == t->sent;
                                                           }));
    CHECK(counted::alive() == 0);
}

}  // namespace

TEST_CASE("channel: without memory a send throws, and what was sent arrives")
{
    check_channel("rendezvous", [] { return weft::bounded<counted>(0); });
    check_channel("bounded, one", [] { return weft::bounded<counted>(1); });
    check_channel("bounded", [] { return weft::bounded<counted>(64); });
    check_channel("unbounded", [] { return weft::unbounded<counted>(); });
}

TEST_CASE("channel: what was sent before memory ran out can be received")
{
    faults::check("unbounded", faults::fail_everywhere([] { return weft::unbounded<counted>(); },
                                                       [](auto& ends) {
                                                           int sent = 0;
                                                           const auto all_there = [&] {
                                                               for (int i = 0; i < sent; ++i) {
                                                                   const auto got = ends.second.try_recv();
                                                                   if (!got || got->value != i) return false;
                                                               }
                                                               return !ends.second.try_recv();
                                                           };
                                                           try {
                                                               for (; sent < 200; ++sent) {
                                                                   if (!ends.first.send(counted(sent))) return false;
                                                               }
                                                           } catch (const std::bad_alloc&) {
                                                               if (!all_there()) return false;
                                                               throw;
                                                           }
                                                           return all_there();
                                                       },
                                                       always));
    CHECK(counted::alive() == 0);
}

TEST_CASE("select: without memory it throws, or takes one message")
{
    struct two {
        std::pair<weft::sender<counted>, weft::receiver<counted>> a = weft::bounded<counted>(4);
        std::pair<weft::sender<counted>, weft::receiver<counted>> b = weft::bounded<counted>(4);
        int got = 0;
        two()
        {
            static_cast<void>(a.first.send(counted(1)));
            static_cast<void>(b.first.send(counted(2)));
        }
    };
    faults::check("select", faults::fail_everywhere([] { return std::make_unique<two>(); },
                                                    [](auto& t) {
                                                        const auto take = [&](auto m) { t->got += m->value; };
                                                        for (int i = 0; i < 2; ++i) {
                                                            weft::select(weft::on_recv(t->a.second, take),
                                                                         weft::on_recv(t->b.second, take));
                                                        }
                                                        return t->got == 3;
                                                    },
                                                    [](auto& t) {
                                                        while (const auto m = t->a.second.try_recv())
                                                            t->got += m->value;
                                                        while (const auto m = t->b.second.try_recv())
                                                            t->got += m->value;
                                                        return t->got == 3;
                                                    }));
    CHECK(counted::alive() == 0);
}
