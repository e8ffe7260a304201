// src/model/processors.cpp - which simulated thread takes the next step, and on which processor.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/simulation.hpp"

#include <cxxabi.h>
#include <algorithm>
#include <bit>
#include <cstring>

#if defined(_LIBCPP_VERSION)  // libc++abi has it, but declares it in no header
namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals();
}  // namespace __cxxabiv1
#endif

namespace weft::model::detail {

namespace {

constexpr std::size_t stack_bytes = std::size_t{1} << 20;

}  // namespace

exceptions_in_flight exceptions_in_flight::of_this_thread() noexcept
{
    exceptions_in_flight out;
    std::memcpy(&out, static_cast<const void*>(abi::__cxa_get_globals()), sizeof out);
    return out;
}

void exceptions_in_flight::put_back() const noexcept
{
    std::memcpy(static_cast<void*>(abi::__cxa_get_globals()), this, sizeof *this);
}

simulation::simulated_thread::simulated_thread(std::size_t n, void (*b)(void*), void* a)
    : stack(stack_bytes), number(n), body(b), argument(a)
{
}

simulation::simulated_thread& simulation::new_thread(void (*body)(void*), void* argument)
{
    threads_.push_back(std::make_unique<simulated_thread>(threads_.size(), body, argument));
    simulated_thread& t = *threads_.back();
    t.stack.prepare(&simulation::thread_main);
    return t;
}

void simulation::thread_main() noexcept
{
    auto& s = static_cast<simulation&>(*active_driver);
    simulated_thread& t = *s.current_;
    t.stack.arrived();
    exceptions_in_flight{}.put_back();
    try {
        simulated_here = {s.execution_, static_cast<std::uint32_t>(t.number)};
        on_modelled_thread = true;
        t.body(t.argument);
        if (t.number == 0) {
            if (!s.collected_) s.collect();
            if (parts_of_program.end_program != nullptr) parts_of_program.end_program();
        }
    } catch (...) {
        const in_simulator here;
        s.thrown_ = std::current_exception();
    }
    simulated_here = {};
    on_modelled_thread = false;
    if (t.number == 0 || s.thrown_ != nullptr) s.end_run();
    s.keep_pace();
    t.done = true;
    s.wake_sleepers(&t, true);
    s.leave(t.on, t.clock);
    std::terminate();  // not reached: nobody resumes it
}

void simulation::end_run()
{
    ended_ = true;
    fiber::go(current_->stack, outside_);
    std::terminate();  // not reached: nobody resumes it
}

// --- the order of steps ----------------------------------------------------------------------------------------------

void simulation::add_event(const event& e)
{
    events_.push_back(e);
    std::push_heap(events_.begin(), events_.end());
    limit_ = std::min(limit_, e.at);
}

void simulation::set_limit() noexcept
{
    limit_ = events_.empty() ? max_time_ : std::min(events_.front().at, max_time_);
    if (!here().queue.empty()) limit_ = std::min(limit_, current_->slice_end);
}

/// Lets all go first that are behind the current thread, and others on its processor if its time slice is over.
void simulation::keep_pace()
{
    simulated_thread& t = *current_;
    if (!here().queue.empty() && t.clock >= t.slice_end) return give_way();
    if (t.clock <= limit_) return;
    add_event({t.clock, static_cast<std::uint32_t>(t.on), 0, false});
    go_on_with_next();
}

/// The current thread goes behind those that wait for its processor.
void simulation::give_way()
{
    simulated_thread& t = *current_;
    processor& p = here();
    p.queue.push_back(&t);
    simulated_thread& next = *p.queue.front();
    p.queue.pop_front();
    take_over(t.on, next, t.clock);
    go_on_with_next();
}

/// The current thread has nothing to do: the processor goes to another one, or idles.
void simulation::leave(std::size_t number, picoseconds when)
{
    if (simulated_thread* const next = take_queued(number)) {
        take_over(number, *next, when);
    } else {
        processors_[number].current = nullptr;
        idle_[number / 64] |= std::uint64_t{1} << (number % 64);
    }
    go_on_with_next();
}

/// A thread that waits for this processor or, if there is none, for the one with the longest queue.
simulation::simulated_thread* simulation::take_queued(std::size_t number) noexcept
{
    if (queued_ == 0) return nullptr;
    processor* from = &processors_[number];
    if (from->queue.empty()) {
        from = &*std::max_element(processors_.begin(), processors_.end(), [](const processor& a, const processor& b) {
            return a.queue.size() < b.queue.size();
        });
    }
    const auto found = std::find_if(from->queue.begin(), from->queue.end(), [number](const simulated_thread* t) {
        return t->pinned == nowhere || t->pinned == number;
    });
    if (found == from->queue.end()) return nullptr;
    simulated_thread* const t = *found;
    from->queue.erase(found);
    --queued_;
    return t;
}

/// `next` is the thread of this processor once it is ready, and the switch is done.
void simulation::take_over(std::size_t number, simulated_thread& next, picoseconds when)
{
    processor& p = processors_[number];
    next.on = number;
    next.clock = std::max(when, next.clock) + context_switch_;
    next.slice_end = next.clock + time_slice_;
    p.current = &next;
    p.waking += context_switch_;
    ++switches_;
    add_event({next.clock, static_cast<std::uint32_t>(number), 0, false});
}

/// Runs whoever comes next. Returns when the calling thread does.
void simulation::go_on_with_next()
{
    simulated_thread& from = *current_;
    for (;;) {
        if (events_.empty()) {
            failure_ = "deadlock: " + describe_stuck();
            end_run();
        }
        const event e = events_.front();
        std::pop_heap(events_.begin(), events_.end());
        events_.pop_back();
        if (e.is_deadline) {
            simulated_thread& t = *threads_[e.order];
            if (t.sleeps_on != nullptr && t.sleeps == e.sleep) wake_sleeper(t, e.at + wake_latency_, false);
            continue;
        }
        if (e.at > max_time_) {
            failure_ = "livelock, or a bound that is too low: more than " +
                       std::to_string(static_cast<std::uint64_t>(how_.max_time.count() / 1e6)) + " ms of virtual time";
            end_run();
        }
        current_ = processors_[e.order].current;
        set_limit();
        if (current_ == &from) return;
        self_ = current_->number;
        const exceptions_in_flight mine = exceptions_in_flight::of_this_thread();
        fiber::go(from.stack, current_->stack);
        self_ = from.number;
        mine.put_back();
        return;
    }
}

// --- which processor -------------------------------------------------------------------------------------------------

std::size_t simulation::first_idle(std::size_t from, std::size_t to) const noexcept
{
    to = std::min(to, processors_.size());
    for (std::size_t i = from; i < to;) {
        const std::uint64_t rest = idle_[i / 64] >> (i % 64);
        if (rest != 0) {
            i += static_cast<std::size_t>(std::countr_zero(rest));
            return i < to ? i : to;
        }
        i = (i / 64 + 1) * 64;
    }
    return to;
}

/// The one that the thread ran on last if that is idle, else the nearest idle one, else the one that it ran on last.
std::size_t simulation::choose_processor(const simulated_thread& t) const noexcept
{
    if (t.pinned != nowhere) return t.pinned;
    if (processors_[t.on].current == nullptr) return t.on;
    const std::size_t cache = on_.cores_per_cache;
    const std::size_t socket = cache * on_.caches_per_socket;
    for (const std::size_t group : {cache, socket, processors_.size()}) {
        const std::size_t from = t.on / group * group;
        const std::size_t to = std::min(from + group, processors_.size());
        if (const std::size_t found = first_idle(from, to); found != to) return found;
    }
    return t.on;
}

void simulation::make_ready(simulated_thread& t, picoseconds at)
{
    const std::size_t number = choose_processor(t);
    processor& p = processors_[number];
    t.on = number;
    t.clock = at;
    if (p.current != nullptr) {
        p.queue.push_back(&t);
        ++queued_;
        if (p.current == current_) set_limit();
        return;
    }
    p.current = &t;
    t.slice_end = at + time_slice_;
    idle_[number / 64] &= ~(std::uint64_t{1} << (number % 64));
    add_event({at, static_cast<std::uint32_t>(number), 0, false});
}

/// The current thread runs there from now on, and nowhere else.
void simulation::pin(std::size_t number)
{
    const in_simulator inside;
    simulated_thread& t = *current_;
    t.pinned = number;
    system(system_call_);
    keep_pace();
    if (t.on == number) return;
    const std::size_t left = t.on;
    const picoseconds when = t.clock;
    make_ready(t, when + context_switch_);
    leave(left, when);
}

// --- sleep -----------------------------------------------------------------------------------------------------------

bool simulation::block(const void* on, const time_point* deadline, const source_location& where)
{
    simulated_thread& t = *current_;
    t.sleeps_on = on;
    ++t.sleeps;
    t.in_time = true;
    t.where = where;
    if (deadline != nullptr) {
        const picoseconds at =
            std::chrono::duration_cast<std::chrono::nanoseconds>(deadline->time_since_epoch()).count() *
            picoseconds{1000};
        if (at <= t.clock) {
            t.sleeps_on = nullptr;
            return false;
        }
        if (at < max_time_) add_event({at, static_cast<std::uint32_t>(t.number), t.sleeps, true});
    }
    sleepers_[on].push_back(&t);
    leave(t.on, t.clock);
    return t.in_time;
}

void simulation::wake_sleeper(simulated_thread& t, picoseconds at, bool in_time)
{
    const auto line = sleepers_.find(t.sleeps_on);
    std::erase(line->second, &t);
    if (line->second.empty()) sleepers_.erase(line);
    t.sleeps_on = nullptr;
    t.in_time = in_time;
    make_ready(t, at);
    processors_[t.on].waking += wake_latency_;
}

/// The current thread wakes whoever sleeps there, one after the other.
void simulation::wake_sleepers(const void* on, bool all)
{
    do {
        const auto line = sleepers_.find(on);
        if (line == sleepers_.end()) return;
        simulated_thread& t = *line->second.front();
        ++wake_ups_;
        wake_sleeper(t, current_->clock + wake_latency_, true);
        system(wake_call_);
    } while (all);
}

std::string simulation::describe_stuck() const
{
    constexpr std::size_t enough = 6;
    std::string out;
    std::size_t stuck = 0;
    for (const auto& t : threads_) {
        if (t->done || ++stuck > enough) continue;
        if (stuck > 1) out += "; ";
        out += "thread " + std::to_string(t->number) + " sleeps";
        if (t->where.line() != 0) out += " (" + place_text(t->where) + ")";
    }
    if (stuck > enough) out += "; and " + std::to_string(stuck - enough) + " more";
    return out;
}

}  // namespace weft::model::detail
