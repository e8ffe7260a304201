// weft/latency/lookup.hpp - a coroutine that waits for memory.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/coroutine.hpp>
#include <weft/base/detail/throw.hpp>
#include <weft/latency/detail/promise.hpp>

#include <cassert>
#include <utility>

namespace weft {

namespace detail::latency {

struct lookup_access;

}  // namespace detail::latency

/// What a function returns that looks something up in memory, and lets others do the same while a line is on its way.
///
///     weft::lookup<V> find(const table& t, K key) {
///         const node* const* b = co_await weft::prefetch(&t.bucket(key));
///         for (const node* n = *b; n != nullptr; n = n->next) {
///             co_await weft::prefetch(n);
///             if (n->key == key) co_return n->value;
///         }
///         co_return V{};
///     }
///     weft::overlapped_transform(keys, out, [&](K k) { return find(t, k); });
///
/// A lookup runs when it is called, up to its first prefetch; overlapped_transform and its like run the rest. It may await
/// other lookups, each once and as an rvalue; called first and awaited later, two of them overlap. V may be void, a
/// reference, only movable, not default-constructible.
///
/// A coroutine keeps copies of its arguments, but of a reference only the reference, and of a lambda's captures nothing:
/// what they refer to must live until the lookup has ended.
///
/// Requires: it is awaited or destroyed on the thread that called it, and within the call that runs it, whose memory its
///           frame lies in. (Debug builds report one that outlives the call, and one that is awaited twice.)
/// Throws:   from the call of the coroutine std::bad_alloc, and what copying its arguments throws; from co_await what the
///           lookup has let pass.
/// Cost:     2 to 5 ns for a prefetch, some 10 ns for the lookup itself, whose frame is recycled: a short one, such as a
///           probe of a hash table, is faster in a plain loop over independent keys (docs/latency.md). Lookups that await
///           others in a chain need stack for it, as calls do, until each has reached its first prefetch.
/// Example:  examples/latency/hash_probe.cpp
/// Source:   Jonathan, Minhas, Hunter, Levandoski, Nishimura: Exploiting Coroutines to Attack the "Killer Nanoseconds",
///           PVLDB 11(11), 2018; Psaropoulos, Legler, May, Ailamaki: Interleaving with Coroutines, PVLDB 11(2), 2017.
template <class V = void>
class [[nodiscard]] lookup {
public:
    using promise_type = detail::latency::promise<V>;
    using value_type = V;

    lookup(lookup&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
    lookup& operator=(lookup&& other) noexcept
    {
        lookup taken(std::move(other));
        std::swap(frame_, taken.frame_);
        return *this;
    }
    ~lookup()
    {
        if (frame_) frame_.destroy();
    }

    /// For co_await of an rvalue, in another lookup. Throws std::invalid_argument if the lookup has been moved from or
    /// awaited.
    [[nodiscard]] detail::latency::lookup_awaiter<V> operator co_await() &&
    {
        assert(frame_ && "weft: a lookup is awaited once: it has been awaited, or moved from");
        if (!frame_) [[unlikely]]
            detail::throw_invalid_argument(
                "weft::lookup: there is nothing to await: it has been awaited, or moved from");
        return detail::latency::lookup_awaiter<V>(std::exchange(frame_, nullptr));
    }

private:
    friend detail::latency::promise_of<V>;
    friend detail::latency::lookup_access;

    explicit lookup(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

namespace detail::latency {

template <class V>
weft::lookup<V> promise_of<V>::get_return_object() noexcept
{
    return weft::lookup<V>(std::coroutine_handle<promise<V>>::from_promise(static_cast<promise<V>&>(*this)));
}

struct lookup_access {
    /// The frame, which is the caller's now to destroy; null if there is none.
    template <class V>
    [[nodiscard]] static std::coroutine_handle<promise<V>> release(weft::lookup<V>& l) noexcept
    {
        return std::exchange(l.frame_, nullptr);
    }
};

}  // namespace detail::latency

}  // namespace weft
