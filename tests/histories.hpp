// tests/histories.hpp - recorded histories of queues and channels, judged by the linearizability checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/linearizable.hpp>

#include "test.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <random>
#include <thread>
#include <utility>

namespace test {

/// A number whose moves take their time now and then: the thread is held up in the middle of a slot, where only luck
/// would stop it otherwise.
class delayed {
public:
    explicit delayed(int v = -1) : value(v) {}
    delayed(delayed&& other) noexcept : value(other.value) { hold_up(); }
    delayed(const delayed& other) noexcept : value(other.value) { hold_up(); }
    delayed& operator=(delayed&& other) noexcept
    {
        value = other.value;
        hold_up();
        return *this;
    }
    delayed& operator=(const delayed&) = delete;
    ~delayed() = default;

    int value;

    static void hold_up() noexcept
    {
        thread_local std::minstd_rand random(
            static_cast<unsigned>(std::hash<std::thread::id>()(std::this_thread::get_id())));
        const auto r = random() % 16;
        if (r == 0) {
            std::this_thread::yield();
        } else if (r == 1) {
            for (int i = 0; i < 400; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
        }
    }
};

/// A first-in-first-out queue of at most `Capacity` numbers (0: of any number), which may be closed.
template <std::size_t Capacity>
struct fifo {
    enum class what { push, pop, displace, close };
    enum class answer { done, full, empty, closed };
    struct call {
        what op = what::push;
        int value = -1;  // pushed, or popped
        answer is = answer::done;
        int displaced = -1;  // displace: what fell out
    };
    struct state {
        std::deque<int> items;
        bool closed = false;
    };

    static bool step(state& s, const call& c)
    {
        const bool full = Capacity != 0 && s.items.size() == Capacity;
        switch (c.op) {
            case what::push:
                if (c.is == answer::closed) return s.closed;
                if (c.is == answer::full) return full && !s.closed;
                if (full || s.closed) return false;
                s.items.push_back(c.value);
                return true;
            case what::displace:
                if (c.displaced == -1) {
                    if (full) return false;
                } else {
                    if (!full || s.items.front() != c.displaced) return false;
                    s.items.pop_front();
                }
                s.items.push_back(c.value);
                return true;
            case what::pop:
                if (c.is == answer::closed) return s.closed && s.items.empty();
                if (c.is == answer::empty) return s.items.empty() && !s.closed;
                if (s.items.empty() || s.items.front() != c.value) return false;
                s.items.pop_front();
                return true;
            case what::close:
                s.closed = true;
                return true;
        }
        return false;
    }

    static std::uint64_t hash(const state& s)
    {
        std::uint64_t h = s.closed ? 1 : 2;
        for (const int i : s.items) h = (h ^ static_cast<std::uint64_t>(i)) * 0x9e3779b97f4a7c15u;
        return h ^ s.items.size();
    }
};

/// Runs `body(thread, own_history)` on each of `n` threads; returns all their histories as one.
template <class Specification, class Body>
weft::model::history<Specification> record(std::size_t n, Body body)
{
    weft::model::history<Specification> all;
    std::mutex hold;
    run_threads(n, [&](std::size_t id) {
        weft::model::history<Specification> mine;
        body(id, mine);
        const std::lock_guard guard(hold);
        all.merge(mine);
    });
    return all;
}

}  // namespace test
