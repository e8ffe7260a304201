// weft/model/atomic.hpp - atomics and fences under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/detail/hooks.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

namespace weft::model {

/// Replaces std::atomic<T>, with its interface, in code that check() runs. Outside an execution it is a plain value.
///
/// Requires:      T is trivially copyable and has at most eight bytes.
/// Thread safety: that of std::atomic; the checker reports uses that race with construction or destruction.
/// Example:       examples/model/message_passing.cpp
template <class T>
class atomic {
    static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8, "modelled atomics hold at most eight bytes");
    using where = std::source_location;
    using memory_order = std::memory_order;
    using change = detail::change;
    static constexpr std::uint64_t mask =
        sizeof(T) >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * sizeof(T))) - 1;
    /// What adding 1 adds to the word: pointers move by their target's size.
    static constexpr std::uint64_t stride()
    {
        if constexpr (std::is_pointer_v<T>) {
            return sizeof(std::remove_pointer_t<T>);
        } else {
            return 1;
        }
    }
    template <class U>
    struct step_of {
        using type = U;
    };
    template <class U>
    struct step_of<U*> {
        using type = std::ptrdiff_t;
    };
    using step = typename step_of<T>::type;

public:
    using value_type = T;
    static constexpr bool is_always_lock_free = true;

    constexpr atomic() noexcept : atomic(T{}) {}
    constexpr atomic(T value) noexcept : initial_(value)
    {
        if (!std::is_constant_evaluated() && detail::execution() != 0)
            at_ = detail::new_location(this, bits(value), false);
    }
    constexpr ~atomic()
    {
        if (!std::is_constant_evaluated() && at_.execution != 0 && detail::execution() != 0) detail::end_location(at_);
    }
    atomic(const atomic&) = delete;
    atomic& operator=(const atomic&) = delete;

    /// A name for traces; must outlive the check.
    void name(const char* text) noexcept
    {
        if (here()) detail::name_location(at_, text);
    }

    [[nodiscard]] bool is_lock_free() const noexcept { return true; }

    [[nodiscard]] T load(memory_order o = std::memory_order_seq_cst, const where& w = where::current()) const noexcept
    {
        return here() ? value(detail::load(at_, o, w)) : initial_;
    }
    void store(T v, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) noexcept
    {
        if (here()) {
            detail::store(at_, bits(v), o, w);
        } else {
            initial_ = v;
        }
    }
    T exchange(T v, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) noexcept
    {
        return change_by(change::exchange, bits(v), o, w);
    }
    T fetch_add(step v, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) noexcept
    {
        return change_by(change::add, static_cast<std::uint64_t>(v) * stride(), o, w);
    }
    T fetch_sub(step v, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) noexcept
    {
        return change_by(change::subtract, static_cast<std::uint64_t>(v) * stride(), o, w);
    }
    T fetch_or(T v, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) noexcept
    {
        return change_by(change::bit_or, bits(v), o, w);
    }
    T fetch_and(T v, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) noexcept
    {
        return change_by(change::bit_and, bits(v), o, w);
    }
    T fetch_xor(T v, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) noexcept
    {
        return change_by(change::bit_xor, bits(v), o, w);
    }

    bool compare_exchange_strong(T& expected, T desired, memory_order success, memory_order failure,
                                 const where& w = where::current()) noexcept
    {
        return compare(expected, desired, false, success, failure, w);
    }
    bool compare_exchange_strong(T& expected, T desired, memory_order o = std::memory_order_seq_cst,
                                 const where& w = where::current()) noexcept
    {
        return compare(expected, desired, false, o, failure_of(o), w);
    }
    bool compare_exchange_weak(T& expected, T desired, memory_order success, memory_order failure,
                               const where& w = where::current()) noexcept
    {
        return compare(expected, desired, true, success, failure, w);
    }
    bool compare_exchange_weak(T& expected, T desired, memory_order o = std::memory_order_seq_cst,
                               const where& w = where::current()) noexcept
    {
        return compare(expected, desired, true, o, failure_of(o), w);
    }

    /// Sleeps while the object holds `old`, as a futex does: it may return early, and gives no order by itself.
    void futex_wait(T old, const where& w = where::current()) const noexcept
    {
        if (here()) detail::wait(at_, bits(old), nullptr, w);
    }
    /// As futex_wait, but may give up at any moment, and then returns false.
    bool futex_wait_until(T old, std::chrono::steady_clock::time_point deadline,
                          const where& w = where::current()) const noexcept
    {
        return !here() || detail::wait(at_, bits(old), &deadline, w);
    }
    void futex_wake_one(const where& w = where::current()) const noexcept
    {
        if (here()) detail::wake(at_, false, w);
    }
    void futex_wake_all(const where& w = where::current()) const noexcept
    {
        if (here()) detail::wake(at_, true, w);
    }

    /// As in std::atomic: returns once a load of order `o` gives another value than `old`.
    void wait(T old, memory_order o = std::memory_order_seq_cst, const where& w = where::current()) const noexcept
    {
        while (here() && bits(load(o, w)) == bits(old)) detail::wait(at_, bits(old), nullptr, w);
    }
    void notify_one(const where& w = where::current()) noexcept { futex_wake_one(w); }
    void notify_all(const where& w = where::current()) noexcept { futex_wake_all(w); }

