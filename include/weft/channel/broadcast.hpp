// weft/channel/broadcast.hpp - every message to every receiver.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       senders, receivers: any threads.
//
// Fields      slots_       written under lock_   a ring of messages, and how many receivers have yet to see each
//             tail_        written under lock_   how many messages have been sent; read without the lock, too
//             receivers_   written under lock_   how many there are
//             senders_, handles_                 counted by the handles
//             closed_      written by the last sender
//
// Invariants  I1  A slot's message is alive while its `unseen` is not 0: each receiver that has yet to see it holds one
//                 of its references. A sender that overwrites it gives back the references of those that have missed
//                 it.
//             I2  Under the lock only pointers and counts change; messages are made, copied and destroyed outside it.
//
// Orders      O1  send: tail_ seq_cst store, then a seq_cst load of the line; a thread that goes to sleep does the two
//                 in reverse (waiter.hpp, O2).
//             O2  close: closed_ release -> acquire. Whoever learns of the end sees all messages.
//             O3  handles_: fetch_sub acq_rel. The one that frees sees what the others did.
//
// Progress    threads wait for each other only at the spinlock; a receiver may sleep until something is sent.
//
// Checked by  tests/model/broadcast_model.cpp: broadcast_to_all (O1), broadcast_ends (O2, O3), broadcast_leaves (I1).
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/deadline.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/channel/detail/core.hpp>
#include <weft/channel/detail/shared_value.hpp>
#include <weft/channel/detail/source_arm.hpp>
#include <weft/channel/result.hpp>
#include <weft/channel/select.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/memory.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

template <class T>
class broadcast_sender;
template <class T>
class broadcast_receiver;

namespace detail::channels {

template <class T>
class broadcast_core {
public:
    using value = shared_value<T>;

    explicit broadcast_core(std::size_t capacity) : capacity_(checked(capacity)), slots_(std::bit_ceil(capacity)) {}

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

    /// Adds a receiver of what comes from now on; returns its position.
    std::uint64_t add_receiver() noexcept
    {
        handles_.fetch_add(1, order::relaxed);
        const std::lock_guard hold(lock_);
        receivers_.store(receivers_.load(order::relaxed) + 1, order::relaxed);
        return tail_->load(order::relaxed);
    }

    /// Adds a receiver at `position`, where there is one already.
    void add_receiver_at(std::uint64_t position) noexcept
    {
        handles_.fetch_add(1, order::relaxed);
        const std::lock_guard hold(lock_);
        receivers_.store(receivers_.load(order::relaxed) + 1, order::relaxed);
        for (std::uint64_t p = first_of(position); p != tail_->load(order::relaxed); ++p) {
            ++at(p).unseen;
            at(p).message->join();
        }
    }

    void remove_receiver(std::uint64_t position) noexcept
    {
        value* ended = nullptr;
        {
            const std::lock_guard hold(lock_);
            receivers_.store(receivers_.load(order::relaxed) - 1, order::relaxed);
            for (std::uint64_t p = first_of(position); p != tail_->load(order::relaxed); ++p) {
                slot& s = at(p);
                --s.unseen;
                if (s.message->leave()) s.message->next = std::exchange(ended, s.message);
            }
        }
        while (ended != nullptr) detail::dispose(std::exchange(ended, ended->next));
        leave();
    }

    [[nodiscard]] std::size_t receivers() const noexcept { return receivers_.load(order::relaxed); }

    /// Takes the message over. Returns how many receivers will see it.
    std::size_t send(value* message) noexcept
    {
        slot missed;
        std::size_t n = 0;
        {
            const std::lock_guard hold(lock_);
            n = receivers_.load(order::relaxed);
            if (n != 0) {
                const std::uint64_t p = tail_->load(order::relaxed);
                if (p >= capacity_) missed = std::exchange(at(p - capacity_), {});
                message->set_readers(n);
                at(p) = {message, n};
                tail_->store(p + 1, order::seq_cst);  // O1
            }
        }
        if (n == 0) {
            detail::dispose(message);
            return 0;
        }
        if (missed.unseen != 0 && missed.message->leave(missed.unseen)) detail::dispose(missed.message);
        line_.notify_present();
        return n;
    }

    /// The next message for the receiver at `position`, which now has a reference to it; null if there is none. Adds
    /// the number of messages that it has missed to `missed`.
    value* next(std::uint64_t& position, std::uint64_t& missed) noexcept
    {
        if (tail_->load(order::relaxed) == position) return nullptr;  // the lock orders the rest
        const std::lock_guard hold(lock_);
        const std::uint64_t first = first_of(position);
        missed += first - position;
        slot& s = at(first);
        --s.unseen;
        position = first + 1;
        return s.message;
    }

    [[nodiscard]] bool is_closed() const noexcept { return closed_.load(order::acquire); }  // O2
    [[nodiscard]] std::uint64_t sent() const noexcept { return tail_->load(order::seq_cst); }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] wait_line& line() noexcept { return line_; }

private:
    struct slot {
        value* message = nullptr;
        std::size_t unseen = 0;
    };

