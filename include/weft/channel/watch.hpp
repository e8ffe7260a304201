// weft/channel/watch.hpp - the newest value of something, and a way to wait for a newer one.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       senders, receivers: any threads.
//
// Fields      newest_    written under lock_   the value; the channel holds one of its references
//             version_   written under lock_   how many values there have been; read without the lock, too
//             senders_, receivers_, handles_   counted by the handles
//             closed_    written by the last sender
//
// Invariants  I1  Under the lock only pointers and counts change; values are made, copied and destroyed outside it.
//
// Orders      O1  send: version_ seq_cst store, then a seq_cst load of the line; a thread that goes to sleep does the
//                 two in reverse (waiter.hpp, O2).
//             O2  close: closed_ release -> acquire. Whoever learns of the end sees the last value.
//             O3  handles_: fetch_sub acq_rel. The one that frees sees what the others did.
//
// Progress    threads wait for each other only at the spinlock; a receiver may sleep until something changes.
//
// Checked by  tests/model/broadcast_model.cpp: watch_changes (O1), watch_ends (O2, O3).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/deadline.hpp>
#include <weft/channel/detail/checks.hpp>
#include <weft/channel/detail/core.hpp>
#include <weft/channel/detail/shared_value.hpp>
#include <weft/channel/detail/source_arm.hpp>
#include <weft/channel/result.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/memory.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

template <class T>
class watch_sender;
template <class T>
class watch_receiver;

namespace detail::channels {

template <class T>
class watch_core {
public:
    using value = shared_value<T>;

    template <class U>
    explicit watch_core(U&& first) : newest_(detail::make<value>(std::size_t{1}, std::forward<U>(first)))
    {
    }
    ~watch_core()
    {
        if (newest_->leave()) detail::dispose(newest_);
    }
    watch_core(const watch_core&) = delete;
    watch_core& operator=(const watch_core&) = delete;

    void add_sender() noexcept
    {
        senders_.fetch_add(1, order::relaxed);
        handles_.fetch_add(1, order::relaxed);
    }
    void remove_sender() noexcept
    {
        if (senders_.fetch_sub(1, order::acq_rel) == 1) {
            closed_.store(true, order::release);  // O2
            line_.notify_all();
        }
        leave();
    }
    void add_receiver() noexcept
    {
        receivers_.fetch_add(1, order::relaxed);
        handles_.fetch_add(1, order::relaxed);
    }
    void remove_receiver() noexcept
    {
        receivers_.fetch_sub(1, order::relaxed);
        leave();
    }

    /// Takes the value over and returns the old one, with the channel's reference to it. Null if the version is no
    /// longer `expected`: then nothing has changed.
    value* exchange(value* next, const std::uint64_t* expected = nullptr) noexcept
    {
        value* old = nullptr;
        {
            const std::lock_guard hold(lock_);
            const std::uint64_t version = version_->load(order::relaxed);
            if (expected != nullptr && *expected != version) return nullptr;
            old = std::exchange(newest_, next);
            version_->store(version + 1, order::seq_cst);  // O1
        }
        line_.notify_present();
        return old;
    }

    /// A reference to the newest value, and its version.
    value* newest(std::uint64_t& version) noexcept
    {
        const std::lock_guard hold(lock_);
        version = version_->load(order::relaxed);
        newest_->join();
        return newest_;
    }

    [[nodiscard]] std::uint64_t version() const noexcept { return version_->load(order::seq_cst); }
    [[nodiscard]] bool is_closed() const noexcept { return closed_.load(order::acquire); }  // O2
    [[nodiscard]] std::size_t receivers() const noexcept { return receivers_.load(order::relaxed); }
    [[nodiscard]] wait_line& line() noexcept { return line_; }

private:
    void leave() noexcept
    {
        if (handles_.fetch_sub(1, order::acq_rel) == 1) detail::dispose(this);  // O3
    }

    atomic<std::size_t> senders_{1};
    atomic<std::size_t> receivers_{1};
    atomic<std::size_t> handles_{2};
    atomic<bool> closed_{false};
    cache_padded<atomic<std::uint64_t>> version_{std::uint64_t{1}};
    spinlock lock_;
    value* newest_;
    alignas(cache_line_size) wait_line line_;
};

struct watch_access {
    template <class T>
    static std::pair<watch_sender<T>, watch_receiver<T>> both(watch_core<T>* core) noexcept
    {
        return {watch_sender<T>(core), watch_receiver<T>(core, core->version())};
    }
};

}  // namespace detail::channels

