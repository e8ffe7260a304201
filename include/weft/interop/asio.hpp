// weft/interop/asio.hpp - Asio's operations awaited in weft's tasks, and Asio's handlers run on weft's pools.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An operation has one block of memory, which the task that waits and the handler that Asio keeps share.
//
// Invariants  I1  The handler ends once: it is called, or it is destroyed without having been called, because the
//                 io_context has ended. Either way the task goes on.
//             I2  A cancellation slot is not safe to be used by two threads, and what Asio leaves in it may refer to what
//                 is gone once the handler has been called. So it is used under a lock: to ask for an end, and to be
//                 cleared when the handler is called. The lock is recursive, since Asio may call the handler at once.
#pragma once

#include <weft/async/async_event.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/task.hpp>
#include <weft/interop/detail/value_of.hpp>
#include <weft/pool/thread_pool.hpp>

#include <asio/async_result.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/error.hpp>
#include <asio/execution.hpp>
#include <asio/execution_context.hpp>
#include <asio/post.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

/// An executor of Asio's that runs what it is given in a pool, as pool.spawn does:
/// `asio::post(weft::asio_executor(pool), f)`. A strand over it (`asio::make_strand`) runs its handlers one at a time, in
/// order, on the threads of the pool; a timer or a socket made with it calls its handlers there.
///
/// Requires: the pool outlives it and its copies, and what is given to them is not given after the pool's end.
/// Errors:   an exception that a handler throws goes to the pool's on_unhandled.
/// Blocking: never. What is posted starts on another thread or later: never inside the call.
/// Thread safety: any thread may use it, and copy it.
/// Example:  examples/interop/asio.cpp
class asio_executor {
public:
    explicit asio_executor(thread_pool& pool) noexcept : pool_(&pool) {}

    /// Spawns `f` in the pool. Throws std::bad_alloc, and what moving `f` throws.
    template <class F>
    void execute(F&& f) const
    {
        pool_->spawn([f = std::decay_t<F>(std::forward<F>(f))]() mutable { std::move(f)(); });
    }

    friend bool operator==(const asio_executor& a, const asio_executor& b) noexcept { return a.pool_ == b.pool_; }
    friend bool operator!=(const asio_executor& a, const asio_executor& b) noexcept { return !(a == b); }

    // What Asio asks an executor: where services live (one context for all pools), and whether it may block.
    static asio::execution_context& query(asio::execution::context_t) noexcept
    {
        static auto& services = *new asio::execution_context;  // handlers may run until the very end
        return services;
    }
    static constexpr asio::execution::blocking_t query(asio::execution::blocking_t) noexcept
    {
        return asio::execution::blocking.never;
    }

private:
    thread_pool* pool_;
};

/// The type of `use_weft`.
struct use_weft_t {};

/// A completion token that makes an operation of Asio's a task: `co_await socket.async_read_some(buffer, weft::use_weft)`.
/// The operation is begun when the task is awaited. Its value is what the handler would get, without the error: nothing,
/// a value, or a std::tuple of several.
///
/// Requires: what an Asio object asks of its users: it is not used by two threads at once. Objects whose io_context is run
///           by one thread are used by a weft task beside it, which is a second one: await the operations of one object one
///           after the other, or give the object a strand.
/// Throws:   an error as std::system_error, and an std::exception_ptr as what it holds. If the task is asked to stop while
///           it waits, the operation is cancelled; when it has ended, and not happened, weft::stopped. If the io_context is
///           destroyed before it has ended, std::system_error with asio::error::operation_aborted.
/// Blocking: never: some thread must run the io_context, or nothing ends.
/// Cost:     an allocation, beside Asio's own, and the way to the pool and back.
/// Example:  examples/interop/asio.cpp
inline constexpr use_weft_t use_weft{};

namespace detail::with_asio {

/// What an operation and the task that waits for it share.
template <class... Args>
class operation {
public:
    void end(Args... args) noexcept
    {
        {
            const std::lock_guard hold(lock_);
            if (!asking_) signal_.slot().clear();
            has_ended_ = true;
        }
        try {
            result_.emplace(std::move(args)...);
        } catch (...) {
            error_ = std::current_exception();
        }
        done_.set();
    }

    /// Its handler was destroyed without a call.
    void abandon() noexcept
    {
        {
            const std::lock_guard hold(lock_);
            has_ended_ = true;
        }
        done_.set();
    }

    /// Cancels it, on `executor` unless that is null: others of the object's threads may be at it. As long as it has not
    /// ended the executor is still there: when its context ends, that abandons it first.
    template <class Executor>
    static void ask_to_end(const std::shared_ptr<operation>& of, const Executor& executor)
    {
        const std::lock_guard hold(of->lock_);
        if (of->has_ended_) return;
        if constexpr (std::is_null_pointer_v<Executor>) {
            of->cancel();
        } else {
            asio::post(executor, [of] { of->cancel(); });
        }
    }

