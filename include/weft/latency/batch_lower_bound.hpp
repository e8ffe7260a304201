// weft/latency/batch_lower_bound.hpp - many binary searches side by side.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/detail/invoke.hpp>
#include <weft/base/detail/ranges.hpp>
#include <weft/base/detail/sound.hpp>
#include <weft/latency/lookup.hpp>
#include <weft/latency/prefetch.hpp>
#include <weft/seam/construct.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail::latency {

/// As std::less<>, whose header is heavy.
struct plain_less {
    template <class A, class B>
        requires requires(const A& a, const B& b) { static_cast<bool>(a < b); }
    constexpr bool operator()(const A& a, const B& b) const
    {
        return static_cast<bool>(a < b);
    }
};

template <class R, class Keys, class Out, class Less>
struct check_search {
    static constexpr bool is_sorted = std::ranges::random_access_range<R> && std::ranges::sized_range<R>;
    static constexpr bool has_keys = std::ranges::input_range<Keys>;
    static constexpr bool has_output = [] {
        if constexpr (std::input_or_output_iterator<Out>) {
            return std::is_assignable_v<std::iter_reference_t<Out>, std::size_t>;
        } else {
            return false;
        }
    }();
    static constexpr bool compares = [] {
        if constexpr (is_sorted && has_keys) {
            return std::is_invocable_r_v<bool, const Less&, std::ranges::range_reference_t<R>,
                                         const std::ranges::range_value_t<Keys>&>;
        } else {
            return true;
        }
    }();
    static constexpr bool ok = is_sorted && has_keys && has_output && compares;

    static_assert(is_sorted, "weft: batch_lower_bound searches a sorted random-access range that knows its size");
    static_assert(has_keys, "weft: the keys must be a range (a vector, a span, a view)");
    static_assert(has_output,
                  "weft: the output is an iterator to where the first index goes, as a std::size_t: give begin()");
    static_assert(compares, "weft: an element of the sorted range cannot be compared with a key: less(element, key)");
};

/// The address of an element, to be prefetched; of nothing, if it is made when it is read.
template <class I>
[[gnu::always_inline]] inline void ask_for(const I& it, std::size_t index)
{
    using reference = std::iter_reference_t<I>;
    if constexpr (std::is_lvalue_reference_v<reference>) {
        const auto i = static_cast<std::iter_difference_t<I>>(index);
        __builtin_prefetch(const_cast<const void*>(static_cast<const volatile void*>(detail::address_of(it[i]))));
    }
}

/// Writes an index, which the caller knows to fit.
template <class Out>
void write_index(Out& out, std::size_t index)
{
    using written = std::remove_cvref_t<std::iter_reference_t<Out>>;
    if constexpr (std::is_integral_v<written>) {
        *out = static_cast<written>(index);
    } else {
        *out = index;
    }
    ++out;
}

/// So many searches advance together, level by level: all have the same number of steps.
template <std::size_t InFlight, class I, class Key, class Less>
void search_group(const I& first, std::size_t n, const Key* keys, std::size_t count, std::size_t* found,
                  const Less& less)
{
    std::size_t base[InFlight] = {};
    for (std::size_t left = n; left > 1;) {
        const std::size_t half = left / 2;
        left -= half;
        const std::size_t next = left / 2;  // of what is left then
        for (std::size_t i = 0; i < count; ++i) {
            const auto probe = static_cast<std::iter_difference_t<I>>(base[i] + half - 1);
            const bool is_less = static_cast<bool>(detail::invoke(less, first[probe], keys[i]));
            base[i] += half & (std::size_t{0} - std::size_t{is_less});  // no branch: it would be mispredicted
            if (left > 1) latency::ask_for(first, base[i] + next - 1);
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        found[i] = base[i];
        if (n != 0 &&
            static_cast<bool>(detail::invoke(less, first[static_cast<std::iter_difference_t<I>>(base[i])], keys[i])))
            ++found[i];
    }
}

}  // namespace detail::latency

