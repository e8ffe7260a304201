// src/c/guard.hpp - turns what a function of weft.h does, or throws, into a status.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/weft.h>
#include <weft/pool/thread_pool.hpp>

#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

struct weft_pool {
    weft::thread_pool pool;
};

namespace weft::detail::c {

/// A callback has returned another number than 0.
struct callback_failed {
    int value;
};

/// Notes why a call of this thread failed. The text is cut if it is long.
weft_status failed(weft_status status, const char* text, int callback_value = 0) noexcept;

/// As failed, with the general text.
weft_status failed(weft_status status) noexcept;

/// What the exception means that is being handled.
weft_status failed_by_exception() noexcept;

/// Throws callback_failed unless the value is 0.
inline void check(int value)
{
    if (value != 0) throw callback_failed{value};
}

/// Calls f, which returns a status or nothing.
template <class F>
weft_status guarded(F&& f) noexcept
{
    try {
        if constexpr (std::is_void_v<decltype(f())>) {
            f();
            return WEFT_OK;
        } else {
            return f();
        }
    } catch (...) {
        return failed_by_exception();
    }
}

/// Calls f in a pool; in this thread's, or the global one, if there is none.
template <class F>
decltype(auto) in_pool(weft_pool* pool, F&& f)
{
    return pool == nullptr ? std::forward<F>(f)() : pool->pool.install(f);
}

}  // namespace weft::detail::c
