// weft/async/offload.hpp - calling what blocks, from a task.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/detail/strand.hpp>
#include <weft/pool/spawn.hpp>

#include <type_traits>
#include <utility>

namespace weft {

namespace detail {

template <class F>
class offload_awaiter : public strand_awaiter {
public:
    explicit offload_awaiter(F f) : function_(std::move(f)) {}
    [[nodiscard]] bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    decltype(auto) await_resume() { return weft::blocking(std::move(function_)); }

private:
    F function_;
};

}  // namespace detail

/// `co_await weft::offload(f)` calls `f()`, which may block for long (a file, a database, an ordinary lock), and gives what
/// it gives. Meanwhile the pool keeps its number of working threads, as with weft::blocking: other tasks go on. A task that
/// is asked to stop goes on when `f` has returned.
///
/// Throws:  what `f` throws, and what moving it throws.
/// Cost:    as blocking: less than a microsecond, or a thread start.
/// Example: examples/async/offload.cpp
template <class F>
[[nodiscard]] auto offload(F&& f)
{
    static_assert(std::is_invocable_v<std::decay_t<F>>, "weft: offload calls its function without arguments");
    return detail::offload_awaiter<std::decay_t<F>>(std::forward<F>(f));
}

}  // namespace weft
