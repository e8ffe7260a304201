// weft/channel/bounded_queue.hpp - one queue object for many threads that can wait, and can be closed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/cache_padded.hpp>
#include <weft/base/detail/sound.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/channel/channel.hpp>
#include <weft/channel/detail/checks.hpp>
#include <weft/channel/result.hpp>
#include <weft/seam/chrono.hpp>
#include <weft/seam/construct.hpp>
#include <weft/sync/spinlock.hpp>

#include <concepts>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::channels {

/// A handle for the length of one call, which is not counted: whoever lends it out has one that is. It is new to waiting.
template <class Handle>
class loan {
public:
    /// Requires: a handle of a channel that is bounded, and no rendezvous. The compiler then knows where each call goes.
    explicit loan(const Handle& of) noexcept : handle_(channel_access::uncounted(of, flavour::array)) {}
    ~loan() {}
    loan(const loan&) = delete;
    loan& operator=(const loan&) = delete;

    const Handle* operator->() const noexcept { return detail::address_of(handle_); }

protected:
    union {
        Handle handle_;  // in a union, since its destructor, which would count, must not run
    };
};

/// What the threads of one side have learnt about waiting; of several that learn at once, what the last one says.
class shared_budget {
public:
    [[nodiscard]] spin_budget get() noexcept
    {
        const std::lock_guard hold(lock_);
        return budget_;
    }
    void set(const spin_budget& budget) noexcept
    {
        const std::lock_guard hold(lock_);
        budget_ = budget;
    }

private:
    spinlock lock_;
    spin_budget budget_;
};

/// The same for a call that may wait.
template <class Handle>
class waiting_loan : public loan<Handle> {
public:
    waiting_loan(const Handle& of, shared_budget& budget) noexcept : loan<Handle>(of), budget_(budget)
    {
        channel_access::budget_of(this->handle_) = budget_.get();
    }
    ~waiting_loan() { budget_.set(channel_access::budget_of(this->handle_)); }

private:
    shared_budget& budget_;
};

}  // namespace detail::channels

/// A queue with room for `capacity` elements, one object that threads share by reference: pushing waits while it is full,
/// popping while it is empty, and it can be closed. It is a bounded channel whose two ends stay in the object; the same
/// promises hold.
///
/// What cannot be pushed is not moved from. If making an element throws, nothing has been pushed, and nobody has noticed.
/// Only a move that cannot throw runs while others may wait for it: it must be quick, and not use the queue. An element
/// whose move may throw, or is a copy that leaves something to destroy, gets an allocation of its own.
///
/// Requires:      no thread uses the queue while it is destroyed. What is left in it is destroyed with it.
/// Thread safety: any number of threads may use it at once, but for the destructor.
/// Order:         what a thread did before it pushed an element happens before the element is popped. Elements of one
///                thread are popped in the order in which they were pushed.
/// Cost:          one locked operation an element, nothing allocated: as sender and receiver
///                (bench/channel/channel_bench.cpp).
/// Example:       examples/channel/bounded_queue.cpp
/// Source:        the names are those of P0260, a proposal for the standard library.
/// See also:      bounded, if the end should come by itself when the last sender leaves; array_queue, which never waits.
template <detail::channels::message T>
class bounded_queue {
    using end_in = detail::channels::loan<weft::sender<T>>;
    using end_out = detail::channels::loan<weft::receiver<T>>;
    using waiting_in = detail::channels::waiting_loan<weft::sender<T>>;
    using waiting_out = detail::channels::waiting_loan<weft::receiver<T>>;

public:
    using value_type = T;
    class iterator;

    /// Throws: std::invalid_argument if the capacity is 0 (a rendezvous needs handles: bounded<T>(0)); std::length_error if
    ///         it is absurd; std::bad_alloc.
    explicit bounded_queue(std::size_t capacity) : ends_(weft::bounded<T>(checked(capacity))) {}
    bounded_queue(const bounded_queue&) = delete;
    bounded_queue& operator=(const bounded_queue&) = delete;

    // --- ways in ----------------------------------------------------------------------------------------------------

    /// Pushes an element, waiting for room. False if the queue is closed.
    ///
    /// Blocking: until there is room, or the queue is closed.
    /// Throws:   what moving (copying) the element throws. Nothing is pushed then.
    send_result push(T&& value)
    {
        const send_result now = try_push(std::move(value));
        return now.full() ? push_waiting(std::move(value)) : now;
    }
    template <std::copy_constructible U = T>  // asked when it is called
    send_result push(const std::type_identity_t<U>& value)
    {
        const send_result now = try_push(value);
        return now.full() ? push_waiting(value) : now;
    }

    /// Anything else is an error that says why.
    template <class U>
        requires detail::channels::no_message<U, T>
    detail::channels::refusal push(U&&)
    {
        static_assert(detail::sound<detail::channels::check_converted<T, U>>);
        return {};
    }

    /// Pushes if there is room now. `full()` if not: at some time during the call there was none.
    send_result try_push(T&& value) { return end_in(ends_.first)->try_send(std::move(value)); }
    template <std::copy_constructible U = T>
    send_result try_push(const std::type_identity_t<U>& value)
    {
        return end_in(ends_.first)->try_send(value);
    }
    template <class U>
        requires detail::channels::no_message<U, T>
    detail::channels::refusal try_push(U&&)
    {
        static_assert(detail::sound<detail::channels::check_converted<T, U>>);
        return {};
    }

    /// As push, for at most `limit`. A limit that is over already still tries.
    template <class U = T, detail::duration Limit>
    send_result push_for(U&& value, Limit limit)
    {
        return waiting_in(ends_.first, pushers_)->send_for(std::forward<U>(value), limit);
    }

