// weft/channel/sender.hpp - the sending end of a channel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/chrono.hpp>
#include <weft/base/deadline.hpp>
#include <weft/base/ranges.hpp>
#include <weft/base/sound.hpp>
#include <weft/channel/detail/array_channel.hpp>
#include <weft/channel/detail/checks.hpp>
#include <weft/channel/detail/list_channel.hpp>
#include <weft/channel/detail/plain.hpp>
#include <weft/channel/detail/rendezvous.hpp>
#include <weft/channel/result.hpp>

#include <cassert>
#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {
struct channel_access;

/// Slots that were claimed at once; those that have not been filled when it goes become holes.
template <class Channel>
struct unfilled {
    Channel& channel;
    const typename Channel::run& all;
    std::size_t filled = 0;

    ~unfilled()
    {
        for (; filled < all.count; ++filled) channel.cancel_send(channel.send_slot(all, filled));
    }
};
}  // namespace detail::channels

/// Sends messages into a channel. Copies send into the same channel; the channel closes for receivers when the last
/// sender has gone and everything has been received. Made by bounded() and unbounded().
///
/// What cannot be sent is not moved from. If constructing a message in the channel throws, nothing has been sent.
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread. Different handles of one channel may
///                be used at once.
/// Order:         what a thread did before it sent a message happens before the message is received. Messages of one
///                sender are received in the order in which they were sent.
/// Cost:          buffered: one locked operation a message, nothing allocated (unbounded: at times a block).
/// Example:       examples/pipeline/main.cpp
/// Source:        the interface follows crossbeam-channel and Go.
template <class T>
class sender {
    using array = detail::channels::array_channel<T>;
    using list = detail::channels::list_channel<T>;
    using rendezvous = detail::channels::rendezvous<T>;
    using status = detail::channels::channel_status;

public:
    using value_type = T;

    sender(const sender& other) noexcept : core_(other.core_), flavour_(other.flavour_)
    {
        if (core_ != nullptr) core_->add_sender();
    }
    /// The moved-from handle holds nothing open; it can only be destroyed or assigned to.
    sender(sender&& other) noexcept : core_(std::exchange(other.core_, nullptr)), flavour_(other.flavour_) {}
    sender& operator=(sender other) noexcept
    {
        std::swap(core_, other.core_);
        std::swap(flavour_, other.flavour_);
        return *this;
    }
    ~sender() { leave(); }

    /// Sends, waiting for room: a free slot of the buffer, or a receiver at a rendezvous.
    ///
    /// Blocking: until there is room, or no receiver is left. Never on an unbounded channel.
    /// Throws:   what moving (copying) the message throws; std::bad_alloc on an unbounded channel. Nothing is sent
    /// then.
    send_result send(T&& message) const { return sent(put(std::move(message), detail::channels::no_deadline)); }
    template <std::copy_constructible U = T>  // asked when it is called: until then T may be incomplete
    send_result send(const std::type_identity_t<U>& message) const
    {
        return sent(put(message, detail::channels::no_deadline));
    }

    /// Anything else is an error that says why.
    template <class U>
        requires detail::channels::no_message<U, T>
    send_result send(U&&) const
    {
        static_assert(detail::sound<detail::channels::check_converted<T, U>>);
        return {};
    }

    /// Sends if there is room now. `full()` if not: at some time during the call there was none.
    send_result try_send(T&& message) const { return sent(try_put(std::move(message))); }
    template <std::copy_constructible U = T>
    send_result try_send(const std::type_identity_t<U>& message) const
    {
        return sent(try_put(message));
    }
    template <class U>
        requires detail::channels::no_message<U, T>
    send_result try_send(U&&) const
    {
        static_assert(detail::sound<detail::channels::check_converted<T, U>>);
        return {};
    }

    /// As send, for at most `limit`. A limit that is over already still tries.
    template <class U, detail::duration Limit>
    send_result send_for(U&& message, Limit limit) const
    {
        static_assert(detail::sound<detail::channels::check_sent<T, U>>);
        return sent(put(std::forward<U>(message), detail::deadline_after(limit)));
    }

    /// As send, until `time` at most, by any clock.
    template <class U, detail::time_point Time>
    send_result send_until(U&& message, Time time) const
    {
        static_assert(detail::sound<detail::channels::check_sent<T, U>>);
        return sent(put(std::forward<U>(message), detail::deadline_at(time)));
    }

    /// Sends all elements in order, taking room for many at once; returns how many were sent, fewer than all only if
    /// the channel closed. Elements of an rvalue container are moved from, others copied.
    ///
    /// Blocking: as send.
    /// Cost:     one locked operation for as many messages as there is room for, if the range is forward. Trivially
    ///           copyable messages that lie one behind the other (an array, a std::vector) are copied all at once.
    /// Example:  examples/channel/batches.cpp
    template <detail::channels::messages<T> R>
    std::size_t send_many(R&& range) const;

    /// Messages in the channel. 0 at a rendezvous.
    [[nodiscard]] std::size_t len() const noexcept
    {
        switch (flavour_) {
            case detail::channels::flavour::array:
                return as<array>().len();
            case detail::channels::flavour::list:
                return as<list>().len();
            default:
                return 0;
        }
    }

    /// How many messages fit; nothing if there is no limit.
    [[nodiscard]] std::optional<std::size_t> capacity() const noexcept
    {
        if (flavour_ == detail::channels::flavour::list) return std::nullopt;
        return flavour_ == detail::channels::flavour::array ? as<array>().capacity() : 0;
    }

    [[nodiscard]] bool empty() const noexcept { return len() == 0; }

