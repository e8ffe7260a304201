// src/async/wait_line.cpp - joining a line, being served, and leaving it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/detail/wait_line.hpp>

#include "async/notes.hpp"

namespace weft::detail {

bool line_wait::claim_stopped(stop_node& self) noexcept
{
    auto& w = static_cast<line_wait&>(self);
    phase expected = phase::waiting;
    return w.state_.compare_exchange_strong(expected, phase::stopped, order::relaxed, order::relaxed);  // I1
}

bool wait_line::at_once(line_wait& w, strand& who, std::coroutine_handle<> where) noexcept
{
    w.state_.store(line_wait::phase::served, order::relaxed);
    w.suspended_ = false;
    if (who.take_step()) return false;
    give_way(who, where);
    return true;
}

bool wait_line::join_and_unlock(line_wait& w, strand& who, std::coroutine_handle<> where, const char* kind) noexcept
{
    note_task_waits(kind);
    who.next = where;
    w.who = &who;
    w.claim = &line_wait::claim_stopped;
    w.state_.store(line_wait::phase::waiting, order::relaxed);
    w.suspended_ = true;  // a requester may resume the coroutine from here on; it waits for our lock then
    if (who.stop != nullptr && !who.stop->add(w)) {
        w.state_.store(line_wait::phase::stopped, order::relaxed);
        w.suspended_ = false;
        lock_.unlock();
        note_task_waits(nullptr);
        return false;
    }
    w.in_line_ = true;
    w.after_ = nullptr;
    w.before_ = last_;
    (last_ != nullptr ? last_->after_ : first_) = &w;
    last_ = &w;
    lock_.unlock();  // I2: nothing of the coroutine is touched from here on
    return true;
}

bool wait_line::leave(line_wait& w) noexcept
{
    const bool got = w.state_.load(order::relaxed) != line_wait::phase::stopped;
    if (!w.suspended_) return got;
    if (got) {
        if (w.who->stop != nullptr) w.who->stop->remove(w);
        return true;
    }
    lock_.lock();
    remove_locked(w);
    lock_.unlock();
    return false;
}

void wait_line::remove_locked(line_wait& w) noexcept
{
    if (!w.in_line_) return;
    w.in_line_ = false;
    (w.before_ != nullptr ? w.before_->after_ : first_) = w.after_;
    (w.after_ != nullptr ? w.after_->before_ : last_) = w.before_;
}

line_wait* wait_line::serve_locked() noexcept
{
    while (line_wait* const w = first_) {
        remove_locked(*w);
        line_wait::phase expected = line_wait::phase::waiting;
        if (w->state_.compare_exchange_strong(expected, line_wait::phase::served, order::relaxed,
                                              order::relaxed))  // I1
            return w;
    }
    return nullptr;
}

void wait_line::append(line_wait*& list, line_wait*& last, line_wait& w) noexcept
{
    w.after_ = nullptr;
    (last != nullptr ? last->after_ : list) = &w;
    last = &w;
}

line_wait* wait_line::serve_all_locked() noexcept
{
    line_wait* list = nullptr;
    line_wait* last = nullptr;
    while (line_wait* const w = serve_locked()) append(list, last, *w);
    return list;
}

void wait_line::make_all_ready(line_wait* list) noexcept
{
    if (list != nullptr && list->after_ == nullptr) return make_ready(*list);
    const ready_batch all;
    while (list != nullptr) {
        line_wait& w = *list;
        list = w.after_;
        make_ready(w);
    }
}

}  // namespace weft::detail
