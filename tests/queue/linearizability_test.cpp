// tests/queue/linearizability_test.cpp - histories of real threads that are held up in the middle of their operations.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/array_queue.hpp>
#include <weft/queue/injector.hpp>
#include <weft/queue/seg_queue.hpp>
#include <weft/queue/spsc_queue.hpp>

#include "test.hpp"

#include "histories.hpp"

namespace {

using test::delayed;

constexpr int operations = 30;
const std::size_t rounds = test::scaled(60);

template <class Spec, class Queue>
void push(weft::model::history<Spec>& h, Queue& q, int value)
{
    h.run({Spec::what::push, value}, [&](auto& c) {
        if constexpr (requires { static_cast<bool>(q.try_push(delayed(value))); }) {
            c.is = q.try_push(delayed(value)) ? Spec::answer::done : Spec::answer::full;
        } else {
            q.push(delayed(value));
        }
    });
}

template <class Spec, class Queue>
void pop(weft::model::history<Spec>& h, Queue& q)
{
    h.run({Spec::what::pop}, [&](auto& c) {
        if constexpr (requires { q.try_pop(); }) {
            const auto got = q.try_pop();
            c.is = got ? Spec::answer::done : Spec::answer::empty;
            if (got) c.value = got->value;
        } else {
            for (;;) {
                auto got = q.steal();
                if (got.retry()) continue;  // no answer yet
                c.is = got ? Spec::answer::done : Spec::answer::empty;
                if (got) c.value = got->value;
                break;
            }
        }
    });
}

/// `threads` threads that push and pop as they like, unless each side is one thread.
template <std::size_t Capacity, class Make>
void judge(std::size_t threads, bool one_each_side, Make make)
{
    using spec = test::fifo<Capacity>;
    for (std::size_t round = 0; round < rounds; ++round) {
        auto q = make();
        const auto history = test::record<spec>(threads, [&](std::size_t id, auto& mine) {
            for (int i = 0; i < operations; ++i) {
                const bool pushes = one_each_side ? id == 0 : (i + static_cast<int>(id)) % 2 == 0;
                if (pushes) {
                    push(mine, *q, static_cast<int>(id) * 1000 + i);
                } else {
                    pop(mine, *q);
                }
            }
        });
        REQUIRE(history.size() == threads * operations);
        REQUIRE(history.decide() == weft::model::linearizability::yes);
    }
}

template <class Queue>
auto of(std::size_t capacity)
{
    return [=] { return std::make_unique<Queue>(capacity); };
}

}  // namespace

TEST_CASE("queue history: array_queue of one place") { judge<1>(3, false, of<weft::array_queue<delayed>>(1)); }

TEST_CASE("queue history: array_queue of three places") { judge<3>(3, false, of<weft::array_queue<delayed>>(3)); }

TEST_CASE("queue history: array_queue of many places") { judge<64>(4, false, of<weft::array_queue<delayed>>(64)); }

TEST_CASE("queue history: seg_queue")
{
    judge<0>(4, false, [] { return std::make_unique<weft::seg_queue<delayed>>(); });
}

TEST_CASE("queue history: injector")
{
    judge<0>(4, false, [] { return std::make_unique<weft::injector<delayed>>(); });
}

TEST_CASE("queue history: spsc_queue of one place") { judge<1>(2, true, of<weft::spsc_queue<delayed>>(1)); }

TEST_CASE("queue history: spsc_queue of five places") { judge<5>(2, true, of<weft::spsc_queue<delayed>>(5)); }

TEST_CASE("queue history: array_queue as a ring that displaces its oldest")
{
    using spec = test::fifo<2>;
    for (std::size_t round = 0; round < rounds; ++round) {
        weft::array_queue<delayed> q(2);
        const auto history = test::record<spec>(3, [&](std::size_t id, auto& mine) {
            for (int i = 0; i < operations; ++i) {
                if (id == 2) {
                    pop(mine, q);
                } else {
                    const int value = static_cast<int>(id) * 1000 + i;
                    mine.run({spec::what::displace, value}, [&](auto& c) {
                        const auto out = q.force_push(delayed(value));
                        if (out) c.displaced = out->value;
                    });
                }
            }
        });
        REQUIRE(history.decide() == weft::model::linearizability::yes);
    }
}

TEST_CASE("queue history: an impossible history is refused")
{
    using spec = test::fifo<0>;
    weft::model::history<spec> h;
    h.add({spec::what::push, 1}, 0, 1);
    h.add({spec::what::push, 2}, 2, 3);
    h.add({spec::what::pop, 2}, 4, 5);
    CHECK(h.decide() == weft::model::linearizability::no);
}
