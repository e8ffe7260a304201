// weft/interop/stdexec.hpp - weft's pools as schedulers of std::execution; senders in tasks, and tasks as senders.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Needs the headers of stdexec, which implements C++26's std::execution for C++20. The customization of bulk follows its
// main branch of 2026, and a loop is serial with a version that asks in another way.
#pragma once

#include <weft/async/async_event.hpp>
#include <weft/async/spawn.hpp>
#include <weft/async/stop.hpp>
#include <weft/async/task.hpp>
#include <weft/base/stopped.hpp>
#include <weft/interop/detail/value_of.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>
#include <weft/pool/thread_pool.hpp>

#include <stdexec/execution.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <stop_token>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>

namespace weft {

class pool_scheduler;

namespace detail::with_stdexec {

/// Runs the loops of bulk, bulk_chunked and bulk_unchunked as weft runs loops, where what comes before ends on a pool.
struct domain : stdexec::default_domain {
    template <class Sender, class Env>
        requires std::same_as<stdexec::tag_of_t<Sender>, stdexec::bulk_chunked_t> ||
                 std::same_as<stdexec::tag_of_t<Sender>, stdexec::bulk_unchunked_t>
    auto transform_sender(stdexec::set_value_t, Sender&& sender, const Env&) const
    {
        auto& [tag, data, child] = sender;
        auto& [policy, shape, function] = data;
        using how = std::remove_cvref_t<decltype(policy.__get())>;
        using count = std::remove_cvref_t<decltype(shape)>;
        constexpr bool divides =
            std::same_as<how, stdexec::parallel_policy> || std::same_as<how, stdexec::parallel_unsequenced_policy>;
        constexpr bool takes_a_range = std::same_as<stdexec::tag_of_t<Sender>, stdexec::bulk_chunked_t>;
        return stdexec::let_value(stdexec::__forward_like<Sender>(child),
                                  [n = shape, f = stdexec::__forward_like<Sender>(function)](auto&... values) mutable {
                                      const auto one = [&](count i) {
                                          if constexpr (takes_a_range) {
                                              f(i, static_cast<count>(i + 1), values...);
                                          } else {
                                              f(i, values...);
                                          }
                                      };
                                      if constexpr (divides) {
                                          weft::par_range(count{0}, n).for_each(one);
                                      } else {
                                          for (count i = 0; i < n; ++i) one(i);
                                      }
                                      return stdexec::just(std::move(values)...);
                                  });
    }
};

/// Completes on a thread of the pool.
template <class Receiver>
class schedule_operation {
public:
    using operation_state_concept = stdexec::operation_state_t;

    schedule_operation(thread_pool& pool, Receiver receiver) : pool_(pool), receiver_(std::move(receiver)) {}
    schedule_operation(schedule_operation&&) = delete;

    void start() & noexcept
    {
        try {
            pool_.spawn([this]() noexcept {
                if (stdexec::get_stop_token(stdexec::get_env(receiver_)).stop_requested()) {
                    stdexec::set_stopped(std::move(receiver_));
                } else {
                    stdexec::set_value(std::move(receiver_));
                }
            });
        } catch (...) {
            stdexec::set_error(std::move(receiver_), std::current_exception());
        }
    }

private:
    thread_pool& pool_;
    Receiver receiver_;
};

class schedule_sender;

}  // namespace detail::with_stdexec

/// A scheduler of std::execution: what is scheduled with it goes on in a pool. A loop of `stdexec::bulk` after it is
/// divided as weft divides loops; the thread that runs it helps.
///
/// Requires: the pool outlives it, and what has been scheduled with it.
/// Errors:   schedule completes with std::bad_alloc, as an std::exception_ptr, if the pool has no memory for it; and with
///           set_stopped if that has been asked for by then.
/// Blocking: never. It promises parallel forward progress.
/// Thread safety: any thread may use it, and copy it.
/// Example:  tests/interop/stdexec_test.cpp
class pool_scheduler {
public:
    using scheduler_concept = stdexec::scheduler_t;

    explicit pool_scheduler(thread_pool& pool) noexcept : pool_(&pool) {}

    [[nodiscard]] detail::with_stdexec::schedule_sender schedule() const noexcept;

    [[nodiscard]] static constexpr stdexec::forward_progress_guarantee query(
        stdexec::get_forward_progress_guarantee_t) noexcept
    {
        return stdexec::forward_progress_guarantee::parallel;
    }
    template <class Tag>
    [[nodiscard]] pool_scheduler query(stdexec::get_completion_scheduler_t<Tag>) const noexcept
    {
        return *this;
    }
    template <class Tag>
    [[nodiscard]] detail::with_stdexec::domain query(stdexec::get_completion_domain_t<Tag>) const noexcept
    {
        return {};
    }

