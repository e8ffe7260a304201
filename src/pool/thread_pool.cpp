// src/pool/thread_pool.cpp - the public pool, the global pool, and this thread's place in them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include <weft/pool/context.hpp>
#include <weft/pool/per_worker.hpp>

#include "pool/pool_core.hpp"

#include <atomic>
#include <mutex>
#include <stdexcept>

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
    global.store(nullptr, std::memory_order_relaxed);  // its threads are gone: the next use makes a new one
    global_lock().unlock();
}

void watch_forks()
{
    static const int once = pthread_atfork([] { global_lock().lock(); }, [] { global_lock().unlock(); }, &in_child);
    static_cast<void>(once);
}
#else
void watch_forks() {}
#endif

pool_core& global_pool()
{
    if (pool_core* const p = global.load(std::memory_order_acquire)) return *p;
    watch_forks();
    const std::lock_guard hold(global_lock());
    if (pool_core* const p = global.load(std::memory_order_relaxed)) return *p;
    auto* const fresh = new pool_core(pool_options{});
    global.store(fresh, std::memory_order_release);
    return *fresh;
}

}  // namespace

unsigned fork_generation() noexcept { return forks.load(std::memory_order_relaxed); }

pool_core& current_pool()
{
    worker* const here = current_worker::get();
    return here != nullptr ? here->pool : global_pool();
}

// --- this thread's place ---------------------------------------------------------------------------------------------

visit::visit() : before_(current_worker::get())
{
    place_ = before_;
    if (before_ != nullptr) return;
    seat& s = global_pool().sit_down();
    s.outer = nullptr;
    place_ = &s;
    entered_ = true;
    current_worker::set(place_);
}

visit::visit(pool_core& pool) : before_(current_worker::get())
{
    for (worker* w = before_; w != nullptr; w = w->outer) {
        if (&w->pool != &pool) continue;
        place_ = w;
        current_worker::set(w);
        return;
    }
    seat& s = pool.sit_down();
    s.outer = before_;
    place_ = &s;
    entered_ = true;
    current_worker::set(place_);
}

visit::~visit()
{
    current_worker::set(before_);
    if (entered_) place_->pool.stand_up(static_cast<seat&>(*place_));
}

const void* place_key() noexcept
{
    static thread_local const char outsider = 0;
    const worker* const here = current_worker::get();
    return here != nullptr ? static_cast<const void*>(here) : &outsider;
}

blocking_section::blocking_section() : place_(nullptr)
{
    worker* const here = current_worker::get();
    if (here == nullptr) return;
    place_ = here;
    here->pool.begin_blocking(static_cast<seat&>(*here));
}

blocking_section::~blocking_section()
{
    if (place_ != nullptr) place_->pool.end_blocking(static_cast<seat&>(*place_));
}

}  // namespace detail

// --- public ----------------------------------------------------------------------------------------------------------

thread_pool::thread_pool(const pool_options& options) : core_(nullptr)
{
    detail::watch_forks();
    core_ = new detail::pool_core(options);
}

thread_pool::~thread_pool() { delete core_; }

void init_global_pool(const pool_options& options)
{
    detail::watch_forks();
    const std::lock_guard hold(detail::global_lock());
    if (detail::global.load(std::memory_order_relaxed) != nullptr)
        throw std::logic_error(
            "weft::init_global_pool: the global pool runs already; call it before anything uses the pool");
    detail::global.store(new detail::pool_core(options), std::memory_order_release);
}

std::size_t fork_context::num_threads() const noexcept { return worker_->pool.num_threads(); }

bool fork_context::wanted_for(std::uint64_t work) const noexcept
{
    return worker_->pool.divides_short_work(static_cast<detail::seat&>(*worker_), work);
}

std::optional<std::size_t> current_thread_index() noexcept
{
    const detail::worker* const here = detail::current_worker::get();
    if (here == nullptr || here->index >= here->pool.num_threads()) return std::nullopt;
    return here->index;
}

std::size_t current_num_threads() { return detail::current_pool().num_threads(); }

yield_result yield_now()
{
    detail::worker* const here = detail::current_worker::get();
    if (here == nullptr) return yield_result::not_in_pool;
    return here->pool.yield_now(static_cast<detail::seat&>(*here));
}

yield_result yield_local()
{
    detail::worker* const here = detail::current_worker::get();
    if (here == nullptr) return yield_result::not_in_pool;
    return here->pool.yield_local(static_cast<detail::seat&>(*here));
}

void poll() noexcept
{
    detail::worker* const here = detail::current_worker::get();
    if (here == nullptr || !here->jobs.attention()) return;
    auto& me = static_cast<detail::seat&>(*here);
    if (me.rehearsed) return me.pool.rehearse_moment(me);
    me.jobs.publish(me.jobs.index_of(me.jobs.head()), [&](std::uint32_t i) { return detail::scope_of(me, i); });
    me.pool.jobs_published(me);
}

}  // namespace weft
