// weft/channel/receiver.hpp - the receiving end of a channel.
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

#include <cassert>
#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {
struct channel_access;
/// What async_recv gives: include <weft/async/async_channel.hpp>, which defines it.
template <class T>
class awaited_recv;
}  // namespace detail::channels

/// Receives the messages of a channel; each message goes to one receiver. Copies receive from the same channel. When
/// the last receiver goes, nothing can be sent any more, and the messages that nobody will read are destroyed at once,
/// by the thread that destroys that receiver. Made by bounded(), unbounded(), after(), at(), tick() and never().
///
/// A channel that only its own messages keep alive (its last receiver was sent through the channel itself, and the
/// senders are gone) is never freed: receive that receiver, or send another handle.
///
/// Thread safety: one handle is used by one thread at a time: copy it per thread. Different handles of one channel may
///                be used at once.
/// Order:         what a thread did before it sent a message happens before the message is received.
/// Cost:          buffered: one locked operation a message.
/// Example:       examples/channel/pipeline.cpp
/// Source:        the interface follows crossbeam-channel and Go.
template <class T>
class receiver {
    using status = detail::channels::channel_status;
    using flavour = detail::channels::flavour;
    class tries;

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

    /// Receives the next message, waiting for it. `closed()` if none is left and none will come.
    ///
    /// Blocking: until a message comes or the channel is closed.
    /// Throws:   what moving the message throws; the message is lost then.
    recv_result<T> recv() const { return get(detail::channels::no_deadline); }

    /// Receives a message if there is one now. If not, `empty()`: at some time during the call there was none.
    recv_result<T> try_recv() const;

    /// As recv, for at most `limit`. Looks at least once, even if the limit has passed already.
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

    /// As recv, for coroutines: `co_await rx.async_recv()` gives what recv returns, and holds no thread while it waits.
    /// Needs <weft/async/async_channel.hpp>.
    ///
    /// Requires: the handle lives until the co_await has returned; nobody uses it meanwhile.
    /// Throws:   as recv; weft::stopped if the task is asked to stop while it waits: then nothing has been received.
    /// Order:    threads and coroutines that wait are served in the order of their arrival.
    /// Example:  examples/async/worker_pool.cpp
    [[nodiscard]] detail::channels::awaited_recv<T> async_recv() const;

    /// Waits for the first message, then takes what is there, up to `most` messages, in order: to the end of a
    /// container, or through an output iterator. Returns how many were taken: 0 if the channel is closed, or `most` is
    /// 0.
    ///
    /// Throws:  what storing a message throws; that message is lost, and so are the others that were taken along with
    ///          it.
    /// Cost:    one locked operation for as many messages as are there (at most 2 KiB of them at a time). Trivially
    ///          copyable messages are copied all at once into an array or to the end of a std::vector: that takes about
    ///          a third of the time of receiving them one by one.
    /// Example: examples/channel/batches.cpp
    template <class Out>
    std::size_t recv_many(Out&& out, std::size_t most) const
    {
        return get_many(out, most, detail::channels::no_deadline);
    }

    /// As recv_many, but waits at most `limit` for the first message: 0 also if none came in time.
    template <class Out, detail::duration Limit>
    std::size_t recv_many_for(Out&& out, std::size_t most, Limit limit) const
    {
        return get_many(out, most, detail::deadline_after(limit));
    }

    /// As recv_many, but waits for the first message until `time` at the latest, by any clock.
    template <class Out, detail::time_point Time>
    std::size_t recv_many_until(Out&& out, std::size_t most, Time time) const
    {
        return get_many(out, most, detail::deadline_at(time));
    }

    /// The same into an array, and at most as many as it has elements.
    template <class U, std::size_t N>
        requires std::output_iterator<U*, T>
    std::size_t recv_many(U (&out)[N], std::size_t most = N) const
    {
        return recv_many(static_cast<U*>(out), most < N ? most : N);
    }

    class iterator;