    friend bool operator==(const pool_scheduler&, const pool_scheduler&) = default;

private:
    friend class detail::with_stdexec::schedule_sender;

    thread_pool* pool_;
};

namespace detail::with_stdexec {

class schedule_sender {
public:
    using sender_concept = stdexec::sender_t;
    using completion_signatures = stdexec::completion_signatures<stdexec::set_value_t(), stdexec::set_stopped_t(),
                                                                 stdexec::set_error_t(std::exception_ptr)>;

    explicit schedule_sender(pool_scheduler on) noexcept : on_(on) {}

    template <class Receiver>
    [[nodiscard]] schedule_operation<Receiver> connect(Receiver receiver) const
    {
        return schedule_operation<Receiver>(*on_.pool_, std::move(receiver));
    }
    [[nodiscard]] pool_scheduler get_env() const noexcept { return on_; }

private:
    pool_scheduler on_;
};

/// Runs a task, and completes with its end.
template <class T, class Receiver>
class task_operation {
public:
    using operation_state_concept = stdexec::operation_state_t;

    task_operation(thread_pool& pool, weft::task<T> t, Receiver receiver)
        : pool_(pool), task_(std::move(t)), receiver_(std::move(receiver))
    {
    }
    task_operation(task_operation&&) = delete;

    void start() & noexcept
    {
        try {
            waits_.emplace(wait_for_start());
            running_.emplace(pool_.spawn(run()));
            asks_.emplace(stdexec::get_stop_token(stdexec::get_env(receiver_)), ask{*this});
        } catch (...) {
            if (!running_) return stdexec::set_error(std::move(receiver_), std::current_exception());
            // It cannot be asked to stop, then.
        }
        begun_.set();  // the last access: it may be gone
    }

private:
    struct ask {
        task_operation& of;
        void operator()() const noexcept { of.running_->request_stop(); }
    };

    weft::task<> wait_for_start() { co_await begun_.wait(); }

    weft::task<> run()
    {
        co_await weft::detached_from_stop(std::move(*waits_));
        std::exception_ptr error;
        bool was_stopped = false;
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(task_);
            } else {
                value_.emplace(co_await std::move(task_));
            }
        } catch (const stopped&) {
            was_stopped = true;
        } catch (...) {
            error = std::current_exception();
        }
        asks_.reset();
        if (was_stopped) {
            stdexec::set_stopped(std::move(receiver_));
        } else if (error != nullptr) {
            stdexec::set_error(std::move(receiver_), std::move(error));
        } else if constexpr (std::is_void_v<T>) {
            stdexec::set_value(std::move(receiver_));
        } else {
            stdexec::set_value(std::move(receiver_), std::move(*value_));
        }
    }

    using token = stdexec::stop_token_of_t<stdexec::env_of_t<Receiver>>;
    struct nothing {};
    using kept = std::conditional_t<std::is_void_v<T>, nothing, T>;

    thread_pool& pool_;
    weft::task<T> task_;
    Receiver receiver_;
    std::optional<kept> value_;
    async_event begun_;
    std::optional<weft::task<>> waits_;  // made first: it may throw
    std::optional<join_handle<void>> running_;
    std::optional<stdexec::stop_callback_for_t<token, ask>> asks_;
};

template <class T>
class task_sender {
    template <class U>
    struct value_signature {
        using type = stdexec::set_value_t(U);
    };
    template <class U>
        requires std::is_void_v<U>
    struct value_signature<U> {
        using type = stdexec::set_value_t();
    };

public:
    using sender_concept = stdexec::sender_t;
    using completion_signatures =
        stdexec::completion_signatures<typename value_signature<T>::type, stdexec::set_stopped_t(),
                                       stdexec::set_error_t(std::exception_ptr)>;

    task_sender(thread_pool& pool, weft::task<T> t) noexcept : pool_(&pool), task_(std::move(t)) {}

    template <class Receiver>
    [[nodiscard]] task_operation<T, Receiver> connect(Receiver receiver) &&
    {
        return task_operation<T, Receiver>(*pool_, std::move(task_), std::move(receiver));
    }

private:
    thread_pool* pool_;
    weft::task<T> task_;
};

// --- a sender in a task ------------------------------------------------------------------------------------------------

