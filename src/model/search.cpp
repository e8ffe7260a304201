// src/model/search.cpp - which execution comes next.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "model/engine.hpp"

#include <algorithm>
#include <ctime>

namespace weft::model::detail {

std::uint64_t engine::random() noexcept
{
    random_state_ ^= random_state_ << 13;
    random_state_ ^= random_state_ >> 7;
    random_state_ ^= random_state_ << 17;
    return random_state_ * 0x2545f4914f6cdd1dull;
}

/// Chooses a thread, then one of its transitions: a load with many choices must not crowd out the other threads.
std::size_t engine::choose_evenly() noexcept
{
    std::size_t threads = 0;
    for (std::size_t i = 0; i < enabled_.size(); ++i) {
        threads += i == 0 || enabled_[i].thread != enabled_[i - 1].thread ? 1 : 0;
    }
    std::size_t which = (random() >> 33) % threads;
    std::size_t begin = 0;
    for (std::size_t i = 1; which > 0; ++i) {
        if (enabled_[i].thread != enabled_[i - 1].thread) {
            --which;
            begin = i;
        }
    }
    std::size_t end = begin + 1;
    while (end < enabled_.size() && enabled_[end].thread == enabled_[begin].thread) ++end;
    return begin + (random() >> 33) % (end - begin);
}

void engine::draw_priorities() noexcept
{
    for (std::uint32_t& each : priorities_) each = static_cast<std::uint32_t>(random() >> 33) | 0x80000000u;
    lowest_ = 0x7fffffff;
    const std::uint32_t steps = found_.longest == 0 ? 1 : found_.longest;
    for (std::uint32_t& each : turning_points_) each = static_cast<std::uint32_t>((random() >> 33) % steps);
    constexpr std::uint32_t rates[] = {0, 2, 8, 16};
    old_values_ = rates[random() >> 62];
    in_a_row_ = 0;
}

/// The thread of the highest priority runs until it cannot, or falls behind. This finds bugs that need a few threads to
/// be delayed at the right moments far more often than choosing anew at each step does.
std::size_t engine::choose_by_priority() noexcept
{
    constexpr std::uint32_t most_in_a_row = 500;  // a loop may wait for a thread that is behind it
    if (last_thread_ >= 0) {
        bool turns = in_a_row_ > most_in_a_row;
        for (const std::uint32_t each : turning_points_) turns |= each == steps_;
        if (turns) priorities_[static_cast<std::size_t>(last_thread_)] = lowest_--;
    }
    std::size_t begin = 0;
    for (std::size_t i = 1; i < enabled_.size(); ++i) {
        if (priorities_[enabled_[i].thread] > priorities_[enabled_[begin].thread]) begin = i;
    }
    in_a_row_ = enabled_[begin].thread == last_thread_ ? in_a_row_ + 1 : 0;
    std::size_t end = begin + 1;
    while (end < enabled_.size() && enabled_[end].thread == enabled_[begin].thread) ++end;
    if (end - begin == 1) return begin;
    // The newest value comes first.
    const bool any = enabled_[begin].kind == action::wait || (random() >> 60) < old_values_;
    return any ? begin + (random() >> 33) % (end - begin) : begin;
}

/// Chooses among enabled_. False: whatever could be done here has been explored in an equivalent execution.
bool engine::choose(transition& out)
{
    std::size_t number = 0;
    switch (mode_) {
        case mode::search:
            return choose_in_search(out);
        case mode::replay:
            if (chosen_.size() < replay_.size()) number = replay_[chosen_.size()];
            number = std::min(number, enabled_.size() - 1);
            break;
        case mode::random:
            number = by_priority_ ? choose_by_priority() : choose_evenly();
            break;
    }
    chosen_.push_back(static_cast<std::uint16_t>(number));
    out = enabled_[number];
    return true;
}

bool engine::choose_in_search(transition& out)
{
    const bool reduces = how_.max_preemptions < 0;
    bool last_can_go_on = false;
    for (const transition& each : enabled_) last_can_go_on |= each.thread == last_thread_;

    if (position_ == depth_) {  // not explored before
        if (depth_ == path_.size()) path_.emplace_back();
        node& fresh = path_[depth_];
        fresh.sleeping.clear();
        if (reduces) fresh.sleeping = sleeping_;
        fresh.candidates.clear();
        fresh.numbers.clear();
        fresh.next = 0;
        for (std::size_t i = 0; i < enabled_.size(); ++i) {
            const transition& each = enabled_[i];
            const bool preempts = last_can_go_on && each.thread != last_thread_;
            if (!reduces && preempts && preemptions_ >= how_.max_preemptions) continue;
            if (reduces && std::find(sleeping_.begin(), sleeping_.end(), each) != sleeping_.end()) continue;
            fresh.candidates.push_back(each);
            fresh.numbers.push_back(static_cast<std::uint16_t>(i));
        }
        if (fresh.candidates.empty()) return false;
        ++depth_;
    }
    const node& here = path_[position_++];
    out = here.candidates[here.next];
    chosen_.push_back(here.numbers[here.next]);
    if (reduces) {
        // What was explored from here and commutes with this step need not be done right after it.
        sleeping_.clear();
        for (const transition& each : here.sleeping) {
            if (independent(each, out)) sleeping_.push_back(each);
        }
        for (std::size_t i = 0; i < here.next; ++i) {
            if (independent(here.candidates[i], out)) sleeping_.push_back(here.candidates[i]);
        }
    } else if (last_can_go_on && out.thread != last_thread_) {
        ++preemptions_;
    }
    return true;
}

/// Moves to the next branch not yet taken. False: there is none.
bool engine::backtrack() noexcept
{
    while (depth_ > 0 && ++path_[depth_ - 1].next >= path_[depth_ - 1].candidates.size()) --depth_;
    return depth_ > 0;
}

result engine::run(void (*scenario)(void*), void* argument)
{
    // Processor time: what a check explores should not depend on what else runs on the machine.
    const std::clock_t begin = std::clock();
    const auto seconds = [&] { return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC; };
    random_state_ = how_.seed * 0x9e3779b97f4a7c15ull | 1;

    const auto once = [&] {
        begin_execution();
        start_thread(scenario, argument);
        const ending end = execute();
        ++found_.executions;
        if (end == ending::complete) ++found_.complete;
        return end != ending::failed;
    };

    bool fine = true;
    if (!how_.replay.empty()) {
        mode_ = mode::replay;
        replay_ = path_from(how_.replay);
        fine = once();
    } else {
        mode_ = mode::random;
        for (std::uint64_t i = 0; fine && i < how_.random_executions && seconds() < how_.max_seconds; ++i) {
            by_priority_ = i % 2 != 0;
            if (by_priority_) draw_priorities();
            fine = once();
        }
        mode_ = mode::search;
        if (fine && how_.search) {
            for (;;) {
                fine = once();
                if (!fine) break;
                if (!backtrack()) {
                    found_.exhaustive = how_.max_preemptions < 0;
                    break;
                }
                if (found_.executions >= how_.max_executions) break;
                if (found_.executions % 256 == 0 && seconds() >= how_.max_seconds) break;
            }
        }
    }

    if (!fine) {  // once more, recording a trace
        found_.passed = false;
        found_.path = path_text(chosen_);
        replay_ = chosen_;
        mode_ = mode::replay;
        tracing_ = true;
        begin_execution();
        start_thread(scenario, argument);
        execute();
        tracing_ = false;
        found_.failure = failure_;
        found_.trace = trace_;
    }
    found_.seconds = seconds();
    for (const auto& [values, count] : outcomes_) found_.outcomes.push_back({values, count});
    return std::move(found_);
}

}  // namespace weft::model::detail
