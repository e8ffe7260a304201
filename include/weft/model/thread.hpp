// weft/model/thread.hpp - threads and a mutex under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/atomic.hpp>
#include <weft/model/detail/hooks.hpp>
#include <weft/model/memory.hpp>

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <type_traits>
#include <utility>

namespace weft::model {

/// A thread of a scenario. Joins when destroyed.
///
/// Requires: an execution (see check), with at most detail::max_threads threads, the scenario's first one included.
class thread {
    using where = std::source_location;

public:
    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, thread>)
    explicit thread(F&& body)
    {
        using function = std::decay_t<F>;
        function* const kept = make<function>(std::forward<F>(body));
        number_ = detail::start_thread(
            [](void* f) {
                (*static_cast<function*>(f))();
                dispose(static_cast<function*>(f));
            },
            kept);
    }
    thread(const thread&) = delete;
    thread& operator=(const thread&) = delete;
    ~thread() { join(); }

    /// Waits for the end of the thread. Everything that it did happens before the return.
    void join(const where& w = where::current()) noexcept
    {
        if (!joined_) detail::join_thread(number_, w);
        joined_ = true;
    }

private:
    std::size_t number_ = 0;
    bool joined_ = false;
};

/// A mutex that the checker knows: a thread that waits for it takes no steps.
class mutex {
    using where = std::source_location;

public:
    constexpr mutex() noexcept = default;
    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;

    void lock(const where& w = where::current()) noexcept { word_.acquire(w); }
    [[nodiscard]] bool try_lock(const where& w = where::current()) noexcept
    {
        std::uint32_t expected = 0;
        return word_.compare_exchange_strong(expected, 1, std::memory_order_acquire, std::memory_order_relaxed, w);
    }
    void unlock(const where& w = where::current()) noexcept { word_.store(0, std::memory_order_release, w); }

private:
    class lock_word : public atomic<std::uint32_t> {
    public:
        void acquire(const std::source_location& w) noexcept { futex_lock(w); }
    };
    lock_word word_;
};

}  // namespace weft::model
