// src/model/lines.hpp - the cache lines of a simulated machine: who holds them, and how long they take to come.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A line is held by one processor alone, which may write it, or by any number, which may read it; or by nobody: then it
// is in memory. What a processor holds it uses at once. For the rest it asks; a line answers one request after the other,
// in the order of the requests, so a line that many want is a queue. Nothing is ever evicted.
#pragma once

#include "model/driver.hpp"

#include <weft/model/detail/simulated.hpp>
#include <weft/model/machine.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <source_location>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft::model::detail {

/// Marks the simulation's own code on a simulated thread: what it touches and allocates is not the
/// program's.
class in_simulator {
public:
    in_simulator() noexcept : was_(std::exchange(simulated_here, {})) {}
    ~in_simulator() { simulated_here = was_; }
    in_simulator(const in_simulator&) = delete;
    in_simulator& operator=(const in_simulator&) = delete;

private:
    in_driver outer_;
    simulated_place was_;
};

/// Virtual time in picoseconds: whole numbers, so that sums do not depend on their order.
using picoseconds = std::int64_t;
inline constexpr picoseconds never = std::numeric_limits<picoseconds>::max() / 4;

[[nodiscard]] inline picoseconds in_picoseconds(nanoseconds t) noexcept
{
    return static_cast<picoseconds>(t.count() * 1000 + 0.5);
}
[[nodiscard]] inline nanoseconds in_nanoseconds(picoseconds t) noexcept
{
    return nanoseconds(static_cast<double>(t) / 1000);
}

struct cache_line {
    static constexpr std::int16_t nobody = -1;
    static constexpr std::int16_t shared = -2;

    std::uintptr_t number = 0;  ///< its address, divided
    std::int16_t owner = nobody;
    picoseconds free_at = 0;  ///< when it can answer the next request

    // What the result says.
    const char* name = nullptr;
    std::source_location place;  ///< the one that has waited most, roughly: the majority vote of Boyer and Moore
    picoseconds lead = 0;        ///< of that place
    picoseconds cost = 0;
    std::uint64_t transfers = 0;
    std::uint64_t operations = 0;
};

class line_table {
public:
    explicit line_table(const machine& m);

    static constexpr std::size_t line_bytes = 64;

    [[nodiscard]] std::uint32_t find(std::uintptr_t number)
    {
        hint& near = hints_[number % hints_.size()];
        if (near.number != number) near = {number, look_up(number)};
        return near.index;
    }
    [[nodiscard]] cache_line& operator[](std::uint32_t i) noexcept { return lines_[i]; }
    [[nodiscard]] std::vector<cache_line>& all() noexcept { return lines_; }

    [[nodiscard]] bool is_held(std::uint32_t i, std::size_t processor, access how) const noexcept
    {
        const std::int16_t owner = lines_[i].owner;
        if (owner == static_cast<std::int16_t>(processor)) return true;
        return how == access::load && owner == cache_line::shared && is_sharer(i, processor);
    }

    /// When the line is there, for a request at time `now`. Counts the cost.
    picoseconds request(std::uint32_t i, std::size_t processor, access how, picoseconds now,
                        const std::source_location& where);

    [[nodiscard]] picoseconds between(std::size_t a, std::size_t b) const noexcept;
    void forget_costs() noexcept;

    struct place_cost {
        std::source_location place;
        picoseconds cost = 0;
        std::uint64_t transfers = 0;
    };
    /// In no particular order; one that is compiled several times may be in it several times.
    [[nodiscard]] std::vector<place_cost> places() const;

private:
    struct hint {
        std::uintptr_t number = 0;
        std::uint32_t index = 0;
    };

    [[nodiscard]] std::uint32_t look_up(std::uintptr_t number);
    [[nodiscard]] place_cost& place_of(std::uint64_t key);
    void grow();
    [[nodiscard]] bool is_sharer(std::uint32_t i, std::size_t p) const noexcept
    {
        return (sharers_[i * words_ + p / 64] >> (p % 64) & 1) != 0;
    }
    void share(std::uint32_t i, std::size_t p) noexcept
    {
        sharers_[i * words_ + p / 64] |= std::uint64_t{1} << (p % 64);
    }
    [[nodiscard]] picoseconds from_nearest(std::uint32_t i, std::size_t p) const noexcept;
    [[nodiscard]] picoseconds to_farthest(std::uint32_t i, std::size_t p) const noexcept;
    struct range {
        std::size_t first;
        std::size_t last;  ///< and not this one
    };
    /// The processors behind the cache of `p`, and in its socket.
    [[nodiscard]] std::pair<range, range> groups_of(std::size_t p) const noexcept;
    [[nodiscard]] bool any_shares(std::uint32_t i, std::size_t from, std::size_t to) const noexcept;

    const machine& on_;
    std::size_t words_;
    picoseconds same_cache_, same_socket_, other_socket_, memory_, answer_, locked_;
    std::array<hint, 8192> hints_{};
    std::vector<std::uint32_t> slots_;  ///< open addressing; an index plus one, 0: empty
    std::unordered_map<std::uint64_t, place_cost> places_;
    std::vector<cache_line> lines_;       ///< in the order of their first use
    std::vector<std::uint64_t> sharers_;  ///< words_ for each line
};

}  // namespace weft::model::detail
