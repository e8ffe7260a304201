// tests/model/linearizable_test.cpp - histories that are, and are not, those of a queue, a stack, a register.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/linearizable.hpp>
#include <weft/model/thread.hpp>

#include <array>
#include <mutex>
#include <optional>
#include <vector>

#include "test.hpp"

namespace {

namespace model = weft::model;
using enum std::memory_order;
using model::linearizability;

/// Two slots with sequence numbers, in the plain way: "empty" and "full" are read off one slot's number.
/// `careful`: the other end is looked at before such an answer. `claims`: pop takes its place by compare-exchange.
template <bool careful, bool claims>
class ring {
public:
    ring() { stamps_[1].store(1, relaxed); }

    bool try_push(int value)
    {
        std::size_t tail = tail_.load(relaxed);
        for (;;) {
            const std::size_t stamp = stamps_[tail % 2].load(acquire);
            if (stamp == tail) {
                if (!tail_.compare_exchange_weak(tail, tail + 1, seq_cst, relaxed)) continue;
                values_[tail % 2].write() = value;
                stamps_[tail % 2].store(tail + 1, release);
                return true;
            }
            if (stamp < tail && (!careful || head_.load(seq_cst) + 2 == tail)) return false;
            model::spin_hint();
            tail = tail_.load(relaxed);
        }
    }

    std::optional<int> try_pop()
    {
        std::size_t head = head_.load(relaxed);
        for (;;) {
            const std::size_t stamp = stamps_[head % 2].load(acquire);
            if (stamp == head + 1) {
                if (claims) {
                    if (!head_.compare_exchange_weak(head, head + 1, seq_cst, relaxed)) continue;
                } else {
                    head_.store(head + 1, seq_cst);
                }
                const int value = values_[head % 2].read();
                stamps_[head % 2].store(head + 2, release);
                return value;
            }
            if (stamp <= head && (!careful || tail_.load(seq_cst) == head)) return std::nullopt;
            model::spin_hint();
            head = head_.load(relaxed);
        }
    }

private:
    model::atomic<std::size_t> head_{0};
    model::atomic<std::size_t> tail_{0};
    std::array<model::atomic<std::size_t>, 2> stamps_;
    std::array<model::cell<int>, 2> values_;
};

using spec = model::queue_spec<2>;

template <class Ring>
void push_and_pop_twice()
{
    Ring q;
    model::history<spec> h;
    const auto both = [&](int value) {
        h.run({true, value, false}, [&](spec::call& c) { c.succeeded = q.try_push(value); });
        h.run({false, 0, false}, [&](spec::call& c) {
            if (const auto got = q.try_pop()) {
                c.succeeded = true;
                c.value = *got;
            }
        });
    };
    {
        model::thread other([&] { both(1); });
        both(2);
    }
    model::require(h.linearizable(), "the history is linearizable");
}

}  // namespace

TEST_CASE("linearizable: the plain queue of sequence numbers is not: its pop may find nothing after its own push")
{
    const auto found = model::check(push_and_pop_twice<ring<false, true>>);
    REQUIRE_FALSE(found.passed);
    CHECK(found.failure.find("linearizable") != std::string::npos);
}

TEST_CASE("linearizable: a look at the other end repairs it")
{
    model::options how;
    how.max_preemptions = 3;
    how.reorder_stores = false;
    const auto found = model::check(how, push_and_pop_twice<ring<true, true>>);
    INFO(found.summary());
    CHECK(found.passed);
}

TEST_CASE("linearizable: a pop without its compare-exchange is found")
{
    const auto found = model::check([] {
        ring<true, false> q;
        model::history<spec> h;
        const auto pop = [&] {
            h.run({false, 0, false}, [&](spec::call& c) {
                if (const auto got = q.try_pop()) {
                    c.succeeded = true;
                    c.value = *got;
                }
            });
        };
        h.run({true, 7, false}, [&](spec::call& c) { c.succeeded = q.try_push(7); });
        {
            model::thread one(pop);
            model::thread two(pop);
        }
        model::require(h.linearizable(), "the history is linearizable");
    });
    CHECK_FALSE(found.passed);
}