/// Changes a watched value. Copies change the same value. Made by watch().
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread.
/// Order:         what a thread did before it sent a value happens before that value is read.
template <class T>
class watch_sender {
    using value = detail::channels::shared_value<T>;

public:
    using value_type = T;

    watch_sender(const watch_sender& other) noexcept : core_(other.core_)
    {
        if (core_ != nullptr) core_->add_sender();
    }
    watch_sender(watch_sender&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    watch_sender& operator=(watch_sender other) noexcept
    {
        std::swap(core_, other.core_);
        return *this;
    }
    ~watch_sender()
    {
        if (core_ != nullptr) core_->remove_sender();
    }

    /// Makes `next` the value. Nobody waits until it has been read: a receiver does not see values that come between
    /// two of its looks. `closed()` if no receiver is left: then the value stays as it is, and `next` is not moved
    /// from.
    ///
    /// Throws: what moving (copying) the value throws, and std::bad_alloc; then nothing is changed.
    /// Cost:   an allocation, and a wake-up for each receiver that waits.
    send_result send(T&& next) const { return put(std::move(next)); }
    send_result send(const T& next) const { return put(next); }

    /// Makes `next` the value, whether somebody receives or not; returns the old one.
    T replace(T next) const
    {
        return value::read_last(core_->exchange(detail::make<value>(std::size_t{1}, std::move(next))));
    }

    /// Makes `f(newest value)` the value. Calls `f(const T&)` again if another sender was faster.
    template <class F>
        requires std::constructible_from<T, std::invoke_result_t<F&, const T&>>
    void update(F f) const
    {
        for (;;) {
            std::uint64_t version = 0;
            const holding now{core_->newest(version)};
            value* const next = detail::make<value>(std::size_t{1}, f(now.what->value()));
            if (value* const old = core_->exchange(next, &version)) {
                if (old->leave()) detail::dispose(old);
                return;
            }
            detail::dispose(next);
        }
    }

    /// The newest value.
    [[nodiscard]] T get() const
    {
        std::uint64_t version = 0;
        return value::read(core_->newest(version));
    }

    /// A receiver that has seen the value as it is now.
    [[nodiscard]] watch_receiver<T> subscribe() const noexcept
    {
        core_->add_receiver();
        return watch_receiver<T>(core_, core_->version());
    }

    [[nodiscard]] std::size_t receiver_count() const noexcept { return core_->receivers(); }

private:
    friend struct detail::channels::watch_access;
    explicit watch_sender(detail::channels::watch_core<T>* core) noexcept : core_(core) {}

    struct holding {
        value* what;
        ~holding()
        {
            if (what->leave()) detail::dispose(what);
        }
    };

    template <class U>
    send_result put(U&& next) const
    {
        using detail::channels::channel_status;
        if (core_->receivers() == 0) return detail::channels::result_access::sent(channel_status::closed);
        value* const old = core_->exchange(detail::make<value>(std::size_t{1}, std::forward<U>(next)));
        if (old->leave()) detail::dispose(old);
        return detail::channels::result_access::sent(channel_status::done);
    }

    detail::channels::watch_core<T>* core_;
};

/// Reads a watched value, and waits for changes. A copy has seen what the original has seen.
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread.
/// Example:       examples/channel/watch.cpp
/// Source:        the interface follows Tokio's watch channel.
template <class T>
class watch_receiver {
public:
    using value_type = T;

    watch_receiver(const watch_receiver& other) noexcept : core_(other.core_), seen_(other.seen_)
    {
        if (core_ != nullptr) core_->add_receiver();
    }
    watch_receiver(watch_receiver&& other) noexcept : core_(std::exchange(other.core_, nullptr)), seen_(other.seen_) {}
    watch_receiver& operator=(watch_receiver other) noexcept
    {
        std::swap(core_, other.core_);
        std::swap(seen_, other.seen_);
        return *this;
    }
    ~watch_receiver()
    {
        if (core_ != nullptr) core_->remove_receiver();
    }

    /// A copy of the newest value, which counts as seen then.
    ///
    /// Throws: what copying it throws; then it does not count as seen.
    [[nodiscard]] T get() const
    {
        std::uint64_t version = 0;
        auto* const now = core_->newest(version);
        T copy = detail::channels::shared_value<T>::read(now);
        seen_ = version;
        return copy;
    }