    [[nodiscard]] asio::cancellation_slot slot() noexcept { return signal_.slot(); }
    [[nodiscard]] weft::task<> ended() { co_await done_.wait(); }
    [[nodiscard]] std::optional<std::tuple<Args...>>& result() noexcept { return result_; }
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

private:
    void cancel()
    {
        const std::lock_guard hold(lock_);
        if (has_ended_) return;
        asking_ = true;
        signal_.emit(asio::cancellation_type::all);
        asking_ = false;
        if (has_ended_) signal_.slot().clear();
    }

    std::recursive_mutex lock_;
    asio::cancellation_signal signal_;
    bool asking_ = false;
    bool has_ended_ = false;
    std::optional<std::tuple<Args...>> result_;
    std::exception_ptr error_;  // of moving the result here
    async_event done_;
};

template <class... Args>
class handler {
public:
    using cancellation_slot_type = asio::cancellation_slot;

    explicit handler(std::shared_ptr<operation<Args...>> of) noexcept : of_(std::move(of)) {}
    handler(handler&&) = default;
    handler& operator=(handler&&) = delete;
    ~handler()
    {
        if (of_ != nullptr) of_->abandon();
    }

    [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept { return of_->slot(); }

    void operator()(Args... args)
    {
        const auto of = std::exchange(of_, nullptr);
        of->end(std::move(args)...);
    }

private:
    std::shared_ptr<operation<Args...>> of_;
};

/// What a task gives for what a handler is called with.
template <class... Args>
struct outcome : interop::value_of<std::tuple<Args...>> {
    static decltype(auto) take(std::tuple<Args...>&& all, bool) { return outcome::from(std::move(all)); }
};

template <class First, class... Rest>
    requires std::same_as<First, asio::error_code> || std::same_as<First, std::exception_ptr>
struct outcome<First, Rest...> : interop::value_of<std::tuple<Rest...>> {
    static decltype(auto) take(std::tuple<First, Rest...>&& all, bool asked)
    {
        if constexpr (std::same_as<First, asio::error_code>) {
            const asio::error_code error = std::get<0>(all);
            if (asked && error == asio::error::operation_aborted) throw stopped();
            if (error) throw std::system_error(error, "weft::use_weft: an operation of Asio failed");
        } else if (std::get<0>(all) != nullptr) {
            try {
                std::rethrow_exception(std::get<0>(all));
            } catch (const std::system_error& e) {
                if (asked && e.code() == asio::error::operation_aborted) throw stopped();
                throw;
            }
        }
        return std::apply([](First&, Rest&... rest) { return outcome::from(std::tuple<Rest...>(std::move(rest)...)); },
                          all);
    }
};

/// The executor of the object whose operation it is; null for what has none.
template <class Initiation>
[[nodiscard]] auto executor_of(const Initiation& initiation)
{
    if constexpr (requires { initiation.get_executor(); }) {
        return initiation.get_executor();
    } else {
        return nullptr;
    }
}

template <class Initiation, class Arguments, class... Args>
weft::task<typename outcome<Args...>::type> run(Initiation initiation, Arguments arguments)
{
    auto of = std::make_shared<operation<Args...>>();
    const std::stop_token asked = co_await get_stop_token();
    const auto ask = [of, executor = with_asio::executor_of(initiation)]() noexcept {
        try {
            operation<Args...>::ask_to_end(of, executor);
        } catch (...) {
            // No memory to ask for the end: it comes by itself.
        }
    };
    auto ended = of->ended();  // now, while nothing has begun: it may throw
    std::apply([&](auto&... each) { std::move(initiation)(handler<Args...>(of), std::move(each)...); }, arguments);
    {
        const std::stop_callback asks(asked, ask);
        co_await detached_from_stop(std::move(ended));
    }
    if (of->error() != nullptr) std::rethrow_exception(of->error());
    if (!of->result()) {
        throw std::system_error(asio::error_code(asio::error::operation_aborted),
                                "weft::use_weft: the io_context ended before an operation of Asio did");
    }
    co_return outcome<Args...>::take(std::move(*of->result()), asked.stop_requested());
}

}  // namespace detail::with_asio
}  // namespace weft

template <class R, class... Args>
class asio::async_result<weft::use_weft_t, R(Args...)> {
public:
    using return_type = weft::task<typename weft::detail::with_asio::outcome<std::decay_t<Args>...>::type>;

    template <class Initiation, class... Arguments>
    static return_type initiate(Initiation&& initiation, weft::use_weft_t, Arguments&&... arguments)
    {
        using all = std::tuple<std::decay_t<Arguments>...>;
        return weft::detail::with_asio::run<std::decay_t<Initiation>, all, std::decay_t<Args>...>(
            std::forward<Initiation>(initiation), all(std::forward<Arguments>(arguments)...));
    }
};
