// src/c/pool.cpp - pools, loops, joins and tasks for C.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "guard.hpp"

#include <weft/base/detail/throw.hpp>
#include <weft/pool/context.hpp>
#include <weft/pool/divided_loop.hpp>
#include <weft/pool/join.hpp>
#include <weft/pool/loop_memory.hpp>
#include <weft/pool/scope.hpp>
#include <weft/pool/spawn.hpp>
#include <weft/seam/atomic.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <string>

using weft::detail::c::callback_failed;
using weft::detail::c::check;
using weft::detail::c::failed;
using weft::detail::c::guarded;
using weft::detail::c::in_pool;

struct weft_scope {
    weft::task_scope* tasks;
};

struct weft_group {
    explicit weft_group(weft_pool* home) : pool(home) {}

    /// Notes the first failure.
    void ended(weft_status status, const char* text, int value) noexcept
    {
        const std::lock_guard hold(lock);
        if (status != WEFT_OK && failure == WEFT_OK) {
            failure = status;
            callback_value = value;
            std::strncpy(why, text, sizeof(why) - 1);
        }
        // Told under the lock: whoever waits may destroy the group as soon as it has that.
        if (--running == 0) all_ended.notify_all();
    }

    weft_pool* const pool;
    std::mutex lock;
    std::condition_variable all_ended;
    std::size_t running = 0;
    weft_status failure = WEFT_OK;
    int callback_value = 0;
    char why[256] = {};
};

namespace weft::detail::c {

namespace {

/// What loops remember, told apart by their callbacks; two that meet in one place learn from each other, at worst wrongly.
loop_memory& memory_of(weft_range_function f) noexcept
{
    static constinit loop_memory memories[64];
    const auto place = reinterpret_cast<std::uintptr_t>(f);
    return memories[((place >> 4) * 0x9e3779b1u >> 16) % 64];
}

pool_options options_of(const weft_pool_options* given)
{
    pool_options options;
    if (given == nullptr) return options;
    if (given->size < sizeof(std::size_t)) detail::throw_invalid_argument("weft_pool_options: size is not set");
    weft_pool_options known = WEFT_POOL_OPTIONS;
    std::memcpy(&known, given, std::min(given->size, sizeof(known)));
    options.num_threads = known.num_threads;
    options.stack_size = known.stack_size;
    if (known.name != nullptr) {
        options.thread_name = [name = std::string(known.name)](std::size_t i) {
            return name + "-" + std::to_string(i);
        };
    }
    const auto hook = [&](void (*f)(void*, std::size_t)) -> callback<void, std::size_t> {
        if (f == nullptr) return {};
        return [f, context = known.context](std::size_t index) { f(context, index); };
    };
    options.on_thread_start = hook(known.on_thread_start);
    options.on_thread_exit = hook(known.on_thread_exit);
    return options;
}

}  // namespace

}  // namespace weft::detail::c

weft_status weft_pool_create(const weft_pool_options* options, weft_pool** pool)
{
    if (pool == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] { *pool = new weft_pool{weft::thread_pool(weft::detail::c::options_of(options))}; });
}

void weft_pool_destroy(weft_pool* pool) { delete pool; }

weft_status weft_global_pool_init(const weft_pool_options* options)
{
    return guarded([&] {
        const weft::pool_options known = weft::detail::c::options_of(options);
        try {
            weft::init_global_pool(known);
        } catch (const std::invalid_argument&) {
            throw;
        } catch (const std::logic_error& e) {
            return failed(WEFT_WRONG_STATE, e.what());
        }
        return weft_status{WEFT_OK};
    });
}

size_t weft_pool_num_threads(weft_pool* pool)
{
    std::size_t result = 0;
    static_cast<void>(
        guarded([&] { result = pool != nullptr ? pool->pool.num_threads() : weft::current_num_threads(); }));
    return result;
}

size_t weft_thread_index(void) { return weft::current_thread_index().value_or(SIZE_MAX); }

weft_status weft_parallel_for(weft_pool* pool, size_t begin, size_t end, weft_range_function f, void* context)
{
    if (f == nullptr || begin > end) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        weft::detail::atomic<bool> over{false};  // relaxed: it only saves work
        const auto run = [&](std::size_t lo, std::size_t hi) {
            if (over.load(weft::detail::order::relaxed)) return;
            if (const int value = f(context, begin + lo, begin + hi); value != 0) {
                over.store(true, weft::detail::order::relaxed);
                throw callback_failed{value};
            }
        };
        const auto loop = [&](weft::fork_context c) {
            weft::detail::divided_loop(run, weft::detail::c::memory_of(f))(c, end - begin);
        };
        in_pool(pool, [&] { weft::with_context(loop); });
    });
}

weft_status weft_join(weft_pool* pool, weft_function a, void* a_context, weft_function b, void* b_context)
{
    if (a == nullptr || b == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded(
        [&] { in_pool(pool, [&] { weft::join([&] { check(a(a_context)); }, [&] { check(b(b_context)); }); }); });
}

weft_status weft_scope_run(weft_pool* pool, weft_scope_function body, void* context)
{
    if (body == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        in_pool(pool, [&] {
            weft::scope([&](weft::task_scope& tasks) {
                weft_scope scope{&tasks};
                check(body(context, &scope));
            });
        });
    });
}

weft_status weft_scope_spawn(weft_scope* scope, weft_scope_function f, void* context)
{
    if (scope == nullptr || f == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        scope->tasks->spawn([f, context](weft::task_scope& tasks) {
            weft_scope inner{&tasks};
            check(f(context, &inner));
        });
    });
}

weft_status weft_group_create(weft_pool* pool, weft_group** group)
{
    if (group == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] { *group = new weft_group(pool); });
}

weft_status weft_group_spawn(weft_group* group, weft_function f, void* context)
{
    if (group == nullptr || f == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        {
            const std::lock_guard hold(group->lock);
            ++group->running;
        }
        const auto task = [group, f, context] {
            const weft_status status = guarded([&] { check(f(context)); });
            const bool good = status == WEFT_OK;
            group->ended(status, good ? "" : weft_last_error(), good ? 0 : weft_callback_error());
        };
        try {
            if (group->pool != nullptr) {
                group->pool->pool.spawn(task);
            } else {
                weft::spawn(task);
            }
        } catch (...) {
            group->ended(WEFT_OK, "", 0);
            throw;
        }
    });
}

weft_status weft_group_wait(weft_group* group)
{
    if (group == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        std::unique_lock hold(group->lock);
        if (group->running != 0) {
            hold.unlock();
            weft::blocking([&] {
                hold.lock();
                group->all_ended.wait(hold, [&] { return group->running == 0; });
                hold.unlock();
            });
            hold.lock();
        }
        if (group->failure == WEFT_OK) return weft_status{WEFT_OK};
        return failed(std::exchange(group->failure, WEFT_OK), group->why, group->callback_value);
    });
}

void weft_group_destroy(weft_group* group)
{
    if (group == nullptr) return;
    static_cast<void>(weft_group_wait(group));
    delete group;
}

weft_status weft_spawn(weft_pool* pool, weft_function f, void* context)
{
    if (f == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] {
        const auto task = [f, context] { static_cast<void>(guarded([&] { check(f(context)); })); };
        if (pool != nullptr) {
            pool->pool.spawn(task);
        } else {
            weft::spawn(task);
        }
    });
}

weft_status weft_blocking(weft_function f, void* context)
{
    if (f == nullptr) return failed(WEFT_INVALID_ARGUMENT);
    return guarded([&] { weft::blocking([&] { check(f(context)); }); });
}