    static std::size_t checked(std::size_t capacity)
    {
        if (capacity == 0) throw_invalid_argument("weft: a broadcast channel needs room for one message");
        if (capacity > std::numeric_limits<std::size_t>::max() / 64) throw_length_error("weft: capacity is too large");
        return capacity;
    }

    /// The position of the first message from `position` on that has not been overwritten.
    [[nodiscard]] std::uint64_t first_of(std::uint64_t position) const noexcept
    {
        const std::uint64_t tail = tail_->load(order::relaxed);
        return tail - position > capacity_ ? tail - capacity_ : position;
    }

    slot& at(std::uint64_t position) noexcept
    {
        return slots_[static_cast<std::size_t>(position) & (slots_.size() - 1)];
    }

    void leave() noexcept
    {
        if (handles_.fetch_sub(1, order::acq_rel) == 1) detail::dispose(this);  // O3
    }

    const std::size_t capacity_;
    std::vector<slot> slots_;
    atomic<std::size_t> senders_{1};
    atomic<std::size_t> handles_{2};
    atomic<bool> closed_{false};
    cache_padded<atomic<std::uint64_t>> tail_{std::uint64_t{0}};
    spinlock lock_;
    atomic<std::size_t> receivers_{1};
    alignas(cache_line_size) wait_line line_;
};

struct broadcast_access {
    template <class T>
    static std::pair<broadcast_sender<T>, broadcast_receiver<T>> both(broadcast_core<T>* core) noexcept
    {
        return {broadcast_sender<T>(core), broadcast_receiver<T>(core, 0)};
    }
};

}  // namespace detail::channels

/// A message of a broadcast channel, or why there is none, and how many messages were lost before it.
template <class T>
class [[nodiscard]] broadcast_result : public recv_result<T> {
public:
    /// How many messages the receiver has missed just before this one, because it fell behind by more than the
    /// capacity.
    [[nodiscard]] std::uint64_t missed() const noexcept { return missed_; }

private:
    friend class broadcast_receiver<T>;
    std::uint64_t missed_ = 0;
};

/// Sends messages to all receivers of a broadcast channel. Copies send into the same channel. Made by
/// broadcast_channel().
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread.
/// Order:         what a thread did before it sent a message happens before the message is received. All receivers see
///                the messages in one and the same order.
template <class T>
class broadcast_sender {
public:
    using value_type = T;

    broadcast_sender(const broadcast_sender& other) noexcept : core_(other.core_)
    {
        if (core_ != nullptr) core_->add_sender();
    }
    broadcast_sender(broadcast_sender&& other) noexcept : core_(std::exchange(other.core_, nullptr)) {}
    broadcast_sender& operator=(broadcast_sender other) noexcept
    {
        std::swap(core_, other.core_);
        return *this;
    }
    ~broadcast_sender()
    {
        if (core_ != nullptr) core_->remove_sender();
    }

    /// Sends, and never waits: a full channel loses its oldest message, and receivers that have not seen it learn that.
    /// Returns how many receivers will see the new message. If that is 0 the message is not kept, and not moved from
    /// unless the last receiver left just then.
    ///
    /// Throws: what moving (copying) the message throws, and std::bad_alloc; then nothing is sent.
    /// Cost:   an allocation, and a wake-up for each receiver that waits.
    std::size_t send(T&& message) const { return put(std::move(message)); }
    std::size_t send(const T& message) const { return put(message); }

    /// A receiver of all messages that are sent from now on.
    [[nodiscard]] broadcast_receiver<T> subscribe() const noexcept
    {
        return broadcast_receiver<T>(core_, core_->add_receiver());
    }

    [[nodiscard]] std::size_t receiver_count() const noexcept { return core_->receivers(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return core_->capacity(); }

private:
    friend struct detail::channels::broadcast_access;
    explicit broadcast_sender(detail::channels::broadcast_core<T>* core) noexcept : core_(core) {}

    template <class U>
    std::size_t put(U&& message) const
    {
        if (core_->receivers() == 0) return 0;
        return core_->send(detail::make<detail::channels::shared_value<T>>(std::size_t{0}, std::forward<U>(message)));
    }

    detail::channels::broadcast_core<T>* core_;
};

/// Receives every message of a broadcast channel that is sent while it lives. A copy begins at the message at which the
/// original is, and from then on sees all messages by itself.
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread.
/// Example:       examples/channel/broadcast.cpp
/// Source:        the interface follows Tokio's broadcast channel.
template <class T>
class broadcast_receiver {
public:
    using value_type = T;

    broadcast_receiver(const broadcast_receiver& other) noexcept : core_(other.core_), position_(other.position_)
    {
        if (core_ != nullptr) core_->add_receiver_at(position_);
    }
    broadcast_receiver(broadcast_receiver&& other) noexcept
        : core_(std::exchange(other.core_, nullptr)), position_(other.position_)
    {
    }
    broadcast_receiver& operator=(broadcast_receiver other) noexcept
    {
        std::swap(core_, other.core_);
        std::swap(position_, other.position_);
        return *this;
    }
    ~broadcast_receiver()
    {
        if (core_ != nullptr) core_->remove_receiver(position_);
    }

