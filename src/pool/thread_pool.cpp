// src/pool/thread_pool.cpp - the public pool, the global pool, and this thread's place in them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include <weft/pool/context.hpp>
#include <weft/pool/per_worker.hpp>

#include "pool/notes.hpp"
#include "pool/pool_core.hpp"
#include "pool/stay_loaded.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#define WEFT_HAS_FORK 1
#endif

namespace weft {
namespace detail {

// --- the global pool -------------------------------------------------------------------------------------------------

namespace {

// None of this is ever destroyed: parallel code may run before main and after it.
constinit std::atomic<pool_core*> global{nullptr};
constinit std::atomic<unsigned> forks{0};

std::mutex& global_lock()
{
    static auto* const lock = new std::mutex;
    return *lock;
}

#ifdef WEFT_HAS_FORK
void in_child()
{
    forks.fetch_add(1, std::memory_order_relaxed);
    global.store(nullptr, std::memory_order_relaxed);         // its threads are gone: the next use makes a new one
    driver_of_all.store(nullptr, std::memory_order_relaxed);  // what it has from the system is the parent's
    drivers_wanted.store(0, std::memory_order_relaxed);
    global_lock().unlock();
}

#endif

/// A pool whose start has failed. It stays, and in sight of leak checkers, since whoever found it may still call in.
struct failed_pool {
    const pool_core* pool = nullptr;
    failed_pool* next = nullptr;
};
failed_pool* failed_pools = nullptr;  // guarded by global_lock()

/// Makes the global pool, unless there is one. Returns whether it did.
bool make_global_pool(pool_options options)
{
    watch_forks();
    auto if_it_fails = std::make_unique<failed_pool>();
    pool_core* fresh = nullptr;
    {
        const std::lock_guard hold(global_lock());
        if (global.load(std::memory_order_relaxed) != nullptr) return false;
        fresh = new pool_core(std::move(options));
        global.store(fresh, std::memory_order_release);
    }
    stay_loaded();
    // Without the lock, and with the pool in its place: on_thread_start may use it, fork, or wait for one that does.
    try {
        fresh->start();
    } catch (...) {
        const std::lock_guard hold(global_lock());
        global.store(nullptr, std::memory_order_relaxed);  // its threads have ended
        *if_it_fails = {fresh, failed_pools};
        failed_pools = if_it_fails.release();
        throw;
    }
    return true;
}

pool_core& global_pool()
{
    for (;;) {
        if (pool_core* const p = global.load(std::memory_order_acquire)) return *p;
        make_global_pool(pool_options{});
    }
}

}  // namespace

void watch_forks()
{
#ifdef WEFT_HAS_FORK
    static const int once = pthread_atfork([] { global_lock().lock(); }, [] { global_lock().unlock(); }, &in_child);
    static_cast<void>(once);
#endif
}

unsigned fork_generation() noexcept { return forks.load(std::memory_order_relaxed); }

pool_core& current_pool()
{
    worker* const here = current_worker::get();
    return here != nullptr ? here->pool : global_pool();
}

// --- this thread's place ---------------------------------------------------------------------------------------------

worker* visit::place_of_this_thread(const pool_core& pool) noexcept
{
    worker* const here = current_worker::get();
    if (here != nullptr && &here->pool == &pool) return here;
    for (const visit* v = newest::get(); v != nullptr; v = v->below_) {
        for (worker* const w : {v->place_, v->before_}) {
            if (w != nullptr && &w->pool == &pool) return w;
        }
    }
    return nullptr;
}

visit::visit() : before_(current_worker::get())
{
    place_ = before_;
    if (before_ == nullptr) enter(global_pool());
}

visit::visit(pool_core& pool) : before_(current_worker::get())
{
    place_ = before_;
    if (before_ == nullptr || &before_->pool != &pool) enter(pool);
}

void visit::enter(pool_core& pool)
{
    worker* const mine = place_of_this_thread(pool);
    if (before_ != nullptr) before_->pool.leave(static_cast<detail::place&>(*before_));
    try {
        if (mine != nullptr) {
            pool.come_back(static_cast<detail::place&>(*mine));
            place_ = mine;
            how_ = kind::returned;
        } else {
            detail::place& taken = pool.sit_down();
            taken.begun_under = float_registers::glance();
            taken.spawns_under = {};
            place_ = &taken;
            how_ = kind::entered;
            note_visit(taken, pool.num_threads());
        }
    } catch (...) {
        if (before_ != nullptr) before_->pool.come_back(static_cast<detail::place&>(*before_));
        throw;
    }
    below_ = newest::get();
    newest::set(this);
    current_worker::set(place_);
}

visit::~visit()
{
    if (how_ == kind::stayed) return;
    newest::set(below_);
    current_worker::set(before_);
    if (how_ == kind::entered) {
        note(event_kind::visit_end, static_cast<detail::place&>(*place_));
        place_->pool.stand_up(static_cast<detail::place&>(*place_));
    } else {
        place_->pool.leave(static_cast<detail::place&>(*place_));
    }
    if (before_ != nullptr) before_->pool.come_back(static_cast<detail::place&>(*before_));
}

const void* place_key() noexcept
{
    static thread_local const char outsider = 0;
    const worker* const here = current_worker::get();
    return here != nullptr ? static_cast<const void*>(here) : &outsider;
}

blocking_section::blocking_section(const char* kind) : blocked_(kind), place_(current_worker::get())
{
    if (worker* const here = place_) here->pool.begin_blocking(static_cast<place&>(*here));
}

blocking_section::~blocking_section()
{
    if (place_ != nullptr) place_->pool.end_blocking(static_cast<place&>(*place_));
}

}  // namespace detail

// --- public ----------------------------------------------------------------------------------------------------------

thread_pool::thread_pool(const pool_options& options) : core_(nullptr)
{
    detail::watch_forks();
    auto fresh = std::make_unique<detail::pool_core>(options);
    fresh->start();
    core_ = fresh.release();
}

thread_pool::~thread_pool() { delete core_; }

void init_global_pool(const pool_options& options)
{
    if (!detail::make_global_pool(options))
        throw std::logic_error(
            "weft::init_global_pool: the global pool is already running; call it before anything uses the pool");
}

std::size_t fork_context::num_threads() const noexcept { return worker_->pool.num_threads(); }

bool fork_context::wanted_for(std::uint64_t work) const noexcept
{
    return worker_->pool.divides_short_work(static_cast<detail::place&>(*worker_), work);
}

std::optional<std::size_t> current_thread_index() noexcept
{
    const detail::worker* const here = detail::current_worker::get();
    if (here == nullptr) return std::nullopt;
    const std::uint32_t seat = static_cast<const detail::place&>(*here).own_seat();
    if (seat == detail::no_seat) return std::nullopt;
    return seat;
}

std::size_t current_num_threads() { return detail::current_pool().num_threads(); }

yield_result yield_now()
{
    detail::worker* const here = detail::current_worker::get();
    if (here == nullptr) return yield_result::not_in_pool;
    return here->pool.yield_now(static_cast<detail::place&>(*here));
}

yield_result yield_local()
{
    detail::worker* const here = detail::current_worker::get();
    if (here == nullptr) return yield_result::not_in_pool;
    return here->pool.yield_local(static_cast<detail::place&>(*here));
}

void poll() noexcept
{
    detail::worker* const here = detail::current_worker::get();
    if (here == nullptr || !here->jobs.attention()) return;
    auto& me = static_cast<detail::place&>(*here);
    if (me.in_test_pool) return me.pool.schedule_moment(me);
    if (me.jobs.publish_below(me.jobs.head(), detail::job_notes(me))) me.pool.jobs_published(me);
}

}  // namespace weft
