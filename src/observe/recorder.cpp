// src/observe/recorder.cpp - takes the events of all threads while there is a trace or a report.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "observe/recorder.hpp"
#include "observe/slowdown.hpp"

#include <weft/seam/events.hpp>
#include <weft/seam/this_thread.hpp>
#include <weft/seam/thread.hpp>
#include <weft/seam/ticks.hpp>

#include <algorithm>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace weft::detail {
namespace {

/// More threads than this one after the other, or at a time, share their memory, or have none.
constexpr std::size_t most_rings = 256;

constinit thread_local event_ring* my_ring = nullptr;
constinit thread_local bool my_ring_is_gone = false;

}  // namespace

/// Gives the ring back when the thread ends.
struct recorder::ring_owner {
    event_ring* ring = nullptr;
    ~ring_owner()
    {
        my_ring = nullptr;
        my_ring_is_gone = true;
        if (ring != nullptr) instance().retire(*ring);
    }
};

recorder& recorder::instance()
{
    static auto* const one = new recorder;
    return *one;
}

recorder::recorder()
{
#if defined(__unix__) || defined(__APPLE__)
    pthread_atfork([] { instance().lock_.lock(); }, [] { instance().lock_.unlock(); },
                   [] {
                       // The parent writes the file, and the threads whose events these are do not exist here.
                       recorder& me = instance();
                       event_seam::writer.store(nullptr, order::relaxed);
                       event_seam::task_writer.store(nullptr, order::relaxed);
                       event_seam::block_watcher.store(nullptr, order::relaxed);
                       me.drains_.store(false, order::relaxed);
                       me.listeners_.clear();
                       me.tracing_ = false;
                       me.lock_.unlock();
                   });
#endif
}

void recorder::write(const event_note& note) noexcept
{
    recorder& me = instance();
    slowdown_look::disturbed();
    event_ring* const ring = my_ring != nullptr ? my_ring : me.ring_of_this_thread();
    if (ring == nullptr) {
        me.without_ring_.fetch_add(1, order::relaxed);
        return;
    }
    ring->write(ticks(), note);
    constexpr std::uint64_t now_and_then = event_ring::capacity / 16;
    const std::uint64_t unread = ring->unread();
    if (unread < event_ring::capacity / 2 || unread % now_and_then != 0 || !me.drains_.load(order::relaxed)) return;
    const std::unique_lock hold(me.lock_, std::try_to_lock);
    if (!hold.owns_lock()) return;
    try {
        me.drain();
    } catch (...) {  // no memory: what is not read now is read later, or lost
    }
}

void recorder::write_nothing(const event_note&) noexcept {}

event_ring* recorder::ring_of_this_thread() noexcept
{
    if (my_ring_is_gone) return nullptr;
    try {
        const std::lock_guard hold(lock_);
        event_ring& ring = make_ring();
        ring.retired = true;  // until somebody is there who says when its thread ends
        make_for_this_thread<ring_owner>().ring = &ring;
        ring.retired = false;
        my_ring = &ring;
    } catch (...) {
    }
    return my_ring;
}

event_ring& recorder::make_ring()
{
    event_ring* ring = nullptr;
    if (rings_.size() < most_rings) {
        rings_.push_back(std::make_unique<event_ring>());
        ring = rings_.back().get();
    } else {
        // That of a thread that has ended, the longest ago first.
        const auto old = std::find_if(rings_.begin(), rings_.end(), [](const auto& r) { return r->retired; });
        if (old == rings_.end()) throw std::bad_alloc();
        drain();
        ring = old->get();
        if (tracing_) lost_from_trace_ += ring->ended() - std::max(ring->first, ring->traced_from);
        ring->first = ring->ended();
        ring->retired = false;
        std::rotate(old, old + 1, rings_.end());
    }
    ring->number = next_number_++;
    ring->name = this_thread_name();
    return *ring;
}

void recorder::retire(event_ring& ring) noexcept
{
    const std::lock_guard hold(lock_);
    ring.retired = true;
}

void recorder::drain()
{
    if (listeners_.empty()) return;
    batch_.clear();
    std::uint64_t overwritten = 0;
    for (const auto& ring : rings_) {
        const std::uint64_t from = ring->read_until();
        const std::size_t before = batch_.size();
        const std::uint64_t missing = ring->copy(from, batch_);
        overwritten += missing;
        ring->set_read(from + missing + (batch_.size() - before));
    }
    std::stable_sort(batch_.begin(), batch_.end(),
                     [](const timed_event& a, const timed_event& b) { return a.time < b.time; });
    for (ledger* const listener : listeners_) {
        listener->missed(overwritten);
        for (const timed_event& e : batch_) listener->add(e.thread, e.time, e.note);
    }
}

void recorder::listen() noexcept
{
    drains_.store(!listeners_.empty(), order::relaxed);
    event_seam::block_watcher.store(listeners_.empty() ? nullptr : &slowdown_look::watch, order::relaxed);
    event_seam::task_writer.store(tracing_ ? &write : nullptr, order::relaxed);
    const event_seam::function for_probes = probed_ ? &write_nothing : nullptr;
    event_seam::writer.store(tracing_ || !listeners_.empty() ? &write : for_probes, order::relaxed);
}

void recorder::add(ledger& listener)
{
    const event_ring* const own = my_ring != nullptr ? my_ring : ring_of_this_thread();
    const std::lock_guard hold(lock_);
    listeners_.reserve(listeners_.size() + 1);
    if (listeners_.empty()) {
        for (const auto& ring : rings_) ring->set_read(ring->ended());
    } else {
        drain();
    }
    listener.begin(ticks(), own != nullptr ? own->number : 0);
    listeners_.push_back(&listener);
    listen();
}

std::optional<std::uint64_t> recorder::remove(ledger& listener)
{
    const std::lock_guard hold(lock_);
    const std::uint64_t now = ticks();
    const auto at = std::find(listeners_.begin(), listeners_.end(), &listener);
    if (at == listeners_.end()) return std::nullopt;
    try {
        drain();
    } catch (...) {
        listeners_.erase(at);
        listen();
        throw;
    }
    listeners_.erase(at);
    listen();
    return now;
}

void recorder::tell_probes()
{
    const std::lock_guard hold(lock_);
    probed_ = true;
    listen();
}

void recorder::trace_to(std::string_view path)
{
    const std::lock_guard hold(lock_);
    trace_path_ = path;
    if (tracing_) return;
    for (const auto& ring : rings_) ring->traced_from = ring->ended();
    lost_from_trace_ = 0;
    without_ring_.store(0, order::relaxed);
    tracing_ = true;
    listen();
}

bool recorder::end_trace(std::string& path, std::vector<timed_event>& events,
                         std::vector<std::pair<std::uint32_t, std::string>>& names, std::uint64_t& dropped)
{
    const std::lock_guard hold(lock_);
    if (!tracing_) return false;
    tracing_ = false;
    listen();
    path = trace_path_;
    dropped = lost_from_trace_ + without_ring_.load(order::relaxed);
    for (const auto& ring : rings_) {
        const std::size_t before = events.size();
        dropped += ring->copy(std::max(ring->first, ring->traced_from), events);
        if (events.size() != before) names.emplace_back(ring->number, ring->name);
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const timed_event& a, const timed_event& b) { return a.time < b.time; });
    return true;
}

}  // namespace weft::detail