TEST_CASE("linearizable: small histories of a queue")
{
    using queue = model::queue_spec<>;
    const auto decide = [](std::vector<std::pair<queue::call, std::pair<int, int>>> calls) {
        model::history<queue> h;
        for (const auto& [c, time] : calls) {
            h.add(c, static_cast<std::uint64_t>(time.first), static_cast<std::uint64_t>(time.second));
        }
        return h.decide();
    };
    const queue::call push1{true, 1, true}, push2{true, 2, true}, pop1{false, 1, true}, pop2{false, 2, true},
        none{false, 0, false};
    CHECK(decide({}) == linearizability::yes);
    CHECK(decide({{push1, {1, 2}}, {pop1, {3, 4}}}) == linearizability::yes);
    CHECK(decide({{pop1, {1, 2}}, {push1, {3, 4}}}) == linearizability::no);
    CHECK(decide({{pop1, {1, 4}}, {push1, {2, 3}}}) == linearizability::yes);
    CHECK(decide({{push1, {1, 2}}, {push2, {3, 4}}, {pop2, {5, 6}}, {pop1, {7, 8}}}) == linearizability::no);
    CHECK(decide({{push1, {1, 4}}, {push2, {2, 3}}, {pop2, {5, 6}}, {pop1, {7, 8}}}) == linearizability::yes);
    CHECK(decide({{push1, {1, 2}}, {none, {3, 4}}, {pop1, {5, 6}}}) == linearizability::no);
    CHECK(decide({{push1, {1, 2}}, {none, {3, 6}}, {pop1, {4, 5}}}) == linearizability::yes);
    CHECK(decide({{push1, {1, 2}}, {pop1, {3, 6}}, {pop1, {4, 5}}}) == linearizability::no);
}

TEST_CASE("linearizable: a stack and a register have rules of their own")
{
    model::history<model::stack_spec> stack;
    stack.add({true, 1, true}, 1, 2);
    stack.add({true, 2, true}, 3, 4);
    stack.add({false, 2, true}, 5, 6);
    CHECK(stack.linearizable());
    stack.add({false, 2, true}, 7, 8);
    CHECK_FALSE(stack.linearizable());

    model::history<model::register_spec> number;
    number.add({true, 1}, 1, 2);
    number.add({true, 2}, 3, 6);
    number.add({false, 2}, 4, 5);
    CHECK(number.linearizable());
    number.add({false, 1}, 7, 8);
    CHECK_FALSE(number.linearizable());
}

TEST_CASE("linearizable: giving up is not a pass")
{
    model::history<model::queue_spec<>> h;
    for (int i = 0; i < 20; ++i) h.add({true, i, true}, 1, 100);
    h.add({false, 77, true}, 101, 102);
    CHECK(h.decide(1000) == linearizability::undecided);
    CHECK_FALSE(h.decide(1000) == linearizability::yes);
}

TEST_CASE("linearizable: a long search costs little more per step than a short one")
{
    // Pairs of calls that overlap, of which the later one came first: that shows when all are in, so most orders are tried.
    model::history<model::queue_spec<>> h;
    std::uint64_t now = 1;
    constexpr int pairs = 16;
    for (int i = 0; i < pairs; ++i, now += 4) {
        h.add({true, i, true}, now, now + 2);
        h.add({true, 1000 + i, true}, now + 1, now + 3);
    }
    for (int i = 0; i < pairs; ++i) {
        for (const int value : {1000 + i, i}) {
            h.add({false, value, true}, now, now + 1);
            now += 2;
        }
    }
    CHECK(h.linearizable());
}

TEST_CASE("linearizable: recorded histories of real threads")
{
    struct locked {
        std::mutex lock;
        std::vector<std::int64_t> items;
    } q;
    std::array<model::history<model::queue_spec<>>, 3> each;
    test::run_threads(3, [&](std::size_t who) {
        for (int i = 0; i < 60; ++i) {
            if (i % 2 == 0) {
                const auto value = static_cast<std::int64_t>(who * 1000) + i;
                each[who].run({true, value, true}, [&](auto&) {
                    const std::lock_guard hold(q.lock);
                    q.items.push_back(value);
                });
            } else {
                each[who].run({false, 0, false}, [&](auto& c) {
                    const std::lock_guard hold(q.lock);
                    if (q.items.empty()) return;
                    c.succeeded = true;
                    c.value = q.items.front();
                    q.items.erase(q.items.begin());
                });
            }
        }
    });
    for (std::size_t i = 1; i < each.size(); ++i) each[0].merge(each[i]);
    CHECK(each[0].size() == 180);
    CHECK(each[0].decide() == linearizability::yes);
    each[0].add({false, 424242, true}, ~std::uint64_t{0} - 1, ~std::uint64_t{0});
    CHECK(each[0].decide() == linearizability::no);
}

TEST_CASE("linearizable: a plain hash of the state does not cancel out against the calls that are done")
{
    struct last_number {
        struct call {
            std::uint64_t number = 0;
        };
        using state = std::uint64_t;
        static bool step(state& s, const call& c)
        {
            s = c.number;
            return true;
        }
        static std::uint64_t hash(state s) { return s * 0x9e3779b97f4a7c15u; }
    };
    weft::model::history<last_number> h;
    for (std::uint64_t i = 0; i < 1000; ++i) h.add({999 - i}, 2 * i, 2 * i + 1);
    CHECK(h.linearizable());
}
