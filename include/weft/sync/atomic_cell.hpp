// weft/sync/atomic_cell.hpp - an atomic for every trivially copyable type.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Fields      word_   the value's bytes in one atomic word, if they fit; otherwise a seq_lock
// Orders      O1  store, exchange and compare_exchange release -> load, exchange and compare_exchange acquire, also
//                 when it fails. What came before the value was put in is visible to whoever sees it.
// Progress    wait-free for up to 8 bytes (compare_exchange: lock-free); otherwise as seq_lock.
// Checked by  tests/model/lock_model.cpp: the scenarios of atomic_cell (O1).
#pragma once

#include <weft/base/atomic.hpp>
#include <weft/sync/seq_lock.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace weft {

namespace detail {

/// The same interface as seq_lock, for values that fit into a word.
template <class T>
class atomic_word {
public:
    explicit atomic_word(const T& value) noexcept : word_(bits(value)) {}

    [[nodiscard]] T load() const noexcept { return value(word_.load(order::acquire)); }         // O1
    void store(const T& v) noexcept { word_.store(bits(v), order::release); }                   // O1
    T exchange(const T& v) noexcept { return value(word_.exchange(bits(v), order::acq_rel)); }  // O1

    bool compare_exchange(T& expected, const T& desired) noexcept
    {
        std::uint64_t now = word_.load(order::acquire);
        while (true) {
            // Values are compared, not words: equal values may differ in bytes that mean nothing.
            if (const T seen = value(now); !same(seen, expected)) {
                expected = seen;
                return false;
            }
            if (word_.compare_exchange_weak(now, bits(desired), order::acq_rel, order::acquire)) return true;  // O1
        }
    }

private:
    static std::uint64_t bits(const T& v) noexcept
    {
        std::uint64_t w = 0;
        std::memcpy(&w, &v, sizeof(T));
        return w;
    }
    static T value(std::uint64_t w) noexcept
    {
        struct room {
            alignas(T) unsigned char bytes[sizeof(T)];
        } r;
        std::memcpy(r.bytes, &w, sizeof(T));
        return std::bit_cast<T>(r);
    }
    static bool same(const T& a, const T& b) noexcept
    {
        if constexpr (std::equality_comparable<T>) {
            return a == b;
        } else {
            return bits(a) == bits(b);
        }
    }

    atomic<std::uint64_t> word_;
};

}  // namespace detail

/// A value that any threads read and write whole. Lock-free for types of up to 8 bytes; larger ones use a seq_lock,
/// whose reads still write nothing shared.
///
/// Requires:      T is trivially copyable.
/// Thread safety: all members, any threads.
/// Order:         a store happens before the return of a load that sees it.
/// Cost:          a plain load or store for up to 8 bytes; otherwise as seq_lock.
/// Example:       examples/sync/seq_lock.cpp
/// Source:        the interface is crossbeam's AtomicCell.
template <class T>
class atomic_cell {
    static_assert(std::is_trivially_copyable_v<T>, "weft::atomic_cell<T>: T must be trivially copyable");

public:
    using value_type = T;

    /// Whether no operation ever waits for another thread.
    static constexpr bool is_lock_free = sizeof(T) <= sizeof(std::uint64_t);

    /// Holds T().
    atomic_cell() noexcept
        requires std::default_initializable<T>
        : cell_(T())
    {
    }
    atomic_cell(const T& value) noexcept : cell_(value) {}  // implicit: a cell is its value
    atomic_cell(const atomic_cell&) = delete;
    atomic_cell& operator=(const atomic_cell&) = delete;

    [[nodiscard]] T load() const noexcept { return cell_.load(); }
    void store(const T& value) noexcept { cell_.store(value); }

    /// Puts `value` in and gives back what was there.
    T exchange(const T& value) noexcept { return cell_.exchange(value); }

    /// If the value equals `expected`, makes it `desired` and returns true; otherwise sets `expected` to the value and
    /// returns false. Equal means ==, or the same bytes if T has no ==.
    bool compare_exchange(T& expected, const T& desired) noexcept { return cell_.compare_exchange(expected, desired); }

private:
    std::conditional_t<is_lock_free, detail::atomic_word<T>, seq_lock<T>> cell_;
};

}  // namespace weft
