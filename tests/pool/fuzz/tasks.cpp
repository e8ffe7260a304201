// tests/pool/fuzz/tasks.cpp - runs nodes: detached tasks, broadcasts, calls into pools, channels.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/channel.hpp>
#include <weft/pool/thread_pool.hpp>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "stage.hpp"

namespace fuzz {
namespace {

using std::chrono::microseconds;

/// What a detached task reports: its share, or who threw.
struct answer {
    std::size_t child = 0;
    std::uint64_t share = 0;
    std::optional<std::uint32_t> failed;
};

answer answer_of(const node& n, std::size_t i, place at)
{
    try {
        return {i, run_child(n, i, at), std::nullopt};
    } catch (const failure& f) {
        return {i, 0, f.id};
    }
}

std::uint64_t sum_of(const std::vector<answer>& answers)
{
    std::uint64_t sum = 0;
    for (const answer& a : answers) {
        if (a.failed) throw failure{*a.failed};
        sum += a.share;
    }
    return sum;
}

template <class F>
void spawn_in(place at, std::uint32_t how, F f)
{
    if (at.here->pool != nullptr && (how & 1) != 0) {
        at.here->pool->spawn(std::move(f));
    } else {
        weft::spawn(std::move(f));
    }
}

std::uint64_t by_channel(const node& n, place at)
{
    std::vector<answer> answers(n.children.size());
    auto ends = weft::unbounded<answer>();
    auto& to = ends.first;
    auto& from = ends.second;
    for (std::size_t i = 0; i < n.children.size(); ++i)
        spawn_in(at, n.how >> i, [&n, i, at, to = to] { static_cast<void>(to.send(answer_of(n, i, at))); });
    for (std::size_t left = n.children.size(); left != 0; --left) {
        answer a = weft::blocking([&] { return from.recv(); }).value();
        const std::size_t child = a.child;
        answers[child] = std::move(a);
    }
    return sum_of(answers);
}

/// By a count: slept for inside weft::blocking, or yielded for.
std::uint64_t by_count(const node& n, place at, bool yielding)
{
    std::vector<answer> answers(n.children.size());
    std::atomic<std::uint64_t> numbers{0};
    std::atomic<std::size_t> left{n.children.size() + n.n};
    for (std::size_t i = 0; i < n.children.size(); ++i) {
        spawn_in(at, n.how >> i, [&, i, at] {
            answers[i] = answer_of(n, i, at);
            left.fetch_sub(1, std::memory_order_release);  // the last access: the frame may be gone now
        });
    }
    for (std::size_t j = 0; j < n.n; ++j) {
        spawn_in(at, n.how >> j % 16, [&, j] {
            numbers.fetch_add(number(n, j), std::memory_order_relaxed);
            left.fetch_sub(1, std::memory_order_release);
        });
    }
    const auto done = [&] { return left.load(std::memory_order_acquire) == 0; };
    if (yielding) {
        while (!done()) {
            const among_strangers whoever(n);
            if (weft::yield_now() != weft::yield_result::executed) std::this_thread::yield();
        }
    } else {
        weft::blocking([&] {
            while (!done()) std::this_thread::sleep_for(microseconds(20));
        });
    }
    return sum_of(answers) + numbers.load(std::memory_order_relaxed);
}

std::uint64_t run_broadcast(const node& n, place at)
{
    std::vector<std::atomic<bool>> seen(at.here->threads);
    const auto part = [&](std::size_t index) { return run_part(n, 0, at, index, seen.data()); };
    const bool outside = n.what == kind::hand_in;
    const auto all_ended = [&] {
        const node& c = *n.children[0];
        if (n.times == 1) require(c.ended.load() == c.times, "a part has not ended with its broadcast", c);
    };
    std::vector<std::uint64_t> shares;
    try {
        shares = at.here->pool != nullptr && (outside || (n.how & by_member) != 0) ? at.here->pool->broadcast(part)
                                                                                   : weft::broadcast(part);
    } catch (...) {
        all_ended();
        throw;
    }
    all_ended();
    require(shares.size() == at.here->threads, "a broadcast has too few or too many results", n);
    for (std::uint64_t share : shares) require(share == shares[0], "the results of a broadcast differ", n);
    return shares[0];
}

/// From outside: a task, or a broadcast, that this thread awaits without a place in the pool.
std::uint64_t run_hand_in(const node& n, world& all)
{
    const place there{&all, all.arenas[n.target].get()};
    if ((n.how & 1) != 0) return run_broadcast(n, there);
    auto ends = weft::bounded<answer>(1);
    auto& to = ends.first;
    auto& from = ends.second;
    there.here->pool->spawn([&n, there, to = to] { static_cast<void>(to.send(answer_of(n, 0, there))); });
    return sum_of({from.recv().value()});
}

std::uint64_t run_install(const node& n, place at)
{
    arena& there = *at.all->arenas[n.target];
    return there.pool->install([&] { return run_child(n, 0, {at.all, &there}); });
}

std::uint64_t run_own_pool(const node& n, place at)
{
    arena own(n.target);
    const place inside{at.all, &own};
    std::uint64_t sum = 0;
    std::exception_ptr error;
    {
        weft::thread_pool pool(options_of(own, static_cast<int>(n.how % 2) + 1));
        own.pool = &pool;
        for (std::size_t i = 1; i < n.children.size(); ++i)
            pool.spawn([&n, i, inside] { static_cast<void>(run_child(n, i, inside)); });
        try {
            sum = pool.install([&] { return run_child(n, 0, inside); });
        } catch (...) {
            error = std::current_exception();
        }
    }
    for (const node* c : n.children) require(c->ended.load() == 1, "a task has not ended with its pool", *c);
    require(own.strays.load() == n.strays, "on_unhandled got too few or too many exceptions", n);
    if (error) std::rethrow_exception(error);
    return sum;
}

/// Inside a call into another pool: blocks for a task of this one.
std::uint64_t run_outer_wait(const node& n, place at)
{
    auto ends = weft::bounded<answer>(1);
    auto& to = ends.first;
    auto& from = ends.second;
    const answer a = at.all->arenas[n.target]->pool->install([&] {
        at.here->pool->spawn([&n, at, to = to] { static_cast<void>(to.send(answer_of(n, 0, at))); });
        return weft::blocking([&] { return from.recv(); }).value();
    });
    return sum_of({a});
}

/// Producers and consumers, as tasks of a scope or as the two functions of a join.
std::uint64_t run_channel(const node& n, place at)
{
    const std::size_t producers = n.children.size();
    const std::size_t each = n.n / producers;
    auto ends = [&] {
        switch (n.how & 3) {
            case 0:
                return weft::unbounded<std::uint64_t>();
            case 1:
                return weft::bounded<std::uint64_t>(0);
            case 2:
                return weft::bounded<std::uint64_t>(1);
            default:
                return weft::bounded<std::uint64_t>(3);
        }
    }();
    auto& to = ends.first;
    auto& from = ends.second;
    std::atomic<std::uint64_t> sum{0};
    // The handles go with the call, not with the closure, which may live until the join or the scope is over.
    const auto produce = [&, at](std::size_t i, weft::sender<std::uint64_t> out) {
        sum.fetch_add(run_child(n, i, at), std::memory_order_relaxed);
        for (std::size_t j = 0; j < each; ++j)
            require(bool(weft::blocking([&] { return out.send(number(n, i * each + j)); })), "a channel closed early",
                    n);
    };
    const auto consume = [&](weft::receiver<std::uint64_t> in) {
        while (auto m = weft::blocking([&] { return in.recv(); })) sum.fetch_add(*m, std::memory_order_relaxed);
    };
    // With `out = out`, since a copy of what a reference to const names is const, and cannot be moved from.
    auto producer = [&produce](std::size_t i, const weft::sender<std::uint64_t>& out) {
        return [&produce, i, out = out]() mutable { produce(i, std::move(out)); };
    };
    auto consumer = [&consume](const weft::receiver<std::uint64_t>& in) {
        return [&consume, in = in]() mutable { consume(std::move(in)); };
    };
    if ((n.how & 4) != 0) {
        auto p = producer(0, to);
        auto c = consumer(from);
        {
            auto gone = std::move(to);
        }
        if ((n.how & 8) != 0) {
            weft::join(std::move(p), std::move(c));
        } else {
            weft::join(std::move(c), std::move(p));
        }
        return sum.load();
    }
    weft::scope([&, to = std::move(to)](weft::task_scope& s) mutable {
        for (std::size_t i = 0; i < n.target; ++i) s.spawn(consumer(from));
        for (std::size_t i = 0; i < producers; ++i) s.spawn(producer(i, to));
        auto gone = std::move(to);
    });
    return sum.load();
}

}  // namespace

std::uint64_t run_part(const node& n, std::size_t i, place at, std::size_t index, std::atomic<bool>* seen)
{
    require(index < at.here->threads, "the index of a part is too large", n);
    require(!seen[index].exchange(true), "two parts of a broadcast have one index", n);
    require(weft::current_thread_index() == index, "a part of a broadcast runs on another thread", n);
    const among_strangers whoever(n);
    return run_child(n, i, at);
}

std::uint64_t run_tasks(node& n, place at)
{
    const place in = at.inside();
    switch (n.what) {
        case kind::detached:
            return n.target == 0 ? by_channel(n, in) : by_count(n, in, n.target == 2);
        case kind::leftover:
            spawn_in(in, n.how, [&n, in] { static_cast<void>(run_child(n, 0, in)); });
            return 0;
        case kind::broadcast:
            return run_broadcast(n, in);
        case kind::install:
            return run_install(n, at);
        case kind::rest:
            weft::blocking([&] { std::this_thread::sleep_for(microseconds(n.target)); });
            return n.children.empty() ? 0 : run_child(n, 0, at);
        case kind::channel:
            return run_channel(n, in);
        case kind::hand_in:
            return run_hand_in(n, *at.all);
        case kind::own_pool:
            return run_own_pool(n, at);
        default:
            return run_outer_wait(n, in);
    }
}

}  // namespace fuzz
