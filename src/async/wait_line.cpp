// src/async/wait_line.cpp - joining a line, being served, and leaving it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/detail/wait_line.hpp>

#include "async/notes.hpp"

namespace weft::detail {

bool wait_line::at_once(line_wait& w, strand& who, std::coroutine_handle<> where) noexcept
{
    w.who_ = nullptr;
    if (who.take_step()) return false;
    give_way(who, where);
    return true;
}

bool wait_line::join_and_unlock(line_wait& w, strand& who, std::coroutine_handle<> where, const char* kind) noexcept
{
    note_task_waits(kind);
    who.next = where;
    w.who_ = &who;
    // From here on a requester may make it ready; it takes our lock before it goes on.
    if (!stop_state::begin_wait(who)) {
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
    if (w.who_ == nullptr || !stop_state::was_stopped(*w.who_)) return true;
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
        if (stop_state::serve(*w->who_)) return w;  // I1
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
