// weft/base/rng.hpp - small, fast, seedable random numbers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstdint>
#include <limits>

namespace weft {

/// The splitmix64 generator (Steele, Lea, Flood, OOPSLA 2014): 64 bits of state, any seed, period 2^64. For choosing
/// victims, shuffling and tests; not for secrets. Meets std::uniform_random_bit_generator.
///
/// Thread safety: one object per thread.
/// Cost: about 1 ns a number.
class rng {
public:
    using result_type = std::uint64_t;

    explicit constexpr rng(std::uint64_t seed = 0) noexcept : state_(seed) {}

    static constexpr result_type min() noexcept { return 0; }
    static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }

    /// The next number, uniform over all 64-bit values.
    constexpr result_type operator()() noexcept
    {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

    /// A number below `bound`, which must not be 0. Bias is below bound / 2^32: no rejection, no division.
    constexpr std::uint32_t below(std::uint32_t bound) noexcept
    {
        return static_cast<std::uint32_t>(((*this)() >> 32) * bound >> 32);
    }

private:
    std::uint64_t state_;
};

}  // namespace weft
