// weft/channel/receiver.hpp - the receiving end of a channel.
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
#include <weft/channel/detail/timer.hpp>
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
}  // namespace detail::channels

/// Receives the messages of a channel; each message goes to one receiver. Copies receive from the same channel. When
/// the last receiver goes, sending fails, and the messages that nobody will read are destroyed then and there, by the
/// thread that destroys that receiver. Made by bounded(), unbounded(), after(), at(), tick() and never().
///
/// A channel that is kept alive only by its own messages (its last receiver was sent through itself and the senders are
/// gone) is never freed: receive it, or send another handle.
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread. Different handles of one channel may
///                be used at once.
/// Order:         what a thread did before it sent a message happens before the message is received.
/// Cost:          buffered: one locked operation a message.
/// Example:       examples/pipeline/main.cpp
/// Source:        the interface follows crossbeam-channel and Go.
template <class T>
class receiver {
    using array = detail::channels::array_channel<T>;
    using list = detail::channels::list_channel<T>;
    using rendezvous = detail::channels::rendezvous<T>;
    using status = detail::channels::channel_status;
    using flavour = detail::channels::flavour;
    static constexpr bool may_be_timer = std::same_as<T, detail::clock::time_point>;

public:
    using value_type = T;

    receiver(const receiver& other) noexcept : core_(other.core_), flavour_(other.flavour_)
    {
        if (core_ != nullptr) core_->add_receiver();
    }
    /// The moved-from handle holds nothing open; it can only be destroyed or assigned to.
    receiver(receiver&& other) noexcept
        : core_(std::exchange(other.core_, nullptr)),
          flavour_(std::exchange(other.flavour_, flavour::never)),
          view_(std::exchange(other.view_, {}))
    {
    }
    receiver& operator=(receiver other) noexcept
    {
        std::swap(core_, other.core_);
        std::swap(flavour_, other.flavour_);
        std::swap(view_, other.view_);
        return *this;
    }
    ~receiver() { leave(); }

    /// Receives the next message, waiting for it. `closed()` if none is left and none can come.
    ///
    /// Blocking: until a message comes or the channel is closed.
    /// Throws:   what moving the message throws; the message is lost then.
    recv_result<T> recv() const { return get(detail::channels::no_deadline); }

    /// Receives a message if there is one now. `empty()` if not: at some time during the call there was none.
    recv_result<T> try_recv() const;

    /// As recv, for at most `limit`. A limit that is over already still looks.
    template <detail::duration Limit>
    recv_result<T> recv_for(Limit limit) const
    {
        return get(detail::deadline_after(limit));
    }

    /// As recv, until `time` at most, by any clock.
    template <detail::time_point Time>
    recv_result<T> recv_until(Time time) const
    {
        return get(detail::deadline_at(time));
    }

    /// Waits for the first message, then takes what is there, up to `most`, to the end of a container or through an
    /// output iterator, in order. Returns how many were taken: 0 if the channel is closed, or `most` is 0.
    ///
    /// Throws:  what storing a message throws; that message is lost, and the rest of those taken with it.
    /// Cost:    one locked operation for as many messages as are there. Trivially copyable messages are copied all at once
    ///          into an array or to the end of a std::vector: in about a third of the time of receiving them one by one.
    /// Example: examples/channel/batches.cpp
    template <class Out>
    std::size_t recv_many(Out&& out, std::size_t most) const;

    /// The same into an array, and no more than it has elements.
    template <class U, std::size_t N>
        requires std::output_iterator<U*, T>
    std::size_t recv_many(U (&out)[N], std::size_t most = N) const
    {
        return recv_many(static_cast<U*>(out), most < N ? most : N);
    }

    class iterator;
    class tries;

