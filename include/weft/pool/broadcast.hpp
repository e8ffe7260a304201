// weft/pool/broadcast.hpp - run a function once on every thread of a pool.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/detail/task.hpp>
#include <weft/seam/construct.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

template <class F>
auto broadcast_in(pool_core& pool, const F& f)
{
    static_assert(std::invocable<const F&, std::size_t> || std::invocable<const F&>,
                  "weft::broadcast: the function must be callable as f(index) or f(), even if it is const");
    const auto call = [&f](std::size_t index) -> decltype(auto) {
        if constexpr (std::invocable<const F&, std::size_t>) {
            return f(index);
        } else {
            static_cast<void>(index);
            return f();
        }
    };
    using result = decltype(call(std::size_t{}));
    static_assert(!std::is_reference_v<result>, "weft::broadcast: the function must return a value or void");
    using call_type = decltype(call);
    using kept = std::conditional_t<std::is_void_v<result>, bool, result>;

    struct part : task {
        const call_type* function = nullptr;
        mail_counter* counter = nullptr;
        std::size_t index = 0;
        std::optional<kept> value;
        std::exception_ptr error;
    };
    const std::size_t count = thread_count(pool);
    std::vector<part> parts(count);
    std::vector<task*> mail(count);
    mail_counter counter;
    for (std::size_t i = 0; i < count; ++i) {
        parts[i].function = detail::address_of(call);
        parts[i].counter = detail::address_of(counter);
        parts[i].index = i;
        parts[i].run = [](task* self, worker*) noexcept {
            auto& mine = *static_cast<part*>(self);
            try {
                if constexpr (std::is_void_v<result>) {
                    (*mine.function)(mine.index);
                } else {
                    mine.value.emplace((*mine.function)(mine.index));
                }
            } catch (...) {
                mine.error = std::current_exception();
            }
            detail::mail_done(*mine.counter);
        };
        mail[i] = detail::address_of(parts[i]);
    }
    deliver_and_wait(pool, mail.data(), count, counter);
    for (std::size_t i = 0; i < count; ++i) {
        if (parts[i].error) std::rethrow_exception(parts[i].error);
    }
    if constexpr (!std::is_void_v<result>) {
        std::vector<result> results;
        results.reserve(count);
        for (std::size_t i = 0; i < count; ++i) results.push_back(std::move(*parts[i].value));
        return results;
    }
}

}  // namespace detail

/// Calls `f(index)` or `f()` once on every thread of this thread's pool, or of the global one, and returns the results
/// by index as a std::vector; nothing if `f` returns void. `f` is called through `const F&`, possibly by all threads at
/// once.
///
/// A part runs where its index is: a busy thread comes to it when what it runs has ended; one that waits has given its
/// index to another thread, which runs the part. Parts never run on top of a thread that waits, except for this call's
/// own part. So broadcast takes as long as the longest task.
///
/// Throws:   the exception of the lowest index, after all parts have ended; std::bad_alloc.
/// Throws:   std::runtime_error in the child of a fork: the pool's threads do not exist there.
/// Blocking: until all parts have ended. This thread runs its own part, nothing else.
/// Order:    all parts happen before the return.
/// Example:  examples/pool/own_pool.cpp
template <class F>
auto broadcast(const F& f)
{
    return detail::broadcast_in(detail::current_pool(), f);
}

}  // namespace weft
