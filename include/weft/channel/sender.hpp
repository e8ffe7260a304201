// weft/channel/sender.hpp - the sending end of a channel.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/deadline.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/sound.hpp>
#include <weft/channel/detail/checks.hpp>
#include <weft/channel/detail/dispatch.hpp>
#include <weft/channel/detail/kinds.hpp>
#include <weft/channel/detail/plain.hpp>
#include <weft/channel/result.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/construct.hpp>

#include <array>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {
struct channel_access;
/// What async_send gives: include <weft/async/async_channel.hpp>, which defines it.
template <class T, class U>
class awaited_send;
}  // namespace detail::channels

template <class T>
class receiver;
template <class T>
class weak_sender;

/// Sends messages into a channel. Copies send into the same channel; for receivers it is closed when the last sender
/// has gone and everything has been received. Made by bounded() and unbounded().
///
/// A message that cannot be sent is not moved from. If making a message throws, nothing has been sent, and nobody has
/// noticed. Messages are made before they take a place in the channel, and destroyed after they have left it: while
/// other threads may wait for a place nothing runs but a move that cannot throw. Such a move must be quick, and must
/// not use the channel. A message whose move may throw, or is a copy that leaves something to destroy, gets an
/// allocation of its own.
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread. Different handles of one channel may
///                be used at once.
/// Order:         what a thread did before it sent a message happens before the message is received. Messages of one
///                sender are received in the order in which they were sent.
/// Cost:          buffered: one locked operation a message, nothing allocated (unbounded: at times a block).
/// Example:       examples/channel/pipeline.cpp
/// Source:        the interface follows crossbeam-channel and Go.
template <class T>
class sender {
    using status = detail::channels::channel_status;
    using refusal = detail::channels::refusal;
    static constexpr detail::clock::time_point no_deadline = detail::channels::no_deadline;

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
    /// Throws:   what moving (copying) the message throws; std::bad_alloc on an unbounded channel. Then nothing is
    ///           sent.
    send_result send(T&& message) const { return sent(put<T>(message, no_deadline)); }
    template <std::copy_constructible U = T>  // asked when it is called: until then T may be incomplete
    send_result send(const std::type_identity_t<U>& message) const
    {
        return sent(put<const T&>(message, no_deadline));
    }

    /// Anything else is an error that says why.
    template <class U>
        requires detail::channels::no_message<U, T>
    refusal send(U&&) const
    {
        static_assert(detail::sound<detail::channels::check_converted<T, U>>);
        return {};
    }

    /// Sends if there is room now. If not, `full()`: at some time during the call there was none.
    send_result try_send(T&& message) const { return sent(try_put<T>(message)); }
    template <std::copy_constructible U = T>
    send_result try_send(const std::type_identity_t<U>& message) const
    {
        return sent(try_put<const T&>(message));
    }
    template <class U>
        requires detail::channels::no_message<U, T>
    refusal try_send(U&&) const
    {
        static_assert(detail::sound<detail::channels::check_converted<T, U>>);
        return {};
    }

    /// As send, for at most `limit`. Tries at least once, even if the limit has passed already.
    template <class U, detail::duration Limit>
        requires std::constructible_from<T, U>
    send_result send_for(U&& message, Limit limit) const
    {
        return sent(put<U>(message, detail::deadline_after(limit)));
    }

    /// As send, until `time` at most, by any clock.
    template <class U, detail::time_point Time>
        requires std::constructible_from<T, U>
    send_result send_until(U&& message, Time time) const
    {
        return sent(put<U>(message, detail::deadline_at(time)));
    }

    template <class U, detail::duration Limit>
    refusal send_for(U&&, Limit) const
    {
        static_assert(detail::sound<detail::channels::check_sent<T, U>>);
        return {};
    }
    template <class U, detail::time_point Time>
    refusal send_until(U&&, Time) const
    {
        static_assert(detail::sound<detail::channels::check_sent<T, U>>);
        return {};
    }

    /// Makes a message from `args`, and then sends it. Waits as send.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    send_result emplace(Args&&... args) const
    {
        detail::held<T> made = detail::make_held<T>(std::forward<Args>(args)...);
        return sent(pass(std::move(made), no_deadline));
    }

    /// As try_send, of a message that is made from `args` whether there is room or not.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    send_result try_emplace(Args&&... args) const
    {
        detail::held<T> made = detail::make_held<T>(std::forward<Args>(args)...);
        return sent(try_pass(std::move(made)));
    }

