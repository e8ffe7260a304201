// tests/faults/queue_test.cpp - queues and deques without memory: nothing is lost, nothing is left over.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/array_queue.hpp>
#include <weft/queue/deque.hpp>
#include <weft/queue/injector.hpp>
#include <weft/queue/seg_queue.hpp>
#include <weft/queue/spsc_queue.hpp>

#include "faults.hpp"

#include <memory>
#include <vector>

namespace {

const auto nothing = [] { return 0; };
const auto always = [](auto&) { return true; };

}  // namespace

TEST_CASE("the constructors of queues give back what they have if memory runs out")
{
    const auto makes = [](const char* what, auto make) {
        faults::check(what, faults::fail_everywhere(
                                nothing,
                                [&](int) {
                                    make();
                                    return true;
                                },
                                always));
    };
    makes("array_queue", [] { weft::array_queue<test::counted> q(100); });
    makes("spsc_queue", [] { weft::spsc_queue<test::counted> q(100); });
    makes("seg_queue", [] { weft::seg_queue<test::counted> q; });
    makes("injector", [] { weft::injector<test::counted> q; });
    makes("deque", [] { weft::deque<test::counted> q(100); });
}

TEST_CASE("seg_queue: a push that finds no memory changes nothing")
{
    const auto attempt = [](auto& q) {
        int pushed = 0;
        const auto all_there = [&] {
            for (int i = 0; i < pushed; ++i) {
                const auto got = q->try_pop();
                if (!got || got->value != i) return false;
            }
            return !q->try_pop();
        };
        try {
            for (; pushed < 200; ++pushed) q->push(test::counted(pushed));
        } catch (const std::bad_alloc&) {
            if (!all_there()) return false;
            throw;
        }
        return all_there();
    };
    const auto usable = [](auto& q) {
        q->push(test::counted(1));
        return q->try_pop()->value == 1;
    };
    faults::check("push", faults::fail_everywhere([] { return std::make_unique<weft::seg_queue<test::counted>>(); },
                                                  attempt, usable));
    CHECK(test::counted::alive() == 0);
}

namespace {

/// A source of 100 elements, a target without room for them, and what was taken out.
template <class Source>
struct move_over {
    Source from;
    weft::deque<test::counted> to{2};
    std::vector<int> out;

    move_over()
    {
        out.reserve(100);
        for (int i = 0; i < 100; ++i) from.push(test::counted(i));
    }

    bool nothing_is_lost()
    {
        while (const auto got = to.pop()) out.push_back(got->value);
        while (auto got = from.steal()) out.push_back(got->value);
        std::vector<int> seen(100);
        for (const int i : out) ++seen[static_cast<std::size_t>(i)];
        return out.size() == 100 && seen == std::vector<int>(100, 1);
    }
};

template <class Source, class Move>
void check_move(const char* what, Move move)
{
    faults::check(what, faults::fail_everywhere([] { return std::make_unique<move_over<Source>>(); },
                                                [&](auto& m) {
                                                    while (!m->from.empty()) move(*m);
                                                    return true;
                                                },
                                                [](auto& m) { return m->nothing_is_lost(); }));
    CHECK(test::counted::alive() == 0);
}

}  // namespace

TEST_CASE("a batch that finds no room in its target loses nothing")
{
    using injected = weft::injector<test::counted>;
    using owned = weft::deque<test::counted>;
    check_move<injected>("injector", [](auto& m) { static_cast<void>(m.from.steal_batch(m.to)); });
    check_move<owned>("deque", [](auto& m) { static_cast<void>(m.from.stealer().steal_batch(m.to)); });
    check_move<injected>("injector, and pop", [](auto& m) {
        if (const auto first = m.from.steal_batch_and_pop(m.to)) m.out.push_back(first->value);
    });
    check_move<owned>("deque, and pop", [](auto& m) {
        if (const auto first = m.from.stealer().steal_batch_and_pop(m.to)) m.out.push_back(first->value);
    });
}

TEST_CASE("deque: a push that finds no memory changes nothing")
{
    const auto attempt = [](auto& d) {
        int pushed = 0;
        const auto all_there = [&] {
            for (int i = pushed; i-- > 0;) {
                const auto got = d->pop();
                if (!got || got->value != i) return false;
            }
            return !d->pop();
        };
        try {
            for (; pushed < 100; ++pushed) d->push(test::counted(pushed));
        } catch (const std::bad_alloc&) {
            if (!all_there()) return false;
            throw;
        }
        return all_there();
    };
    faults::check("push", faults::fail_everywhere([] { return std::make_unique<weft::deque<test::counted>>(2); },
                                                  attempt, always));
    CHECK(test::counted::alive() == 0);
}