    /// A rendezvous is always both empty and full.
    [[nodiscard]] bool full() const noexcept { return capacity() == len(); }

    [[nodiscard]] bool same_channel(const sender& other) const noexcept { return core_ == other.core_; }

private:
    friend struct detail::channels::channel_access;

    sender(detail::channels::channel_core* core, detail::channels::flavour f) noexcept : core_(core), flavour_(f) {}

    static send_result sent(status s) noexcept { return detail::channels::result_access::sent(s); }

    template <class C>
    C& as() const noexcept
    {
        assert(core_ != nullptr && "weft: a moved-from sender was used");
        return *static_cast<C*>(core_);
    }

    template <class U>
    static auto fill(U& message) noexcept
    {
        return [&message](detail::storage_cell<T>& cell) noexcept(std::is_nothrow_constructible_v<T, U&&>) {
            cell.construct(static_cast<U&&>(message));
        };
    }

    template <class U>
    status put(U&& message, detail::clock::time_point deadline) const
    {
        if (flavour_ == detail::channels::flavour::array) {
            array& channel = as<array>();
            typename array::claim c;
            status s = channel.start_send(c, false);
            if (s == status::blocked) [[unlikely]]
                s = detail::channels::block(
                    channel.send_line(), deadline, budget_,
                    [&](bool thorough) { return channel.start_send(c, thorough); },
                    [&] { return channel.worth_sending(); });
            if (s == status::done) channel.finish_send(c, fill<U>(message));
            return s;
        }
        if (flavour_ == detail::channels::flavour::list) {
            list& channel = as<list>();
            typename list::claim c;
            const status s = channel.start_send(c);
            if (s == status::done) channel.finish_send(c, fill<U>(message));
            return s;
        }
        return hand_over(std::forward<U>(message), [&](T& m) { return as<rendezvous>().send(m, deadline, budget_); });
    }

    template <class U>
    status try_put(U&& message) const
    {
        if (flavour_ == detail::channels::flavour::array) {
            array& channel = as<array>();
            typename array::claim c;
            const status s = channel.start_send(c, true);
            if (s == status::done) channel.finish_send(c, fill<U>(message));
            return s;
        }
        if (flavour_ == detail::channels::flavour::list)
            return put(std::forward<U>(message), detail::channels::no_deadline);
        return hand_over(std::forward<U>(message), [&](T& m) { return as<rendezvous>().try_send(m); });
    }

    /// At a rendezvous the message is a T of the sender's own until it is taken.
    template <class U, class F>
    static status hand_over(U&& message, F f)
    {
        if constexpr (std::same_as<U, T>) {
            return f(message);
        } else {
            T own(std::forward<U>(message));
            return f(own);
        }
    }

    void leave() noexcept;

    detail::channels::channel_core* core_;
    detail::channels::flavour flavour_;
    mutable detail::channels::spin_budget budget_;
};

template <class T>
void sender<T>::leave() noexcept
{
    if (core_ == nullptr || !core_->remove_sender()) return;
    const auto last = [](auto& channel) {
        channel.close();
        if (channel.leave_last()) detail::dispose(&channel);
    };
    switch (flavour_) {
        case detail::channels::flavour::array:
            return last(as<array>());
        case detail::channels::flavour::list:
            return last(as<list>());
        default:
            return last(as<rendezvous>());
    }
}

template <class T>
template <detail::channels::messages<T> R>
std::size_t sender<T>::send_many(R&& range) const
{
    auto it = std::ranges::begin(range);
    const auto end = std::ranges::end(range);
    std::size_t total = 0;
    const auto next = [&]() -> detail::channels::element_of<R> {
        if constexpr (detail::channels::gives_elements<R>) {
            return std::ranges::iter_move(it);
        } else {
            return *it;
        }
    };
    const auto send_run = [&](auto& channel, auto& r) {
        if constexpr (detail::channels::plain_source<std::remove_cvref_t<decltype(it)>, T>) {
            channel.fill(r, detail::address_of(*it));
            it += static_cast<std::iter_difference_t<decltype(it)>>(r.count);
            total += r.count;
            return;
        }
        detail::channels::unfilled<std::remove_reference_t<decltype(channel)>> state{channel, r};
        while (state.filled < r.count) {
            const auto c = channel.send_slot(r, state.filled);
            ++state.filled;  // from here on finish_send sees to it
            channel.finish_send(c, [&](detail::storage_cell<T>& cell) { cell.construct(next()); });
            ++it;
            ++total;
        }
    };
    if constexpr (std::ranges::forward_range<R>) {
        auto left = static_cast<std::size_t>(std::ranges::distance(it, end));
        while (left != 0 && flavour_ != detail::channels::flavour::rendezvous) {
            const std::size_t before = total;
            if (flavour_ == detail::channels::flavour::array) {
                array& channel = as<array>();
                typename array::run r;
                status s = channel.start_send_many(r, left);
                if (s == status::blocked)
                    s = detail::channels::block(
                        channel.send_line(), detail::channels::no_deadline, budget_,
                        [&](bool) { return channel.start_send_many(r, left); },
                        [&] { return channel.worth_sending(); });
                if (s != status::done) return total;
                send_run(channel, r);
            } else {
                list& channel = as<list>();
                typename list::run r;
                if (channel.start_send_many(r, left) != status::done) return total;
                send_run(channel, r);
            }
            left -= total - before;
        }
        if (left == 0) return total;
    }
    for (; it != end; ++it, ++total) {
        if (put(T(next()), detail::channels::no_deadline) != status::done) return total;
    }
    return total;
}

}  // namespace weft
