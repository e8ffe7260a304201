// weft/channel/selector.hpp - select over operations that are known only at run time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/deadline.hpp>
#include <weft/channel/detail/arm.hpp>
#include <weft/channel/detail/handle_arm.hpp>
#include <weft/channel/detail/recv_arm.hpp>
#include <weft/channel/detail/send_arm.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/construct.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

template <class T>
class broadcast_receiver;
template <class T>
class broadcast_result;
template <class T>
class watch_receiver;

/// A set of operations on channels, of which wait() chooses one at a time. The channels may be of different types.
///
///     weft::selector s;
///     for (auto& rx : inputs) s.recv(rx);
///     auto op = s.wait();
///     auto message = op.recv(inputs[op.index()]);
///
/// wait() reserves: the chosen operation is then carried out by recv(), send() or changed() of what it returns, with a
/// handle of the same channel. What is received has left the channel then; to send, a place is kept, for which nobody
/// waits but other senders. The ready… functions only look: try the operation then, and be prepared for somebody else
/// having been faster.
///
/// Broadcast channels and watched values take part with their receivers, each of which sees messages and changes by
/// itself: their operations are carried out with the handle that was added, not with a copy.
///
/// Requires:      the handles that were added outlive the selector or their removal, and are not moved.
/// Thread safety: one thread at a time.
/// Cost:          an allocation per operation added, none per wait. wait looks at all: linear in their number.
/// Example:       examples/channel/fan_in.cpp
/// Source:        the interface follows crossbeam's Select.
class selector {
public:
    class operation;

    /// If several operations are ready each has the same chance; with `biased` the one that was added first wins.
    explicit selector(bool biased = false) : fair_(!biased) {}
    selector(selector&&) noexcept = default;
    selector& operator=(selector&&) noexcept = default;

    /// Adds an operation and returns its index: 0, 1, 2, ... No index is used twice.
    template <class T>
    std::size_t recv(const receiver<T>& from)
    {
        return add(std::make_unique<detail::channels::recv_arm<T>>(from),
                   detail::channels::channel_access::identity_of(from));
    }
    template <class T>
    std::size_t send(const sender<T>& to)
    {
        return add(std::make_unique<detail::channels::send_arm<T>>(to, nullptr),
                   detail::channels::channel_access::identity_of(to));
    }
    template <class T>
    std::size_t recv(const broadcast_receiver<T>& from)
    {
        return add(std::make_unique<detail::channels::handle_arm<broadcast_receiver<T>>>(from),
                   detail::address_of(from));
    }
    /// Adds the operation watch_receiver::changed, which is ready when there is a value that `of` has not seen.
    template <class T>
    std::size_t changed(const watch_receiver<T>& of)
    {
        return add(std::make_unique<detail::channels::handle_arm<watch_receiver<T>>>(of), detail::address_of(of));
    }

    /// Takes an operation out. Throws: std::out_of_range if there is none with this index.
    void remove(std::size_t index);

    /// Waits until an operation can be done and reserves it. A closed channel counts as ready.
    /// Throws: std::logic_error if there are no operations.
    [[nodiscard]] operation wait();

    /// Reserves an operation that can be done now, if there is one.
    [[nodiscard]] std::optional<operation> try_wait();

    /// As wait, for at most `limit`.
    template <detail::duration Limit>
    [[nodiscard]] std::optional<operation> wait_for(Limit limit);

    /// As wait, until `time` at most, by any clock.
    template <detail::time_point Time>
    [[nodiscard]] std::optional<operation> wait_until(Time time);

    /// Waits until it looks as if an operation can be done; returns its index. Nothing is reserved.
    /// Throws: std::logic_error if there are no operations.
    [[nodiscard]] std::size_t ready();
    [[nodiscard]] std::optional<std::size_t> try_ready();

    /// As ready, but returns the indices of all operations that look as if they can be done, at least one, in the order
    /// in which they were added. try_ready_all does not wait, and may find none.
    [[nodiscard]] std::vector<std::size_t> ready_all();
    [[nodiscard]] std::vector<std::size_t> try_ready_all();
    template <detail::time_point Time>
    [[nodiscard]] std::optional<std::size_t> ready_until(Time time)
    {
        return first_ready(detail::deadline_at(time));
    }
    template <detail::duration Limit>
    [[nodiscard]] std::optional<std::size_t> ready_for(Limit limit)
    {
        return first_ready(detail::deadline_after(limit));
    }

private:
    struct entry {
        std::unique_ptr<detail::channels::arm> arm;
        const void* channel;
        std::size_t index;
    };

