// weft/base/detail/slot_group.hpp - room for values that have a state each, packed for the cache.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/atomic.hpp>
#include <weft/seam/cell.hpp>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

/// Slots of a queue in a row. A state takes one byte; beside a single small value it would cost as much room as the
/// value, so eight of them lie together: 7 slots of 8 bytes share a line of 64, not 4.
template <class T>
struct slot_group {
    static constexpr std::size_t size = sizeof(T) <= 16 ? 8 : 1;

    slot_group() noexcept {}  // leaves the room for the values untouched

    atomic<std::uint8_t> states[size]{};
    storage_cell<T> values[size];
};

/// The i-th of the slots that lie in `groups`.
template <class T>
[[nodiscard]] atomic<std::uint8_t>& state_at(slot_group<T>* groups, std::size_t i) noexcept
{
    return groups[i / slot_group<T>::size].states[i % slot_group<T>::size];
}
template <class T>
[[nodiscard]] storage_cell<T>& value_at(slot_group<T>* groups, std::size_t i) noexcept
{
    return groups[i / slot_group<T>::size].values[i % slot_group<T>::size];
}

/// Calls `f(state, value, i)` for `n` slots, from the one at `first` on.
template <class T, class F>
void each_slot(slot_group<T>* groups, std::size_t first, std::size_t n, F f) noexcept
{
    constexpr std::size_t size = slot_group<T>::size;
    slot_group<T>* g = groups + first / size;
    std::size_t at = first % size;
    for (std::size_t i = 0; i != n; ++g, at = 0) {
        const std::size_t here = n - i < size - at ? n - i : size - at;
        for (const std::size_t end = i + here; i != end; ++i, ++at) f(g->states[at], g->values[at], i);
    }
}

}  // namespace weft::detail
