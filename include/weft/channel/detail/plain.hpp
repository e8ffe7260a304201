// weft/channel/detail/plain.hpp - batches of messages that are nothing but bytes, which can be copied all at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/ranges.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace weft::detail::channels {

template <class T>
concept plain = std::is_trivially_copyable_v<T> && std::copyable<T>;

/// The elements of a range are messages as they are, and stay where they are while others are looked at.
template <class R, class T>
concept standing_elements =
    std::ranges::forward_range<R> && std::is_lvalue_reference_v<std::ranges::range_reference_t<R>> &&
    std::same_as<std::remove_cvref_t<std::ranges::range_reference_t<R>>, T>;

/// Whether Out is a std::vector of T, or a container so much like it (elements, an allocator, insertion at the end)
/// that it can make room for many plain messages at once.
template <class Out, class T>
inline constexpr bool is_vector = false;
template <template <class, class> class Vector, class T, class A>
inline constexpr bool is_vector<Vector<T, A>, T> = requires(Vector<T, A>& out, const T* p) {
    requires std::same_as<typename Vector<T, A>::allocator_type, A>;
    out.insert(out.end(), p, p);
    { out.data() } -> std::same_as<T*>;
};

}  // namespace weft::detail::channels
