// tests/pool/fuzz/main.cpp - runs random programs one after the other, and watches that each ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <thread>

#include "stage.hpp"

namespace fuzz {
namespace {

using clock = std::chrono::steady_clock;

struct options {
    double seconds = 10;
    double patience = 30;
    std::optional<std::uint64_t> seed;
    std::optional<std::uint64_t> first;
    std::optional<std::uint32_t> mode;
    bool hold = false;
    bool show = false;
};
options given;

/// What the watchdog, and whoever finds something broken, may look at.
std::mutex watched;
const program* running = nullptr;
const char* stage = "";
clock::time_point begun;
std::atomic<bool> finished{false};

void enter_stage(const char* name)
{
    const std::lock_guard hold(watched);
    stage = name;
}

void print_node(const node& n, int indent, bool all)
{
    const auto begins = n.begun.load();
    const auto ends = n.ended.load();
    // Of what has ended the rest is of interest only if something detached is left in it.
    const char* state = begins != ends ? "runs" : ends != 0 ? "ended" : "not begun";
    if (all || begins != ends || indent == 0 || ends == 0) {
        std::fprintf(stderr, "  %*s%s #%u", 2 * indent, "", name_of(n.what), n.id);
        if (!all) std::fprintf(stderr, " %s", state);
        if (n.times != 1) std::fprintf(stderr, ", %u of %u times", ends, n.times);
        if (n.what == kind::install || n.what == kind::outer_wait) std::fprintf(stderr, " into pool %u", n.target);
        if (n.what == kind::own_pool) std::fprintf(stderr, " of %u threads", n.target);
        if (n.what == kind::lock) std::fprintf(stderr, " %u", n.target);
        if (n.what == kind::detached)
            std::fprintf(stderr, " %s", n.target == 0 ? "by a channel" : n.target == 1 ? "by a count" : "by yield_now");
        if (n.what == kind::channel) {
            static constexpr const char* rooms[] = {"unbounded", "rendezvous", "bounded(1)", "bounded(3)"};
            std::fprintf(stderr, " %s by %s, %u messages", rooms[n.how & 3], (n.how & 4) != 0 ? "join" : "scope", n.n);
        }
        if (n.fails) std::fprintf(stderr, ", fails");
        std::fputc('\n', stderr);
    }
    if (!all && begins == 0) return;
    for (const node* c : n.children) print_node(*c, indent + 1, all);
}

void print_program(const program& p, bool all)
{
    for (std::size_t i = 0; i < p.pools.size(); ++i) {
        static constexpr const char* idle[] = {"spin", "balanced", "frugal"};
        std::fprintf(stderr, "pool %zu: %zu threads, %s\n", i, p.pools[i].threads, idle[p.pools[i].idle]);
    }
    for (std::size_t i = 0; i < p.callers.size(); ++i) {
        std::fprintf(stderr, "caller %zu:\n", i);
        for (const node* n : p.callers[i]) print_node(*n, 0, all);
    }
}

[[noreturn]] void give_up(const std::string& what)
{
    static std::atomic<bool> said{false};
    if (said.exchange(true)) {
        for (;;) std::this_thread::sleep_for(std::chrono::hours(1));  // the first one ends the process
    }
    const std::unique_lock look(watched, std::try_to_lock);
    std::fprintf(stderr, "\npool fuzz: %s\n", what.c_str());
    if (running != nullptr) {
        const std::string mode = name_of_mode(running->mode);
        std::fprintf(stderr, "seed %llu, mode %s, while %s; what has not ended, and what is around it:\n",
                     static_cast<unsigned long long>(running->seed), mode.c_str(), stage);
        print_program(*running, false);
        std::fprintf(stderr, "replay: tests/pool/fuzz/run%s --seed=%llu%s%s\n", FUZZ_FLAG,
                     static_cast<unsigned long long>(running->seed), given.mode ? " --mode=" : "",
                     given.mode ? mode.c_str() : "");
    }
    std::fflush(stderr);
    while (given.hold) std::this_thread::sleep_for(std::chrono::hours(1));  // for a debugger
    std::abort();
}

/// What the thread from outside does.
void call(world& w, const std::vector<node*>& calls)
{
    for (node* n : calls) {
        try {
            run(*n, {&w, nullptr});
        } catch (const failure&) {  // one that may leave: run has looked
        }
    }
}

void perform(program& p, arena& global)
{
    world w;
    w.global = &global;
    enter_stage("its pools are made");
    std::vector<std::unique_ptr<weft::thread_pool>> own;
    for (const pool_plan& plan : p.pools) {
        w.arenas.push_back(std::make_unique<arena>(plan.threads));
        own.push_back(std::make_unique<weft::thread_pool>(options_of(*w.arenas.back(), plan.idle)));
        w.arenas.back()->pool = own.back().get();
    }
    enter_stage("its callers run");
    {
        std::vector<std::jthread> outsiders;
        for (std::size_t i = 1; i < p.callers.size(); ++i)
            outsiders.emplace_back([&w, &p, i] { call(w, p.callers[i]); });
        call(w, p.callers[0]);
    }
    // Earlier pools first: what is left in them may call into later ones.
    enter_stage("its pools are destroyed");
    for (std::size_t i = 0; i < own.size(); ++i) {
        own[i].reset();
        if (w.arenas[i]->strays.load() != p.pools[i].strays) broken("on_unhandled got too few or too many exceptions");
    }
    enter_stage("it is looked over");
    for (const node& n : p.nodes) {
        require(n.begun.load() == n.ended.load(), "it has begun, but not ended", n);
        require(n.begun.load() == n.times || (n.droppable && n.begun.load() <= n.times),
                "it has run too often, or not at all", n);
    }
    require(global.strays.load() == 0, "on_unhandled of the global pool was called", p.nodes.front());
}

void perform_seed(std::uint64_t seed, arena& global)
{
    stir(seed);
    const auto p = grow(seed, given.mode);
    {
        const std::lock_guard hold(watched);
        running = p.get();
        begun = clock::now();
    }
    perform(*p, global);
    const std::lock_guard hold(watched);
    running = nullptr;
}

void watch()
{
    while (!finished.load()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        const bool late = [] {
            const std::lock_guard hold(watched);
            return running != nullptr && clock::now() - begun > std::chrono::duration<double>(given.patience);
        }();
        if (late) give_up("a program does not end");
    }
}

template <class T>
T parsed(const char* text, T (*parse)(const char*, char**))
{
    char* end = nullptr;
    const T value = parse(text, &end);
    if (end == text || *end != '\0') {
        std::fprintf(stderr, "pool fuzz: '%s' is no number\n", text);
        std::exit(2);
    }
    return value;
}

std::uint64_t to_seed(const char* text)
{
    return parsed<std::uint64_t>(text,
                                 [](const char* t, char** e) -> std::uint64_t { return std::strtoull(t, e, 10); });
}
double to_seconds(const char* text)
{
    return parsed<double>(text, [](const char* t, char** e) { return std::strtod(t, e); });
}

/// False if there is something that is not known.
bool read_options(int count, char** words)
{
    for (int i = 1; i < count; ++i) {
        const auto value_of = [&](const char* name) -> const char* {
            const std::size_t length = std::strlen(name);
            return std::strncmp(words[i], name, length) == 0 ? words[i] + length : nullptr;
        };
        if (const char* v = value_of("--seconds=")) {
            given.seconds = to_seconds(v);
        } else if (const char* p = value_of("--patience=")) {
            given.patience = to_seconds(p);
        } else if (const char* s = value_of("--seed=")) {
            if (*s != '\0') given.seed = to_seed(s);
        } else if (const char* f = value_of("--first=")) {
            given.first = to_seed(f);
        } else if (const char* m = value_of("--mode=")) {
            given.mode = mode_of_name(m);
            if (!given.mode) return false;
        } else if (std::strcmp(words[i], "--hold") == 0) {
            given.hold = true;
        } else if (std::strcmp(words[i], "--show") == 0) {
            given.show = true;
        } else {
            return false;
        }
    }
    return true;
}

int main_of(int count, char** words)
{
    if (!read_options(count, words)) {
        std::fprintf(stderr, "pool fuzz: an option or a mode is not known; see tests/pool/fuzz/run --help\n");
        return 2;
    }
    if (given.show && given.seed) {
        const auto p = grow(*given.seed, given.mode);
        std::fprintf(stderr, "mode %s\n", name_of_mode(p->mode).c_str());
        print_program(*p, true);
        return 0;
    }
    arena global(global_threads);
    weft::init_global_pool(options_of(global, 1));

    const std::uint64_t first = given.seed ? *given.seed : given.first ? *given.first : std::random_device()();
    std::printf("pool fuzz: %s seed %llu%s%s\n", given.seed ? "only" : "from", static_cast<unsigned long long>(first),
                given.mode ? ", mode " : "", given.mode ? name_of_mode(*given.mode).c_str() : "");
    std::fflush(stdout);

    std::jthread dog(watch);
    const clock::time_point start = clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(clock::now() - start).count(); };
    std::uint64_t programs = 0;
    std::chrono::duration<double> longest{0};
    std::uint64_t slowest = first;
    do {
        const std::uint64_t seed = given.seed ? first : first + programs;
        const clock::time_point before = clock::now();
        perform_seed(seed, global);
        if (const auto took = clock::now() - before; took > longest) {
            longest = took;
            slowest = seed;
        }
        ++programs;
    } while (passed() < given.seconds);
    finished = true;
    std::printf("pool fuzz: %llu programs, %.0f a second; the longest took %.0f ms (seed %llu)\n",
                static_cast<unsigned long long>(programs), static_cast<double>(programs) / passed(),
                longest.count() * 1000, static_cast<unsigned long long>(slowest));
    return 0;
}

}  // namespace

void broken(const char* what, const node* where, const node* other)
{
    std::string text = what;
    const auto add = [&](const char* between, const node* n) {
        if (n != nullptr) text += between + std::string(name_of(n->what)) + " #" + std::to_string(n->id);
    };
    add(": ", where);
    add(", on ", other);
    give_up(text);
}

weft::pool_options options_of(arena& a, int idle)
{
    weft::pool_options how;
    how.num_threads = a.threads;
    how.idle = static_cast<weft::idle_policy>(idle);
    how.on_unhandled = [&a](std::exception_ptr error) {
        try {
            std::rethrow_exception(std::move(error));
        } catch (const failure&) {
            a.strays.fetch_add(1);
        } catch (...) {
            broken("on_unhandled got a strange exception");
        }
    };
    return how;
}

}  // namespace fuzz

int main(int count, char** words) { return fuzz::main_of(count, words); }
