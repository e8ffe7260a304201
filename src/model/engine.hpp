// src/model/engine.hpp - runs a scenario in every way the memory model allows.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// engine.cpp   what modelled objects ask for, and how an execution begins and ends
// steps.cpp    what a thread may do next, and what it means: the memory model
// search.cpp   which execution comes next: random, depth first with sleep sets, bounded preemptions
// trace.cpp    executions as text
#pragma once

#include "model/driver.hpp"
#include "model/fiber.hpp"
#include "model/heap.hpp"
#include "model/state.hpp"

#include <weft/model/check.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weft::model::detail {

class engine final : public driver {
public:
    explicit engine(const options& how) : how_(how) {}

    result run(void (*scenario)(void*), void* argument);

    // --- called by modelled objects, on a modelled thread -----------------------------------------------------------

    [[nodiscard]] time_point now() override { return now_; }
    [[nodiscard]] std::uint32_t clock_of(std::size_t thread) const noexcept override
    {
        return threads_[self_].now.clock.of[thread];
    }

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
    void spin(const source_location& where) override;

    entry new_cell(const void* object, bool was_static) override;
    void end_cell(entry at) override;
    void touch_cell(entry at, bool writes, const source_location& where) override;

    void* allocate(std::size_t bytes, std::size_t alignment) override;
    void deallocate(void* memory) override;
    [[nodiscard]] bool owns(const void* memory) const noexcept override { return heap_.owns(memory); }

    std::size_t start_thread(void (*body)(void*), void* argument) override;
    void join_thread(std::size_t thread, const source_location& where) override;
    void record(std::int64_t value) override;
    void note(const char* text) override;
    void fail(const char* what, const source_location& where) override { fail_with(where, what); }

    /// Ends the execution. Does not return on a modelled thread, whose stack is left as it is: nothing that owns memory
    /// may be alive on it, which is why the engine puts the parts of the message together.
    template <class... Parts>
    void fail_with(const source_location& where, const Parts&... parts)
    {
        begin_failure();
        (add_to_failure(parts), ...);
        stop(where);
    }

private:
    void begin_failure();
    void add_to_failure(const char* text) { failure_ += text; }
    void add_to_failure(const std::string& text) { failure_ += text; }
    void add_to_failure(const source_location& place);
    void stop(const source_location& where);

    enum class ending { complete, pruned, failed };
    enum class mode { random, search, replay };

    struct node {
        std::vector<transition> sleeping;    ///< already explored from here, by an equivalent execution
        std::vector<transition> candidates;  ///< to be explored from here, in this order
        std::vector<std::uint16_t> numbers;  ///< indices of the candidates among all enabled transitions
        std::size_t next = 0;
    };

    // engine.cpp
    /// Lets the scheduler decide when, and in which way, the current thread takes this step.
    std::uint64_t step(entry at, operation op, bool* succeeded = nullptr);
    /// For a step that concerns no location.
    std::uint64_t step(const operation& op);
    void begin_execution();
    ending execute();
    ending end_execution();
    static void thread_main() noexcept;
    void resume(std::size_t thread);
    void check_alive(entry at, const source_location& where);

    // steps.cpp
    [[nodiscard]] bool is_local(std::size_t thread) const noexcept;
    void settle();
    void enabled(std::size_t thread, std::vector<transition>& out);
    void impatient(std::vector<transition>& out);
    void enabled_loads(const modelled_thread& t, std::vector<transition>& out, const transition& common);
    void enabled_compares(const modelled_thread& t, std::vector<transition>& out, const transition& common);
    void enabled_waits(const modelled_thread& t, std::vector<transition>& out, const transition& common);
    [[nodiscard]] int oldest(const modelled_thread& t, index at, bool seq_cst) const noexcept;
    [[nodiscard]] int oldest_to_change(const modelled_thread& t, index at, bool seq_cst) const noexcept;
    [[nodiscard]] int oldest_again(const modelled_thread& t, index at, int from) const noexcept;
    [[nodiscard]] bool independent(const transition& a, const transition& b) const noexcept;
    void apply(const transition& what);
    void read(modelled_thread& t, index at, index m, memory_order order, bool seq_cst);
    void write(modelled_thread& t, index at, index after, std::uint64_t value, memory_order order, bool seq_cst,
               bool continues);
    void apply_fence(modelled_thread& t, memory_order order);
    void apply_wake(const modelled_thread& waker, const transition& what);
    [[nodiscard]] bool newer(index at, index a, index b) const noexcept;
    void join_views(view& to, const view& from) const noexcept;

    // search.cpp
    [[nodiscard]] bool choose(transition& out);
    bool choose_in_search(transition& out);
    [[nodiscard]] std::size_t choose_evenly() noexcept;
    [[nodiscard]] std::size_t choose_by_priority() noexcept;
    void draw_priorities() noexcept;
    [[nodiscard]] bool backtrack() noexcept;
    std::uint64_t random() noexcept;

    // trace.cpp
    void trace_step(const transition& what);
    void trace_line(std::size_t thread, const source_location& where, const std::string& text);
    [[nodiscard]] std::string name_of(index at) const;
    [[nodiscard]] std::string describe_stuck() const;

    const options& how_;
    result found_;
    mode mode_ = mode::random;

    // One execution.
    std::size_t thread_count_ = 0;
    std::size_t location_count_ = 0;
    std::size_t cell_count_ = 0;
    std::array<modelled_thread, max_threads> threads_;
    std::vector<location> locations_{std::vector<location>(max_locations)};
    std::vector<cell_record> cells_;
    heap heap_;
    time_point now_{};
    fiber scheduler_;
    bool failed_ = false;
    std::string failure_;
    std::string outcome_;
    std::uint32_t steps_ = 0;
    std::vector<transition> enabled_;
    std::vector<std::uint16_t> chosen_;
    bool tracing_ = false;
    std::string trace_;
    std::uint32_t trace_lines_ = 0;

    // The search.
    std::vector<node> path_;
    std::size_t depth_ = 0;     ///< nodes of path_ in use
    std::size_t position_ = 0;  ///< of the execution on the path
    std::vector<transition> sleeping_;
    std::vector<std::uint16_t> replay_;
    int last_thread_ = -1;
    int preemptions_ = 0;

    // Random executions.
    std::uint64_t random_state_ = 1;
    bool by_priority_ = false;
    std::array<std::uint32_t, max_threads> priorities_{};
    std::uint32_t lowest_ = 0;                       ///< the priority that the next thread to fall behind gets
    std::array<std::uint32_t, 3> turning_points_{};  ///< steps at which the thread that runs falls behind the others
    std::uint32_t in_a_row_ = 0;                     ///< steps of last_thread_
    std::uint32_t old_values_ = 0;                   ///< of 16 choices, how many are also made among old values

    std::map<std::string, std::uint64_t> outcomes_;
};

/// For mutation: the order that this call gets instead of `o`.
struct mutator {
    static bool active;
    static memory_order order(memory_order o, const source_location& where, const char* what, bool failure);
};

std::string path_text(const std::vector<std::uint16_t>& path);
std::vector<std::uint16_t> path_from(const std::string& text);
const char* order_name(memory_order o) noexcept;

}  // namespace weft::model::detail
