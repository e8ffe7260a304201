// src/async/locks.cpp - async_mutex, async_semaphore, async_event, async_latch: what they do when somebody waits.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async_event.hpp>
#include <weft/async/async_latch.hpp>
#include <weft/async/async_mutex.hpp>
#include <weft/async/async_semaphore.hpp>

#include <utility>

namespace weft {

using detail::line_wait;
using detail::strand;
using detail::wait_line;
namespace order = detail::order;

// --- async_mutex -----------------------------------------------------------------------------------------------------

bool async_mutex::wait(line_wait& w, strand& who, std::coroutine_handle<> where) noexcept
{
    line_.lock();
    std::uint32_t seen = word_.load(order::relaxed);
    for (;;) {
        if (seen == contended) break;
        if (seen == free) {
            // order: as the lock taken at once
            if (!word_.compare_exchange_weak(seen, held, order::acquire, order::relaxed)) continue;  // O1
            line_.unlock();
            return wait_line::at_once(w, who, where);
        }
        if (word_.compare_exchange_weak(seen, contended, order::relaxed, order::relaxed)) break;  // I1
    }
    return line_.join_and_unlock(w, who, where, "async_mutex");
}

void async_mutex::hand_on() noexcept
{
    line_.lock();
    line_wait* const heir = line_.serve_locked();
    if (heir == nullptr) {
        word_.store(free, order::release);  // O1
    } else if (line_.is_empty_locked()) {
        word_.store(held, order::relaxed);  // the heir's
    }
    line_.unlock();
    if (heir != nullptr) wait_line::make_ready(*heir);
}

// --- async_semaphore -------------------------------------------------------------------------------------------------

bool async_semaphore::take_or_wait(line_wait& w, strand& who, std::coroutine_handle<> where) noexcept
{
    line_.lock();
    if (permits_ == 0) return line_.join_and_unlock(w, who, where, "async_semaphore");
    --permits_;
    line_.unlock();
    return wait_line::at_once(w, who, where);
}

bool async_semaphore::try_acquire() noexcept
{
    line_.lock();
    const bool got = permits_ != 0;
    if (got) --permits_;
    line_.unlock();
    return got;
}

void async_semaphore::release(std::size_t count) noexcept
{
    line_wait* list = nullptr;
    line_wait* last = nullptr;
    line_.lock();
    for (; count != 0; --count) {
        line_wait* const w = line_.serve_locked();
        if (w == nullptr) break;
        wait_line::append(list, last, *w);
    }
    permits_ += count;
    line_.unlock();
    wait_line::make_all_ready(list);
}

// --- async_event -----------------------------------------------------------------------------------------------------

bool async_event::wait_or_pass(line_wait& w, strand& who, std::coroutine_handle<> where) noexcept
{
    if (is_set()) return wait_line::at_once(w, who, where);
    line_.lock();
    if (!set_.load(order::relaxed)) return line_.join_and_unlock(w, who, where, "async_event");
    line_.unlock();
    return wait_line::at_once(w, who, where);
}

void async_event::set() noexcept
{
    line_.lock();
    set_.store(true, order::release);  // O1
    line_wait* const list = line_.serve_all_locked();
    line_.unlock();
    wait_line::make_all_ready(list);
}

void async_event::reset() noexcept
{
    line_.lock();
    set_.store(false, order::relaxed);
    line_.unlock();
}

// --- async_latch -----------------------------------------------------------------------------------------------------

bool async_latch::wait_or_pass(line_wait& w, strand& who, std::coroutine_handle<> where) noexcept
{
    if (is_done()) return wait_line::at_once(w, who, where);
    line_.lock();
    if (left_.load(order::relaxed) != 0) return line_.join_and_unlock(w, who, where, "async_latch");
    line_.unlock();
    return wait_line::at_once(w, who, where);
}

void async_latch::count_down(std::size_t n) noexcept
{
    line_.lock();
    const std::size_t left = left_.load(order::relaxed);
    const std::size_t rest = left > n ? left - n : 0;
    left_.store(rest, order::release);  // O1
    line_wait* const list = rest == 0 ? line_.serve_all_locked() : nullptr;
    line_.unlock();
    wait_line::make_all_ready(list);
}

}  // namespace weft