    std::size_t add(std::unique_ptr<detail::channels::arm> a, const void* channel);
    [[nodiscard]] std::optional<operation> reserve(detail::clock::time_point deadline);
    [[nodiscard]] std::optional<std::size_t> first_ready(detail::clock::time_point deadline);
    [[nodiscard]] const entry& entry_of(const detail::channels::arm* a) const noexcept;

    std::vector<entry> entries_;
    std::vector<detail::channels::arm*> arms_;  // of the entries, in the same order
    std::size_t next_index_ = 0;
    bool fair_;
};

/// A chosen operation of a selector, reserved for this thread. Carry it out by recv, send or changed, once, before the
/// selector is used again.
///
/// An operation that is dropped instead gives its place up: nothing is sent, and a receiver at a rendezvous goes on
/// waiting. A message that was received is destroyed, and a change counts as seen.
class [[nodiscard]] selector::operation {
public:
    operation(operation&& other) noexcept
        : arm_(std::exchange(other.arm_, nullptr)), channel_(other.channel_), index_(other.index_)
    {
    }
    operation& operator=(operation&& other) noexcept
    {
        std::swap(arm_, other.arm_);
        channel_ = other.channel_;
        index_ = other.index_;
        return *this;
    }
    ~operation()
    {
        if (arm_ != nullptr) arm_->cancel();
    }

    /// The index that selector::recv or selector::send returned.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

    /// Receives.
    /// Throws: std::logic_error if the chosen operation is not to receive from the channel of `from`; what moving the
    /// message throws.
    template <class T>
    recv_result<T> recv(const receiver<T>& from)
    {
        auto& a = typed<detail::channels::recv_arm<T>>(detail::channels::channel_access::identity_of(from));
        arm_ = nullptr;
        static_cast<void>(a.finish());
        recv_result<T> result = std::move(a.result());
        a.cancel();
        return result;
    }

    /// Receives from a broadcast channel.
    /// Throws: std::logic_error as above, and if `from` is not the handle that was added.
    template <class T>
    broadcast_result<T> recv(const broadcast_receiver<T>& from)
    {
        return take(from);
    }

    /// As watch_receiver::changed: false if no sender is left.
    /// Throws: std::logic_error as above, and if `of` is not the handle that was added.
    template <class T>
    bool changed(const watch_receiver<T>& of)
    {
        return take(of);
    }

    /// Sends. A T that is not sent is not moved from. `full()` in one case: the receiver at a rendezvous has run out of
    /// time, or has received from another channel.
    /// Throws: std::logic_error as recv; what constructing the message throws, with nothing sent.
    template <class T, class U>
        requires std::constructible_from<T, U&&>
    send_result send(const sender<T>& to, U&& message)
    {
        auto& a = typed<detail::channels::send_arm<T>>(detail::channels::channel_access::identity_of(to));
        arm_ = nullptr;
        std::optional<detail::held<T>> made;
        const bool done = a.finish([&]() -> detail::held<T>& {
            if constexpr (std::same_as<U, T> && detail::held_in_place<T>) {
                return message;
            } else {
                return made.emplace(detail::make_held<T>(std::forward<U>(message)));
            }
        });
        const send_result result =
            done ? a.result() : detail::channels::result_access::sent(detail::channels::channel_status::blocked);
        if constexpr (std::same_as<U, T> && !detail::held_in_place<T>) {
            if (!result && made) detail::give_back(message, *made);
        }
        return result;
    }

private:
    friend class selector;
    operation(detail::channels::arm* a, const void* channel, std::size_t index) noexcept
        : arm_(a), channel_(channel), index_(index)
    {
    }

    template <class Handle>
    auto take(const Handle& from)
    {
        auto& a = typed<detail::channels::handle_arm<Handle>>(detail::address_of(from));
        arm_ = nullptr;
        auto result = std::move(a.result());
        a.cancel();
        return result;
    }

    template <class Arm>
    Arm& typed(const void* channel) const
    {
        auto* const a = dynamic_cast<Arm*>(arm_);
        if (a == nullptr || channel != channel_)
            throw std::logic_error("weft: a chosen operation was completed with another channel");
        return *a;
    }

    detail::channels::arm* arm_;
    const void* channel_;
    std::size_t index_;
};

template <detail::duration Limit>
std::optional<selector::operation> selector::wait_for(Limit limit)
{
    return reserve(detail::deadline_after(limit));
}

template <detail::time_point Time>
auto selector::wait_until(Time time) -> std::optional<operation>
{
    return reserve(detail::deadline_at(time));
}

}  // namespace weft
