// weft/algorithm/detail/radix_sort.hpp - a stable sort by an unsigned key, by all threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Large ranges are distributed by the highest ten bits in which the keys differ: pieces are counted and moved in
// parallel. Parts that then fit into a cache are distributed from lower to higher digits, but only by as many of the
// highest bits as make most of the elements unique; the few that are still equal in these are sorted among themselves.
// So bits that do not differ cost nothing, wherever they are.
//
// Nothing throws: the keys must not, and if there is no memory for counts one thread does the work.
#pragma once

#include <weft/algorithm/detail/radix_key.hpp>
#include <weft/pool/context.hpp>
#include <weft/seam/memory.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

namespace weft::detail::algorithm {

/// Room for counts; empty if there is no memory.
class counts_memory {
public:
    explicit counts_memory(std::size_t size) noexcept : bytes_(size * sizeof(std::size_t))
    {
        try {
            memory_ = static_cast<std::size_t*>(allocate(bytes_, alignof(std::size_t)));
        } catch (const std::bad_alloc&) {
            memory_ = nullptr;
        }
    }
    counts_memory(const counts_memory&) = delete;
    counts_memory& operator=(const counts_memory&) = delete;
    ~counts_memory()
    {
        if (memory_ != nullptr) deallocate(memory_, bytes_, alignof(std::size_t));
    }
    [[nodiscard]] std::size_t* data() const noexcept { return memory_; }

private:
    std::size_t bytes_;
    std::size_t* memory_;
};

/// `KeyOf` returns the same unsigned number for an element each time.
template <class T, class KeyOf>
class radix_sorter {
    static_assert(std::is_trivially_copyable_v<T>);
    using word = std::invoke_result_t<const KeyOf&, const T&>;

public:
    explicit radix_sorter(const KeyOf& key_of) : key_of_(key_of) {}

    /// Sorts the elements in `here`; afterwards they are in `there`, if asked, else in `here`.
    void operator()(fork_context c, T* here, T* there, std::size_t n, bool into_there) const
    {
        if (n < worth_dealing) return few(here, there, n, into_there);
        const std::size_t pieces = std::min({2 * c.num_threads(), n / (worth_dealing / 4), most_pieces});
        const counts_memory counts(pieces * most_bins);
        if (counts.data() == nullptr) return few(here, there, n, into_there);

        unsigned top = algorithm::radix_width(sample(here, n));
        dealing deal{here, there, n, pieces, counts.data(), 0, 0, {}};
        for (;;) {
            deal.bits = std::min(top, 10U);
            deal.low = top - deal.bits;
            count(c, deal, 0, pieces);
            word differing = 0;
            for (std::size_t i = 0; i < pieces; ++i)
                differing |= static_cast<word>(deal.differing[i] | (deal.first_key(i, key_of_) ^ key_of_(here[0])));
            const unsigned found = algorithm::radix_width(differing);
            if (found <= top) break;
            top = found;  // the elements of the sample were too similar
        }
        if (top == 0) {
            if (into_there) copy(here, there, n);
            return;
        }
        std::size_t starts[most_bins + 1];
        const std::size_t bins = std::size_t{1} << deal.bits;
        std::size_t at = 0;
        for (std::size_t bin = 0; bin < bins; ++bin) {
            starts[bin] = at;
            for (std::size_t piece = 0; piece < pieces; ++piece) {
                std::size_t& place = counts.data()[piece * most_bins + bin];
                const std::size_t size = place;
                place = at;
                at += size;
            }
        }
        starts[bins] = n;
        scatter(c, deal, 0, pieces);
        each_bin(c, deal, starts, 0, bins, !into_there);
    }

private:
    static constexpr std::size_t worth_dealing = 1U << 16U;
    static constexpr std::size_t most_bins = 1U << 10U;
    static constexpr std::size_t most_pieces = 64;
    static constexpr std::size_t worth_a_fork = 4096;

    struct dealing {
        T* from;
        T* to;
        std::size_t n;
        std::size_t pieces;
        std::size_t* counts;
        unsigned low;
        unsigned bits;
        word differing[most_pieces];

        [[nodiscard]] std::size_t begin(std::size_t piece) const
        {
            return n / pieces * piece + std::min(piece, n % pieces);
        }
        [[nodiscard]] word first_key(std::size_t piece, const KeyOf& key_of) const
        {
            return key_of(from[begin(piece)]);
        }
        [[nodiscard]] std::size_t bin(word key) const
        {
            return static_cast<std::size_t>(key >> low) & ((std::size_t{1} << bits) - 1);
        }
    };

    static void copy(const T* from, T* to, std::size_t n)
    {
        if (n != 0) std::memcpy(static_cast<void*>(to), from, n * sizeof(T));
    }

    [[nodiscard]] word sample(const T* from, std::size_t n) const
    {
        constexpr std::size_t size = 256;
        word differing = 0;
        const word first = key_of_(from[0]);
        for (std::size_t i = 0; i < size; ++i)
            differing = static_cast<word>(differing | (key_of_(from[i * (n / size)]) ^ first));
        return differing;
    }

