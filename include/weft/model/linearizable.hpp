// weft/model/linearizable.hpp - could each call of a concurrent history have happened at one moment?
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace weft::model {

/// The answer of the search. `undecided` means that it gave up, which is not a pass.
enum class linearizability { yes, no, undecided };

/// Calls of one object by several threads, and whether some order of them, in which every call that ended before
/// another began stands before it, is a run of a sequential specification.
///
/// Specification is a small type:
///
///     struct register_spec {
///         struct call { bool writes; int value; };                 // what was called, and what came back
///         using state = int;                                       // default: the state at the beginning
///         static bool step(state& s, const call& c);               // false: c cannot have this result in state s
///         static std::uint64_t hash(const state& s);
///     };
///
/// Inside check() "before" is happens-before: under a weak memory model real time would raise false alarms. Elsewhere
/// it is a counter that all threads share, which orders the calls in the same way. A clock would not, because stores
/// wait in buffers and loads run ahead. Give each thread a history of its own and merge them afterwards.
///
/// Thread safety: none. Modelled threads may share one, since they do not run at the same time.
/// Cost:          decide() is exponential in the worst case, and about a microsecond per call for histories with little
///                overlap.
/// Example:       tests/model/linearizable_test.cpp
/// Source:        Wing and Gong (1993), with Lowe's memoisation (2017).
template <class Specification>
class history {
public:
    using call = typename Specification::call;
    using state = typename Specification::state;

    /// Notes a call: `body(c)` makes it and stores the result in c.
    template <class Body>
    void run(call c, Body&& body)
    {
        entry e{};
        e.modelled = detail::execution() != 0;
        if (e.modelled) {
            e.thread = detail::self();
            for (std::size_t i = 0; i < detail::max_threads; ++i) e.seen[i] = detail::clock_of(i);
        } else {
            e.begin = ticks();
        }
        body(c);
        if (e.modelled) {
            e.ended = detail::clock_of(e.thread);
        } else {
            e.end = ticks();
        }
        e.what = std::move(c);
        entries_.push_back(std::move(e));
    }

    /// Notes a call that lasted from `begin` to `end`.
    void add(call c, std::uint64_t begin, std::uint64_t end)
    {
        entry e{};
        e.what = std::move(c);
        e.begin = begin;
        e.end = end;
        entries_.push_back(std::move(e));
    }

    void merge(const history& other) { entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end()); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// Searches for an order. Gives up after `max_nodes` steps.
    [[nodiscard]] linearizability decide(std::uint64_t max_nodes = 5'000'000) const
    {
        search s(entries_, max_nodes);
        return s.run();
    }
    [[nodiscard]] bool linearizable() const { return decide() == linearizability::yes; }

private:
    struct entry {
        call what{};
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        bool modelled = false;
        std::size_t thread = 0;
        std::uint32_t ended = 0;
        std::array<std::uint32_t, detail::max_threads> seen{};

        [[nodiscard]] bool before(const entry& other) const noexcept
        {
            return modelled ? ended <= other.seen[thread] : end < other.begin;
        }
    };

    static std::uint64_t ticks() noexcept
    {
        static constinit std::atomic<std::uint64_t> now{1};
        return now.fetch_add(1, std::memory_order_acq_rel);
    }

    class search {
    public:
        search(const std::vector<entry>& entries, std::uint64_t max_nodes) : entries_(entries), left_(max_nodes)
        {
            const std::size_t n = entries_.size();
            sorted_.resize(n);
            for (std::size_t i = 0; i < n; ++i) sorted_[i] = i;
            // Times are in order of begin, so that candidates lie close together; modelled histories are short.
            std::sort(sorted_.begin(), sorted_.end(), [&](std::size_t a, std::size_t b) {
                return std::pair(entries_[a].begin, a) < std::pair(entries_[b].begin, b);
            });
            done_.assign(n, false);
        }

        linearizability run()
        {
            const bool found = extend(state{}, 0, 0);
            if (found) return linearizability::yes;
            return left_ == 0 ? linearizability::undecided : linearizability::no;
        }

    private:
        const entry& at(std::size_t i) const noexcept { return entries_[sorted_[i]]; }

        /// Whether no call that is not yet placed ended before call i began.
        [[nodiscard]] bool may_be_next(std::size_t i, std::size_t first) const noexcept
        {
            for (std::size_t j = first; j < done_.size(); ++j) {
                if (!at(i).modelled && at(j).begin > at(i).begin) break;
                if (j != i && !done_[j] && at(j).before(at(i))) return false;
            }
            return true;
        }

        bool extend(const state& now, std::size_t count, std::size_t first)
        {
            if (count == done_.size()) return true;
            if (left_ == 0) return false;
            --left_;
            while (done_[first]) ++first;
            if (!remember(now, first)) return false;
            for (std::size_t i = first; i < done_.size() && left_ > 0; ++i) {
                if (!at(i).modelled && at(first).end < at(i).begin) break;  // nor do any that follow
                if (done_[i] || !may_be_next(i, first)) continue;
                state next = now;
                if (!Specification::step(next, at(i).what)) continue;
                done_[i] = true;
                if (extend(next, count + 1, first)) return true;
                done_[i] = false;
            }
            return false;
        }

        /// Mixes the hash of the state, which may be a simple one, so that it cannot cancel out against the set of done
        /// calls.
        static std::uint64_t mixed(std::uint64_t h) noexcept
        {
            h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
            h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
            return h ^ (h >> 31);
        }

        /// False if this state with these calls done has been here before. It compares hashes of 64 bits: a collision
        /// could hide an order, with a negligible probability.
        bool remember(const state& now, std::size_t first)
        {
            std::uint64_t h = mixed(mixed(Specification::hash(now)) ^ first);
            for (std::size_t i = first; i < done_.size(); ++i) {
                if (done_[i]) h = mixed(h ^ (i + 1));
                if (!at(i).modelled && at(first).end < at(i).begin) break;  // nothing after it can be done yet
            }
            return note(h);
        }

        /// Whether `h` is new. A table of which half is empty (0), searched from the place that the upper bits name.
        bool note(std::uint64_t h)
        {
            if (h == 0) h = 1;
            if (2 * noted_ >= seen_.size()) {
                std::vector<std::uint64_t> old(seen_.empty() ? 64 : 2 * seen_.size());
                old.swap(seen_);
                for (const std::uint64_t one : old) {
                    if (one != 0) *place_of(one) = one;
                }
            }
            std::uint64_t* const place = place_of(h);
            if (*place == h) return false;
            *place = h;
            ++noted_;
            return true;
        }
        std::uint64_t* place_of(std::uint64_t h) noexcept
        {
            const std::size_t mask = seen_.size() - 1;
            std::size_t i = static_cast<std::size_t>(h >> 32) & mask;
            while (seen_[i] != 0 && seen_[i] != h) i = (i + 1) & mask;
            return &seen_[i];
        }

        const std::vector<entry>& entries_;
        std::uint64_t left_;
        std::vector<std::size_t> sorted_;
        std::vector<bool> done_;
        std::vector<std::uint64_t> seen_;
        std::size_t noted_ = 0;
    };

    std::vector<entry> entries_;
};

/// A first-in-first-out queue of numbers. Capacity 0: no bound.
template <std::size_t Capacity = 0>
struct queue_spec {
    /// push(value): whether it went in. pop: whether there was something, and what.
    struct call {
        bool pushes = false;
        std::int64_t value = 0;
        bool succeeded = false;
    };
    using state = std::vector<std::int64_t>;

    static bool step(state& s, const call& c)
    {
        if (c.pushes) {
            const bool full = Capacity != 0 && s.size() == Capacity;
            if (c.succeeded) s.push_back(c.value);
            return c.succeeded != full;
        }
        if (!c.succeeded) return s.empty();
        if (s.empty() || s.front() != c.value) return false;
        s.erase(s.begin());
        return true;
    }
    static std::uint64_t hash(const state& s) noexcept
    {
        std::uint64_t h = 1469598103934665603ull;
        for (const std::int64_t v : s) h = (h ^ static_cast<std::uint64_t>(v)) * 1099511628211ull;
        return h;
    }
};

/// A last-in-first-out stack of numbers; its calls are those of queue_spec.
struct stack_spec {
    using call = queue_spec<>::call;
    using state = queue_spec<>::state;

    static bool step(state& s, const call& c)
    {
        if (c.pushes) {
            if (c.succeeded) s.push_back(c.value);
            return c.succeeded;
        }
        if (!c.succeeded) return s.empty();
        if (s.empty() || s.back() != c.value) return false;
        s.pop_back();
        return true;
    }
    static std::uint64_t hash(const state& s) noexcept { return queue_spec<>::hash(s); }
};

/// One number that is read and written; 0 at first.
struct register_spec {
    struct call {
        bool writes = false;
        std::int64_t value = 0;
    };
    using state = std::int64_t;

    static bool step(state& s, const call& c)
    {
        if (c.writes) s = c.value;
        return s == c.value;
    }
    static std::uint64_t hash(state s) noexcept { return static_cast<std::uint64_t>(s) * 1099511628211ull; }
};

}  // namespace weft::model
