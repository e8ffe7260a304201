// src/model/engine.cpp - what modelled objects ask of the checker, and how an execution begins and ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/engine.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <utility>

namespace weft::model::detail {

// --- locations -------------------------------------------------------------------------------------------------------

entry engine::new_location(const void*, std::uint64_t value, bool was_static)
{
    const in_driver here;
    if (location_count_ == max_locations) fail_with({}, "the scenario has too many atomics");
    const auto at = static_cast<index>(location_count_++);
    location& l = locations_[static_cast<std::size_t>(at)];
    modelled_thread& t = threads_[self_];
    l.messages.clear();
    l.order.assign(1, 0);
    l.born = was_static ? vector_clock{} : t.now.clock;
    l.accessed = vector_clock{};
    l.seq_cst = l.woken = 0;
    l.dead = false;
    l.name = nullptr;
    message& first = l.messages.emplace_back();
    first.value = value;
    first.thread = static_cast<std::uint8_t>(self_);
    first.seen = was_static ? view{} : t.now;
    for (modelled_thread& each : threads_) {
        each.now.learn(static_cast<std::size_t>(at));
        each.acquired.learn(static_cast<std::size_t>(at));
        each.released.learn(static_cast<std::size_t>(at));
        each.habits[static_cast<std::size_t>(at)] = {};
    }
    return {execution_, static_cast<std::uint32_t>(at)};
}

void engine::check_alive(entry at, const source_location& where)
{
    if (at.execution != execution_ || at.index >= location_count_) {
        fail_with(where, "use of an atomic that is not alive: freed memory, or left over from another execution");
    }
    const location& l = locations_[at.index];
    if (l.dead) fail_with(where, "use of ", name_of(static_cast<index>(at.index)), " after its destruction");
    if (!l.born.before(threads_[self_].now.clock)) {
        fail_with(where, "use of ", name_of(static_cast<index>(at.index)), " races with its construction");
    }
}

void engine::end_location(entry at)
{
    const in_driver here;
    check_alive(at, source_location{});
    location& l = locations_[at.index];
    if (how_.check_ends && !l.accessed.before(threads_[self_].now.clock)) {
        fail_with({}, "destruction of ", name_of(static_cast<index>(at.index)), " races with a use by another thread");
    }
    l.dead = true;
}

void engine::name_location(entry at, const char* name)
{
    if (at.execution == execution_ && at.index < location_count_) locations_[at.index].name = name;
}

std::uint64_t engine::step(entry at, operation op, bool* succeeded)
{
    {
        const in_driver here;
        if (op.kind == action::wake) {  // the word may be gone: a wake uses only its address
            if (at.execution != execution_ || at.index >= location_count_) return 0;
        } else {
            check_alive(at, op.where);
            location& l = locations_[at.index];
            l.accessed.of[self_] = threads_[self_].now.clock.of[self_];
        }
        op.at = static_cast<index>(at.index);
    }
    const std::uint64_t answer = step(op);
    if (succeeded != nullptr) *succeeded = threads_[self_].succeeded;
    return answer;
}

std::uint64_t engine::step(const operation& op)
{
    modelled_thread& t = threads_[self_];
    t.next = op;
    on_modelled_thread = false;
    fiber::go(t.stack, scheduler_);
    on_modelled_thread = true;
    return t.answer;
}

void engine::spin(const source_location& where)
{
    if (!threads_[self_].has_read) return;  // one pause of several in a row: nothing can have changed
    operation op;
    op.kind = action::spin;
    op.where = where;
    step(op);
}

// --- cells and memory ------------------------------------------------------------------------------------------------

entry engine::new_cell(const void*, bool was_static)
{
    const in_driver here;
    if (cell_count_ == cells_.size()) cells_.emplace_back();
    cell_record& c = cells_[cell_count_];
    c = {};
    if (!was_static) c.writes.of[self_] = threads_[self_].now.clock.of[self_];
    return {execution_, static_cast<std::uint32_t>(cell_count_++)};
}

void engine::end_cell(entry at)
{
    touch_cell(at, true, source_location{});
    cells_[at.index].dead = true;
}

void engine::touch_cell(entry at, bool writes, const source_location& where)
{
    const in_driver here;
    if (at.execution != execution_ || at.index >= cell_count_) {
        fail_with(where, "use of a cell that is not alive: freed memory, or left over from another execution");
    }
    cell_record& c = cells_[at.index];
    const vector_clock& now = threads_[self_].now.clock;
    if (c.dead) fail_with(where, "use of a cell after its destruction");
    if (!c.writes.before(now)) {
        fail_with(where, "data race: this ", writes ? "write" : "read", " and the write at ", c.last_write,
                  " are not ordered");
    }
    if (writes && !c.reads.before(now)) {
        fail_with(where, "data race: this write and the read at ", c.last_read, " are not ordered");
    }
    if (tracing_)
        trace_line(self_, where, std::string(writes ? "write" : "read") + "  cell " + std::to_string(at.index));
    if (writes) {
        c.writes = {};
        c.writes.of[self_] = now.of[self_];
        c.reads = {};
        c.last_write = where;
    } else {
        c.reads.of[self_] = now.of[self_];
        c.last_read = where;
    }
}

void* engine::allocate(std::size_t bytes, std::size_t alignment)
{
    const in_driver here;
    return heap_.allocate(bytes, alignment);
}

void engine::deallocate(void* memory)
{
    const in_driver here;
    switch (heap_.deallocate(memory)) {
        case heap::verdict::fine:
            return;
        case heap::verdict::twice:
            return fail_with({}, "memory is freed twice");
        case heap::verdict::foreign:
            return fail_with({}, "memory is freed that was not allocated in this execution");
    }
}

// --- threads ---------------------------------------------------------------------------------------------------------

std::size_t engine::start_thread(void (*body)(void*), void* argument)
{
    const in_driver here;
    if (thread_count_ == max_threads) fail_with({}, "the scenario has too many threads");
    const std::size_t number = thread_count_++;
    modelled_thread& t = threads_[number];
    t.stack.prepare(&engine::thread_main);
    t.body = body;
    t.argument = argument;
    t.next = operation{};
    t.done = t.parked = t.woken = t.has_read = t.has_news = false;
    t.idle_turns = 0;
    std::fill_n(t.habits.begin(), location_count_, modelled_thread::habit{});
    t.now = number == 0 ? view{} : threads_[self_].now;
    t.now.clock.of[number] = 1;
    t.acquired = t.now;
    // Starting a thread does not release what its creator knows: its relaxed stores publish only themselves.
    t.released.clock = vector_clock{};
    t.released.known = location_count_;
    std::fill_n(t.released.at.begin(), location_count_, index{0});
    if (number != 0) ++threads_[self_].now.clock.of[self_];
    return number;
}

void engine::thread_main() noexcept
{
    engine& e = static_cast<engine&>(*active_driver);
    modelled_thread& t = e.threads_[e.self_];
    t.stack.arrived();
    on_modelled_thread = true;
    bool threw = true;
    char what[200] = "";
    try {
        t.body(t.argument);
        threw = false;
    } catch (const std::exception& error) {
        std::snprintf(what, sizeof what, ": %s", error.what());
    } catch (...) {
        what[0] = '\0';
    }
    on_modelled_thread = false;
    if (threw) e.fail_with({}, "an exception leaves the thread", what);
    t.done = true;
    fiber::go(t.stack, e.scheduler_);
    std::terminate();  // not reached: a thread that is done is not resumed
}

void engine::resume(std::size_t thread)
{
    self_ = thread;
    fiber::go(scheduler_, threads_[thread].stack);
}

void engine::record(std::int64_t value)
{
    const in_driver here;
    if (!outcome_.empty()) outcome_ += ' ';
    outcome_ += std::to_string(value);
}

void engine::note(const char* text)
{
    const in_driver here;
    if (tracing_) trace_line(self_, source_location{}, text);
}

void engine::begin_failure()
{
    on_modelled_thread = false;
    failure_ = "thread " + std::to_string(self_) + ": ";
}

void engine::add_to_failure(const source_location& place)
{
    failure_ += place.line() == 0 ? std::string("its construction")
                                  : std::string(place.file_name()) + ":" + std::to_string(place.line());
}

void engine::stop(const source_location& where)
{
    if (where.line() != 0) {
        failure_ += " (" + std::string(where.file_name()) + ":" + std::to_string(where.line()) + ")";
        if (tracing_) trace_line(self_, where, "FAILS");
    }
    failed_ = true;
    fiber::go(threads_[self_].stack, scheduler_);  // this thread is never resumed
}

// --- an execution ----------------------------------------------------------------------------------------------------

void engine::begin_execution()
{
    execution_ = new_execution();
    thread_count_ = location_count_ = cell_count_ = 0;
    heap_.reset();
    now_ = time_point{} + std::chrono::hours(1);
    failed_ = false;
    failure_.clear();
    outcome_.clear();
    trace_.clear();
    trace_lines_ = 0;
    steps_ = 0;
    chosen_.clear();
    position_ = 0;
    sleeping_.clear();
    last_thread_ = -1;
    preemptions_ = 0;
    self_ = 0;
}

engine::ending engine::execute()
{
    for (;;) {
        settle();
        if (failed_) return ending::failed;
        enabled_.clear();
        // The last thread first: the search then tries to go on without a switch.
        const std::size_t first = last_thread_ < 0 ? 0 : static_cast<std::size_t>(last_thread_);
        for (std::size_t i = 0; i < thread_count_; ++i) enabled((first + i) % thread_count_, enabled_);
        if (enabled_.empty()) impatient(enabled_);
        if (enabled_.empty()) return end_execution();
        if (++steps_ > how_.max_steps) {
            failed_ = true;
            failure_ = "livelock, or a bound that is too low: more than " + std::to_string(how_.max_steps) + " steps";
            return ending::failed;
        }
        transition next;
        if (!choose(next)) return ending::pruned;
        last_thread_ = next.thread;
        apply(next);
        if (failed_) return ending::failed;
    }
}

engine::ending engine::end_execution()
{
    for (std::size_t i = 0; i < thread_count_; ++i) {
        if (threads_[i].done) continue;
        failed_ = true;
        failure_ = "deadlock: " + describe_stuck();
        return ending::failed;
    }
    if (how_.check_leaks && heap_.live_blocks() != 0) {
        failed_ = true;
        failure_ = "leak: " + std::to_string(heap_.live_bytes()) + " bytes in " + std::to_string(heap_.live_blocks()) +
                   " blocks are not freed";
        return ending::failed;
    }
    found_.longest = steps_ > found_.longest ? steps_ : found_.longest;
    ++outcomes_[outcome_];
    return ending::complete;
}

// --- what modelled objects ask for -----------------------------------------------------------------------------------

namespace {
memory_order ordered(memory_order o, const source_location& where, const char* what, bool failure)
{
    if (!mutator::active) return o;
    const in_driver guard;
    return mutator::order(o, where, what, failure);
}
}  // namespace

std::uint64_t engine::load(entry at, memory_order order, const source_location& where)
{
    operation op;
    op.kind = action::load;
    op.order = ordered(order, where, "load", false);
    op.where = where;
    return step(at, op);
}

void engine::store(entry at, std::uint64_t value, memory_order order, const source_location& where)
{
    operation op;
    op.kind = action::store;
    op.order = ordered(order, where, "store", false);
    op.operand = value;
    op.where = where;
    step(at, op);
}

std::uint64_t engine::read_modify_write(entry at, change how, std::uint64_t operand, std::uint64_t mask,
                                        memory_order order, const source_location& where)
{
    operation op;
    op.kind = action::change;
    op.order = ordered(order, where, "read-modify-write", false);
    op.how = how;
    op.operand = operand;
    op.mask = mask;
    op.where = where;
    return step(at, op);
}

bool engine::compare_exchange(entry at, std::uint64_t& expected, std::uint64_t desired, bool weak, memory_order success,
                              memory_order failure, const source_location& where)
{
    operation op;
    op.kind = action::compare;
    op.order = ordered(success, where, "compare-exchange", false);
    op.failure = ordered(failure, where, "compare-exchange, failing", true);
    op.weak = weak;
    op.operand = expected;
    op.desired = desired;
    op.where = where;
    bool equal = false;
    const std::uint64_t seen = step(at, op, &equal);
    if (!equal) expected = seen;
    return equal;
}

void engine::fence(memory_order order, const source_location& where)
{
    operation op;
    op.kind = action::fence;
    op.order = ordered(order, where, "fence", false);
    op.where = where;
    if (op.order != memory_order::relaxed) step(op);
}

bool engine::wait(entry at, std::uint64_t old, const time_point* deadline, const source_location& where)
{
    operation op;
    op.kind = action::wait;
    op.operand = old;
    op.timed = deadline != nullptr;
    if (deadline != nullptr) op.deadline = *deadline;
    op.where = where;
    bool in_time = true;
    step(at, op, &in_time);
    return in_time;
}

void engine::wake(entry at, bool all, const source_location& where)
{
    operation op;
    op.kind = action::wake;
    op.all = all;
    op.where = where;
    step(at, op);
}

void engine::lock(entry at, const source_location& where)
{
    operation op;
    op.kind = action::lock;
    op.order = memory_order::acquire;
    op.where = where;
    step(at, op);
}

void engine::join_thread(std::size_t thread, const source_location& where)
{
    operation op;
    op.kind = action::join;
    op.operand = thread;
    op.where = where;
    step(op);
}

result run(const options& how, void (*scenario)(void*), void* argument)
{
    engine e(how);
    const driving here(e);
    return e.run(scenario, argument);
}

}  // namespace weft::model::detail
