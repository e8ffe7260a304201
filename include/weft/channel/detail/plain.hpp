// weft/channel/detail/plain.hpp - batches of messages that are no more than their bytes: they can be copied all at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/ranges.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace weft::detail::channels {

template <class T>
concept plain = std::is_trivially_copyable_v<T> && std::copyable<T>;

/// The elements lie one behind the other: reading them neither throws nor waits.
template <class It, class T>
concept plain_source =
    plain<T> && std::contiguous_iterator<It> && std::same_as<std::remove_cv_t<std::iter_value_t<It>>, T> &&
    std::convertible_to<std::iter_reference_t<It>, const T&>;

/// A container like std::vector: elements of T and an allocator, and nothing else that one could want to do with an
/// element than to put it at the end.
template <class Out, class T>
inline constexpr bool is_vector = false;
template <template <class, class> class Vector, class T, class A>
inline constexpr bool is_vector<Vector<T, A>, T> = requires(Vector<T, A>& out, std::size_t n) {
    requires std::same_as<typename Vector<T, A>::allocator_type, A>;
    out.resize(n);
    { out.size() } -> std::same_as<std::size_t>;
    { out.data() } -> std::same_as<T*>;
};

/// Room for many messages can be had at once: a pointer, or a std::vector.
template <class Out, class T>
concept plain_target =
    plain<T> && (std::same_as<std::remove_cvref_t<Out>, T*> ||
                 (is_vector<std::remove_cvref_t<Out>, T> && std::is_nothrow_default_constructible_v<T>));

/// Makes room for `n` messages at `out`, of which `write(T*)` gives how many it has filled. Does nothing where there is
/// no room for all.
template <class T, class Out, class Write>
void append(Out& out, std::size_t n, Write write)
{
    if constexpr (std::same_as<Out, T*>) {
        out += write(out);
    } else {
        const std::size_t before = out.size();
        try {
            out.resize(before + n);
        } catch (...) {
            return;
        }
        const std::size_t written = write(out.data() + before);
        if (written != n) out.resize(before + written);
    }
}

}  // namespace weft::detail::channels
