// src/channel/choose.cpp - choosing one operation among several, and waiting for one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/rng.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/channel/detail/random_order.hpp>
#include <weft/channel/detail/rendezvous.hpp>
#include <weft/seam/this_thread.hpp>

#include <algorithm>

namespace weft::detail::channels {
namespace {

struct budget_tag;
using budget = thread_slot<budget_tag, spin_budget>;

arm* try_all(std::span<arm* const> arms, random_order order, bool thorough)
{
    for (std::size_t i = 0; i < arms.size(); ++i, order.next()) {
        arm* const a = arms[order.current()];
        if (a->start(thorough)) return a;
    }
    return nullptr;
}

arm* find_ready(std::span<arm* const> arms, random_order order)
{
    for (std::size_t i = 0; i < arms.size(); ++i, order.next()) {
        arm* const a = arms[order.current()];
        if (a->is_ready()) return a;
    }
    return nullptr;
}

/// Registers the arms under one token and waits. Gives the arm that is started, or the one to look at first, or null.
struct outcome {
    arm* which = nullptr;
    bool started = false;
};

outcome wait_in_all(std::span<arm* const> arms, random_order order, bool observe, clock::time_point deadline,
                    spin_budget* spin)
{
    wait_token token;
    std::size_t count = 0;
    outcome result;
    bool look = false;
    const random_order first = order;
    for (; count < arms.size() && !look; ++count, order.next()) {
        arm* const a = arms[order.current()];
        a->token = &token;
        a->observer = observe;
        switch (a->register_waiter()) {
            case registration::queued:
                deadline = std::min(deadline, a->due());
                break;
            case registration::ready:
                look = token.abort();
                break;
            case registration::engaged:
                result = {a, true};
                look = true;
                break;
            case registration::chosen:
                break;  // the verdict ends the wait
        }
    }
    const verdict why = look ? verdict::aborted : token.wait(deadline, spin);
    arm* const chosen = why != verdict::aborted ? static_cast<arm*>(token.chosen()) : nullptr;
    order = first;
    for (std::size_t i = 0; i < count; ++i, order.next()) {
        arm* const a = arms[order.current()];
        if (a != chosen) a->unregister();  // whoever has chosen that one has taken it out of its line
    }
    if (look) return result;
    if (why != verdict::done && why != verdict::meet) return {chosen, false};
    chosen->accept(why);
    return {chosen, true};
}

}  // namespace

std::uint64_t first_random_state() noexcept
{
    static constinit atomic<std::uint64_t> threads{0};
    return rng(threads.fetch_add(1, order::relaxed))() | 1;
}

random_order::random_order(std::size_t n, std::size_t prime, bool fair) noexcept : n_(n), prime_(prime)
{
    if (n < 2) {
        n_ = prime_ = 1;
        step_ = 0;
    } else if (fair) {
        at_ = random_below(prime);
        step_ = 1 + random_below(prime - 1);
        if (at_ >= n_) next();
    } else {
        prime_ = n_;
    }
}

arm* choose_now(std::span<arm* const> arms, bool fair)
{
    const random_order order(arms.size(), prime_from(arms.size()), fair);
    if (arm* const found = try_all(arms, order, true)) return found;
    // A partner whose message has yet to be made answers only a thread that is in line, and it does so soon or not at
    // all.
    for (arm* const a : arms) {
        if (a->hand_to_hand() && a->is_ready()) return choose(arms, fair, clock::now() + rendezvous_base::grace);
    }
    return nullptr;
}

arm* choose(std::span<arm* const> arms, bool fair, clock::time_point deadline)
{
    const std::size_t prime = prime_from(arms.size());
    const bool meets = std::any_of(arms.begin(), arms.end(), [](const arm* a) { return a->hand_to_hand(); });
    spin_budget spin = budget::get();
    arm* found = nullptr;
    for (;;) {
        const random_order order(arms.size(), prime, fair);
        if ((found = try_all(arms, order, true)) != nullptr) break;
        if (!meets) {  // at a rendezvous only a thread that is in line is found: there it spins while it is in line
            unsigned round = 0;
            for (spin.begin(); spin.wait(round); ++round) {
                if ((found = try_all(arms, order, false)) != nullptr) break;
            }
            if (found != nullptr) {
                spin.came(round);
                break;
            }
            if ((found = try_all(arms, order, true)) != nullptr) break;
        }
        if (expired(deadline)) break;
        const outcome next = wait_in_all(arms, order, false, deadline, meets ? &spin : nullptr);
        if (!meets) spin.slept();
        if (next.which != nullptr && (next.started || next.which->start(true))) {
            found = next.which;
            break;
        }
    }
    budget::set(spin);
    return found;
}

arm* choose_ready(std::span<arm* const> arms, bool fair, clock::time_point deadline)
{
    const std::size_t prime = prime_from(arms.size());
    for (;;) {
        const random_order order(arms.size(), prime, fair);
        if (arm* const found = find_ready(arms, order)) return found;
        if (expired(deadline)) return nullptr;
        const outcome next = wait_in_all(arms, order, true, deadline, nullptr);
        if (next.which != nullptr && next.which->is_ready()) return next.which;
    }
}

}  // namespace weft::detail::channels
