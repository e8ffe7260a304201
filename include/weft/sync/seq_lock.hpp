// weft/sync/seq_lock.hpp - a value of any size that is read without writing anything.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       readers, writers: any threads.
//
// Fields      sequence_   odd while a writer is at work; goes up by 2 with each write
//             words_      the value's bytes, as atomic words: readers read them while they change
//
// Orders      O1  writer: words store release, after sequence_ has been made odd -> reader: words load acquire. Whoever
//                 reads a new word also sees the odd sequence_, and does not trust what it has read.
//             O2  writer: sequence_ store release -> reader: sequence_ load acquire. Whoever sees the new even value
//                 sees all words of that write.
//             O3  writer: sequence_ compare-exchange acquire. It comes after the previous writer.
//
// Progress    store: lock-free unless a writer is stopped in the middle. load: repeats while writers write.
//
// Checked by  tests/model/lock_model.cpp: seq_lock_whole (O1, O2).
#pragma once

#include <weft/base/backoff.hpp>
#include <weft/base/detail/same_value.hpp>
#include <weft/seam/atomic.hpp>
#include <weft/seam/construct.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace weft {

/// A value that many threads read and few write. A reader does not write anything shared, so readers do not slow each
/// other down; it reads again if a write came in between.
///
/// Requires:      T is trivially copyable; any size.
/// Thread safety: all members, any threads.
/// Order:         a store happens before the return of a load that sees it. For one value all threads agree on the
///                order of its stores.
/// Blocking:      a load waits while a writer is in the middle of a store.
/// Cost:          load: about a nanosecond for each 8 bytes; store: one locked operation.
/// Example:       examples/sync/seq_lock.cpp
/// Source:        Lameter, "Effective synchronization on Linux/NUMA systems" (2005); data as atomics after Boehm
///                (2012).
template <class T>
class seq_lock {
    static_assert(std::is_trivially_copyable_v<T>, "weft::seq_lock<T>: T must be trivially copyable");

public:
    /// Holds T().
    seq_lock() noexcept
        requires std::default_initializable<T>
        : seq_lock(T())
    {
    }
    explicit seq_lock(const T& value) noexcept { write(value); }
    seq_lock(const seq_lock&) = delete;
    seq_lock& operator=(const seq_lock&) = delete;

    [[nodiscard]] T load() const noexcept
    {
        if constexpr (std::is_nothrow_default_constructible_v<T>) {
            return load_as<T>();
        } else {
            return std::bit_cast<T>(load_as<room>());
        }
    }

    void store(const T& value) noexcept
    {
        const writing w(*this);
        write(value);
    }

    /// Stores `value` and returns the value that was there.
    T exchange(const T& value) noexcept
    {
        const writing w(*this);
        const T old = current();
        write(value);
        return old;
    }

    /// If the value equals `expected`, makes it `desired` and returns true; otherwise sets `expected` to the value and
    /// returns false. Equal means the same representation, or ==, as for atomic_cell.
    bool compare_exchange(T& expected, const T& desired) noexcept
    {
        const writing w(*this);
        const T now = current();
        if (!detail::same_value(now, expected)) {
            expected = now;
            return false;
        }
        write(desired);
        return true;
    }

private:
    static constexpr std::size_t word_count = (sizeof(T) + 7) / 8;

    /// Room for the bytes of a T that cannot be default-constructed.
    struct room {
        alignas(T) unsigned char bytes[sizeof(T)];
    };

    /// Reads directly into the result (which is named in the outermost block, since otherwise GCC makes room for a
    /// second one). A copy would read, in wider steps, words that were written just now, and have to wait until they
    /// reach the cache.
    template <class To>
    [[nodiscard]] To load_as() const noexcept
    {
        To out;
        for (backoff wait; !try_load_to(out);) wait.snooze();
        return out;
    }

    /// One attempt. False: a writer was at work.
    template <class To>
    [[nodiscard]] bool try_load_to(To& out) const noexcept
    {
        const std::uint64_t before = sequence_.load(detail::order::acquire);  // O2
        if (before % 2 != 0) return false;
        read(out);                                                // O1
        return sequence_.load(detail::order::relaxed) == before;  // O1
    }

    /// A writer at work.
    class writing {
    public:
        explicit writing(seq_lock& lock) noexcept : lock_(lock)
        {
            backoff wait;
            std::uint64_t now = lock.sequence_.load(detail::order::relaxed);
            while (now % 2 != 0 || !lock.sequence_.compare_exchange_weak(now, now + 1, detail::order::acquire,
                                                                         detail::order::relaxed)) {  // O3
                wait.snooze();
                now = lock.sequence_.load(detail::order::relaxed);
            }
            even_ = now + 2;
        }
        ~writing() { lock_.sequence_.store(even_, detail::order::release); }  // O2
        writing(const writing&) = delete;

    private:
        seq_lock& lock_;
        std::uint64_t even_;
    };

    template <class To>
    void read(To& out) const noexcept
    {
        unsigned char* const bytes = reinterpret_cast<unsigned char*>(detail::address_of(out));
        const auto read_word = [&](std::size_t i) {
            const std::uint64_t w = words_[i].load(detail::order::acquire);  // O1
            std::memcpy(bytes + i * 8, &w, bytes_in(i));
        };
        if constexpr (word_count <= 8) {
            // Without a loop, which GCC would keep because of the atomics.
            [&]<std::size_t... I>(std::index_sequence<I...>) {
                (read_word(I), ...);
            }(std::make_index_sequence<word_count>());
        } else {
            for (std::size_t i = 0; i < word_count; ++i) read_word(i);
        }
    }

    /// The value, for the writer at work.
    [[nodiscard]] T current() const noexcept
    {
        room r;
        read(r);
        return std::bit_cast<T>(r);
    }

    void write(const T& value) noexcept
    {
        const unsigned char* const bytes = reinterpret_cast<const unsigned char*>(detail::address_of(value));
        for (std::size_t i = 0; i < word_count; ++i) {
            std::uint64_t w = 0;
            std::memcpy(&w, bytes + i * 8, bytes_in(i));
            words_[i].store(w, detail::order::release);  // O1
        }
    }

    static constexpr std::size_t bytes_in(std::size_t word) noexcept
    {
        return word + 1 < word_count ? 8 : sizeof(T) - word * 8;
    }

    detail::atomic<std::uint64_t> sequence_{0};
    detail::atomic<std::uint64_t> words_[word_count];
};

}  // namespace weft