    /// Sends without waiting. If the channel is full the oldest message makes room, and is `displaced` of the result:
    /// one message at most, and no message is lost. At a rendezvous, and while all places have been promised to selects
    /// or selectors, there is none to displace: then it is as try_send.
    ///
    /// Throws: as try_send; what moving the displaced message throws: then that one is lost, and the other has been
    ///         sent.
    force_result<T> force_send(T&& message) const { return force<T>(message); }
    template <std::copy_constructible U = T>
    force_result<T> force_send(const std::type_identity_t<U>& message) const
    {
        return force<const T&>(message);
    }

    /// Sends all elements in order, taking room for many at once. Returns how many were sent: fewer than all only if
    /// the channel closed. Elements of an rvalue container are moved from, others copied. What was not sent is still
    /// there, except an element that the range itself made and that came too late.
    ///
    /// Blocking: as send.
    /// Cost:     one locked operation for as many messages as there is room for, if the elements are messages that can
    ///           be sent as they are (the range is an rvalue, or they are trivially copyable). Trivially copyable
    ///           messages that are contiguous (an array, a std::vector) are copied all at once.
    /// Example:  examples/channel/batches.cpp
    template <detail::channels::messages<T> R>
    std::size_t send_many(R&& range) const;

    /// As send, for coroutines: `co_await tx.async_send(message)` gives what send returns, and holds no thread while it waits.
    /// Needs <weft/async/async_channel.hpp>. The message is moved from when it is sent, and not before.
    ///
    /// Requires: the handle, and the message, live until the co_await has returned; nobody uses the handle meanwhile.
    /// Throws:   as send; weft::stopped if the task is asked to stop while it waits: then nothing is sent, and the message
    ///           is still there.
    /// Order:    threads and coroutines that wait are served in the order of their arrival.
    /// Example:  examples/async/worker_pool.cpp
    [[nodiscard]] detail::channels::awaited_send<T, T> async_send(T&& message) const;
    template <std::copy_constructible U = T>
    [[nodiscard]] detail::channels::awaited_send<T, const T&> async_send(const std::type_identity_t<U>& message) const;
    template <class U>
        requires(detail::channels::no_message<U, T> && detail::sound<detail::channels::check_converted<T, U>>)
    detail::channels::awaited_send<T, T> async_send(U&&) const;

    /// How many messages are in the channel. 0 at a rendezvous.
    [[nodiscard]] std::size_t len() const noexcept
    {
        return with_channel([](auto& channel) { return channel.len(); });
    }

    /// How many messages fit; nothing if there is no limit.
    [[nodiscard]] std::optional<std::size_t> capacity() const noexcept
    {
        return with_channel([](auto& channel) { return channel.capacity(); });
    }

    [[nodiscard]] bool empty() const noexcept { return len() == 0; }

    /// Whether there is no room for a message. A place that has been promised to a select, or to a selector, counts as
    /// taken. A rendezvous is always both empty and full.
    [[nodiscard]] bool full() const noexcept
    {
        return with_channel([](auto& channel) { return channel.full(); });
    }

    /// Closes the channel for all its handles: nothing can be sent any more, threads that wait to send are told, and
    /// receivers get what is in it, and then `closed()`. A message that a select is making already still arrives.
    /// Closing a channel again does nothing.
    void close() const noexcept
    {
        with_channel([](auto& channel) { channel.close(); });
    }

    /// Whether nothing can be sent any more: the channel was closed, or no receiver is left.
    [[nodiscard]] bool is_closed() const noexcept
    {
        return with_channel([](auto& channel) { return channel.is_closed(); });
    }

    /// A handle that does not keep the channel open.
    [[nodiscard]] weak_sender<T> downgrade() const noexcept;

    /// Another receiver of this channel. Nothing if none is left: then the channel is closed for good.
    [[nodiscard]] std::optional<receiver<T>> new_receiver() const noexcept;

    [[nodiscard]] bool same_channel(const sender& other) const noexcept { return core_ == other.core_; }

private:
    friend struct detail::channels::channel_access;
    friend class weak_sender<T>;

    sender(detail::channels::channel_core* core, detail::channels::flavour f) noexcept : core_(core), flavour_(f) {}

    static send_result sent(status s) noexcept { return detail::channels::result_access::sent(s); }

    template <class F>
    [[gnu::always_inline]] auto with_channel(F f) const
    {
        assert(core_ != nullptr && "weft: a moved-from sender was used");
        return detail::channels::with_senders_channel<T>(core_, flavour_, f);
    }

