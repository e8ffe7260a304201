// weft/latency/detail/call.hpp - the call that runs lookups on this thread, as they see it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/coroutine.hpp>
#include <weft/latency/detail/frame_arena.hpp>
#include <weft/seam/construct.hpp>
#include <weft/seam/memory.hpp>

#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

namespace weft::detail::latency {

/// A place for one lookup in flight.
struct slot_base {
    /// What goes on at the slot's next turn: the lookup itself, or the innermost of those that it awaits. Null while the
    /// lookup has not been suspended yet, after it has ended, and while there is none.
    std::coroutine_handle<> leaf{};
};

/// What a lookup has given: a value, or an exception. It is asked only after the end, so that in the usual case, where the
/// value needs no destructor, nobody has to note that it is there.
template <class V>
class result_of {
    static constexpr bool is_reference = std::is_reference_v<V>;
    using stored = std::conditional_t<is_reference, std::remove_reference_t<V>*, std::remove_const_t<V>>;
    static constexpr bool noted = !std::is_trivially_destructible_v<stored>;

    static_assert(alignof(stored) <= 16, "weft: the value of a lookup may be aligned to 16 bytes at most");

public:
    result_of() noexcept {}
    result_of(const result_of&) = delete;
    result_of& operator=(const result_of&) = delete;
    ~result_of() { clear(); }

    template <class U>
    void put(U&& value)
    {
        if constexpr (is_reference) {
            V kept = static_cast<U&&>(value);
            detail::construct(detail::address_of(value_), detail::address_of(kept));
        } else if constexpr (std::is_arithmetic_v<stored> && std::is_arithmetic_v<std::remove_cvref_t<U>>) {
            value_ = static_cast<stored>(value);  // co_return 0, whatever kind of number V is
        } else {
            detail::construct(detail::address_of(value_), static_cast<U&&>(value));
        }
        if constexpr (noted) holds_ = holds::value;
    }
    /// Keeps the current exception; in place of the value, if it came later: from the destructor of a local.
    void fail() noexcept
    {
        clear();
        detail::construct(detail::address_of(error_), std::current_exception());
        holds_ = holds::error;
    }
    /// Takes over what another one has, after the end; the exception of the move if that throws.
    [[gnu::always_inline]] void adopt(result_of& from) noexcept
    {
        if (from.has_failed()) [[unlikely]] {
            detail::construct(detail::address_of(error_), from.error_);
            holds_ = holds::error;
        } else if constexpr (is_reference || std::is_nothrow_move_constructible_v<stored>) {
            detail::construct(detail::address_of(value_), std::move(from.value_));
            if constexpr (noted) holds_ = holds::value;
        } else {
            try {
                detail::construct(detail::address_of(value_), std::move(from.value_));
                holds_ = holds::value;
            } catch (...) {
                fail();
            }
        }
    }

    [[nodiscard]] bool has_failed() const noexcept { return holds_ == holds::error; }
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }

    /// Once, after the end: the value, or throws.
    [[nodiscard, gnu::always_inline]] V take()
    {
        if (has_failed()) [[unlikely]]
            std::rethrow_exception(error_);
        if constexpr (is_reference) {
            return static_cast<V>(*value_);
        } else {
            return std::move(value_);
        }
    }

    /// Makes room for another one.
    void clear() noexcept
    {
        if (has_failed()) [[unlikely]] {
            detail::destruct(detail::address_of(error_));
            holds_ = holds::nothing;
        } else if constexpr (noted) {
            if (holds_ == holds::value) detail::destruct(detail::address_of(value_));
            holds_ = holds::nothing;
        }
    }

private:
    enum class holds : unsigned char { nothing, value, error };

    union {
        stored value_;
        std::exception_ptr error_;
    };
    holds holds_ = holds::nothing;
};

template <>
class result_of<void> {
public:
    void fail() noexcept { error_ = std::current_exception(); }
    void adopt(result_of& from) noexcept
    {
        if (from.has_failed()) [[unlikely]]
            error_ = std::move(from.error_);
    }
    [[nodiscard]] bool has_failed() const noexcept { return error_ != nullptr; }
    [[nodiscard]] const std::exception_ptr& error() const noexcept { return error_; }
    void take() const
    {
        if (has_failed()) [[unlikely]]
            std::rethrow_exception(error_);
    }
    void clear() noexcept
    {
        if (has_failed()) [[unlikely]]
            error_ = nullptr;
    }

private:
    std::exception_ptr error_{};
};

/// A place for a lookup whose value is a V.
template <class V>
struct slot_of : slot_base {
    result_of<V> result;
};

/// What the lookups of a call share.
class call_base : public frame_arena {
public:
    /// The slot whose turn it is.
    slot_base* now = nullptr;

protected:
    call_base(char* arena, std::size_t size, call_base* outer) noexcept : frame_arena(arena, size, outer) {}
};

/// The call that runs lookups on this thread just now, the innermost one; null if there is none. It is a call's own for as
/// long as lookups run in it: what they call may run others on top of it, which put it back.
inline constinit thread_local call_base* current_call = nullptr;

[[nodiscard, gnu::always_inline]] inline void* allocate_frame(std::size_t bytes)
{
    call_base* const call = current_call;
    if (call == nullptr) [[unlikely]]
        return detail::allocate(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    return call->allocate(bytes);
}

[[gnu::always_inline]] inline void free_frame(void* frame, std::size_t bytes) noexcept
{
    call_base* const call = current_call;
    if (call == nullptr) [[unlikely]]
        return frame_arena::free_elsewhere(nullptr, frame, bytes);
    call->free(frame, bytes);
}

}  // namespace weft::detail::latency