    /// All messages until the channel is closed and drained; each step waits. For range-for.
    [[nodiscard]] iterator begin() const { return iterator(*this, true); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    /// The messages that are there now: ends as soon as there is none.
    [[nodiscard]] tries try_iter() const noexcept { return tries(*this); }

    /// All messages until the channel is closed and drained, in a container: `rx.collect<std::vector<int>>()`, or
    /// `rx.collect<std::vector>()`.
    ///
    /// Blocking: until the channel is closed.
    template <class Container>
    [[nodiscard]] Container collect() const
    {
        Container all;
        collect_into(all);
        return all;
    }
    template <template <class...> class Container>
    [[nodiscard]] Container<T> collect() const
    {
        return collect<Container<T>>();
    }

    /// How many messages are in the channel. 0 at a rendezvous. A timer holds one when it is due.
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

    /// As sender::full. A rendezvous is always both empty and full.
    [[nodiscard]] bool full() const noexcept
    {
        return with_channel([](auto& channel) { return channel.full(); });
    }

    /// Closes the channel for all its handles, as sender::close: what is in it can still be received. Timers, and
    /// receivers made by never(), do not close.
    void close() const noexcept
    {
        with_channel([](auto& channel) { channel.close(); });
    }

    /// Whether nothing will be sent any more: the channel was closed, or no sender is left. There may still be
    /// messages.
    [[nodiscard]] bool is_closed() const noexcept
    {
        return with_channel([](auto& channel) { return channel.is_closed(); });
    }

    [[nodiscard]] bool same_channel(const receiver& other) const noexcept { return core_ == other.core_; }

private:
    friend struct detail::channels::channel_access;

    receiver(detail::channels::channel_core* core, flavour f) noexcept : core_(core), flavour_(f) {}

    template <class F>
    [[gnu::always_inline]] auto with_channel(F f) const
    {
        assert((core_ != nullptr || flavour_ == flavour::never) && "weft: a moved-from receiver was used");
        return detail::channels::with_receivers_channel<T>(core_, flavour_, f);
    }

    template <class Container>
    void collect_into(Container& all) const
    {
        if constexpr (requires(T&& m) { all.push_back(std::move(m)); }) {
            while (recv_many(all, static_cast<std::size_t>(-1)) != 0) {}
        } else {
            while (auto message = recv()) all.insert(std::move(*message));
        }
    }

    template <class Out>
    std::size_t get_many(Out& out, std::size_t most, detail::clock::time_point deadline) const;
    recv_result<T> get(detail::clock::time_point deadline) const;
    template <class Store>
    std::size_t get_each(Store& store, std::size_t most, detail::clock::time_point deadline) const;
    template <class Out, class Messages>
    static bool append(Out& out, Messages& messages)
    {
        try {
            out.insert(out.end(), messages.data(), messages.data() + messages.size());
            return true;
        } catch (...) {
            return false;  // then they are stored one by one, as many as there is room for
        }
    }
    void leave() noexcept;

    detail::channels::channel_core* core_;
    flavour flavour_;
    mutable detail::channels::spin_budget budget_;
    mutable detail::channels::receiver_view view_;
};

/// Holds the message that was received last; destroys it before it waits for the next one.
template <class T>
class receiver<T>::iterator {
public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    [[nodiscard]] T& operator*() const noexcept { return *now_; }
    iterator& operator++()
    {
        detail::channels::result_access::reset(now_);
        now_ = next();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept { return !it.now_.has_value(); }

private:
    friend class receiver;
    iterator(const receiver& from, bool waits) : from_(detail::address_of(from)), waits_(waits), now_(next()) {}
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
    explicit tries(const receiver& from) noexcept : from_(detail::address_of(from)) {}
    const receiver* from_;
};

template <class T>
recv_result<T> receiver<T>::get(detail::clock::time_point deadline) const
{
    recv_result<T> result = detail::channels::result_access::nothing<T>();
    detail::channels::landing<T> land;
    const status how = with_channel([&](auto& channel) {
        if constexpr (detail::channels::buffered<decltype(channel)>) {
            typename std::remove_cvref_t<decltype(channel)>::claim c;
            status s = channel.start_recv(c, view_, false);
            if (s == status::blocked) [[unlikely]]
                s = detail::channels::block(
                    channel.recv_line(), deadline, budget_,
                    [&](bool thorough) { return channel.start_recv(c, view_, thorough); },
                    [&] { return channel.ready_to_recv(); });
            if (s == status::done) channel.finish_recv(c, view_, land.into(result));
            return s;
        } else {
            return channel.recv(land.room(result), deadline, budget_);
        }
    });
    land.end(result, how);
    return result;
}

template <class T>
recv_result<T> receiver<T>::try_recv() const
{
    recv_result<T> result = detail::channels::result_access::nothing<T>();
    detail::channels::landing<T> land;
    const status how = with_channel([&](auto& channel) {
        if constexpr (detail::channels::buffered<decltype(channel)>) {
            return detail::channels::recv_now(channel, view_, true, land.into(result));
        } else {
            return channel.try_recv(land.room(result), budget_);
        }
    });
    land.end(result, how);
    return result;
}

template <class T>
template <class Out>
std::size_t receiver<T>::get_many(Out& out, std::size_t most, detail::clock::time_point deadline) const
{
    static_assert(detail::sound<detail::channels::check_store<Out, T>>);
    if (most == 0) return 0;
    constexpr bool plain = detail::channels::plain<T>;
    const auto store = [&out](T&& message) {
        if constexpr (requires { out.push_back(std::move(message)); }) {
            out.push_back(std::move(message));
        } else {
            *out = std::move(message);
            ++out;
        }
    };
    return with_channel([&](auto& channel) {
        using C = std::remove_cvref_t<decltype(channel)>;
        if constexpr (!detail::channels::buffered<C>) {
            return get_each(store, most, deadline);
        } else {
            // Claims runs until there are no more messages, or enough; frees their slots before it stores the messages.
            constexpr bool direct = plain && std::same_as<std::remove_cvref_t<Out>, T*>;
            constexpr std::size_t at_once = detail::channels::batch<T>::room;
            std::size_t total = 0;
            while (total < most) {
                typename C::run r;
                const std::size_t n = direct || most - total < at_once ? most - total : at_once;
                const auto attempt = [&](bool thorough) { return channel.start_recv_many(r, view_, n, thorough); };
                status s = attempt(true);
                if (s == status::blocked && total == 0)
                    s = detail::channels::block(channel.recv_line(), deadline, budget_, attempt,
                                                [&] { return channel.ready_to_recv(); });
                if (s != status::done) break;
                if constexpr (direct) {
                    channel.finish_recv_many(r, view_, out);
                    out += r.count;
                    total += r.count;
                } else {
                    detail::channels::batch<T> messages;
                    if constexpr (plain) {
                        channel.finish_recv_many(r, view_, messages.begin());
                    } else {
                        channel.finish_recv_many(r, view_, messages.filler());
                    }
                    messages.filled(r.count);
                    if constexpr (plain && detail::channels::is_vector<std::remove_cvref_t<Out>, T>) {
                        if (messages.size() > 1 && append(out, messages)) {
                            total += messages.size();
                            continue;
                        }
                    }
                    for (; messages.size() != 0; ++total) messages.take_first(store);
                }
            }
            return total;
        }
    });
}

/// get_many from a channel whose messages come one at a time.
template <class T>
template <class Store>
std::size_t receiver<T>::get_each(Store& store, std::size_t most, detail::clock::time_point deadline) const
{
    std::size_t total = 0;
    for (auto message = get(deadline); message; message = try_recv()) {
        store(std::move(*message));
        if (++total == most) break;
    }
    return total;
}

template <class T>
void receiver<T>::leave() noexcept
{
    if (core_ == nullptr) return;
    with_channel([&](auto& channel) {
        if constexpr (detail::channels::buffered<decltype(channel)>) channel.leave(view_);
    });
    if (!core_->remove_receiver()) return;
    with_channel([](auto& channel) {
        using C = std::remove_cvref_t<decltype(channel)>;
        if constexpr (std::derived_from<C, detail::channels::channel_core>) {
            channel.close();
            channel.discard();
            if (channel.leave_last()) detail::dispose(detail::address_of(channel));
        }
    });
}

}  // namespace weft