    void count(fork_context c, dealing& deal, std::size_t lo, std::size_t hi) const
    {
        if (hi - lo > 1) {
            const std::size_t middle = lo + (hi - lo) / 2;
            return weft::fork_join(
                c, [&](fork_context here) { count(here, deal, lo, middle); },
                [&](fork_context there) { count(there, deal, middle, hi); });
        }
        std::size_t* const counts = deal.counts + lo * most_bins;
        std::fill(counts, counts + most_bins, std::size_t{0});
        const word first = deal.first_key(lo, key_of_);
        word differing = 0;
        for (std::size_t i = deal.begin(lo), end = deal.begin(hi); i < end; ++i) {
            const word key = key_of_(deal.from[i]);
            differing = static_cast<word>(differing | (key ^ first));
            ++counts[deal.bin(key)];
        }
        deal.differing[lo] = differing;
    }

    void scatter(fork_context c, const dealing& deal, std::size_t lo, std::size_t hi) const
    {
        if (hi - lo > 1) {
            const std::size_t middle = lo + (hi - lo) / 2;
            return weft::fork_join(
                c, [&](fork_context here) { scatter(here, deal, lo, middle); },
                [&](fork_context there) { scatter(there, deal, middle, hi); });
        }
        std::size_t* const places = deal.counts + lo * most_bins;
        const T* const from = deal.from;
        T* const to = deal.to;
        for (std::size_t i = deal.begin(lo), end = deal.begin(hi); i < end; ++i) {
            const T x = from[i];
            to[places[deal.bin(key_of_(x))]++] = x;
        }
    }

    void each_bin(fork_context c, const dealing& deal, const std::size_t* starts, std::size_t lo, std::size_t hi,
                  bool into_other) const
    {
        while (lo < hi) {
            if (hi - lo > 1 && starts[hi] - starts[lo] > worth_a_fork && c.wanted()) {
                const std::size_t middle = lo + (hi - lo) / 2;
                return weft::fork_join(
                    c, [&](fork_context here) { each_bin(here, deal, starts, lo, middle, into_other); },
                    [&](fork_context there) { each_bin(there, deal, starts, middle, hi, into_other); });
            }
            const std::size_t at = starts[lo];
            const std::size_t size = starts[lo + 1] - at;
            ++lo;
            (*this)(c, deal.to + at, deal.from + at, size, into_other);
        }
    }

    void insert(const T* from, T* to, std::size_t n) const
    {
        for (std::size_t i = 0; i < n; ++i) {
            const T x = from[i];
            const word key = key_of_(x);
            std::size_t hole = i;
            for (; hole > 0 && key < key_of_(to[hole - 1]); --hole) to[hole] = to[hole - 1];
            to[hole] = x;
        }
    }

    /// What one thread does.
    void few(T* here, T* there, std::size_t n, bool into_there) const
    {
        constexpr std::size_t insertion = 24;
        T* const goal = into_there ? there : here;
        if (n <= insertion) return insert(here, goal, n);
        const word first = key_of_(here[0]);
        word differing = 0;
        for (std::size_t i = 1; i < n; ++i) differing = static_cast<word>(differing | (key_of_(here[i]) ^ first));
        const unsigned top = algorithm::radix_width(differing);
        const auto unique = static_cast<unsigned>(std::bit_width(n)) + 1;
        const unsigned digits = std::min((unique + 7) / 8, 4U);
        const unsigned bits = std::min(top, 8 * digits);
        const unsigned low = top - bits;

        T* now = here;
        T* next = there;
        if (bits != 0) {
            std::size_t places[4][256] = {};
            const unsigned used = (bits + 7) / 8;
            for (std::size_t i = 0; i < n; ++i) {
                const auto key = static_cast<std::uint32_t>(key_of_(here[i]) >> low);
                for (unsigned d = 0; d < used; ++d) ++places[d][key >> (8 * d) & 255U];
            }
            for (unsigned d = 0; d < used; ++d) {
                std::size_t at = 0;
                bool one = false;
                for (std::size_t& place : places[d]) {
                    const std::size_t size = place;
                    one |= size == n;
                    place = at;
                    at += size;
                }
                if (one) continue;
                const unsigned shift = low + 8 * d;
                for (std::size_t i = 0; i < n; ++i) {
                    const T x = now[i];
                    next[places[d][static_cast<std::uint32_t>(key_of_(x) >> shift) & 255U]++] = x;
                }
                std::swap(now, next);
            }
        }
        if (low == 0) {
            if (now != goal) copy(now, goal, n);
            return;
        }
        for (std::size_t i = 0; i < n;) {
            const auto high = key_of_(now[i]) >> low;
            std::size_t end = i + 1;
            while (end < n && key_of_(now[end]) >> low == high) ++end;
            if (end - i > 1) {
                few(now + i, next + i, end - i, now != goal);
            } else if (now != goal) {
                goal[i] = now[i];
            }
            i = end;
        }
    }

    const KeyOf& key_of_;
};

}  // namespace weft::detail::algorithm