/// For each key, in order, writes to `out` the index of the first element of `sorted` that is not less than the key, as
/// std::lower_bound finds it: the size of `sorted` if there is none. Returns the end of the output.
///
///     weft::batch_lower_bound(sorted, keys, found.begin());
///     weft::batch_lower_bound(sorted, keys, found.begin(), std::greater<>());   // less(element, key), as sorted by
///
/// `InFlight` searches go down side by side, and wait for memory together. This is what overlapped_transform does with
/// lower_bound_lookup, without a coroutine: all searches have the same number of steps, so none has to be resumed where
/// it was. It is for arrays that are larger than the caches, with keys in no order.
///
/// Requires: `sorted` is sorted by `less`.
/// Throws:   what the ranges, `less`, a copy of a key or the assignment throws; some elements of `out` are written then.
/// Cost:     log2(n) steps of about 2 ns a key, or as many misses, divided by as many as the processor has in flight.
/// Example:  examples/latency/binary_search.cpp
template <std::size_t InFlight = 16, class R, class Keys, class Out, class Less = detail::latency::plain_less>
Out batch_lower_bound(R&& sorted, Keys&& keys, Out out, const Less& less = {})
{
    static_assert(InFlight != 0 && InFlight <= 1024, "weft: 1 to 1024 searches go on side by side");
    using checked = detail::latency::check_search<R, Keys, Out, Less>;
    static_assert(detail::sound<checked>);
    if constexpr (checked::ok) {
        const auto first = std::ranges::begin(sorted);
        const auto n = static_cast<std::size_t>(std::ranges::size(sorted));
        auto it = std::ranges::begin(keys);
        const auto last = std::ranges::end(keys);
        std::size_t found[InFlight];
        using key = std::ranges::range_value_t<Keys>;
        constexpr bool in_place =
            std::contiguous_iterator<std::ranges::iterator_t<Keys>> && std::ranges::sized_range<Keys>;
        if constexpr (in_place) {
            const key* at = std::ranges::data(keys);
            for (auto left = static_cast<std::size_t>(std::ranges::size(keys)); left != 0;) {
                const std::size_t count = left < InFlight ? left : InFlight;
                detail::latency::search_group<InFlight>(first, n, at, count, found, less);
                for (std::size_t i = 0; i < count; ++i) detail::latency::write_index(out, found[i]);
                at += count;
                left -= count;
            }
        } else {
            // Keys that are made when they are read, or read once, are copied.
            struct copies {
                union {
                    key all[InFlight];
                };
                std::size_t count = 0;
                copies() noexcept {}
                ~copies() { clear(); }
                void clear() noexcept
                {
                    while (count != 0) detail::destruct(all + --count);
                }
            } group;
            while (it != last) {
                for (; group.count != InFlight && it != last; ++it) {
                    detail::construct(group.all + group.count, *it);
                    ++group.count;
                }
                detail::latency::search_group<InFlight>(first, n, group.all, group.count, found, less);
                for (std::size_t i = 0; i < group.count; ++i) detail::latency::write_index(out, found[i]);
                group.clear();
            }
        }
        return out;
    }
}

/// The same search as a lookup, to be combined with others: the index of the first element of `sorted` that is not less
/// than `key`.
///
///     weft::overlapped_transform(keys, out, [&](K k) { return weft::lower_bound_lookup(sorted, k); });
///
/// Requires: `sorted` is sorted by `less`, and lives until the lookup has ended.
/// Cost:     a prefetch for each of log2(n) steps.
/// Example:  examples/latency/binary_search.cpp
template <class R, class Key, class Less = detail::latency::plain_less>
lookup<std::size_t> lower_bound_lookup(const R& sorted, Key key, Less less = {})
{
    static_assert(std::ranges::random_access_range<const R> && std::ranges::sized_range<const R>,
                  "weft: lower_bound_lookup searches a sorted random-access range that knows its size");
    const auto first = std::ranges::begin(sorted);
    auto left = static_cast<std::size_t>(std::ranges::size(sorted));
    if (left == 0) co_return 0;
    auto base = first;
    while (left > 1) {
        const std::size_t half = left / 2;
        const auto probe = base + static_cast<std::ranges::range_difference_t<const R>>(half - 1);
        if constexpr (std::is_lvalue_reference_v<std::ranges::range_reference_t<const R>>) {
            co_await weft::prefetch(detail::address_of(*probe));
        }
        // No branch: it would be mispredicted every other time.
        const bool is_less = static_cast<bool>(detail::invoke(less, *probe, key));
        base += static_cast<std::ranges::range_difference_t<const R>>(half & (std::size_t{0} - std::size_t{is_less}));
        left -= half;
    }
    co_return static_cast<std::size_t>(base - first) + (static_cast<bool>(detail::invoke(less, *base, key)) ? 1 : 0);
}

}  // namespace weft
