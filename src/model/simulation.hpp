// src/model/simulation.hpp - a program in virtual time: one execution, no search.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// simulation.cpp   what modelled objects ask for, and how a simulation begins and ends
// processors.cpp   which thread runs next, and where
// lines.cpp        what an access to memory costs
// report.cpp       results as text
//
// Threads take their steps in the order of their clocks: before a step, a thread lets all go first that are behind it. There
// is one exception, which saves most of the switches: a step on a line that its processor holds may be early, by half of
// what it takes to bring a line from the nearest processor. Whoever asks for the line in between has not got through to it
// by then, so this order is as possible as the other one.
#pragma once

#include "model/driver.hpp"
#include "model/fiber.hpp"
#include "model/lines.hpp"

#include <weft/model/simulate.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace weft::model::detail {

/// What the language keeps of exceptions in flight for a thread of the system; each simulated thread needs its own.
struct exceptions_in_flight {
    void* caught = nullptr;
    unsigned uncaught = 0;

    [[nodiscard]] static exceptions_in_flight of_this_thread() noexcept;
    void put_back() const noexcept;
};

/// `pool/work.cpp:12`: of a path the end, which says enough.
[[nodiscard]] std::string place_text(const source_location& where);

class simulation final : public driver {
public:
    simulation(const machine& on, const simulation_options& how);

    simulation_result run(void (*program)(void*), void* argument);

    [[nodiscard]] simulation* as_simulation() noexcept override { return this; }

    // --- objects that are told apart by their addresses ---------------------------------------------------------------

    void touch(const void* object, std::size_t bytes, access how, const source_location& where);
    void touch_fence();
    bool sleep_on(const void* word, std::uint32_t old, const time_point* deadline, const source_location& where);
    void wake_on(const void* word, bool all, const source_location& where);
    void work(picoseconds time);
    void sleep(picoseconds time);
    void pause();
    void yield();
    void allocation();
    void pin(std::size_t processor);
    void unpin() noexcept { current_->pinned = nowhere; }
    [[nodiscard]] std::size_t processor_of_thread() const noexcept { return current_->on; }
    [[nodiscard]] time_point read_clock();
    [[nodiscard]] picoseconds clock() const noexcept;
    void measure(bool begins);
    void name_memory(const void* object, std::size_t bytes, const char* name);
    [[nodiscard]] const machine& on() const noexcept { return on_; }

    // --- objects of weft::model ---------------------------------------------------------------------------------------

    [[nodiscard]] time_point now() override { return read_clock(); }
    entry new_location(const void* object, std::uint64_t value, bool was_static) override;
    void end_location(entry at) override;
    void name_location(entry at, const char* name) override;
    std::uint64_t load(entry at, memory_order order, const source_location& where) override;
    void store(entry at, std::uint64_t value, memory_order order, const source_location& where) override;
    std::uint64_t read_modify_write(entry at, change how, std::uint64_t operand, std::uint64_t mask, memory_order order,
                                    const source_location& where) override;
    bool compare_exchange(entry at, std::uint64_t& expected, std::uint64_t desired, bool weak, memory_order success,
                          memory_order failure, const source_location& where) override;
    void fence(memory_order order, const source_location& where) override;
    bool wait(entry at, std::uint64_t old, const time_point* deadline, const source_location& where) override;
    void wake(entry at, bool all, const source_location& where) override;
    void lock(entry at, const source_location& where) override;
    entry new_cell(const void* object, bool was_static) override;
    void end_cell(entry at) override;
    void touch_cell(entry at, bool writes, const source_location& where) override;
    void* allocate(std::size_t bytes, std::size_t alignment) override;
    void deallocate(void* memory) override;
    [[nodiscard]] bool owns(const void*) const noexcept override { return false; }
    std::size_t start_thread(void (*body)(void*), void* argument) override;
    void join_thread(std::size_t thread, const source_location& where) override;
    void spin(const source_location&) override { pause(); }
    void record(std::int64_t) override {}
    void note(const char*) override {}
    void fail(const char* what, const source_location& where) override;
    [[nodiscard]] std::uint32_t clock_of(std::size_t) const noexcept override { return 0; }

private:
    static constexpr std::size_t nowhere = ~std::size_t{0};

    struct simulated_thread {
        simulated_thread(std::size_t n, void (*b)(void*), void* a);

