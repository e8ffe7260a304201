// weft/sync/atomic_cell.hpp - an atomic for every trivially copyable type.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Fields      word_   the value's bytes in one atomic word, if they fit; otherwise a seq_lock
// Orders      O1  store, exchange, compare_exchange and fetch_* release -> load, exchange, compare_exchange and fetch_*
//                 acquire, even if it fails. What came before the value was stored is visible to whoever sees it.
// Progress    wait-free for up to 8 bytes (compare_exchange: lock-free); otherwise as seq_lock.
// Checked by  tests/model/lock_model.cpp: the scenarios of atomic_cell (O1).
#pragma once

#include <weft/base/detail/same_value.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/construct.hpp>
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
            // Values are compared, not words: equal values may differ in bytes that have no meaning.
            if (const T seen = value(now); !detail::same_value(seen, expected)) {
                expected = seen;
                return false;
            }
            if (word_.compare_exchange_weak(now, bits(desired), order::acq_rel, order::acquire)) return true;  // O1
        }
    }

    // Bytes of the word beyond those of T have no meaning: a carry out of T may go there.
    T fetch_add(T by) noexcept { return value(word_.fetch_add(number(by), order::acq_rel)); }  // O1
    T fetch_sub(T by) noexcept { return value(word_.fetch_sub(number(by), order::acq_rel)); }  // O1
    T fetch_and(T by) noexcept { return value(word_.fetch_and(number(by), order::acq_rel)); }  // O1
    T fetch_or(T by) noexcept { return value(word_.fetch_or(number(by), order::acq_rel)); }    // O1
    T fetch_xor(T by) noexcept { return value(word_.fetch_xor(number(by), order::acq_rel)); }  // O1

private:
    /// The operand of an operation on the word that is to act on a T.
    static std::uint64_t number(T by) noexcept
    {
        static_assert(std::endian::native == std::endian::little || sizeof(T) == sizeof(std::uint64_t),
                      "weft::atomic_cell: the low bytes of a word must be its first bytes");
        return bits(by);
    }
    static std::uint64_t bits(const T& v) noexcept
    {
        std::uint64_t w = 0;
        std::memcpy(&w, detail::address_of(v), sizeof(T));
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
    atomic<std::uint64_t> word_;
};

}  // namespace detail

/// A value that any threads read and write as a whole. Lock-free for types of up to 8 bytes; larger ones use a
/// seq_lock, in which reading still does not write anything shared.
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

private:
    static constexpr bool number = std::is_integral_v<T> && !std::is_same_v<T, bool> && is_lock_free;

public:
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

    /// Stores `value` and returns the value that was there.
    T exchange(const T& value) noexcept { return cell_.exchange(value); }

    /// If the value equals `expected`, makes it `desired` and returns true; otherwise sets `expected` to the value and
    /// returns false. Equal means: of the same representation, as for std::atomic (so NaN equals itself, and the two
    /// zeros differ); objects of a class that has an == are also equal if that says so. Bytes between members do not
    /// matter with GCC; with a compiler that cannot clear them they matter to classes without ==.
    bool compare_exchange(T& expected, const T& desired) noexcept { return cell_.compare_exchange(expected, desired); }

    /// For integers: changes the value by +, -, &, | or ^ in one step, and returns the value that was there. Sums wrap.
    T fetch_add(T by) noexcept
        requires number
    {
        return cell_.fetch_add(by);
    }
    T fetch_sub(T by) noexcept
        requires number
    {
        return cell_.fetch_sub(by);
    }
    T fetch_and(T bits) noexcept
        requires number
    {
        return cell_.fetch_and(bits);
    }
    T fetch_or(T bits) noexcept
        requires number
    {
        return cell_.fetch_or(bits);
    }
    T fetch_xor(T bits) noexcept
        requires number
    {
        return cell_.fetch_xor(bits);
    }

private:
    std::conditional_t<is_lock_free, detail::atomic_word<T>, seq_lock<T>> cell_;
};

}  // namespace weft
