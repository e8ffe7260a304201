// tests/pool/fuzz/forks.cpp - runs nodes: leaves, joins and scopes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#include "stage.hpp"

namespace fuzz {
namespace {

std::uint64_t run_leaf(const node& n, place at)
{
    const presence here(at, n);
    switch (n.how % 64) {
        case 0:
            std::this_thread::sleep_for(std::chrono::microseconds(n.how >> 8 & 31));
            break;
        case 1:
            std::this_thread::yield();
            break;
        case 2:
        case 3:
            weft::poll();
            break;
        default:
            break;
    }
    return own_numbers(n);
}

/// Joins inside joins, `left` of them: in the first function, in the second one, or in turns.
std::uint64_t run_chain(const node& n, std::uint32_t left)
{
    if (left == 0) return 0;
    const auto rest = [&] { return run_chain(n, left - 1); };
    const auto here = [&] { return number(n, left - 1); };
    const bool rest_first = n.how % 3 == 0 || (n.how % 3 == 1 && left % 2 == 0);
    const auto [a, b] = rest_first ? weft::join(rest, here) : weft::join(here, rest);
    return a + b;
}

std::uint64_t run_join(const node& n, place at)
{
    const place in = at.inside();
    const auto child = [&](std::size_t i) { return [&n, i, in] { return run_child(n, i, in); }; };
    const auto sum = [](const auto& all) { return std::apply([](auto... x) { return (x + ...); }, all); };
    switch (n.children.size()) {
        case 2:
            if ((n.how & 1) != 0)
                return sum(weft::join_context(child(0), [&](weft::fn_context) { return run_child(n, 1, in); }));
            return sum(weft::join(child(0), child(1)));
        case 3:
            return sum(weft::join(child(0), child(1), child(2)));
        default:
            return sum(weft::join(child(0), child(1), child(2), child(3)));
    }
}

std::uint64_t run_attempt(const node& n, place at)
{
    try {
        return run_child(n, 0, at);
    } catch (const failure&) {
        return share_of(failed_value, 0);
    }
}

std::uint64_t run_locked(const node& n, place at)
{
    std::unique_lock hold(at.all->locks[n.target], std::defer_lock);
    if ((n.how & 1) != 0) {
        weft::blocking([&] { hold.lock(); });
    } else {
        hold.lock();
    }
    struct count {
        count() { ++locks_held; }
        ~count() { --locks_held; }
    } counted;
    return run_child(n, 0, at);
}

std::uint64_t dispatch(node& n, place at)
{
    switch (n.what) {
        case kind::leaf:
        case kind::join:
        case kind::chain:
        case kind::attempt:
        case kind::lock:
            return run_forks(n, at);
        case kind::scope:
            return run_scope(n, at);
        case kind::sort:
        case kind::numbers:
        case kind::stream:
        case kind::pipeline:
        case kind::worklist:
            return run_loops(n, at);
        default:
            return run_tasks(n, at);
    }
}

}  // namespace

presence::presence(place at, const node& n)
{
    const auto index = weft::current_thread_index();
    if (at.here == nullptr) {
        require(!index, "a thread outside all pools has an index", n);
        return;
    }
    require(weft::current_num_threads() == at.here->threads, "it runs in another pool", n);
    if (!index) return;  // one of more callers than places
    require(*index < at.here->threads, "an index is too large", n);
    taken_ = &at.here->taken[*index];
    require(!taken_->exchange(true, std::memory_order_acquire), "two threads have one index", n);
}

std::uint64_t run_forks(node& n, place at)
{
    switch (n.what) {
        case kind::join:
            return run_join(n, at);
        case kind::chain:
            return run_chain(n, n.n);
        case kind::attempt:
            return run_attempt(n, at);
        case kind::lock:
            return run_locked(n, at);
        default:
            return run_leaf(n, at);
    }
}

std::uint64_t run_scope(node& n, place at)
{
    const place in = at.inside();
    std::atomic<std::uint64_t> sum{0};
    const auto add = [&n, in, &sum](std::size_t i) { sum.fetch_add(run_child(n, i, in), std::memory_order_relaxed); };
    std::vector<std::vector<std::atomic<bool>>> seen;
    for (std::size_t i = 0; i < n.children.size(); ++i)
        seen.emplace_back(n.way(i) == scope_way::to_each ? in.here->threads : 0);

    const auto body = [&](weft::task_scope& s) {
        std::vector<std::jthread> outsiders;
        for (std::size_t i = 0; i < n.children.size(); ++i) {
            switch (n.way(i)) {
                case scope_way::spawn:
                    s.spawn([&add, i] { add(i); });
                    break;
                case scope_way::spawn_fifo:
                    s.spawn_fifo([&add, i] { add(i); });
                    break;
                case scope_way::from_task:
                    s.spawn([&add, i](weft::task_scope& same) { same.spawn([&add, i] { add(i); }); });
                    break;
                case scope_way::from_inner:
                    weft::scope([&s, &add, i](weft::task_scope& inner) {
                        inner.spawn([&s, &add, i] { s.spawn([&add, i] { add(i); }); });
                    });
                    break;
                case scope_way::from_outside:
                    outsiders.emplace_back([&s, &add, i] { s.spawn([&add, i] { add(i); }); });
                    break;
                case scope_way::to_each:
                    s.spawn_broadcast([&, i](std::size_t index) {
                        const std::uint64_t share = run_part(n, i, in, index, seen[i].data());
                        if (index == 0) sum.fetch_add(share, std::memory_order_relaxed);
                    });
                    break;
                case scope_way::in_body:
                    break;
            }
        }
        for (std::size_t j = 0; j < n.n; ++j) {
            const auto tiny = [&n, &sum, j] { sum.fetch_add(number(n, j), std::memory_order_relaxed); };
            if ((n.way(j % n.children.size())) == scope_way::spawn_fifo) {
                s.spawn_fifo(tiny);
            } else {
                s.spawn(tiny);
            }
        }
        outsiders.clear();
        const std::size_t last = n.children.size() - 1;
        if (n.way(last) == scope_way::in_body) add(last);
        if (n.fails && (n.how & body_fails) != 0) throw failure{n.id};
    };

    const auto all_ended = [&] {
        if (n.times != 1) return;  // other parts of a broadcast may be in the midst
        for (const node* c : n.children)
            require(c->ended.load(std::memory_order_relaxed) == c->times, "a task has not ended with its scope", *c);
    };
    try {
        if ((n.how & by_member) != 0 && in.here->pool != nullptr) {
            in.here->pool->scope(body);
        } else {
            weft::scope(body);
        }
    } catch (...) {
        all_ended();
        throw;
    }
    all_ended();
    return sum.load(std::memory_order_relaxed);
}

std::uint64_t run(node& n, place at)
{
    const on_top here(n);
    struct counted {
        explicit counted(node& c) : of(c) { of.begun.fetch_add(1, std::memory_order_relaxed); }
        ~counted() { of.ended.fetch_add(1, std::memory_order_relaxed); }
        node& of;
    } count(n);
    try {
        const std::uint64_t value = hash(n.salt, dispatch(n, at));
        if (n.fails) throw failure{n.id};
        require(n.failures.empty(), "nothing was thrown, but something should have been", n);
        require(value == n.value, "the value is wrong", n);
        return value;
    } catch (const failure& f) {
        require(std::binary_search(n.failures.begin(), n.failures.end(), f.id), "the wrong exception has left", n);
        throw;
    } catch (const std::exception& e) {
        broken(e.what(), &n);
    }
}

}  // namespace fuzz
