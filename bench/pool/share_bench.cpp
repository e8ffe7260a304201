// bench/pool/share_bench.cpp - how much of its threads' time a pool uses, for shapes in which work is hard to find.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Every leaf sleeps for 1 ms, so that any number of threads can "work" on a machine of few processors. share: leaves x
// 1 ms / (threads x time); 100 % cannot be reached, since a sleep takes longer than it says and the last leaves leave
// threads idle. switches: voluntary context switches of the process for one leaf; one of them is its sleep, the others
// are threads that find nothing and must be woken.
#include "harness/bench.hpp"

#include <weft/pool/join.hpp>
#include <weft/pool/scope.hpp>

#include <sys/resource.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_group.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr std::chrono::milliseconds leaf_time(1);

/// Those that were asked for, or more than the machine has processors: sleeping threads need none.
std::vector<int> thread_counts()
{
    if (bench::thread_counts_are_given()) return bench::thread_counts();
    return {2, 4, 8, 16, 32};
}

void leaf() { std::this_thread::sleep_for(leaf_time); }

struct weft_way {
    static constexpr const char* name = "weft";
    template <class A, class B>
    static void join(A a, B b)
    {
        weft::join(a, b);
    }
    /// Calls `body(spawn)`, where `spawn(f)` spawns a task, and waits for the tasks.
    template <class F>
    static void scope(F body)
    {
        weft::scope([&](weft::task_scope& s) { body([&](auto f) { s.spawn(f); }); });
    }
    template <class F>
    static void run(int threads, F f)
    {
        bench::pool(threads).install(f);
    }
};

struct tbb_way {
    static constexpr const char* name = "tbb";
    template <class A, class B>
    static void join(A a, B b)
    {
        tbb::parallel_invoke(a, b);
    }
    template <class F>
    static void scope(F body)
    {
        tbb::task_group group;
        body([&](auto f) { group.run(f); });
        group.wait();
    }
    template <class F>
    static void run(int threads, F f)
    {
        bench::in_tbb(threads, f);
    }
};

// The shapes. Each has as many leaves as its argument says.

/// The large side stays with its thread: an idle thread can only ever take a leaf.
template <class Way>
void comb_own_side(int leaves)
{
    if (leaves == 1) return leaf();
    Way::join([=] { comb_own_side<Way>(leaves - 1); }, [] { leaf(); });
}

/// The side that another thread may take is the large one.
template <class Way>
void comb_forked_side(int leaves)
{
    if (leaves == 1) return leaf();
    Way::join([] { leaf(); }, [=] { comb_forked_side<Way>(leaves - 1); });
}

template <class Way>
void scope_of_leaves(int leaves)
{
    Way::scope([&](auto spawn) {
        for (int i = 0; i < leaves; ++i) spawn([] { leaf(); });
    });
}

/// Scopes in tasks of scopes, and one of leaves at the bottom. Each body is busy with a leaf, so that another thread
/// takes its task: then the body's thread waits for a scope that has nothing to do itself, only in the scopes below it.
template <class Way>
void scope_in_scopes(int depth, int leaves)
{
    if (depth == 0) return scope_of_leaves<Way>(leaves);
    Way::scope([&](auto spawn) {
        spawn([=] { scope_in_scopes<Way>(depth - 1, leaves - 1); });
        leaf();
    });
}

/// The thread that has run the leaf helps with a scope that another one has opened.
template <class Way>
void leaf_beside_scope(int leaves)
{
    Way::join([] { leaf(); }, [=] { scope_of_leaves<Way>(leaves - 1); });
}

/// Joins inside each other, each with a leaf, and a scope at the bottom.
template <class Way>
void joins_then_scope(int joins, int leaves)
{
    if (joins == 0) return scope_of_leaves<Way>(leaves);
    Way::join([] { leaf(); }, [=] { joins_then_scope<Way>(joins - 1, leaves - 1); });
}

/// Voluntary context switches of the whole process.
long context_switches()
{
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    return use.ru_nvcsw;
}

template <class Way, class F>
void define_for(const std::string& shape, int leaves, int threads, F f)
{
    const double ideal_seconds = leaves * std::chrono::duration<double>(leaf_time).count() / threads;
    bench::add("share", shape + ", share", Way::name, threads, {"%", 100 * ideal_seconds},
               [=](benchmark::State& state) {
                   Way::run(threads, [=] { f(leaves); });  // from here on the threads exist
                   for (auto _ : state) Way::run(threads, [=] { f(leaves); });
               })
        ->UseRealTime()
        ->Iterations(2);
    bench::add("share", shape + ", switches", Way::name, threads, {"/leaf", static_cast<double>(leaves)},
               [=](benchmark::State& state) {
                   Way::run(threads, [=] { f(leaves); });
                   for (auto _ : state) {
                       const long before = context_switches();
                       Way::run(threads, [=] { f(leaves); });
                       state.SetIterationTime(static_cast<double>(context_switches() - before) * 1e-9);
                   }
               })
        ->UseManualTime()
        ->Iterations(2);
}

/// Both libraries' ways of one shape, at every number of threads.
template <class Weft, class Tbb>
void define(const std::string& shape, int leaves, Weft with_weft, Tbb with_tbb)
{
    for (const int threads : thread_counts()) {
        define_for<weft_way>(shape, leaves, threads, with_weft);
        define_for<tbb_way>(shape, leaves, threads, with_tbb);
    }
}

const bench::definition here([] {
    for (const int threads : thread_counts()) bench::allow_threads(threads);
    define("comb, own side large", 200, comb_own_side<weft_way>, comb_own_side<tbb_way>);
    define("comb, forked side large", 200, comb_forked_side<weft_way>, comb_forked_side<tbb_way>);
    define(
        "scope in a scope's task", 201, [](int n) { scope_in_scopes<weft_way>(1, n); },
        [](int n) { scope_in_scopes<tbb_way>(1, n); });
    define(
        "scope in five scopes' tasks", 205, [](int n) { scope_in_scopes<weft_way>(5, n); },
        [](int n) { scope_in_scopes<tbb_way>(5, n); });
    define("join of a leaf and a scope", 65, leaf_beside_scope<weft_way>, leaf_beside_scope<tbb_way>);
    define(
        "six joins, then a scope", 106, [](int n) { joins_then_scope<weft_way>(6, n); },
        [](int n) { joins_then_scope<tbb_way>(6, n); });
});

}  // namespace
