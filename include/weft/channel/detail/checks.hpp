// weft/channel/detail/checks.hpp - what the compiler says about arguments that a channel cannot take.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One sentence for each mistake, and the first complaint that the compiler prints: it evaluates the concept, whose
// check fails, before it gets to say "no matching function".
#pragma once

#include <weft/base/detail/ranges.hpp>
#include <weft/channel/result.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace weft::detail::channels {

/// Whether the elements of an argument R&& may be moved from. A borrowed range refers to somebody else's.
template <class R>
inline constexpr bool gives_elements =
    !std::is_lvalue_reference_v<R> && !std::ranges::borrowed_range<R> && !std::ranges::view<R>;

template <class R>
using element_of =
    std::conditional_t<gives_elements<R>, std::ranges::range_rvalue_reference_t<R>, std::ranges::range_reference_t<R>>;

template <class T>
struct check_message {
    static constexpr bool ok = true;
    static constexpr bool is_value = std::is_object_v<T> && std::is_same_v<T, std::remove_cv_t<T>>;
    static_assert(is_value, "weft: a channel carries values: a reference or a const type cannot be a message");
    static_assert(!is_value || std::is_move_constructible_v<T>, "weft: a message must be movable");
    static_assert(!is_value || std::is_nothrow_destructible_v<T>, "weft: the destructor of a message must not throw");
};
template <class T>
concept message = check_message<T>::ok;

/// An argument U&& that is no message T.
template <class U, class T>
concept no_message = !std::convertible_to<U&&, T>;

/// What sending returns where it is an error: without a result's [[nodiscard]], whose warning would precede the error.
struct refusal : send_result {};

template <class T, class U>
struct check_sent {
    static constexpr bool ok = std::constructible_from<T, U&&>;
    static constexpr bool is_message = std::same_as<std::remove_cvref_t<U>, T>;
    static_assert(ok || !is_message,
                  "weft: messages of this kind cannot be copied: write std::move(message), if you need it no longer");
    static_assert(ok || is_message, "weft: a message of this channel cannot be made from this argument");
};
/// As check_sent, where the argument must convert by itself.
template <class T, class U>
struct check_converted : check_sent<T, U> {
    static_assert(!check_sent<T, U>::ok || !no_message<U, T>,
                  "weft: the message must be made explicitly: this argument does not convert to it by itself");
};

template <class T, class R>
struct check_many {
    static constexpr bool ok = true;
    static constexpr bool makes_messages()
    {
        if constexpr (std::ranges::input_range<R>) return std::constructible_from<T, element_of<R>>;
        return true;
    }
    static_assert(std::ranges::input_range<R>, "weft: send_many takes a range of messages");
    static_assert(makes_messages(), "weft: a message of this channel cannot be made from an element of this range");
};
template <class R, class T>
concept messages = check_many<T, R>::ok;

/// What recv_many can store into.
template <class Out, class T>
concept store_of =
    std::output_iterator<std::remove_cvref_t<Out>, T> || requires(Out&& out, T&& m) { out.push_back(std::move(m)); };

template <class Out, class T>
struct check_store {
    static_assert(
        store_of<Out, T>,
        "weft: recv_many stores messages of this channel at the end of a container (push_back), in an array, or "
        "through an output iterator");
};

}  // namespace weft::detail::channels
