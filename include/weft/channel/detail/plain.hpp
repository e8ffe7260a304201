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

template <class Out, class T>
concept plain_container = requires(Out& out, std::size_t n) {
    requires std::default_initializable<T>;
    out.resize(n);
    { out.size() } -> std::same_as<std::size_t>;
    { out.data() } -> std::same_as<T*>;
};

/// Room for many messages can be had at once: a pointer, or a container like std::vector.
template <class Out, class T>
concept plain_target = plain<T> && (std::same_as<std::remove_cvref_t<Out>, T*> || plain_container<Out, T>);

/// Makes room for `n` messages at `out` and lets `write(T*)` fill it. If that fails there is nothing new.
template <class T, class Out, class Write>
bool append(Out& out, std::size_t n, Write write)
{
    if constexpr (std::same_as<Out, T*>) {
        if (!write(out)) return false;
        out += n;
        return true;
    } else {
        const std::size_t before = out.size();
        out.resize(before + n);
        if (write(out.data() + before)) return true;
        out.resize(before);
        return false;
    }
}

}  // namespace weft::detail::channels