    /// All messages until the channel is closed and drained; each step waits. For range-for.
    [[nodiscard]] iterator begin() const { return iterator(*this, true); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    /// The messages that are there now: ends when there is none at the moment.
    [[nodiscard]] tries try_iter() const noexcept { return tries(*this); }

    /// Messages in the channel. 0 at a rendezvous. A timer holds one when it is due.
    [[nodiscard]] std::size_t len() const noexcept
    {
        switch (flavour_) {
            case flavour::array:
                return as<array>().len();
            case flavour::list:
                return as<list>().len();
            case flavour::timer:
                return as<detail::channels::timer>().due() <= detail::clock::now() ? 1 : 0;
            default:
                return 0;
        }
    }

    /// How many messages fit; nothing if there is no limit.
    [[nodiscard]] std::optional<std::size_t> capacity() const noexcept
    {
        switch (flavour_) {
            case flavour::array:
                return as<array>().capacity();
            case flavour::list:
                return std::nullopt;
            case flavour::timer:
                return 1;
            default:
                return 0;
        }
    }

    [[nodiscard]] bool empty() const noexcept { return len() == 0; }

    /// A rendezvous is always both empty and full.
    [[nodiscard]] bool full() const noexcept { return capacity() == len(); }

    [[nodiscard]] bool same_channel(const receiver& other) const noexcept { return core_ == other.core_; }

private:
    friend struct detail::channels::channel_access;

    receiver(detail::channels::channel_core* core, flavour f) noexcept : core_(core), flavour_(f) {}

    template <class C>
    C& as() const noexcept
    {
        assert(core_ != nullptr && "weft: a moved-from receiver was used");
        return *static_cast<C*>(core_);
    }

    static auto into(recv_result<T>& result) noexcept
    {
        return [&result](T&& message) { detail::channels::result_access::room(result).construct(std::move(message)); };
    }

    recv_result<T> get(detail::clock::time_point deadline) const;
    status get_other(recv_result<T>& result, detail::clock::time_point deadline) const;
    void leave() noexcept;

    detail::channels::channel_core* core_;
    flavour flavour_;
    mutable detail::channels::spin_budget budget_;
    mutable detail::channels::list_view view_;
};

/// Holds the message that was received last.
template <class T>
class receiver<T>::iterator {
public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    [[nodiscard]] T& operator*() const noexcept { return *now_; }
    iterator& operator++()
    {
        now_ = next();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept { return !it.now_.has_value(); }

private:
    friend class receiver;
    iterator(const receiver& from, bool waits) : from_(&from), waits_(waits), now_(next()) {}
    recv_result<T> next() { return waits_ ? from_->recv() : from_->try_recv(); }

    const receiver* from_;
    bool waits_;
    mutable recv_result<T> now_;
};

template <class T>
class receiver<T>::tries {
public:
    [[nodiscard]] iterator begin() const { return iterator(*from_, false); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    friend class receiver;
    explicit tries(const receiver& from) noexcept : from_(&from) {}
    const receiver* from_;
};

template <class T>
recv_result<T> receiver<T>::get(detail::clock::time_point deadline) const
{
    recv_result<T> result = detail::channels::result_access::nothing<T>();
    status s;
    if (flavour_ == flavour::array) {
        array& channel = as<array>();
        typename array::claim c;
        s = channel.start_recv(c, false);
        if (s == status::blocked) [[unlikely]]
            s = detail::channels::block(
                channel.recv_line(), deadline, budget_, [&](bool thorough) { return channel.start_recv(c, thorough); },
                [&] { return channel.worth_receiving(); });
        if (s == status::done) channel.finish_recv(c, into(result));
    } else if (flavour_ == flavour::list) {
        list& channel = as<list>();
        typename list::claim c;
        s = channel.start_recv(c, view_, false);
        if (s == status::blocked) [[unlikely]]
            s = detail::channels::block(
                channel.recv_line(), deadline, budget_,
                [&](bool thorough) { return channel.start_recv(c, view_, thorough); },
                [&] { return channel.worth_receiving(); });
        if (s == status::done) channel.finish_recv(c, view_, into(result));
    } else {
        s = get_other(result, deadline);
    }
    detail::channels::result_access::set(result, s);
    return result;
}

template <class T>
auto receiver<T>::get_other(recv_result<T>& result, detail::clock::time_point deadline) const -> status
{
    if (flavour_ == flavour::rendezvous)
        return as<rendezvous>().recv(detail::channels::result_access::room(result), deadline, budget_);
    if constexpr (may_be_timer) {
        if (flavour_ == flavour::timer) {
            detail::clock::time_point message;
            if (!as<detail::channels::timer>().take_until(deadline, message)) return status::timed_out;
            detail::channels::result_access::room(result).construct(message);
            return status::done;
        }
    }
    detail::channels::sleep_until(deadline);
    return status::timed_out;
}

template <class T>
recv_result<T> receiver<T>::try_recv() const
{
    recv_result<T> result = detail::channels::result_access::nothing<T>();
    status s = status::blocked;
    if (flavour_ == flavour::array) {
        array& channel = as<array>();
        typename array::claim c;
        s = channel.start_recv(c, true);
        if (s == status::done) channel.finish_recv(c, into(result));
    } else if (flavour_ == flavour::list) {
        list& channel = as<list>();
        typename list::claim c;
        s = channel.start_recv(c, view_, true);
        if (s == status::done) channel.finish_recv(c, view_, into(result));
    } else if (flavour_ == flavour::rendezvous) {
        s = as<rendezvous>().try_recv(detail::channels::result_access::room(result));
    } else if constexpr (may_be_timer) {
        detail::clock::time_point message;
        if (flavour_ == flavour::timer && as<detail::channels::timer>().take(message)) {
            detail::channels::result_access::room(result).construct(message);
            s = status::done;
        }
    }
    detail::channels::result_access::set(result, s);
    return result;
}

template <class T>
template <class Out>
std::size_t receiver<T>::recv_many(Out&& out, std::size_t most) const
{
    static_assert(detail::sound<detail::channels::check_store<Out, T>>);
    if (most == 0) return 0;
    const auto store = [&out](T&& message) {
        if constexpr (requires { out.push_back(std::move(message)); }) {
            out.push_back(std::move(message));
        } else {
            *out = std::move(message);
            ++out;
        }
    };
    std::size_t total = 0;
    // Claims runs until there is nothing more, or enough. Of a run that cannot be stored the rest is destroyed.
    const auto take = [&](auto& channel, auto start, auto drain, auto slot_of, auto finish) {
        while (total < most) {
            typename std::remove_reference_t<decltype(channel)>::run r;
            const auto attempt = [&](bool thorough) { return start(r, most - total, thorough); };
            status s = attempt(true);
            if (s == status::blocked && total == 0)
                s = detail::channels::block(channel.recv_line(), detail::channels::no_deadline, budget_, attempt,
                                            [&] { return channel.worth_receiving(); });
            if (s != status::done) return;
            std::size_t i = 0;
            try {
                if constexpr (detail::channels::plain_target<Out, T>) {
                    detail::channels::append<T>(out, r.count, [&](T* to) { return i = drain(r, to); });
                    total += i;
                }
                while (i < r.count) {
                    typename std::remove_reference_t<decltype(channel)>::claim c;
                    if (!slot_of(r, i++, c)) continue;
                    finish(c, store);
                    ++total;
                }
            } catch (...) {
                while (i < r.count) {
                    typename std::remove_reference_t<decltype(channel)>::claim c;
                    if (slot_of(r, i++, c)) finish(c, [](T&&) {});
                }
                throw;
            }
        }
    };
    if (flavour_ == flavour::array) {
        array& channel = as<array>();
        take(
            channel, [&](auto& r, std::size_t n, bool) { return channel.start_recv_many(r, n); },
            [&](const auto& r, T* to) { return channel.drain(r, to); },
            [&](const auto& r, std::size_t i, auto& c) { return channel.recv_slot(r, i, c); },
            [&](const auto& c, auto&& f) { channel.finish_recv(c, f); });
    } else if (flavour_ == flavour::list) {
        list& channel = as<list>();
        take(
            channel,
            [&](auto& r, std::size_t n, bool thorough) { return channel.start_recv_many(r, view_, n, thorough); },
            [&](const auto& r, T* to) { return channel.drain(r, view_, to); },
            [&](const auto& r, std::size_t i, auto& c) { return channel.recv_slot(r, i, view_, c); },
            [&](const auto& c, auto&& f) { channel.finish_recv(c, view_, f); });
    } else {
        for (auto message = recv(); message; message = try_recv()) {
            store(std::move(*message));
            if (++total == most) break;
        }
    }
    return total;
}

template <class T>
void receiver<T>::leave() noexcept
{
    if (core_ == nullptr) return;
    if (flavour_ == flavour::list) as<list>().leave(view_);
    if (!core_->remove_receiver()) return;
    const auto last = [](auto& channel) {
        channel.close();
        channel.discard();
        if (channel.leave_last()) detail::dispose(&channel);
    };
    switch (flavour_) {
        case flavour::array:
            return last(as<array>());
        case flavour::list:
            return last(as<list>());
        case flavour::rendezvous:
            return last(as<rendezvous>());
        default:
            return detail::dispose(&as<detail::channels::timer>());
    }
}

}  // namespace weft
