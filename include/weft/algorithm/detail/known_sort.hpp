// weft/algorithm/detail/known_sort.hpp - the sorts without a comparator: of elements that are ordered by numbers or
// strings.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/algorithm/detail/index_sort.hpp>
#include <weft/algorithm/detail/invoke.hpp>
#include <weft/algorithm/detail/ordered.hpp>
#include <weft/algorithm/detail/plain_order.hpp>
#include <weft/algorithm/detail/radix_key.hpp>
#include <weft/algorithm/detail/radix_sort.hpp>
#include <weft/algorithm/detail/runs.hpp>
#include <weft/algorithm/detail/string_sort.hpp>
#include <weft/base/detail/ranges.hpp>

#include <concepts>
#include <cstddef>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft::detail::algorithm {

template <class T>
inline constexpr bool is_plain_string = false;
template <class A>
inline constexpr bool is_plain_string<std::basic_string<char, std::char_traits<char>, A>> = true;
template <>
inline constexpr bool is_plain_string<std::string_view> = true;

/// Whether a member of C can be read from an element of type T without calling anything that may throw: T is the
/// object, or refers to it.
template <class T, class C>
inline constexpr bool reaches_object = [] {
    if constexpr (std::is_base_of_v<C, T> || wraps_reference<T>) return true;
    if constexpr (requires(const T& x) { *x; }) return noexcept(*std::declval<const T&>());
    return false;
}();

/// Cannot throw, and returns the same each time.
template <class P, class T>
inline constexpr bool member_projection = std::is_same_v<P, std::identity>;
template <class M, class C, class T>
inline constexpr bool member_projection<M C::*, T> = std::is_object_v<M> && reaches_object<T, C>;

template <class I, class Projection>
using projected_key =
    decltype(detail::algorithm::invoke(std::declval<const Projection&>(), std::declval<std::iter_reference_t<I>>()));

/// Small elements that are moved into their positions by a key that they contain.
template <class I, class Compare, class Projection, class K = std::remove_cvref_t<projected_key<I, Projection>>>
concept sorts_by_radix = std::contiguous_iterator<I> && std::is_trivially_copyable_v<std::iter_value_t<I>> &&
                         sizeof(std::iter_value_t<I>) <= 32 && member_projection<Projection, std::iter_value_t<I>> &&
                         radix_sortable<K> && plain_order<Compare, K>;

template <class I>
concept moves_safely = std::is_nothrow_move_constructible_v<std::iter_value_t<I>> &&
                       std::is_nothrow_move_assignable_v<std::iter_value_t<I>> && alignof(std::iter_value_t<I>) <= 64;

/// Elements that stay where they are while their indices are sorted.
template <class I, class Compare, class Projection, class K = std::remove_cvref_t<projected_key<I, Projection>>>
concept sorts_by_index =
    moves_safely<I> && member_projection<Projection, std::iter_value_t<I>> && plain_order<Compare, K> &&
    ((radix_number<K> && sizeof(std::iter_value_t<I>) > 16) || is_plain_string<K>);

/// Sorts, stably, elements that are already in order by their keys, strictly in reverse order, or a sequence of a few
/// such parts.
template <class I, class KeyOf>
bool sort_if_ordered_by(fork_context c, I first, std::size_t n, const KeyOf& key_of)
{
    constexpr std::size_t most = 2;  // more are sorted faster than merged
    if (n < 2) return true;
    const auto less = [&](const auto& a, const auto& b) { return key_of(a) < key_of(b); };
    const compared_pairs<true, I, decltype(less)> pairs(first, less);
    return algorithm::sort_runs(c, first, n, most, pairs, less,
                                [&](fork_context k, std::size_t begin, std::size_t end) {
                                    algorithm::reverse(k, past(first, begin), end - begin, 0, (end - begin) / 2);
                                });
}

