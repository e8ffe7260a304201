// weft/latency/detail/promise.hpp - the promises of lookups.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A lookup runs as soon as it is called, up to its first prefetch, and then returns to whoever called it: the loop over
// the slots, or another lookup. After that only the loop resumes it, and each suspension returns to the loop. Nothing is
// handed from one coroutine to the next: a loop that knows its slots by their index is as fast, and leaves the lookup
// without any knowledge of the others.
//
// Fields      caller_    the lookup that awaits this one; null until one does
//             leaf_      the innermost lookup that this one waits for; null while it waits for memory itself
//             slot_      the slot in which the loop runs it; null for one that is awaited
//             result_    what it has given, unless the loop runs it: then that is in the slot
#pragma once

#include <weft/base/detail/coroutine.hpp>
#include <weft/latency/detail/call.hpp>
#include <weft/latency/prefetch.hpp>
#include <weft/seam/construct.hpp>

#include <cassert>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

namespace weft {

template <class V>
class lookup;

namespace detail::latency {

template <class T>
inline constexpr bool is_lookup = false;
template <class V>
inline constexpr bool is_lookup<weft::lookup<V>> = true;

template <class T>
inline constexpr bool is_prefetched = false;
template <class T>
inline constexpr bool is_prefetched<prefetched<T>> = true;

/// The end of a lookup.
struct final_awaiter {
    bool leaves_frame;

    /// True for one that the loop runs: its frame ends at once. What another lookup awaits, or may await, keeps its value
    /// until that has been taken.
    [[nodiscard]] bool await_ready() const noexcept { return !leaves_frame; }
    /// The one that awaits it goes on at the slot's next turn.
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept
    {
        self.promise().wake_caller();
    }
    void await_resume() const noexcept {}
};

class promise_base {
public:
    static void* operator new(std::size_t bytes) { return latency::allocate_frame(bytes); }
    static void operator delete(void* frame, std::size_t bytes) noexcept { latency::free_frame(frame, bytes); }

    promise_base() = default;
    promise_base(const promise_base&) = delete;
    promise_base& operator=(const promise_base&) = delete;

    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }

    template <class A>
    [[nodiscard]] decltype(auto) await_transform(A&& a) const
    {
        using awaited = std::remove_cvref_t<A>;
        constexpr bool is_named = is_lookup<awaited> && std::is_lvalue_reference_v<A>;
        static_assert(!is_named, "weft: a lookup is awaited once, and is gone then: write co_await std::move(l)");
        static_assert(is_lookup<awaited> || is_prefetched<awaited>,
                      "weft: a lookup can await weft::prefetch and other lookups; nothing else comes back to the loop "
                      "that runs it");
        if constexpr (is_named || !(is_lookup<awaited> || is_prefetched<awaited>)) {
            static_cast<void>(a);
            return std::suspend_never();  // refused: no more errors
        } else if constexpr (is_lookup<awaited>) {
            return std::move(a).operator co_await();
        } else {
            return awaited(a);
        }
    }

    /// What is resumed at the next turn of this lookup, `self`.
    [[nodiscard]] std::coroutine_handle<> leaf(std::coroutine_handle<> self) const noexcept
    {
        return leaf_ ? leaf_ : self;
    }

    /// `caller` awaits this lookup, `self`, which has not ended.
    void awaited_by(promise_base& caller, std::coroutine_handle<> caller_handle, std::coroutine_handle<> self) noexcept
    {
        caller_ = caller_handle;
        caller.leaf_ = leaf(self);
        // Unless the caller itself has only been called so far: then whoever awaits it asks it for its leaf.
        slot_base* const slot = current_call != nullptr ? current_call->now : nullptr;
        if (slot != nullptr && slot->leaf == caller_handle) slot->leaf = caller.leaf_;
    }

    void wake_caller() noexcept
    {
        if (!caller_) [[likely]]
            return;
        current_call->now->leaf = caller_;
    }

protected:
    std::coroutine_handle<> caller_{};
    std::coroutine_handle<> leaf_{};
};

/// What is alike for all values.
template <class V>
class promise_of : public promise_base {
public:
    weft::lookup<V> get_return_object() noexcept;

    [[nodiscard]] final_awaiter final_suspend() noexcept
    {
        if (slot_ == nullptr) return {true};
        slot_->result.adopt(result_);
        slot_->leaf = nullptr;
        return {false};
    }
    void unhandled_exception() noexcept { result_.fail(); }

    /// The loop runs this lookup, `self`, in `s` from now on.
    void begin(slot_of<V>& s, std::coroutine_handle<> self) noexcept
    {
        slot_ = detail::address_of(s);
        s.leaf = leaf(self);
    }
    [[nodiscard]] result_of<V>& result() noexcept { return result_; }

protected:
    slot_of<V>* slot_ = nullptr;
    result_of<V> result_;
};

template <class V>
class promise final : public promise_of<V> {
public:
    template <class U = V>
        requires std::is_constructible_v<V, U&&>
    void return_value(U&& value)
    {
        this->result_.put(static_cast<U&&>(value));
    }
};

template <>
class promise<void> final : public promise_of<void> {
public:
    void return_void() const noexcept {}
};

/// `co_await` of a lookup: keeps it until its value has been taken.
template <class V>
class [[nodiscard]] lookup_awaiter {
public:
    explicit lookup_awaiter(std::coroutine_handle<promise<V>> child) noexcept : child_(child) {}
    lookup_awaiter(lookup_awaiter&& other) noexcept : child_(std::exchange(other.child_, nullptr)) {}
    lookup_awaiter& operator=(lookup_awaiter&&) = delete;
    ~lookup_awaiter()
    {
        if (child_) child_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return child_.done(); }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> caller) const noexcept
    {
        child_.promise().awaited_by(caller.promise(), caller, child_);
    }
    V await_resume() const { return child_.promise().result().take(); }

private:
    std::coroutine_handle<promise<V>> child_;
};

}  // namespace detail::latency

}  // namespace weft
