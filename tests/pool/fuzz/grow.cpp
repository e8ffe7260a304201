// tests/pool/fuzz/grow.cpp - a random program from a seed, and its reference by plain calls.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Programs must end by what the library promises, whatever the order of things. So
//
// - what a node waits for is below it in the tree, but for siblings that share a channel. They block inside
//   weft::blocking, and neither yield nor broadcast below.
// - A lock is held across forks and loops only ("pure"), and those inside it take later locks.
// - A broadcast to a pool must not be awaited from inside a call into another pool. So programs with broadcasts call
//   from pools into later ones only; the others call from anywhere into anywhere.
// - What is awaited inside weft::blocking does not broadcast: the blocked thread would have to run its part.
#include <weft/base/rng.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "program.hpp"

namespace fuzz {
namespace {

constexpr std::array<std::string_view, 13> feature_names = {"scopes",   "spawns", "broadcasts", "installs", "blocks",
                                                            "channels", "loops",  "throws",     "locks",    "pools",
                                                            "callers",  "yields", "leftovers"};
static_assert(everything == (1u << feature_names.size()) - 1);

constexpr int global_pool = -1;
constexpr int own_pool = 1000;
constexpr int lock_levels = 4;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint32_t deepest = 1000;  // frames are several times as large
#else
constexpr std::uint32_t deepest = 4500;  // more than a deque holds
#endif

/// Where a node grows: what it may be.
struct soil {
    int depth = 0;
    int level = 0;           ///< the first lock that may be taken
    int here = global_pool;  ///< the pool it runs in
    std::uint32_t threads = global_threads;
    std::uint32_t times = 1;
    bool pool_ends = false;  ///< while the program runs, and waits for what is left over
    bool pure = false;
    bool may_yield = true;
    bool may_broadcast = true;
    bool may_install = true;
    bool may_throw = true;
    bool droppable = false;
};

class gardener {
public:
    gardener(program& out, weft::rng& random) : out_(out), random_(random), ordered_(has(broadcasts) && !one_in(4)) {}

    void plant()
    {
        const std::uint32_t count = has(installs) ? 1 + below(3) : 1;
        for (std::uint32_t i = 0; i < count; ++i) out_.pools.push_back(any_pool());
        const std::uint32_t outsiders = has(callers) ? 2 + below(3) : 1;
        for (std::uint32_t i = 0; i < outsiders; ++i) {
            auto& calls = out_.callers.emplace_back();
            for (std::uint32_t left = 1 + below(3); left != 0; --left) {
                left_ = static_cast<int>(one_in(4) ? 20 + below(60) : 2 + below(25));
                soil s;
                s.depth = 3 + static_cast<int>(below(6));
                calls.push_back(&root(s));
            }
        }
        for (auto& calls : out_.callers) {
            for (node* n : calls) evaluate(*n);
        }
        for (const node& n : out_.nodes) {
            if (left_to_the_pool(n) && !n.failures.empty()) ++strays_of_pool(n);
        }
    }

private:
    [[nodiscard]] bool has(std::uint32_t f) const { return (out_.mode & f) != 0; }
    std::uint32_t below(std::uint32_t bound) { return random_.below(bound); }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

    pool_plan any_pool()
    {
        static constexpr std::array<std::size_t, 8> sizes = {1, 1, 2, 2, 3, 4, 6, 8};
        pool_plan p;
        p.threads = sizes[below(8)];
        p.idle = 1 + static_cast<int>(below(2));
        if (p.threads <= 2 && one_in(4)) p.idle = 0;  // more that spin would leave no time to others
        return p;
    }

    node& fresh(kind what, const soil& s, const node* parent)
    {
        node& n = out_.nodes.emplace_back();
        n.what = what;
        n.id = static_cast<std::uint32_t>(out_.nodes.size() - 1);
        n.how = static_cast<std::uint32_t>(random_());
        n.salt = random_();
        n.times = s.times;
        n.droppable = s.droppable;
        n.parent = parent;
        n.fails = has(throws) && s.may_throw && one_in(what == kind::leaf ? 14 : 40);
        --left_;
        return n;
    }

    /// What a thread from outside calls.
    node& root(soil s)
    {
        const std::uint32_t r = below(10);
        if (r == 0) return grow_as(kind::join, s, nullptr);
        if (r == 1 && has(scopes)) return grow_as(kind::scope, s, nullptr);
        if (r == 2 && has(loops)) return grow_as(kind::numbers, s, nullptr);
        if ((r == 3 && has(spawns)) || (r == 4 && has(broadcasts) && ordered_))
            return grow_as(kind::hand_in, s, nullptr);
        return grow_as(kind::install, s, nullptr);
    }

