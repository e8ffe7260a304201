// weft/channel/selector.hpp - select over a number of operations that is known only at run time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/chrono.hpp>
#include <weft/base/deadline.hpp>
#include <weft/channel/detail/arm.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// A set of operations on channels, of which wait() chooses one at a time. The channels may be of different types.
///
///     weft::selector s;
///     for (auto& rx : inputs) s.recv(rx);
///     auto op = s.wait();
///     auto message = op.recv(inputs[op.index()]);
///
/// wait() reserves: the chosen operation is then carried out by recv() or send() of what it returns, with a handle of
/// the same channel. The ready… functions only look: try the operation then, and be prepared that somebody was faster.
///
/// Requires:      the handles given to recv and send outlive the selector or their removal.
/// Thread safety: one thread at a time.
/// Cost:          an allocation per operation added, none per wait. wait looks at all: linear in their number.
/// Example:       examples/fan_in/main.cpp
/// Source:        the interface follows crossbeam's Select.
class selector {
public:
    class operation;

    /// Of several ready operations each has the same chance; with `biased` the first one added wins.
    explicit selector(bool biased = false) : fair_(!biased) {}
    selector(selector&&) noexcept = default;
    selector& operator=(selector&&) noexcept = default;

    /// Adds an operation; returns its index: 0, 1, 2, ... An index is never used again.
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

    /// Waits until an operation can most likely be done; returns its index. Nothing is reserved.
    /// Throws: std::logic_error if there are no operations.
    [[nodiscard]] std::size_t ready();
    [[nodiscard]] std::optional<std::size_t> try_ready();
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

/// A chosen operation of a selector, reserved for this thread. Carry it out by recv or send, once, before the selector
/// is used again.
///
/// One that is dropped instead gives its place up: nothing is sent; a message that was reserved from a buffer is
/// destroyed; a partner at a rendezvous goes back to waiting.
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

    /// Receives. `empty()` in one rare case: the sender at a rendezvous failed to make its message.
    /// Throws: std::logic_error if `from` is not of the chosen channel, or the operation is not to receive from it.
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

    /// Sends. A message that is not sent is not moved from. `full()` in one rare case: the receiver at a rendezvous has
    /// dropped its own reserved operation.
    /// Throws: std::logic_error as recv; what constructing the message throws, with nothing sent.
    template <class T, class U>
        requires std::constructible_from<T, U&&>
    send_result send(const sender<T>& to, U&& message)
    {
        auto& a = typed<detail::channels::send_arm<T>>(detail::channels::channel_access::identity_of(to));
        arm_ = nullptr;
        std::optional<T> made;
        const bool done =
            a.finish([&](detail::storage_cell<T>& cell) noexcept(
                         std::is_nothrow_constructible_v<T, U&&>) { cell.construct(std::forward<U>(message)); },
                     [&]() -> T& {
                         if constexpr (std::same_as<U, T>) {
                             return message;
                         } else {
                             return made.emplace(std::forward<U>(message));
                         }
                     });
        return done ? a.result() : detail::channels::result_access::sent(detail::channels::channel_status::blocked);
    }

private:
    friend class selector;
    operation(detail::channels::arm* a, const void* channel, std::size_t index) noexcept
        : arm_(a), channel_(channel), index_(index)
    {
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