    /// Whether there is a value that this receiver has not seen.
    [[nodiscard]] bool has_changed() const noexcept { return core_->version() != seen_; }

    /// Waits until there is a value that this receiver has not seen, and counts it as seen. False if there is none, and
    /// no sender is left: there will be no more changes.
    bool changed() const { return await_change(detail::channels::no_deadline); }

    /// As changed, for coroutines: `co_await rx.async_changed()`. Needs <weft/async/async_channel.hpp>, and what
    /// receiver::async_recv requires. Throws weft::stopped if the task is asked to stop while it waits.
    [[nodiscard]] detail::channels::awaited_look<watch_receiver> async_changed() const;

    /// As changed, for at most `limit`. False also if nothing has changed in that time.
    template <detail::duration Limit>
    bool changed_for(Limit limit) const
    {
        return await_change(detail::deadline_after(limit));
    }
    /// As changed, until `time` at most, by any clock.
    template <detail::time_point Time>
    bool changed_until(Time time) const
    {
        return await_change(detail::deadline_at(time));
    }

    /// Waits for a value for which `good(const T&)` is true, beginning with the newest one. Nothing if no sender is
    /// left, and the last value is not good.
    template <class Good>
        requires std::predicate<Good&, const T&>
    [[nodiscard]] std::optional<T> await(Good good) const
    {
        for (;;) {
            T now = get();
            if (good(std::as_const(now))) return now;
            if (!changed()) return std::nullopt;
        }
    }

    /// Whether no sender is left.
    [[nodiscard]] bool is_closed() const noexcept { return core_->is_closed(); }

private:
    friend struct detail::channels::watch_access;
    friend struct detail::channels::handle_access;
    friend class watch_sender<T>;

    watch_receiver(detail::channels::watch_core<T>* core, std::uint64_t seen) noexcept : core_(core), seen_(seen) {}

    void look(std::optional<bool>& found) const noexcept
    {
        const bool closed = core_->is_closed();  // before the look: nothing comes after it
        const std::uint64_t version = core_->version();
        if (version != seen_) {
            seen_ = version;
            found = true;
        } else if (closed) {
            found = false;
        }
    }
    [[nodiscard]] bool is_ready() const noexcept { return has_changed() || core_->is_closed(); }
    [[nodiscard]] detail::channels::wait_line& line() const noexcept { return core_->line(); }

    bool await_change(detail::clock::time_point deadline) const
    {
        using status = detail::channels::channel_status;
        std::optional<bool> found;
        const auto attempt = [&](bool) {
            look(found);
            return found ? status::done : status::blocked;
        };
        if (attempt(false) == status::blocked)
            static_cast<void>(
                detail::channels::block(core_->line(), deadline, budget_, attempt, [&] { return is_ready(); }));
        return found.value_or(false);
    }

    detail::channels::watch_core<T>* core_;
    mutable std::uint64_t seen_;
    mutable detail::channels::spin_budget budget_;
};

/// A value that senders change and receivers watch: receivers see the newest value, not every value. The receiver has
/// seen `first`.
///
/// Throws:  what moving the value throws; std::bad_alloc.
/// Example: examples/channel/watch.cpp
template <detail::channels::message T>
    requires std::copy_constructible<T>
[[nodiscard]] std::pair<watch_sender<T>, watch_receiver<T>> watch(T first)
{
    return detail::channels::watch_access::both<T>(detail::make<detail::channels::watch_core<T>>(std::move(first)));
}

namespace detail::channels {

template <class T>
struct outcome_of<watch_receiver<T>> {
    using type = bool;
};

template <class F>
struct check_changed_function {
    static constexpr bool ok = true;
    static_assert(std::is_invocable_v<F&&, bool>,
                  "weft: the function of on_changed is called with a bool, which is false if no sender is left");
};
template <class F>
concept takes_changed = check_changed_function<F>::ok;

}  // namespace detail::channels

/// An arm of select that is ready when a watched value has changed, as watch_receiver::changed: calls `f(bool)`, with
/// false if no sender is left. (A selector takes changes, too.)
///
/// Requires: `from` lives until select has returned.
template <class T, detail::channels::takes_changed F>
[[nodiscard]] auto on_changed(const watch_receiver<T>& from, F f)
{
    return detail::channels::source_arm<watch_receiver<T>, F>(from, std::move(f));
}

}  // namespace weft
