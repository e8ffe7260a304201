// src/pool/place_table.hpp - the places of a pool by their index, and three sets of them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Roles       owner: the pool.  All members may be called by any thread at any time.
//
// Fields      chunks_         grown on demand; what is in one stays where it is as long as the table lives
//             chunk.places    null until the place is whole, then the same forever
//             chunk.in_use    places that may hold work: a superset, since bits are set before and cleared after
//             chunk.asleep    hints where a seat may be had: a bit may be stale, the place's status decides
//             chunk.unused    hints where a place for a caller from outside may be had; likewise
//
// Orders      O1  A place is stored with release and loaded with acquire: whoever finds it finds it whole. So does
//                 whoever finds the bit, whose store releases.
//             O2  A chunk is made before the size that counts its places: release -> acquire.
//             The rest is the business of the sleep protocol (docs/sleep.md), which has the fences.
//
// Progress    wait-free, except for making a chunk, which is lock-free.
#pragma once

#include "pool/limits.hpp"

#include <weft/seam/atomic.hpp>
#include <weft/seam/memory.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

namespace weft::detail {

struct place;

class place_table {
    struct chunk {
        atomic<std::uint64_t> in_use{0};
        atomic<std::uint64_t> asleep{0};
        atomic<std::uint64_t> unused{0};
        std::array<atomic<place*>, places_per_chunk> places{};
    };

public:
    /// One of the three sets.
    using set = atomic<std::uint64_t> chunk::*;
    static constexpr set in_use = &chunk::in_use;
    static constexpr set asleep = &chunk::asleep;
    static constexpr set unused = &chunk::unused;

    place_table() { chunks_[0].store(&first_, order::relaxed); }
    place_table(const place_table&) = delete;
    place_table& operator=(const place_table&) = delete;
    ~place_table()
    {
        for (std::size_t i = 1; i < chunks_.size(); ++i) {
            if (chunk* const made = chunks_[i].load(order::relaxed)) dispose(made);
        }
    }

    /// An index that nobody else gets. Throws std::bad_alloc, or std::system_error if none is left.
    std::uint32_t next_index()
    {
        std::uint32_t index = size_.load(order::relaxed);
        do {
            if (index == places_per_chunk * max_chunks)
                throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                                        "weft: too many threads call into one pool at once, or block in it");
            make_chunk(index / places_per_chunk);
            // order: O2; the table of the scenarios has one chunk
        } while (!size_.compare_exchange_weak(index, index + 1, order::release, order::relaxed));  // O2
        return index;
    }

    void put(std::uint32_t index, place* p) noexcept
    {
        // order: in the scenarios a new place is found by way of other edges
        chunk_of(index).places[index % places_per_chunk].store(p, order::release);  // O1
    }

    /// Null while the place is being made.
    [[nodiscard]] place* at(std::uint32_t index) const noexcept
    {
        // order: in the scenarios a new place is found by way of other edges
        return chunk_of(index).places[index % places_per_chunk].load(order::acquire);  // O1
    }

    // order: O2; the table of the scenarios has one chunk
    [[nodiscard]] std::uint32_t size() const noexcept { return size_.load(order::acquire); }  // O2

    void add(set which, std::uint32_t index) noexcept
    {
        // order: in the scenarios a new place is found by way of other edges
        (chunk_of(index).*which).fetch_or(std::uint64_t{1} << index % places_per_chunk, order::release);  // O1
    }

    void remove(set which, std::uint32_t index) noexcept
    {
        (chunk_of(index).*which).fetch_and(~(std::uint64_t{1} << index % places_per_chunk), order::relaxed);
    }

    [[nodiscard]] bool any(set which) const noexcept
    {
        for (const atomic<chunk*>& c : chunks_) {
            // order: O2; the table of the scenarios has one chunk
            const chunk* const made = c.load(order::acquire);
            if (made == nullptr) return false;
            if ((made->*which).load(order::relaxed) != 0) return true;
        }
        return false;
    }

    /// Calls f(place&) for the members, beginning with the one after `from`, round to `from` itself, until f returns
    /// true. Returns whether it did.
    template <class F>
    bool find(set which, std::uint32_t from, F&& f) const
    {
        const std::uint32_t chunks = (size() + places_per_chunk - 1) / places_per_chunk;
        const std::uint32_t first = from / places_per_chunk;
        const std::uint64_t after_from = ~std::uint64_t{0} << from % places_per_chunk << 1;
        if (find_in(first, which, after_from, f)) return true;
        for (std::uint32_t number = first + 1; number != first + chunks; ++number) {
            if (find_in(number < chunks ? number : number - chunks, which, ~std::uint64_t{0}, f)) return true;
        }
        return find_in(first, which, ~after_from, f);
    }

    /// find() with this one as `from` begins with the place of that index.
    [[nodiscard]] std::uint32_t before(std::uint32_t index) const noexcept { return (index != 0 ? index : size()) - 1; }

    /// The same for `most` members only. Returns whether f has returned true.
    template <class F>
    bool find_some(set which, std::uint32_t from, std::uint32_t most, F&& f) const
    {
        bool found = false;
        find(which, from, [&](place& p) {
            found = f(p);
            return found || --most == 0;
        });
        return found;
    }

private:
    static_assert(places_per_chunk <= 64);

    [[nodiscard]] const chunk& chunk_of(std::uint32_t index) const noexcept
    {
        const std::uint32_t number = index / places_per_chunk;
        // order: O2; the table of the scenarios has one chunk
        return number == 0 ? first_ : *chunks_[number].load(order::acquire);  // O1: for whoever was only told the index
    }

    [[nodiscard]] chunk& chunk_of(std::uint32_t index) noexcept
    {
        return const_cast<chunk&>(std::as_const(*this).chunk_of(index));
    }

    template <class F>
    bool find_in(std::uint32_t chunk_number, set which, std::uint64_t among, F& f) const
    {
        // order: O2; the table of the scenarios has one chunk
        const chunk* const c = chunk_number == 0 ? &first_ : chunks_[chunk_number].load(order::acquire);
        // order: in the scenarios a new place is found by way of other edges
        for (std::uint64_t bits = (c->*which).load(order::acquire) & among; bits != 0; bits &= bits - 1) {  // O1
            // order: in the scenarios a new place is found by way of other edges
            place* const p = c->places[static_cast<std::uint32_t>(__builtin_ctzll(bits))].load(order::acquire);
            if (p != nullptr && f(*p)) return true;
        }
        return false;
    }

    void make_chunk(std::uint32_t number)
    {
        // order: O2; the table of the scenarios has one chunk
        if (chunks_[number].load(order::acquire) != nullptr) return;
        chunk* const fresh = make<chunk>();
        chunk* none = nullptr;
        // order: O2; the table of the scenarios has one chunk
        if (!chunks_[number].compare_exchange_strong(none, fresh, order::release, order::relaxed)) dispose(fresh);
    }

    chunk first_;  // in place: most pools need no more, and every push of a task looks here
    std::array<atomic<chunk*>, max_chunks> chunks_{};
    atomic<std::uint32_t> size_{0};
};

}  // namespace weft::detail
