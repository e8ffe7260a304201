// tests/channel/linearizability_test.cpp - histories of real threads on channels that are held up in the middle of messages.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/channel/select.hpp>

#include "test.hpp"

#include "flavours.hpp"
#include "histories.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace {

using test::delayed;

constexpr int operations = 24;
const std::size_t rounds = test::scaled(40);

template <class Spec>
void send(weft::model::history<Spec>& h, const weft::sender<delayed>& tx, int value)
{
    h.run({Spec::what::push, value}, [&](auto& c) {
        const auto r = tx.try_send(delayed(value));
        c.is = r ? Spec::answer::done : r.closed() ? Spec::answer::closed : Spec::answer::full;
    });
}

template <class Spec>
void note(typename Spec::call& c, const weft::recv_result<delayed>& r)
{
    c.is = r ? Spec::answer::done : r.closed() ? Spec::answer::closed : Spec::answer::empty;
    if (r) c.value = r->value;
}

template <class Spec>
void receive(weft::model::history<Spec>& h, const weft::receiver<delayed>& rx)
{
    h.run({Spec::what::pop}, [&](auto& c) { note<Spec>(c, rx.try_recv()); });
}

template <class Spec>
void receive_by_select(weft::model::history<Spec>& h, const weft::receiver<delayed>& rx)
{
    h.run({Spec::what::pop}, [&](auto& c) {
        c.is = Spec::answer::empty;
        weft::select(weft::on_recv(rx, [&](auto r) { note<Spec>(c, r); }), weft::on_default([] {}));
    });
}

/// Three threads try to send and receive; with `closing`, one of them owns the only sender, and leaves halfway.
template <std::size_t Capacity, class Receive>
void judge(bool closing, Receive receive_one)
{
    using spec = test::fifo<Capacity>;
    for (std::size_t round = 0; round < rounds; ++round) {
        auto ends = test::channel<delayed>(Capacity == 0 ? test::unlimited : Capacity);
        std::optional<weft::sender<delayed>> tx(std::move(ends.first));
        const auto rx = std::move(ends.second);
        const auto history = test::record<spec>(3, [&](std::size_t id, auto& mine) {
            const auto from = rx;
            if (closing && id == 0) {
                for (int i = 0; i < operations / 2; ++i) send(mine, *tx, i);
                mine.run({spec::what::close}, [&](auto&) { tx.reset(); });
                return;
            }
            std::optional<weft::sender<delayed>> to;
            if (!closing) to = *tx;
            for (int i = 0; i < operations; ++i) {
                if (!closing && (i + static_cast<int>(id)) % 2 == 0) {
                    send(mine, *to, static_cast<int>(id) * 1000 + i);
                } else {
                    receive_one(mine, from);
                }
            }
        });
        REQUIRE(history.decide() == weft::model::linearizability::yes);
    }
}

const auto plainly = [](auto& h, const auto& rx) { receive(h, rx); };
const auto by_select = [](auto& h, const auto& rx) { receive_by_select(h, rx); };

}  // namespace

TEST_CASE("channel history: tries on one place") { judge<1>(false, plainly); }
TEST_CASE("channel history: tries on three places") { judge<3>(false, plainly); }
TEST_CASE("channel history: tries on many places") { judge<64>(false, plainly); }
TEST_CASE("channel history: tries without a limit") { judge<0>(false, plainly); }
TEST_CASE("channel history: closing, one place") { judge<1>(true, plainly); }
TEST_CASE("channel history: closing, three places") { judge<3>(true, plainly); }
TEST_CASE("channel history: closing, no limit") { judge<0>(true, plainly); }
TEST_CASE("channel history: receiving by select, one place") { judge<1>(false, by_select); }
TEST_CASE("channel history: receiving by select, three places") { judge<3>(false, by_select); }
TEST_CASE("channel history: receiving by select, no limit") { judge<0>(false, by_select); }
TEST_CASE("channel history: closing under selects, no limit") { judge<0>(true, by_select); }
TEST_CASE("channel history: closing under selects, three places") { judge<3>(true, by_select); }

EACH_BUFFERED("channel history: waiting operations are as if they had happened at one moment")
{
    // Two threads send, two receive, all of them waiting: as many messages as receives, so that nobody waits for ever.
    // Short, since all may be sent before the first receive: then each pair of sends that overlap doubles the search.
    using spec = test::fifo<0>;  // a sender that waits has not yet sent: room is no part of this history
    constexpr int each = operations / 2;
    for (std::size_t round = 0; round < rounds; ++round) {
        auto [tx, rx] = test::channel<delayed>(capacity);
        const auto history = test::record<spec>(4, [&, &tx = tx, &rx = rx](std::size_t id, auto& mine) {
            const auto to = tx;
            const auto from = rx;
            for (int i = 0; i < each; ++i) {
                if (id % 2 == 0) {
                    const int value = static_cast<int>(id) * 1000 + i;
                    mine.run({spec::what::push, value}, [&](auto&) { static_cast<void>(to.send(delayed(value))); });
                } else {
                    mine.run({spec::what::pop}, [&](auto& c) { c.value = from.recv()->value; });
                }
            }
        });
        REQUIRE(history.decide() == weft::model::linearizability::yes);
    }
}

EACH_BUFFERED("channel history: batches are their messages one by one, in order")
{
    // A batch is one call for its sender and several moments in the channel: only its order is checked.
    const std::size_t n = test::scaled(2'000);
    auto [tx, rx] = test::channel<delayed>(capacity);
    bool in_order = true;
    {
        std::jthread sender([tx = std::move(tx), n] {
            for (std::size_t i = 0; i < n; i += 10) {
                std::vector<delayed> batch;
                batch.reserve(10);
                for (std::size_t k = 0; k < 10; ++k) batch.emplace_back(static_cast<int>(i + k));
                static_cast<void>(tx.send_many(std::move(batch)));
            }
        });
        int next = 0;
        std::vector<delayed> got;
        while (rx.recv_many(got, 7) != 0) {
            for (const auto& m : got) in_order = in_order && m.value == next++;
            got.clear();
        }
        in_order = in_order && next == static_cast<int>(n + 9) / 10 * 10;
    }
    CHECK(in_order);
}