/// Sorts by a number that the elements contain; stable. False, with nothing done, if there is no memory.
template <class I, class Projection>
bool radix_sort(fork_context c, I first, std::size_t n, const Projection& project, bool descending)
{
    using value = std::iter_value_t<I>;
    const auto key_of = [&](const value& x) {
        return algorithm::radix_key(detail::algorithm::invoke(project, x), descending);
    };
    if (algorithm::sort_if_ordered_by(c, first, n, key_of)) return true;
    const radix_sorter<value, decltype(key_of)> sort(key_of);
    value* const elements = std::to_address(first);
    constexpr std::size_t small = 4096 / sizeof(value);
    if (n <= small) {
        alignas(value) std::byte room[small * sizeof(value)];
        sort(c, elements, reinterpret_cast<value*>(room), n, false);
        return true;
    }
    try {
        const raw_scratch<value> scratch(n);
        sort(c, elements, scratch.data(), n, false);
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

/// Fills `order` with the indices in the order of key_at(index), which is a number or a string; stable.
template <class KeyAt>
void order_by_key(fork_context c, keyed_index* order, keyed_index* spare, std::size_t n, const KeyAt& key_at,
                  bool descending)
{
    using key = std::remove_cvref_t<std::invoke_result_t<const KeyAt&, std::size_t>>;
    if constexpr (is_plain_string<key>) {
        const auto view_of = [&](std::size_t i) { return std::string_view(key_at(i)); };
        string_sorter<decltype(view_of)> sort(view_of, descending);
        sort(c, order, spare, n);
    } else {
        algorithm::run_parts(c, 0, n, [&](std::size_t lo, std::size_t hi) {
            for (std::size_t i = lo; i < hi; ++i) order[i] = {algorithm::radix_key(key_at(i), descending), i};
        });
        sort_indices(c, order, spare, n);
    }
}

/// Sorts by a number or string that the elements contain; stable. False, with nothing done, if there is no memory.
template <class I, class Projection>
bool index_sort(fork_context c, I first, std::size_t n, const Projection& project, bool descending)
{
    const auto key_at = [&](std::size_t i) -> decltype(auto) {
        return detail::algorithm::invoke(project, nth(first, i));
    };
    if constexpr (radix_number<std::remove_cvref_t<decltype(key_at(0))>>) {
        const auto key_of = [&](const auto& x) {
            return algorithm::radix_key(detail::algorithm::invoke(project, x), descending);
        };
        if (algorithm::sort_if_ordered_by(c, first, n, key_of)) return true;
    } else {
        const auto less = [&](const auto& a, const auto& b) {
            const int order =
                std::string_view(detail::algorithm::invoke(project, a)).compare(detail::algorithm::invoke(project, b));
            return descending ? order > 0 : order < 0;
        };
        if (algorithm::sort_if_ordered(c, first, n, less)) return true;
    }
    try {
        const index_memory<std::iter_value_t<I>> memory(n);
        algorithm::order_by_key(c, memory.order.data(), memory.spare.data(), n, key_at, descending);
        algorithm::permute(c, first, n, memory.order.data(), memory.room.data());
    } catch (const std::bad_alloc&) {
        return false;
    }
    return true;
}

/// Sorts, stably, what can be sorted in this way and is worth it; false, with nothing done, for anything else.
template <class Compare, class I, class Projection>
bool sort_known(fork_context c, I first, std::size_t n, const Projection& project)
{
    using key = std::remove_cvref_t<projected_key<I, Projection>>;
    constexpr bool down = plain_greater<Compare, key>;
    if constexpr (sorts_by_radix<I, Compare, Projection>) {
        return algorithm::radix_sort(c, first, n, project, down);
    } else if constexpr (sorts_by_index<I, Compare, Projection>) {
        constexpr std::size_t worth_it = 1024;
        return n >= worth_it && algorithm::index_sort(c, first, n, project, down);
    } else {
        return false;
    }
}

}  // namespace weft::detail::algorithm
