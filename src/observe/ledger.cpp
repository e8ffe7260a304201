// src/observe/ledger.cpp - where the time of threads goes, added up from what they tell.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "observe/ledger.hpp"
#include "observe/advice.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string_view>
#include <thread>

namespace weft::detail {

struct ledger::run {
    shared_run above;  ///< the run that it is part of
    const char* file = nullptr;
    std::uint32_t line = 0;
    const char* name = nullptr;
    std::uint32_t threads = 0;
    std::uint64_t items = 0;
    std::uint64_t parts = 0;
    std::uint64_t began = 0;
    std::uint64_t since = 0;  ///< the integrals are up to here
    bool ended = false;

    int working = 0, waiting = 0, blocked = 0;
    int most_working = 0;
    double work = 0, wait = 0, block = 0, alone = 0;
    times_by_kind blocked_by;
    std::vector<look> looks;
    double tail = 0;  ///< fewer work than ever at a time: since that began for the last time, how many times how long
    double longest = 0;
    double worked_before = 0, searched_before = 0, came_before = 0;  ///< of all threads

    [[nodiscard]] bool is_named() const noexcept { return file != nullptr; }
};

void ledger::begin(std::uint64_t time, std::uint32_t watched)
{
    began_ = now_ = time;
    watched_ = &threads_[watched];
}

// --- states ----------------------------------------------------------------------------------------------------------

ledger::state ledger::state_of(const thread_state& t) noexcept
{
    if (t.stack.empty()) return t.below;
    const frame& top = t.stack.back();
    if (top.what == frame::kind::blocked) return state::blocked;
    if (top.on_its_way) return state::on_its_way;
    return top.waits ? state::waiting : state::working;
}

ledger::shared_run ledger::run_of(const thread_state& t) noexcept
{
    for (auto f = t.stack.rbegin(); f != t.stack.rend(); ++f) {
        if (f->of != nullptr) return f->of;
        if (f->what == frame::kind::job || f->what == frame::kind::busy) return nullptr;  // of nobody we know
    }
    return nullptr;
}

void ledger::advance(run& r) const noexcept
{
    const auto passed = static_cast<double>(now_ - r.since);
    r.since = now_;
    r.work += passed * r.working;
    r.wait += passed * r.waiting;
    r.block += passed * r.blocked;
    for (blocked_time& b : r.blocked_by) b.time += passed * b.now;
    if (r.working <= 1) r.alone += passed;
    if (r.working >= r.most_working) {
        if (passed > 0) r.tail = 0;
    } else {
        r.tail += passed * (r.most_working - r.working);
    }
}

/// The state of `t` begins (more = 1) or ends (-1) to count.
void ledger::count(const thread_state& t, int more) noexcept
{
    const state now = state_of(t);
    if (now == state::searching) searching_ += more;
    if (now == state::called || now == state::on_its_way) coming_ += more;
    if (now == state::working) working_ += more;
    if (now != state::working && now != state::waiting && now != state::blocked) return;
    for (run* r = run_of(t).get(); r != nullptr; r = r->above.get()) {
        if (r->ended) continue;
        advance(*r);
        if (now == state::working) r->working += more;
        if (now == state::waiting) r->waiting += more;
        if (now == state::blocked) {
            r->blocked += more;
            of_kind(r->blocked_by, t.stack.back().blocked_for).now += more;
        }
        r->most_working = std::max(r->most_working, r->working);
    }
}

void ledger::add(std::uint32_t thread, std::uint64_t time, const event_note& note)
{
    const std::uint64_t before = now_;
    now_ = std::max(now_, time);
    const auto passed = static_cast<double>(now_ - before);
    worked_ += passed * working_;
    // Whoever searches serves all that run.
    searched_ += passed * searching_ / std::max(tops_, 1);
    came_ += passed * coming_ / std::max(tops_, 1);
    // What threads outside of pools do between the regions nobody tells, but that the one which is watched sleeps.
    const bool is_outside = tops_ == 0 && (watched_ == nullptr || state_of(*watched_) != state::blocked);
    if (is_outside) outside_ += passed;
    if (tops_ != 0 && named_ == 0 && working_ <= 1) alone_in_calls_ += passed;
    draw(static_cast<double>(before - began_), static_cast<double>(now_ - began_), working_ + (is_outside ? 1 : 0));

    thread_state& t = threads_[thread];
    if (note.at != nullptr) worked_at_[note.at] = thread;
    count(t, -1);
    switch (note.kind) {
        case event_kind::visit_begin:
            begin_visit(t, note);
            break;
        case event_kind::visit_end:
            pop(t, frame::kind::visit);
            break;
        case event_kind::region_begin:
            begin_region(t, note);
            break;
        case event_kind::region_end:
            if (note.what == nullptr || !end_covering(thread, note.what)) pop(t, frame::kind::region);
            break;
        case event_kind::scope_open:
            // What covers an object is not made of the region around it, even if that stands at the same place.
            if (note.threads != 0 && !t.stack.empty() && t.stack.back().what == frame::kind::region &&
                !t.stack.back().owner && t.stack.back().of->is_named()) {
                const frame merged = std::move(t.stack.back());
                t.stack.pop_back();
                begin_run(t, {.what = merged.of->file,
                              .line = merged.of->line,
                              .threads = note.threads,
                              .slot = static_cast<std::uint16_t>(merged.slot)});
            }
            scopes_[note.what] = run_of(t);
            if (const shared_run r = run_of(t); r != nullptr && r->threads == 0) r->threads = note.threads;
            break;
        case event_kind::long_block:
            if (const shared_run r = run_of(t)) r->longest = std::max(r->longest, static_cast<double>(note.value));
            break;
        case event_kind::slowdown:
            if (const shared_run r = run_of(t); r != nullptr && r->looks.size() < most_looks)
                r->looks.push_back({std::bit_cast<float>(static_cast<std::uint32_t>(note.value)), note.threads});
            break;
        case event_kind::steal:
            steal(t, note);
            break;
        case event_kind::job_end:
            pop(t, frame::kind::job);
            break;
        case event_kind::wait_begin:
            if (!t.stack.empty()) t.stack.back().waits = true;
            break;
        case event_kind::wait_end:
            if (!t.stack.empty()) t.stack.back().waits = false;
            break;
        case event_kind::search:
        case event_kind::sleep:
            while (!t.stack.empty()) pop_one(t);
            t.below = note.kind == event_kind::search ? state::searching : state::asleep;
            lives_at_[note.at] = thread;
            break;
        case event_kind::found: {
            const auto scope = scopes_.find(note.what);
            frame busy{.what = frame::kind::busy,
                       .of = scope != scopes_.end() ? scope->second.lock() : nullptr,
                       .on_its_way = note.value == 1};
            count_part(busy.of.get(), nullptr);
            t.stack.push_back(std::move(busy));
            break;
        }
        case event_kind::wake:
            if (const auto called = lives_at_.find(note.what); called != lives_at_.end() && called->second != thread) {
                thread_state& other = threads_[called->second];
                if (other.stack.empty() && other.below == state::asleep) {
                    count(other, -1);
                    other.below = state::called;
                    count(other, 1);
                }
            }
            break;
        case event_kind::block_begin:
            t.stack.push_back(
                {.what = frame::kind::blocked, .of = nullptr, .blocked_for = static_cast<const char*>(note.what)});
            break;
        case event_kind::block_end:
            pop(t, frame::kind::blocked);
            break;
        case event_kind::help_begin:
            help(t, note);
            break;
        case event_kind::help_end:
            pop(t, frame::kind::job);
            break;
        case event_kind::span_begin:
        case event_kind::span_end:
        case event_kind::task_run:
        case event_kind::task_waits:
        case event_kind::task_pause:
        case event_kind::task_ready:
            break;
    }
    count(threads_[thread], 1);
}

/// So many threads were at work from one time to another.
void ledger::draw(double from, double to, int at_work)
{
    while (to > step_ * most_steps) {
        for (std::size_t i = 0; i < steps_.size(); i += 2) {
            steps_[i / 2] = steps_[i] + (i + 1 < steps_.size() ? steps_[i + 1] : 0);
        }
        steps_.resize((steps_.size() + 1) / 2);
        step_ *= 2;
    }
    while (from < to) {
        const auto at = std::min(static_cast<std::size_t>(from / step_), most_steps - 1);
        const double until = at == most_steps - 1 ? to : std::min(to, step_ * static_cast<double>(at + 1));
        if (steps_.size() <= at) steps_.resize(at + 1);
        steps_[at] += (until - from) * at_work;
        from = until;
    }
}

// --- what lies on a thread's stack -----------------------------------------------------------------------------------

void ledger::count_run(run& r, bool begins) noexcept
{
    const int more = begins ? 1 : -1;
    bool within_named = false;
    for (const run* up = r.above.get(); up != nullptr; up = up->above.get())
        within_named = within_named || up->is_named();
    if (r.above == nullptr) tops_ += more;
    if (r.is_named() && !within_named) named_ += more;
}

void ledger::begin_region(thread_state& t, const event_note& note)
{
    const char* const file = static_cast<const char*>(note.what);
    if (const shared_run outer = run_of(t); file == nullptr && outer != nullptr) {  // a loop within an algorithm
        t.stack.push_back({.what = frame::kind::region, .of = outer, .slot = note.slot});
        return;
    }
    if (!t.stack.empty() && (t.stack.back().what == frame::kind::region || t.stack.back().what == frame::kind::visit)) {
        const shared_run outer = t.stack.back().of;
        if (outer->is_named() && outer->line == note.line && outer->file == file) {  // a function made of another
            t.stack.push_back({.what = frame::kind::region, .of = outer, .slot = note.slot});
            return;
        }
    }
    begin_run(t, note);
}

void ledger::begin_run(thread_state& t, const event_note& note)
{
    auto fresh = std::make_shared<run>();
    fresh->above = run_of(t);
    fresh->file = static_cast<const char*>(note.what);
    fresh->line = note.line;
    fresh->items = note.value;
    fresh->threads = note.threads;
    fresh->began = fresh->since = now_;
    fresh->worked_before = worked_;
    fresh->searched_before = searched_;
    fresh->came_before = came_;
    t.stack.push_back({.what = frame::kind::region, .of = fresh, .slot = note.slot, .owner = true});
    count_run(*fresh, true);
}

void ledger::begin_visit(thread_state& t, const event_note& note)
{
    const shared_run outer = run_of(t);
    if (outer != nullptr) {
        for (run* r = outer.get(); r != nullptr; r = r->above.get()) {
            if (r->threads == 0) r->threads = note.threads;
        }
        t.stack.push_back({.what = frame::kind::visit, .of = outer});
        return;
    }
    // A join from outside, say, whose place nobody knows.
    begin_region(t, note);
    t.stack.back().what = frame::kind::visit;
}

/// Another thread takes a part of `r`. A call from outside, which has no place, is a region only for what is not in one
/// that has.
void ledger::count_part(run* r, const char* name) noexcept
{
    for (bool in_named = false; r != nullptr; r = r->above.get()) {
        if (in_named && !r->is_named()) continue;
        in_named = in_named || r->is_named();
        ++r->parts;
        if (r->name == nullptr) r->name = name;
    }
}

void ledger::steal(thread_state& t, const event_note& note)
{
    frame job{.what = frame::kind::job, .of = nullptr, .slot = note.line};
    if (const auto at = worked_at_.find(note.what); at != worked_at_.end()) {
        const thread_state& victim = threads_[at->second];
        for (auto f = victim.stack.rbegin(); f != victim.stack.rend(); ++f) {
            const bool says = f->what == frame::kind::job || f->what == frame::kind::busy || f->of != nullptr;
            if (!says || f->slot > note.slot) continue;
            job.of = f->of;
            break;
        }
    }
    const char* const name = reinterpret_cast<const char*>(static_cast<std::uintptr_t>(note.value));
    count_part(job.of.get(), name);
    t.stack.push_back(std::move(job));
}

void ledger::help(thread_state& t, const event_note& note)
{
    frame job{.what = frame::kind::job, .of = nullptr};
    if (const auto scope = scopes_.find(note.what); scope != scopes_.end()) job.of = scope->second.lock();
    count_part(job.of.get(), nullptr);
    t.stack.push_back(std::move(job));
}

ledger::blocked_time& ledger::of_kind(times_by_kind& all, const char* kind)
{
    const auto at = std::find_if(all.begin(), all.end(), [kind](const blocked_time& one) {
        return one.kind == kind ||
               (one.kind != nullptr && kind != nullptr && std::string_view(one.kind) == std::string_view(kind));
    });
    return at != all.end() ? *at : all.emplace_back(blocked_time{kind});
}

void ledger::pop_one(thread_state& t)
{
    frame last = std::move(t.stack.back());
    t.stack.pop_back();
    if (last.owner && !last.of->ended) end_run(*last.of);
}

/// Takes away the newest frame of that kind, and what lies on it: whose end has been lost.
void ledger::pop(thread_state& t, frame::kind what)
{
    const auto is = [what](const frame& f) { return f.what == what; };
    if (std::none_of(t.stack.begin(), t.stack.end(), is)) return;  // it began before we listened
    while (!is(t.stack.back())) pop_one(t);
    pop_one(t);
}

/// The region that covers `object` ends, wherever it lies. False: there is none, and `ender` has not begun it.
bool ledger::end_covering(std::uint32_t ender, const void* object)
{
    const auto covering = scopes_.find(object);
    const shared_run ending = covering != scopes_.end() ? covering->second.lock() : nullptr;
    if (ending == nullptr || ending->ended) return false;
    scopes_.erase(covering);
    const auto is = [&](const frame& f) { return f.owner && f.of == ending; };
    // The ender does not count now, the others do.
    for (auto& [number, t] : threads_) {
        const auto at = std::find_if(t.stack.begin(), t.stack.end(), is);
        if (at == t.stack.end()) continue;
        if (number != ender) count(t, -1);
        t.stack.erase(at);
        if (number != ender) count(t, 1);
        break;
    }
    end_run(*ending);
    leave_out(*ending);
    return true;
}

/// Regions that began in `gone`, and go on, are part of what that was part of.
void ledger::leave_out(run& gone)
{
    std::vector<run*> going_on;
    for (auto& [number, t] : threads_) {
        for (const frame& f : t.stack) {
            for (run* r = f.of.get(); r != nullptr; r = r->above.get()) {
                if (!r->ended && std::find(going_on.begin(), going_on.end(), r) == going_on.end())
                    going_on.push_back(r);
            }
        }
    }
    for (run* const r : going_on) count_run(*r, false);
    for (run* const r : going_on) {
        if (r->above.get() == &gone) r->above = gone.above;
    }
    for (run* const r : going_on) count_run(*r, true);
}

// --- sums ------------------------------------------------------------------------------------------------------------

ledger::sums& ledger::sums_of(const run& r)
{
    const std::pair key = r.is_named() ? std::pair{r.file, r.line} : std::pair{r.name, std::uint32_t{0}};
    sums& s = regions_[key];
    if (r.is_named()) {
        s.file = r.file;
        s.line = r.line;
    } else {
        s.name = r.name;
    }
    return s;
}

void ledger::end_run(run& r)
{
    advance(r);
    r.ended = true;
    count_run(r, false);
    most_threads_ = std::max(most_threads_, r.threads);
    if (!r.is_named() && r.parts == 0) return;  // a call in which nothing was shared is not a region
    const std::uint32_t threads = std::max({r.threads, r.above != nullptr ? r.above->threads : 0, std::uint32_t{1}});
    const auto wall = static_cast<double>(now_ - r.began);
    sums& s = sums_of(r);
    ++s.calls;
    s.shared_calls += r.parts != 0 ? 1 : 0;
    s.parts += r.parts;
    s.items += r.items;
    s.threads = std::max(s.threads, threads);
    s.wall += wall;
    s.threads_time += wall * threads;
    // More threads than that can be there at a time, while some of them wait or are blocked.
    double left = wall * threads;
    const auto take = [&left](double& sum, double share) {
        const double taken = std::clamp(share, 0.0, left);
        sum += taken;
        left -= taken;
    };
    take(s.work, r.work);
    const double blocked_before = s.blocked;
    take(s.blocked, r.block);
    for (const blocked_time& b : r.blocked_by)
        of_kind(s.blocked_by, b.kind).time += r.block > 0 ? b.time * (s.blocked - blocked_before) / r.block : 0;
    take(s.waiting, r.wait);
    take(s.elsewhere, worked_ - r.worked_before - r.work);
    take(s.overhead, came_ - r.came_before);
    take(s.searching, searched_ - r.searched_before);
    s.idle += left;
    s.alone += r.alone;
    for (const look& l : r.looks) {
        if (s.looks.size() < most_looks) s.looks.push_back(l);
    }
    if (r.most_working > 1) s.imbalance += r.tail;
    s.in_long_blocks += r.longest;
    if (r.longest > 0) ++s.long_calls;
    if (r.longest > s.longest) {
        s.longest = r.longest;
        s.longest_of = r.work;
    }
}

void ledger::sum_up(std::vector<look>& looks, region_report& to)
{
    if (looks.empty()) return;
    // The median: a thread that has lost its processor during a look makes it tell anything.
    const auto middle = looks.begin() + static_cast<std::ptrdiff_t>(looks.size() / 2);
    std::nth_element(looks.begin(), middle, looks.end(),
                     [](const look& a, const look& b) { return a.slowdown < b.slowdown; });
    to.slowdown = middle->slowdown;
    to.slowdown_looks = looks.size();
    double threads = 0;
    for (const look& l : looks) threads += l.threads;
    to.side_by_side = threads / static_cast<double>(looks.size());
}

measurement ledger::end(std::uint64_t time, double ticks_per_microsecond)
{
    add(0, time, {.kind = event_kind::span_end});  // thread 0: nobody
    const auto nanoseconds = [&](double ticks) {
        return std::chrono::nanoseconds(
            static_cast<std::chrono::nanoseconds::rep>(ticks * 1000 / ticks_per_microsecond));
    };
    measurement all;
    all.wall = nanoseconds(static_cast<double>(now_ - began_));
    all.work = nanoseconds(worked_ + outside_);
    all.serial = nanoseconds(outside_ + alone_in_calls_);
    all.threads = std::max(most_threads_, std::uint32_t{1});
    all.processors = std::max(std::thread::hardware_concurrency(), 1u);
    all.dropped = dropped_;
    all.timeline_step = nanoseconds(step_);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        // The last step may have just begun.
        const double length = std::min(step_, static_cast<double>(now_ - began_) - static_cast<double>(i) * step_);
        all.timeline.push_back(length > 0 ? steps_[i] / length : 0);
    }
    std::map<std::string, std::vector<look>> looks;
    for (const auto& [key, s] : regions_) {
        region_report r;
        if (s.file != nullptr) {
            r.file = s.file;
            r.line = s.line;
        } else {
            r.name = type_in(s.name);
        }
        // A header has its name once in each object file.
        const auto same = std::find_if(all.regions.begin(), all.regions.end(), [&r](const region_report& o) {
            return o.file == r.file && o.line == r.line && o.name == r.name;
        });
        region_report& to = same != all.regions.end() ? *same : all.regions.emplace_back(std::move(r));
        std::vector<look>& its_looks = looks[to.place()];
        its_looks.insert(its_looks.end(), s.looks.begin(), s.looks.end());
        to.calls += s.calls;
        to.shared_calls += s.shared_calls;
        to.parts += s.parts;
        to.items += s.items;
        to.threads = std::max(to.threads, s.threads);
        to.wall += nanoseconds(s.wall);
        to.work += nanoseconds(s.work);
        to.overhead += nanoseconds(s.overhead);
        to.searching += nanoseconds(s.searching);
        to.waiting += nanoseconds(s.waiting);
        for (const blocked_time& b : s.blocked_by) {
            const std::string name = b.kind != nullptr ? b.kind : "blocking";
            const auto known = std::find_if(to.blocked_by.begin(), to.blocked_by.end(),
                                            [&name](const auto& one) { return one.first == name; });
            if (known != to.blocked_by.end()) {
                known->second += nanoseconds(b.time);
            } else {
                to.blocked_by.emplace_back(name, nanoseconds(b.time));
            }
        }
        to.blocked += nanoseconds(s.blocked);
        to.elsewhere += nanoseconds(s.elsewhere);
        to.idle += nanoseconds(s.idle);
        to.threads_time = to.work + to.overhead + to.searching + to.waiting + to.blocked + to.elsewhere + to.idle;
        to.imbalance += nanoseconds(s.imbalance);
        to.alone += nanoseconds(s.alone);
        to.in_long_blocks += nanoseconds(s.in_long_blocks);
        to.long_calls += s.long_calls;
        if (nanoseconds(s.longest) > to.longest) {
            to.longest = nanoseconds(s.longest);
            to.longest_of = nanoseconds(s.longest_of);
        }
    }
    std::sort(all.regions.begin(), all.regions.end(),
              [](const region_report& a, const region_report& b) { return a.wall > b.wall; });
    for (region_report& r : all.regions) {
        std::sort(r.blocked_by.begin(), r.blocked_by.end(),
                  [](const auto& a, const auto& b) { return a.second > b.second; });
        sum_up(looks[r.place()], r);
        r.advice = advice_for(r);
    }
    return all;
}

}  // namespace weft::detail