    node& grow(soil s, const node* parent)
    {
        s.depth--;
        return grow_as(choose(s), s, parent);
    }

    kind choose(const soil& s)
    {
        if (s.depth <= 0 || left_ <= 0) return kind::leaf;
        struct chance {
            kind what;
            std::uint32_t weight;
        };
        std::vector<chance> chances = {{kind::leaf, 3}, {kind::join, 6}, {kind::chain, 1}};
        const auto maybe = [&](bool possible, kind what, std::uint32_t weight) {
            if (possible) chances.push_back({what, weight});
        };
        const bool free = !s.pure;
        maybe(has(throws), kind::attempt, 4);
        maybe(has(scopes), kind::scope, 6);
        maybe(has(locks) && s.level < lock_levels, kind::lock, 3);
        maybe(free && ((has(spawns) && blocking_left_ > 0) || (has(yields) && s.may_yield)), kind::detached, 5);
        maybe(has(leftovers) && free && s.pool_ends && s.times == 1, kind::leftover, 3);
        maybe(has(broadcasts) && free && ordered_ && s.may_broadcast, kind::broadcast, 4);
        maybe(has(installs) && s.may_install && first_target(s) < pool_count(), kind::install, 5);
        maybe(has(blocks) && free && blocking_left_ > 0, kind::rest, 2);
        maybe(has(channels) && free && blocking_left_ > 0, kind::channel, 4);
        maybe(has(loops), kind::sort, 1);
        maybe(has(loops), kind::numbers, 2);
        maybe(has(loops), kind::stream, 2);
        maybe(has(loops), kind::pipeline, 2);
        maybe(has(loops), kind::worklist, 2);
        maybe(has(pools) && free && s.times == 1 && pools_left_ > 0, kind::own_pool, 3);
        maybe(has(installs) && has(spawns | blocks) && free && s.may_install && blocking_left_ > 0 && s.here >= 0 &&
                  s.here < pool_count() && (ordered_ ? s.here + 1 : 1) < pool_count(),
              kind::outer_wait, 3);
        std::uint32_t total = 0;
        for (const chance& c : chances) total += c.weight;
        std::uint32_t drawn = below(total);
        for (const chance& c : chances) {
            if (drawn < c.weight) return c.what;
            drawn -= c.weight;
        }
        return kind::leaf;
    }

    [[nodiscard]] int pool_count() const { return static_cast<int>(out_.pools.size()); }
    [[nodiscard]] int first_target(const soil& s) const { return ordered_ ? s.here + 1 : 0; }

    void add(node& n, const soil& s) { n.children.push_back(&grow(s, &n)); }
    void add_some(node& n, const soil& s, std::uint32_t least, std::uint32_t most)
    {
        for (std::uint32_t i = least + below(most - least + 1); i != 0; --i) add(n, s);
    }

    /// Inside a pool of the program.
    void enter(soil& s, std::uint32_t target)
    {
        s.here = static_cast<int>(target);
        s.threads = static_cast<std::uint32_t>(out_.pools[target].threads);
        s.pool_ends = true;
    }

    /// For what is awaited inside weft::blocking.
    static void awaited_by_blocking(soil& s)
    {
        s.may_broadcast = false;
        s.may_yield = false;
    }

    /// For the part of a broadcast: forks, loops, and locks, as many times as there are threads.
    static void part(soil& s)
    {
        s.pure = true;
        s.times *= s.threads;
    }