struct task_env {
    std::stop_token token;
    [[nodiscard]] std::stop_token query(stdexec::get_stop_token_t) const noexcept { return token; }
};

/// The one way in which a sender completes with values; nothing if it never does.
template <class... Ways>
struct only_way {
    static_assert(sizeof...(Ways) <= 1,
                  "weft: as_task takes senders that complete with values in one way; for another write "
                  "as_task(stdexec::into_variant(sender))");
    using type = std::tuple<>;
};
template <class Way>
struct only_way<Way> {
    using type = Way;
};

/// Kept by value: what a sender refers to may be gone with it.
template <class... T>
using kept_values = std::tuple<std::decay_t<T>...>;

template <class Sender>
using values_of = typename stdexec::value_types_of_t<Sender, task_env, kept_values, only_way>::type;

/// What the receiver leaves for the task.
template <class Values>
struct left_behind {
    std::optional<Values> values;
    std::exception_ptr error;
    async_event done;

    weft::task<> wait() { co_await done.wait(); }
};

template <class Values>
class task_receiver {
public:
    using receiver_concept = stdexec::receiver_t;

    task_receiver(left_behind<Values>& to, std::stop_token token) noexcept : to_(&to), env_{std::move(token)} {}

    template <class... X>
    void set_value(X&&... x) && noexcept
    {
        try {
            to_->values.emplace(std::forward<X>(x)...);
        } catch (...) {
            to_->error = std::current_exception();
        }
        to_->done.set();
    }
    template <class E>
    void set_error(E&& error) && noexcept
    {
        using type = std::remove_cvref_t<E>;
        if constexpr (std::same_as<type, std::exception_ptr>) {
            to_->error = std::forward<E>(error);
        } else if constexpr (std::same_as<type, std::error_code>) {
            to_->error = std::make_exception_ptr(std::system_error(error, "weft::as_task: a sender failed"));
        } else {
            to_->error = std::make_exception_ptr(type(std::forward<E>(error)));
        }
        to_->done.set();
    }
    void set_stopped() && noexcept { to_->done.set(); }
    [[nodiscard]] const task_env& get_env() const noexcept { return env_; }

private:
    left_behind<Values>* to_;
    task_env env_;
};

}  // namespace detail::with_stdexec

inline detail::with_stdexec::schedule_sender pool_scheduler::schedule() const noexcept
{
    return detail::with_stdexec::schedule_sender(*this);
}

/// The scheduler of a pool: `stdexec::schedule(weft::get_scheduler(pool)) | stdexec::then(f)`.
[[nodiscard]] inline pool_scheduler get_scheduler(thread_pool& pool) noexcept { return pool_scheduler(pool); }

/// A task as a sender, which runs it in `pool` when it is started. It completes with the task's value, on the thread on
/// which the task ends, which may be of another pool if the task goes there; with set_error(std::exception_ptr) if it throws; with set_stopped if it ends by weft::stopped, as
/// when its receiver asks for a stop. It is connected once, as an rvalue.
template <class T>
[[nodiscard]] detail::with_stdexec::task_sender<T> as_sender(thread_pool& pool, task<T> t) noexcept
{
    return detail::with_stdexec::task_sender<T>(pool, std::move(t));
}

/// A sender as a task: `co_await weft::as_task(sender)` starts it here and waits, holding no thread. Its value is what it
/// completes with: nothing, a value, or a std::tuple of several; a sender that may complete with different values goes
/// through stdexec::into_variant first. The task's stop is the sender's.
///
/// Throws: its error: what an std::exception_ptr holds, an std::error_code as std::system_error, anything else as it is;
///         weft::stopped if it completes with set_stopped.
template <class Sender>
[[nodiscard]] auto as_task(Sender sender)
    -> task<typename detail::interop::value_of<detail::with_stdexec::values_of<Sender>>::type>
{
    using values = detail::with_stdexec::values_of<Sender>;
    detail::with_stdexec::left_behind<values> left;
    const std::stop_token token = co_await get_stop_token();
    auto waits = left.wait();  // now, while nothing has begun: it may throw
    auto operation = stdexec::connect(std::move(sender), detail::with_stdexec::task_receiver<values>(left, token));
    stdexec::start(operation);
    co_await detached_from_stop(std::move(waits));
    if (left.error != nullptr) std::rethrow_exception(std::move(left.error));
    if (!left.values) throw stopped();
    co_return detail::interop::value_of<values>::from(std::move(*left.values));
}

}  // namespace weft
