// examples/demos/sieve.hpp - the sieve of Eratosthenes, in independent segments that fit into the cache.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/iter/par_iter.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sieve {

constexpr std::uint64_t segment_size = 1 << 15;  // odd numbers in a segment, a byte each

/// The odd primes up to the square root of n: these, and no others, cross out numbers up to n.
inline std::vector<std::uint64_t> odd_primes_to_root(std::uint64_t n)
{
    std::vector<std::uint64_t> primes;
    for (std::uint64_t p = 3; p * p <= n; p += 2) {
        if (std::all_of(primes.begin(), primes.end(), [=](std::uint64_t q) { return p % q != 0; })) primes.push_back(p);
    }
    return primes;
}

/// How many primes there are among the odd numbers of one segment, up to n.
inline std::uint64_t count_in(std::uint64_t segment, std::uint64_t n, const std::vector<std::uint64_t>& primes)
{
    const std::uint64_t first = segment * segment_size;  // the index of an odd number: 1 has index 0, 3 has index 1
    const std::uint64_t size = std::min(segment_size, (n + 1) / 2 - first);
    std::array<std::uint8_t, segment_size> is_prime;
    std::fill_n(is_prime.begin(), size, std::uint8_t{1});
    if (first == 0) is_prime[0] = 0;
    for (const std::uint64_t p : primes) {
        // The first odd multiple of p, from p * p on, in this segment.
        const std::uint64_t begin = p * p / 2;
        for (std::uint64_t i = begin >= first ? begin - first : (p - (first - begin) % p) % p; i < size; i += p) {
            is_prime[i] = 0;
        }
    }
    return static_cast<std::uint64_t>(
        std::count(is_prime.begin(), is_prime.begin() + static_cast<std::ptrdiff_t>(size), 1));
}

/// How many segments hold the odd numbers up to n.
inline std::uint64_t segments(std::uint64_t n) { return ((n + 1) / 2 + segment_size - 1) / segment_size; }

inline std::uint64_t count_serial(std::uint64_t n)
{
    const std::vector<std::uint64_t> primes = odd_primes_to_root(n);
    std::uint64_t count = n >= 2 ? 1 : 0;
    for (std::uint64_t s = 0; s < segments(n); ++s) count += count_in(s, n, primes);
    return count;
}

inline std::uint64_t count_weft(std::uint64_t n)
{
    const std::vector<std::uint64_t> primes = odd_primes_to_root(n);
    const std::uint64_t odd = weft::par_range(std::uint64_t{0}, segments(n))
                                  .map([&](std::uint64_t s) { return count_in(s, n, primes); })
                                  .sum();
    return odd + (n >= 2 ? 1 : 0);
}

}  // namespace sieve