    node& grow_as(kind what, soil s, const node* parent)
    {
        node& n = fresh(what, s, parent);
        switch (what) {
            case kind::leaf:
                n.n = one_in(20) ? below(20'000) : below(300);
                break;
            case kind::join:
                add_some(n, s, 2, 4);
                break;
            case kind::chain:
                n.n = one_in(40) ? deepest : 2 + below(200);
                break;
            case kind::attempt:
                s.may_throw = true;
                add(n, s);
                break;
            case kind::scope:
                grow_scope(n, s);
                break;
            case kind::lock:
                n.target =
                    static_cast<std::uint32_t>(s.level) + below(static_cast<std::uint32_t>(lock_levels - s.level));
                s.level = static_cast<int>(n.target) + 1;
                if (s.pure || !has(blocks)) n.how &= ~1u;  // the first bit: it is taken inside weft::blocking
                s.pure = true;
                add(n, s);
                break;
            case kind::detached:
                n.target = below(2);  // 0, 1: awaited inside weft::blocking; 2: by yield_now
                if (has(yields) && s.may_yield && (!has(spawns) || blocking_left_ <= 0 || one_in(2))) {
                    n.target = 2;
                } else {
                    awaited_by_blocking(s);
                    --blocking_left_;
                }
                add_some(n, s, 1, 3);
                if (n.target != 0 && one_in(4)) n.n = below(150);  // more tiny tasks
                break;
            case kind::leftover:
                s.may_install = s.may_install && ordered_;  // earlier pools are destroyed first
                s.may_throw = s.may_throw && !s.droppable;
                n.fails = false;
                add(n, s);
                break;
            case kind::broadcast:
                part(s);
                add(n, s);
                break;
            case kind::install: {
                const int first = parent == nullptr ? 0 : first_target(s);
                n.target = static_cast<std::uint32_t>(first) + below(static_cast<std::uint32_t>(pool_count() - first));
                if (out_.pools.size() > n.target) enter(s, n.target);
                add(n, s);
                break;
            }
            case kind::rest:
                --blocking_left_;
                n.target = one_in(3) ? below(300) : below(20);  // microseconds
                if (one_in(2)) add(n, s);
                break;
            case kind::channel:
                grow_channel(n, s);
                break;
            case kind::sort:
                n.n = one_in(4) ? below(5000) : below(100);
                break;
            case kind::numbers:
            case kind::stream:
            case kind::pipeline:
            case kind::worklist:
                grow_loop(n, s);
                break;
            case kind::own_pool: {
                --pools_left_;
                const pool_plan p = any_pool();
                n.target = static_cast<std::uint32_t>(std::min<std::size_t>(p.threads, 4));
                n.n = 0;
                s.here = own_pool;
                s.threads = n.target;
                s.pool_ends = true;
                s.may_install = s.may_install && !ordered_;
                add(n, s);  // the first one is installed; the others are left to the destructor
                s.may_install = false;
                s.may_throw = s.may_throw && !s.droppable;
                add_some(n, s, 0, 2);
                break;
            }
            case kind::hand_in:
                // From outside, without a place in the pool. First bit: a broadcast, not a task.
                n.target = below(static_cast<std::uint32_t>(pool_count()));
                enter(s, n.target);
                n.how &= ~1u;
                if (has(broadcasts) && ordered_ && (!has(spawns) || one_in(2))) {
                    n.how |= 1;
                    part(s);
                }
                add(n, s);
                break;
            case kind::outer_wait: {
                --blocking_left_;
                const int first = ordered_ ? s.here + 1 : 0;
                const auto count = static_cast<std::uint32_t>(pool_count() - first);
                n.target = static_cast<std::uint32_t>(first) + below(count);
                if (static_cast<int>(n.target) == s.here) n.target = n.target == 0 ? 1 : n.target - 1;
                s.pure = true;
                add(n, s);
                break;
            }
        }
        return n;
    }

    void grow_scope(node& n, soil s)
    {
        const std::uint32_t count = 1 + below(6);
        std::uint32_t ways = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            auto way = static_cast<scope_way>(below(7));
            if (way == scope_way::from_outside && (!has(callers) || s.pure || !one_in(3))) way = scope_way::spawn;
            if (way == scope_way::in_body && i + 1 != count) way = scope_way::spawn_fifo;
            soil below_it = s;
            if (way == scope_way::to_each) {
                if (has(broadcasts) && ordered_ && s.may_broadcast && !s.pure) {
                    part(below_it);
                } else {
                    way = scope_way::spawn;
                }
            }
            ways |= static_cast<std::uint32_t>(way) << (3 * i);
            add(n, below_it);
        }
        n.how = (n.how & (by_member | body_fails)) | ways;
        if (one_in(4)) n.n = below(250);  // more tiny tasks
    }

    /// Producers and consumers: a child for each producer, and messages.
    void grow_channel(node& n, soil s)
    {
        awaited_by_blocking(s);
        const bool joined = one_in(3);
        const std::uint32_t producers = joined ? 1 : 1 + below(3);
        const std::uint32_t consumers = joined ? 1 : 1 + below(2);
        blocking_left_ -= static_cast<int>(producers + consumers);
        // how: 2 bits the capacity, then whether join runs them, whether the consumer comes first; target: consumers
        n.how = (n.how & ~4u) | (joined ? 4u : 0u);
        n.target = consumers;
        n.n = producers * below(9);
        for (std::uint32_t i = 0; i < producers; ++i) add(n, s);
    }

    void grow_loop(node& n, soil s)
    {
        s.may_throw = s.may_throw && one_in(2);
        s.droppable = s.droppable || (has(throws) && s.may_throw);
        n.n = n.what == kind::numbers ? below(2000) : below(60);
        if (n.what == kind::pipeline) s.may_yield = false;  // a serial stage is a lock
        // stream, first bit: the last child runs in the body of the loop.
        if (n.what == kind::stream && has(throws) && s.may_throw) n.how &= ~1u;
        // Ordered streams may be left after some items, the target.
        if (n.what == kind::stream && (n.how & 2) != 0 && !(has(throws) && s.may_throw) && one_in(3)) {
            n.how &= ~1u;
            n.target = 1 + below(4);
            s.droppable = true;
        }
        add_some(n, s, 1, 4);
    }