        fiber stack;
        std::size_t number;
        void (*body)(void*);
        void* argument;
        std::size_t pinned = nowhere;
        std::size_t on = 0;  ///< the processor that it runs on, or ran on last
        picoseconds clock = 0;
        picoseconds slice_end = 0;
        bool done = false;
        // Of its sleep.
        const void* sleeps_on = nullptr;
        std::uint32_t sleeps = 0;  ///< how often it has; tells an old deadline from the present one
        bool in_time = true;
        source_location where;
    };

    struct processor {
        simulated_thread* current = nullptr;
        std::deque<simulated_thread*> queue;  ///< threads that want it
        picoseconds stores_done = 0;          ///< when its store buffer is empty
        picoseconds work = 0, memory = 0, spinning = 0, waking = 0;
    };

    /// Something that happens at a time: a processor goes on with its thread, or a deadline of a thread passes.
    struct event {
        picoseconds at;
        std::uint32_t order;  ///< among those of the same time: the processor, or, behind all of them, the thread
        std::uint32_t sleep;
        bool is_deadline;

        friend bool operator<(const event& a, const event& b) noexcept
        {
            return a.at != b.at ? a.at > b.at : a.is_deadline != b.is_deadline ? a.is_deadline : a.order > b.order;
        }
    };

    struct modelled_value {
        const void* object;
        std::uint64_t value;
        bool dead;
        bool is_mutex;  ///< somebody has slept for it
    };

    struct saved_word {
        void* at;
        std::size_t bytes;
        std::uint64_t value;
    };

    // processors.cpp
    static void thread_main() noexcept;
    simulated_thread& new_thread(void (*body)(void*), void* argument);
    void keep_pace();
    void give_way();
    void leave(std::size_t number, picoseconds when);
    void go_on_with_next();
    void take_over(std::size_t number, simulated_thread& next, picoseconds when);
    void set_limit() noexcept;
    void add_event(const event& e);
    void make_ready(simulated_thread& t, picoseconds at);
    [[nodiscard]] std::size_t first_idle(std::size_t from, std::size_t to) const noexcept;
    [[nodiscard]] std::size_t choose_processor(const simulated_thread& t) const noexcept;
    [[nodiscard]] simulated_thread* take_queued(std::size_t number) noexcept;
    bool block(const void* on, const time_point* deadline, const source_location& where);
    void wake_sleeper(simulated_thread& t, picoseconds at, bool in_time);
    void wake_sleepers(const void* on, bool all);
    [[nodiscard]] std::string describe_stuck() const;
    [[noreturn]] void end_run();

    // simulation.cpp
    void save_static(const void* object, std::size_t bytes);
    void restore_statics() noexcept;
    void system(picoseconds time) noexcept;
    std::uint64_t& access_value(entry at, access how, const source_location& where);
    void collect();

    [[nodiscard]] processor& here() noexcept { return processors_[current_->on]; }

    const machine on_;
    const simulation_options how_;
    line_table lines_;
    std::vector<processor> processors_;
    std::vector<std::unique_ptr<simulated_thread>> threads_;
    std::vector<event> events_;        ///< a heap
    std::vector<std::uint64_t> idle_;  ///< a bit a processor
    std::size_t queued_ = 0;           ///< threads in queues
    std::unordered_map<const void*, std::deque<simulated_thread*>> sleepers_;
    simulated_thread* current_ = nullptr;
    picoseconds limit_ = 0;  ///< until when the current thread may go on without a look at the others
    fiber outside_;
    bool ended_ = false;
    std::string failure_;
    std::exception_ptr thrown_;

    std::vector<modelled_value> values_;
    std::vector<saved_word> saved_;
    std::unordered_set<const void*> is_saved_;
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> statics_;  ///< ranges of memory

    // What the result says.
    bool collected_ = false;
    picoseconds begun_at_ = 0;
    std::uint64_t operations_ = 0, wake_ups_ = 0, switches_ = 0;
    simulation_result found_;

    // The machine's times.
    picoseconds access_, locked_, ahead_, store_buffer_, pause_, clock_read_, allocation_, system_call_, wake_call_,
        wake_latency_, context_switch_, time_slice_, thread_start_, max_time_;
};

/// What a program that is simulated with all of weft has besides: set before main.
struct program_parts {
    void (*begin)() = nullptr;            ///< before the simulation
    void (*end_program)() = nullptr;      ///< on the first thread, when the program has returned
    void (*forget)() noexcept = nullptr;  ///< after the last step, however it ended
    void (*end)() = nullptr;              ///< after the simulation
};
extern constinit program_parts parts_of_program;

/// The simulation of the code that runs; in_simulation() must be true.
[[nodiscard]] inline simulation& surely_simulated() noexcept { return static_cast<simulation&>(*active_driver); }

}  // namespace weft::model::detail