protected:
    /// Waits for the value 0 and sets it to 1, in one step; acquire. For mutex.
    void futex_lock(const where& w) noexcept
    {
        if (here()) {
            detail::lock(at_, w);
        } else {
            initial_ = T{1};
        }
    }

private:
    static std::uint64_t bits(T v) noexcept
    {
        std::uint64_t word = 0;
        std::memcpy(&word, &v, sizeof(T));
        return word;
    }
    static T value(std::uint64_t word) noexcept
    {
        T v{};
        std::memcpy(&v, &word, sizeof(T));
        return v;
    }
    static constexpr memory_order failure_of(memory_order o) noexcept
    {
        if (o == std::memory_order_acq_rel) return std::memory_order_acquire;
        return o == std::memory_order_release ? std::memory_order_relaxed : o;
    }

    /// Registers an object that is older than the execution. False outside an execution.
    bool here() const noexcept
    {
        const std::uint32_t now = detail::execution();
        if (now == 0) return false;
        detail::look_at(this);
        if (at_.execution == 0 || (older_ == detail::yes && at_.execution != now)) {
            at_ = detail::new_location(this, bits(initial_), true);
            older_ = detail::yes;
        }
        return true;
    }

    T change_by(change how, std::uint64_t operand, memory_order o, const where& w) noexcept
    {
        if (here()) return value(detail::read_modify_write(at_, how, operand, mask, o, w));
        const std::uint64_t old = bits(initial_);
        std::uint64_t next = operand;
        if (how == change::add) next = old + operand;
        if (how == change::subtract) next = old - operand;
        if (how == change::bit_or) next = old | operand;
        if (how == change::bit_and) next = old & operand;
        if (how == change::bit_xor) next = old ^ operand;
        initial_ = value(next & mask);
        return value(old);
    }

    bool compare(T& expected, T desired, bool weak, memory_order success, memory_order failure, const where& w) noexcept
    {
        std::uint64_t word = bits(expected);
        bool equal;
        if (here()) {
            equal = detail::compare_exchange(at_, word, bits(desired), weak, success, failure, w);
        } else {
            equal = bits(initial_) == word;
            word = bits(initial_);
            if (equal) initial_ = desired;
        }
        if (!equal) expected = value(word);
        return equal;
    }

    T initial_;
    mutable detail::entry at_{};
    mutable std::uint8_t older_ = 0;  ///< older than the execution: a static
};

/// Replaces std::atomic_thread_fence.
inline void fence(std::memory_order o, const std::source_location& w = std::source_location::current()) noexcept
{
    detail::fence(o, w);
}

/// What a spin loop must call on every turn. The checker then lets the thread wait until something that it read has
/// changed, instead of exploring endless turns.
inline void spin_hint(const std::source_location& w = std::source_location::current()) noexcept { detail::spin(w); }

}  // namespace weft::model