    // --- the reference ----------------------------------------------------------------------------------------------

    static void unite(std::vector<std::uint32_t>& all, const std::vector<std::uint32_t>& more)
    {
        all.insert(all.end(), more.begin(), more.end());
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
    }

    static bool first_wins(const node& n)
    {
        return n.what == kind::join || n.what == kind::detached || (n.what == kind::stream && (n.how & 2) != 0);
    }

    void evaluate(node& n)
    {
        std::uint64_t sum = 0;
        const std::size_t items = n.what == kind::stream && n.target != 0 ? n.target : n.children.size() + n.n;
        for (std::size_t j = 0; j < n.n && n.children.size() + j < items; ++j) sum += number(n, j);
        for (std::size_t i = 0; i < n.children.size(); ++i) {
            node& c = *n.children[i];
            evaluate(c);
            const bool awaited = n.what != kind::leftover && (n.what != kind::own_pool || i == 0) && i < items;
            if (!awaited) continue;
            if (n.what == kind::attempt && !c.failures.empty()) {
                sum += share_of(failed_value, i);
                continue;
            }
            sum += share_of(c.value, i);
            if (!first_wins(n) || n.failures.empty()) unite(n.failures, c.failures);
        }
        if (n.fails && (n.failures.empty() || (n.what == kind::scope && (n.how & body_fails) != 0)))
            unite(n.failures, {n.id});
        n.value = hash(n.salt, sum);
    }

    /// A detached task that nobody awaits.
    static bool left_to_the_pool(const node& n)
    {
        if (n.parent == nullptr) return false;
        if (n.parent->what == kind::leftover) return true;
        return n.parent->what == kind::own_pool && n.parent->children[0] != &n;
    }

    std::uint32_t& strays_of_pool(const node& n)
    {
        const node* at = n.parent;
        while (at->what != kind::own_pool && at->what != kind::install && at->what != kind::hand_in) at = at->parent;
        return at->what == kind::own_pool ? out_.nodes[at->id].strays : out_.pools[at->target].strays;
    }

    program& out_;
    weft::rng& random_;
    bool ordered_;
    int left_ = 0;
    int blocking_left_ = 20;  // a pool has only so many threads to stand in
    int pools_left_ = 3;
};

/// The modes that a seed chooses from: everything in one of four, else a few features.
std::uint32_t any_mode(weft::rng& random)
{
    if (random.below(4) == 0) return everything;
    std::uint32_t mode = 0;
    for (std::uint32_t i = random.below(5); i != 0; --i) mode |= 1u << random.below(feature_names.size());
    return mode;
}

}  // namespace

std::string name_of_mode(std::uint32_t features)
{
    if (features == everything) return "all";
    std::string name;
    for (std::size_t i = 0; i < feature_names.size(); ++i) {
        if ((features >> i & 1) != 0) name.append(name.empty() ? "" : "+").append(feature_names[i]);
    }
    return name.empty() ? "joins" : name;
}

std::optional<std::uint32_t> mode_of_name(std::string_view name)
{
    if (name == "all") return everything;
    if (name == "joins") return 0;
    std::uint32_t mode = 0;
    while (!name.empty()) {
        const std::string_view word = name.substr(0, name.find('+'));
        const auto found = std::find(feature_names.begin(), feature_names.end(), word);
        if (found == feature_names.end()) return std::nullopt;
        mode |= 1u << (found - feature_names.begin());
        name.remove_prefix(std::min(name.size(), word.size() + 1));
    }
    return mode;
}

const char* name_of(kind what)
{
    static constexpr const char* names[] = {
        "leaf", "join",    "chain", "attempt", "scope",  "lock",     "detached", "leftover", "broadcast",  "install",
        "rest", "channel", "sort",  "numbers", "stream", "pipeline", "worklist", "own_pool", "outer_wait", "hand_in"};
    return names[static_cast<std::size_t>(what)];
}

std::unique_ptr<program> grow(std::uint64_t seed, std::optional<std::uint32_t> mode)
{
    auto out = std::make_unique<program>();
    weft::rng random(hash(seed, 1));
    const std::uint32_t drawn = any_mode(random);
    out->seed = seed;
    out->mode = mode.value_or(drawn);
    gardener(*out, random).plant();
    return out;
}

}  // namespace fuzz
