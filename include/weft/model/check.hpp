// weft/model/check.hpp - explore what a piece of concurrent code may do under the C++ memory model.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <cstdint>
#include <source_location>
#include <string>
#include <vector>

namespace weft::model {

/// How far check() looks.
struct options {
    /// Random executions before the search: they find quickly what the search would reach late. Every other one gives
    /// the threads priorities that change at few moments; the rest choose anew at each step.
    std::uint64_t random_executions = 500;
    std::uint64_t seed = 1;

    /// Whether to search at all, and how. Without a bound on preemptions the search is exhaustive, with partial-order
    /// reduction. With one it visits every execution of at most so many preemptions; the two are never combined,
    /// because a bound makes the reduction unsound.
    bool search = true;
    int max_preemptions = -1;  ///< -1: no bound

    std::uint64_t max_executions = 20'000'000;
    double max_seconds = 60;  ///< of processor time

    /// Steps of one execution; a longer one is reported as a livelock.
    std::uint32_t max_steps = 2000;
    /// How often a thread may read the same value again although there is a newer one.
    std::uint32_t stale_reads = 1;

    /// How many turns in a row a spin loop may take although nothing has changed. 0: it waits for a change, unless
    /// nobody else can run. For loops that give up and sleep: at least as many as they take before that.
    std::uint32_t idle_turns = 0;

    bool reorder_stores = true;      ///< a store may come into the modification order before an older one
    bool spurious_failures = false;  ///< compare_exchange_weak may fail without reason
    /// An atomic may be destroyed only after all uses. Turn it off if a std::shared_ptr decides when: its counts are
    /// not modelled, so the checker does not see what they order. Uses after the destruction are still found.
    bool check_ends = true;
    bool check_leaks = true;  ///< what was allocated through weft::model must be freed when the scenario ends

    /// If not empty, run only the execution that an earlier result's `path` names.
    std::string replay{};
};

/// One combination of values given to record(), and the number of executions that ended with it.
struct outcome {
    std::string values;
    std::uint64_t executions = 0;
};

/// What check() found. A pass means "no violation within these bounds", never "proved".
struct result {
    bool passed = true;
    bool exhaustive = false;  ///< the search visited every execution within the bounds on stale reads and steps
    std::string failure{};    ///< what went wrong, in a sentence
    std::string trace{};      ///< the failing execution, a step per line
    std::string path{};       ///< names the failing execution, for options::replay
    std::uint64_t executions = 0;
    std::uint64_t complete = 0;       ///< those that were not cut short as repetitions of another one
    std::uint32_t longest = 0;        ///< steps
    double seconds = 0;               ///< of processor time
    std::vector<outcome> outcomes{};  ///< sorted by values

    /// All of this as text.
    [[nodiscard]] std::string summary() const;
};

namespace detail {
result run(const options& how, void (*scenario)(void*), void* argument);
}

/// Runs `scenario` again and again, each time in another way that the C++20 memory model allows, until one of them goes
/// wrong or all have been seen.
///
/// The scenario makes shared state out of the objects of weft::model, starts threads (weft::model::thread), joins them
/// and says what must hold (require). It must do the same thing each time, except for what it reads from modelled
/// objects.
///
/// It finds: a require that does not hold, data races on cell<T>, use after free, double free, leaks, deadlock and
/// lost wake-up (nobody can run), and livelock (max_steps).
///
/// Modelled are: relaxed, acquire, release, acq_rel, seq_cst, fences, read-modify-writes, release sequences, and
/// modification orders that differ from the order of execution. Not modelled are: load buffering (a load that reads
/// from a store which depends on it being later), consume, accesses of different sizes to one object, more than
/// max_threads threads, and plain memory outside cell<T>.
///
/// Requires:      one check() at a time per thread. The scenario leaves nothing behind that later runs could see.
/// Throws:        std::bad_alloc. What the scenario throws is a failure of the scenario.
/// Cost:          some microseconds per execution; the number of executions grows exponentially with the threads'
///                steps. It is meant for two to four threads with a handful of operations each.
/// Example:       examples/model/spinlock.cpp
/// Source:        views after RC11 (Lahav et al., PLDI 2017) and the promising semantics' view machine (Kang et al.,
///                POPL 2017); sleep sets after Godefroid (1996); random priorities after PCT
///                (Burckhardt et al., ASPLOS 2010); the interface after loom and Relacy.
template <class F>
result check(const options& how, F&& scenario)
{
    auto call = [&scenario] { scenario(); };
    return detail::run(how, [](void* c) { (*static_cast<decltype(call)*>(c))(); }, &call);
}

/// As above, with the usual bounds.
template <class F>
result check(F&& scenario)
{
    return check(options{}, static_cast<F&&>(scenario));
}

/// Fails the execution unless `holds`. Thread safety: any thread of a scenario.
inline void require(bool holds, const char* what = "a requirement does not hold",
                    const std::source_location& where = std::source_location::current()) noexcept
{
    if (!holds) detail::fail(what, where);
}

/// Adds a value to the outcome of this execution; result::outcomes counts them. Call it after the threads are joined,
/// or from one thread only: the outcome consists of the values in the order of the calls.
inline void record(std::int64_t value) noexcept { detail::record(value); }

/// A line of its own in the trace of a failing execution. `text` must outlive the check.
inline void note(const char* text) noexcept { detail::note(text); }

}  // namespace weft::model