    /// Receives the next message, waiting for it. A receiver that has fallen behind gets the oldest message that is
    /// still there, and in missed() the number of those that are not. `closed()` if there are no more messages, and no
    /// senders.
    ///
    /// Throws: what copying the message throws (for the last receiver that sees it: moving it); then it is lost for
    ///         this receiver.
    broadcast_result<T> recv() const { return get(detail::channels::no_deadline); }

    /// As recv, for coroutines, and as receiver::async_recv: `co_await rx.async_recv()`.
    [[nodiscard]] detail::channels::awaited_look<broadcast_receiver> async_recv() const;

    /// Receives a message if there is one now. If not, `empty()`.
    broadcast_result<T> try_recv() const
    {
        std::optional<broadcast_result<T>> found;
        look(found);
        return found ? *std::move(found) : broadcast_result<T>();
    }

    /// As recv, for at most `limit`.
    template <detail::duration Limit>
    broadcast_result<T> recv_for(Limit limit) const
    {
        return get(detail::deadline_after(limit));
    }
    /// As recv, until `time` at most, by any clock.
    template <detail::time_point Time>
    broadcast_result<T> recv_until(Time time) const
    {
        return get(detail::deadline_at(time));
    }

    /// How many messages are there for this receiver.
    [[nodiscard]] std::size_t len() const noexcept
    {
        const std::uint64_t behind = core_->sent() - position_;
        return behind < core_->capacity() ? static_cast<std::size_t>(behind) : core_->capacity();
    }
    [[nodiscard]] bool empty() const noexcept { return len() == 0; }

private:
    friend struct detail::channels::broadcast_access;
    friend struct detail::channels::handle_access;
    friend class broadcast_sender<T>;

    broadcast_receiver(detail::channels::broadcast_core<T>* core, std::uint64_t position) noexcept
        : core_(core), position_(position)
    {
    }

    void look(std::optional<broadcast_result<T>>& found) const
    {
        const bool closed = core_->is_closed();  // before the look: nothing comes after it
        std::uint64_t missed = 0;
        if (auto* const message = core_->next(position_, missed)) {
            found.emplace();
            found->missed_ = missed;
            detail::channels::result_access::room<T>(*found).construct(
                detail::channels::shared_value<T>::read_last(message));
            detail::channels::result_access::set<T>(*found, detail::channels::channel_status::done);
        } else if (closed) {
            detail::channels::result_access::set<T>(found.emplace(), detail::channels::channel_status::closed);
        }
    }
    [[nodiscard]] bool is_ready() const noexcept { return core_->sent() != position_ || core_->is_closed(); }
    [[nodiscard]] detail::channels::wait_line& line() const noexcept { return core_->line(); }

    broadcast_result<T> get(detail::clock::time_point deadline) const
    {
        using status = detail::channels::channel_status;
        std::optional<broadcast_result<T>> found;
        look(found);
        if (!found) {
            const auto attempt = [&](bool) {
                look(found);
                return found ? status::done : status::blocked;
            };
            const status s =
                detail::channels::block(core_->line(), deadline, budget_, attempt, [&] { return is_ready(); });
            if (s == status::timed_out) detail::channels::result_access::set<T>(found.emplace(), s);
        }
        return *std::move(found);
    }

    detail::channels::broadcast_core<T>* core_;
    mutable std::uint64_t position_;
    mutable detail::channels::spin_budget budget_;
};

/// A channel in which every receiver gets every message, and its first two handles. Sending never waits: the channel
/// keeps the last `capacity` messages for those receivers that have not seen them; a receiver that falls behind by more
/// learns how many it has missed. A message that all have seen is destroyed at once. Made for events that several parts
/// of a program must know about.
///
/// Throws:  std::invalid_argument if the capacity is 0; std::length_error if it is absurd; std::bad_alloc.
/// Example: examples/channel/broadcast.cpp
template <detail::channels::message T>
    requires std::copy_constructible<T>
[[nodiscard]] std::pair<broadcast_sender<T>, broadcast_receiver<T>> broadcast_channel(std::size_t capacity)
{
    return detail::channels::broadcast_access::both<T>(detail::make<detail::channels::broadcast_core<T>>(capacity));
}

namespace detail::channels {

template <class T>
struct outcome_of<broadcast_receiver<T>> {
    using type = broadcast_result<T>;
};

template <class F, class T>
struct check_broadcast_function {
    static constexpr bool ok = true;
    static_assert(
        std::is_invocable_v<F&&, broadcast_result<T>&&>,
        "weft: the function of on_recv is called with a broadcast_result of this channel, which may be closed");
};
template <class F, class T>
concept takes_broadcast = check_broadcast_function<F, T>::ok;

}  // namespace detail::channels

/// An arm of select that receives from a broadcast channel and calls `f(broadcast_result<T>)`. A closed channel counts
/// as ready. (A selector takes broadcast receivers, too.)
///
/// Requires: `from` lives until select has returned.
template <class T, detail::channels::takes_broadcast<T> F>
[[nodiscard]] auto on_recv(const broadcast_receiver<T>& from, F f)
{
    return detail::channels::source_arm<broadcast_receiver<T>, F>(from, std::move(f));
}

}  // namespace weft
