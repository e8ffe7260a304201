// src/observe/ledger.hpp - where the time of threads goes, added up from what they tell.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Every thread is in one state at a time: it works, waits, is blocked, searches, is on its way to work (called, or with
// something found), or sleeps; it is not known to do anything while it has told nothing. What a thread works for is
// known from what lies on its stack: regions that it has begun, and jobs that it has taken, each from a thread whose
// stack is known.
//
// The ledger keeps, for each region that runs, integrals over time of how many threads are in each state for it; and
// likewise of all threads that search. When the region ends, threads x wall is divided among them; what is left has
// been idle.
#pragma once

#include <weft/observe/report.hpp>
#include <weft/seam/event_note.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft::detail {

/// Thread safety: none.
class ledger {
public:
    /// Time begins; `watched` is the thread whose part of the program is told.
    void begin(std::uint64_t time, std::uint32_t watched = 0);

    /// `thread` has told something. Times should not go down; one that does counts as the latest before.
    void add(std::uint32_t thread, std::uint64_t time, const event_note& note);

    /// So many events before the next one have been lost.
    void missed(std::uint64_t events) noexcept { dropped_ += events; }

    /// Time ends. Regions that still run are not counted.
    [[nodiscard]] measurement end(std::uint64_t time, double ticks_per_microsecond);

private:
    /// A call of a region.
    struct run;
    using shared_run = std::shared_ptr<run>;

    /// What lies on a thread's stack.
    struct frame {
        enum class kind { visit, region, job, busy, blocked };
        kind what;
        shared_run of;           ///< null: nothing that is counted by itself
        std::uint32_t slot = 0;  ///< what the thread forks from there on is part of it
        bool owner = false;      ///< `of` ends with this frame
        bool waits = false;
        bool on_its_way = false;  ///< has found a job, and runs none
        const char* blocked_for = nullptr;
    };
    /// What is waited for, a static string or null; for how long, all threads together; and how many wait now.
    struct blocked_time {
        const char* kind;
        double time = 0;
        int now = 0;
    };
    using times_by_kind = std::vector<blocked_time>;
    static blocked_time& of_kind(times_by_kind& all, const char* kind);
    enum class state { unknown, asleep, called, searching, on_its_way, working, waiting, blocked };
    struct thread_state {
        std::vector<frame> stack;
        state below = state::unknown;  ///< when the stack is empty
    };

    /// How many times as long an item took while so many threads worked.
    struct look {
        float slowdown;
        std::uint32_t threads;
    };
    static constexpr std::size_t most_looks = 4096;  // of a region
    static void sum_up(std::vector<look>& looks, region_report& to);

    /// The sums of all calls of a region, in ticks.
    struct sums {
        const char* file = nullptr;
        std::uint32_t line = 0;
        const char* name = nullptr;
        std::uint64_t calls = 0, shared_calls = 0, parts = 0, items = 0, long_calls = 0;
        std::uint32_t threads = 0;
        double wall = 0, threads_time = 0, work = 0, overhead = 0, searching = 0, waiting = 0, blocked = 0,
               elsewhere = 0, idle = 0;
        double imbalance = 0, alone = 0, longest = 0, longest_of = 0, in_long_blocks = 0;
        times_by_kind blocked_by;
        std::vector<look> looks;
    };

    [[nodiscard]] static state state_of(const thread_state& t) noexcept;
    [[nodiscard]] static shared_run run_of(const thread_state& t) noexcept;
    void advance() noexcept;
    void advance(run& r) const noexcept;
    void count(const thread_state& t, int more) noexcept;
    void count_run(run& r, bool begins) noexcept;
    static void count_part(run* r, const char* name) noexcept;
    void draw(double from, double to, int at_work);

    void begin_region(thread_state& t, const event_note& note);
    void begin_run(thread_state& t, const event_note& note);
    void begin_visit(thread_state& t, const event_note& note);
    void steal(thread_state& t, const event_note& note);
    void help(thread_state& t, const event_note& note);
    void pop(thread_state& t, frame::kind what);
    bool end_covering(std::uint32_t ender, const void* object);
    void leave_out(run& gone);
    void pop_one(thread_state& t);
    void end_run(run& r);
    [[nodiscard]] sums& sums_of(const run& r);

    std::uint64_t began_ = 0;
    std::uint64_t now_ = 0;
    std::uint64_t dropped_ = 0;
    std::unordered_map<std::uint32_t, thread_state> threads_;
    const thread_state* watched_ = nullptr;
    std::unordered_map<const void*, std::uint32_t> worked_at_;  // place: the thread that was last heard of there
    std::unordered_map<const void*, std::uint32_t> lives_at_;   // place: its own thread
    std::unordered_map<const void*, std::weak_ptr<run>> scopes_;
    std::map<std::pair<const char*, std::uint32_t>, sums> regions_;

    // How many now; and integrals over time.
    int working_ = 0, searching_ = 0, coming_ = 0;
    int tops_ = 0;   // calls that run in no other
    int named_ = 0;  // the same, of those that stand somewhere in the source
    double worked_ = 0, searched_ = 0, came_ = 0;
    double outside_ = 0;  // no region runs
    double alone_in_calls_ = 0;

    // Threads at work over time; twice as coarse whenever it is full.
    static constexpr std::size_t most_steps = 256;
    std::vector<double> steps_;
    double step_ = 1024;
    std::uint32_t most_threads_ = 0;
};

}  // namespace weft::detail