    /// As push, until `time` at most, by any clock.
    template <class U = T, detail::time_point Time>
    send_result push_until(U&& value, Time time)
    {
        return waiting_in(ends_.first, pushers_)->send_until(std::forward<U>(value), time);
    }

    /// Pushes an element that is made from `args`, ahead of the waiting.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    send_result emplace(Args&&... args)
    {
        return waiting_in(ends_.first, pushers_)->emplace(std::forward<Args>(args)...);
    }

    /// As try_push, of an element that is made from `args`, whether there is room or not.
    template <class... Args>
        requires std::constructible_from<T, Args...>
    send_result try_emplace(Args&&... args)
    {
        return end_in(ends_.first)->try_emplace(std::forward<Args>(args)...);
    }

    /// Pushes without waiting, in the place of the oldest element if the queue is full: that one is `displaced`. As
    /// sender::force_send.
    force_result<T> force_push(T&& value) { return end_in(ends_.first)->force_send(std::move(value)); }
    template <std::copy_constructible U = T>
    force_result<T> force_push(const std::type_identity_t<U>& value)
    {
        return end_in(ends_.first)->force_send(value);
    }

    /// Pushes all elements in order, taking room for many at once; returns how many, fewer than all only if the queue was
    /// closed. As sender::send_many.
    template <class R>
    std::size_t push_many(R&& range)
    {
        return waiting_in(ends_.first, pushers_)->send_many(std::forward<R>(range));
    }

    // --- ways out ---------------------------------------------------------------------------------------------------

    /// Pops the oldest element, waiting for it. Nothing if the queue is closed and empty. The result is used like a
    /// std::optional<T>, and converts to one.
    ///
    /// Blocking: until there is an element, or the queue is closed.
    /// Throws:   what moving the element throws; the element is lost then.
    recv_result<T> pop()
    {
        recv_result<T> result = try_pop();
        if (result.empty()) [[unlikely]]
            result = pop_waiting();
        return result;
    }

    /// Pops an element if there is one now; the result tells `empty()` from `closed()`.
    recv_result<T> try_pop() { return end_out(ends_.second)->try_recv(); }

    /// As pop, for at most `limit`. A limit that is over already still looks.
    template <detail::duration Limit>
    recv_result<T> pop_for(Limit limit)
    {
        return waiting_out(ends_.second, poppers_)->recv_for(limit);
    }

    /// As pop, until `time` at most, by any clock.
    template <detail::time_point Time>
    recv_result<T> pop_until(Time time)
    {
        return waiting_out(ends_.second, poppers_)->recv_until(time);
    }

    /// Waits for the first element, then takes what is there, up to `most`, to the end of a container or through an output
    /// iterator, in order. Returns how many: 0 if the queue is closed and empty, or `most` is 0. As receiver::recv_many.
    template <class Out>
    std::size_t pop_many(Out&& out, std::size_t most)
    {
        return waiting_out(ends_.second, poppers_)->recv_many(std::forward<Out>(out), most);
    }

    /// The elements, popped one by one until the queue is closed and empty; each step waits. For range-for, also by several
    /// threads at once, which share them.
    [[nodiscard]] iterator begin() { return iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

    // --- the whole --------------------------------------------------------------------------------------------------

    /// Nothing can be pushed any more: who waits to push is told, and pops give what is in the queue, then nothing. An
    /// element that a select is making already still arrives. Closing again does nothing.
    void close() noexcept { ends_.first.close(); }
    [[nodiscard]] bool is_closed() const noexcept { return ends_.first.is_closed(); }

    [[nodiscard]] std::size_t size() const noexcept { return ends_.first.len(); }
    [[nodiscard]] bool empty() const noexcept { return ends_.first.empty(); }
    [[nodiscard]] bool full() const noexcept { return ends_.first.full(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return *ends_.first.capacity(); }

    /// Handles of the channel inside, for select and for code that takes an end of a channel. As long as the object lives
    /// it keeps both sides open.
    [[nodiscard]] weft::sender<T> sender() const noexcept { return ends_.first; }
    [[nodiscard]] weft::receiver<T> receiver() const noexcept { return ends_.second; }

private:
    static std::size_t checked(std::size_t capacity)
    {
        if (capacity == 0) detail::throw_invalid_argument("weft::bounded_queue: the capacity must be at least 1");
        return capacity;
    }

    // Apart from the quick ways: a thread that has to wait has the time to look up what is known of waiting.
    [[gnu::noinline]] send_result push_waiting(T&& value)
    {
        return waiting_in(ends_.first, pushers_)->send(std::move(value));
    }
    [[gnu::noinline]] send_result push_waiting(const T& value)
    {
        return waiting_in(ends_.first, pushers_)->send(value);
    }
    [[gnu::noinline]] recv_result<T> pop_waiting() { return waiting_out(ends_.second, poppers_)->recv(); }

    std::pair<weft::sender<T>, weft::receiver<T>> ends_;
    alignas(cache_line_size) detail::channels::shared_budget pushers_;
    detail::channels::shared_budget poppers_;
};

/// Holds the element that was popped last; ends it before it waits for the next one.
template <detail::channels::message T>
class bounded_queue<T>::iterator {
public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    [[nodiscard]] T& operator*() const noexcept { return *now_; }
    iterator& operator++()
    {
        detail::channels::result_access::reset(now_);
        now_ = from_->pop();
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept { return !it.now_.has_value(); }

private:
    friend class bounded_queue;
    explicit iterator(bounded_queue& from) : from_(detail::address_of(from)), now_(from.pop()) {}

    bounded_queue* from_;
    mutable recv_result<T> now_;
};

}  // namespace weft