    /// Sends what is in hand: an element, or something that is put into a slot as it is (in_hand).
    template <class M>
    status pass(M&& message, detail::clock::time_point deadline) const
    {
        return with_channel([&](auto& channel) {
            namespace channels = detail::channels;
            using C = std::remove_cvref_t<decltype(channel)>;
            if constexpr (channels::can_be_full<C>) {
                typename C::claim c;
                status s = channel.start_send(c, false);
                if (s == status::blocked) [[unlikely]]
                    s = channels::block(
                        channel.send_line(), deadline, budget_,
                        [&](bool thorough) { return channel.start_send(c, thorough); },
                        [&] { return channel.ready_to_send(); });
                if (s == status::done) channel.finish_send(c, std::forward<M>(message));
                return s;
            } else if constexpr (channels::buffered<C>) {
                return channels::send_now(channel, true, std::forward<M>(message));
            } else {
                return hand_over(std::forward<M>(message), [&](auto& m) { return channel.send(m, deadline, budget_); });
            }
        });
    }

    template <class M>
    status try_pass(M&& message) const
    {
        return with_channel([&](auto& channel) {
            namespace channels = detail::channels;
            if constexpr (channels::buffered<decltype(channel)>) {
                return channels::send_now(channel, true, std::forward<M>(message));
            } else {
                return hand_over(std::forward<M>(message), [&](auto& m) { return channel.try_send(m); });
            }
        });
    }

    /// At a rendezvous the message is an element in the sender's memory until it is taken.
    template <class M, class F>
    static status hand_over(M&& message, F f)
    {
        if constexpr (std::is_lvalue_reference_v<M>) {
            T own(message);
            return f(own);
        } else {
            return f(message);
        }
    }

    /// Sends a T that is made from the argument U&&.
    template <class U>
    status put(std::remove_reference_t<U>& from, detail::clock::time_point deadline) const
    {
        namespace channels = detail::channels;
        if constexpr (channels::in_hand<T, U>) {
            return pass(static_cast<U&&>(from), deadline);
        } else if constexpr (channels::is_spent<T, U>) {
            return put_spent<U>(from, deadline);
        } else {
            detail::held<T> made = detail::make_held<T>(static_cast<U&&>(from));
            return pass(std::move(made), deadline);
        }
    }

    template <class U>
    status try_put(std::remove_reference_t<U>& from) const
    {
        namespace channels = detail::channels;
        if constexpr (channels::in_hand<T, U>) {
            return try_pass(static_cast<U&&>(from));
        } else {
            const bool full = with_channel([](auto& channel) {
                if constexpr (channels::can_be_full<decltype(channel)>) return !channel.ready_to_send();
                return false;
            });
            if (full) return status::blocked;  // without a copy for nothing
            if constexpr (channels::is_spent<T, U>) {
                return put_spent<U>(from, detail::clock::time_point::min());
            } else {
                detail::held<T> made = detail::make_held<T>(static_cast<U&&>(from));
                return try_pass(std::move(made));
            }
        }
    }

    /// As put, where making the message uses the argument up: it is made only when it is known that it can be sent.
    template <class U>
    [[gnu::noinline]] status put_spent(std::remove_reference_t<U>& from, detail::clock::time_point deadline) const
    {
        const auto make = [&] { return detail::make_held<T>(static_cast<U&&>(from)); };
        const bool tries = deadline == detail::clock::time_point::min();
        return with_channel([&](auto& channel) {
            namespace channels = detail::channels;
            using C = std::remove_cvref_t<decltype(channel)>;
            if constexpr (channels::can_be_full<C>) {
                status s = channel.promise();
                if (s == status::blocked && !tries)
                    s = channels::block(
                        channel.send_line(), deadline, budget_, [&](bool) { return channel.promise(); },
                        [&] { return channel.ready_to_send(); });
                return s == status::done ? channels::keep_promise<T>(channel, make) : s;
            } else {
                if constexpr (channels::buffered<C>) {
                    if (channel.is_closed()) return status::closed;
                }
                if constexpr (std::same_as<U, T>) {
                    if constexpr (channels::meets<C>) {
                        if (tries && !channel.is_ready(true, nullptr)) return status::blocked;
                    }
                    status s = status::closed;
                    detail::put_held(from, [&](detail::held<T>& made) {
                        s = tries ? try_pass(std::move(made)) : pass(std::move(made), deadline);
                        return s == status::done;
                    });
                    return s;
                } else if constexpr (channels::meets<C>) {
                    return channel.send_late(make, deadline, budget_);
                } else {
                    return pass(make(), deadline);
                }
            }
        });
    }

    template <class U>
    force_result<T> force(std::remove_reference_t<U>& from) const;

    void leave() noexcept;

    detail::channels::channel_core* core_;
    detail::channels::flavour flavour_;
    mutable detail::channels::spin_budget budget_;
};

template <class T>
void sender<T>::leave() noexcept
{
    if (core_ == nullptr || !core_->remove_sender()) return;
    with_channel([](auto& channel) {
        channel.close();
        if (channel.leave_last()) detail::dispose(detail::address_of(channel));
    });
}

template <class T>
template <class U>
force_result<T> sender<T>::force(std::remove_reference_t<U>& from) const
{
    return with_channel([&](auto& channel) {
        force_result<T> result;
        if constexpr (!detail::channels::can_be_full<decltype(channel)>) {
            result = sent(try_put<U>(from));
        } else {
            std::optional<detail::held<T>> old;
            const auto force_in = [&](detail::held<T>& message) {
                const status s =
                    channel.force_send(message, [&old](detail::held<T>&& m) { old.emplace(std::move(m)); });
                result = sent(s);
                return s == status::done;
            };
            if constexpr (!std::same_as<U, T>) {
                detail::held<T> made = detail::make_held<T>(static_cast<U&&>(from));
                force_in(made);
            } else if (channel.is_closed()) {
                result = sent(status::closed);
            } else {
                detail::put_held(from, force_in);
            }
            // Not before this point, since it may throw: the message has been sent, and must not be given back.
            if (old) result.displaced.emplace(detail::let_go<T>(*old));
        }
        return result;
    });
}

template <class T>
template <detail::channels::messages<T> R>
std::size_t sender<T>::send_many(R&& range) const
{
    namespace channels = detail::channels;
    using element = channels::element_of<R>;
    constexpr bool moves = channels::gives_elements<R>;
    auto it = std::ranges::begin(range);
    const auto end = std::ranges::end(range);
    std::size_t total = 0;
    if constexpr (channels::standing_elements<R, T> && channels::in_hand<T, channels::argument<element>>) {
        // Messages as they are: whole runs of them, none of which is touched before it is sent.
        const auto send_run = [&](std::size_t n, auto from) {
            // By value: so the compiler knows that storing a message does not change where the next one comes from.
            const auto fill_from = [&from](std::size_t first) {
                return [at = from(first)](detail::storage_cell<T>& cell, std::size_t i) {
                    cell.construct(static_cast<element>(at(i)));
                };
            };
            return with_channel([&](auto& channel) {
                using C = std::remove_cvref_t<decltype(channel)>;
                std::size_t done = 0;
                while (done != n) {
                    if constexpr (channels::can_be_full<C>) {
                        typename C::run r;
                        const auto start = [&](bool) { return channel.start_send_many(r, n - done); };
                        status s = start(false);
                        if (s == status::blocked)
                            s = channels::block(channel.send_line(), no_deadline, budget_, start,
                                                [&] { return channel.ready_to_send(); });
                        if (s != status::done) break;
                        if constexpr (channels::plain<T> && std::contiguous_iterator<decltype(it)>) {
                            channel.finish_send_many(r, detail::address_of(std::as_const(from(done)(0))));
                        } else {
                            channel.finish_send_many(r, fill_from(done));
                        }
                        done += r.count;
                    } else if constexpr (channels::buffered<C>) {
                        typename C::run r;
                        if (channel.start_send_many(r, n - done) != status::done) break;
                        channel.finish_send_many(r, fill_from(done));
                        done += r.count;
                    } else {
                        if (pass(static_cast<element>(from(done)(0)), no_deadline) != status::done) break;
                        ++done;
                    }
                }
                return done;
            });
        };
        if constexpr (std::contiguous_iterator<decltype(it)>) {
            const auto n = static_cast<std::size_t>(std::ranges::distance(it, end));
            if (n == 0) return 0;
            auto* const first = detail::address_of(*it);
            return send_run(
                n, [first](std::size_t at) { return [p = first + at](std::size_t i) -> auto& { return p[i]; }; });
        } else {
            // The range's code runs before the places are taken: it may be slow, or use the channel.
            std::array<decltype(detail::address_of(*it)), 64> some;
            for (;;) {
                std::size_t n = 0;
                for (; n != some.size() && it != end; ++it) some[n++] = detail::address_of(*it);
                if (n == 0) return total;
                const std::size_t done = send_run(n, [&some](std::size_t at) {
                    return [p = some.data() + at](std::size_t i) -> auto& { return *p[i]; };
                });
                total += done;
                if (done != n) return total;
            }
        }
    } else {
        for (; it != end; ++it, ++total) {
            auto&& each = [&]() -> element {
                if constexpr (moves) {
                    return std::ranges::iter_move(it);
                } else {
                    return *it;
                }
            }();
            if (put<channels::argument<element>>(each, no_deadline) != status::done) return total;
        }
        return total;
    }
}

}  // namespace weft
