// tests/explode.hpp - lets every callback and copy of a use case throw, and counts what goes wrong.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "test.hpp"
#include "test_bomb.hpp"

#include <cstdint>
#include <span>

namespace test {

/// What explode_everywhere has seen.
struct explosions {
    long runs = 0;
    long wrong = 0;      ///< returned a wrong result
    long swallowed = 0;  ///< the bomb went off, and the call returned as if nothing had happened
    long unbalanced = 0;
    long strange = 0;  ///< threw something else
    bool through = false;
};

/// Runs `use` in `pool` with the bomb at every call in turn, until it is not reached.
template <class Pool>
void explode_everywhere(const use_case& use, Pool& pool, explosions& v)
{
    v.through = false;
    for (long k = 0; k < 5000 && !v.through; ++k) {
        const long before = fragile::alive();
        const bomb b(k);
        fragile::arm(&b);
        bool right = true;
        bool threw = false;
        try {
            right = pool.install([&] { return use.run(b); });
        } catch (const boom&) {
            threw = true;
        } catch (...) {
            ++v.strange;
        }
        fragile::arm(nullptr);
        ++v.runs;
        v.wrong += right ? 0 : 1;
        v.swallowed += b.has_gone_off() && !threw ? 1 : 0;
        v.unbalanced += fragile::alive() != before ? 1 : 0;
        v.through = !b.has_gone_off();
    }
}

inline void check(const use_case& use, const explosions& v)
{
    INFO(use.name << ": " << v.runs << " runs");
    CHECK(v.wrong == 0);
    CHECK(v.swallowed == 0);
    CHECK(v.unbalanced == 0);
    CHECK(v.strange == 0);
    CHECK(v.through);
}

/// Every use in threads and in test pools: the exception leaves or the result is right, and all that was made is
/// destroyed once.
inline void explode_every(std::span<const use_case> uses)
{
    weft::thread_pool pool({.num_threads = 3});
    for (const use_case& use : uses) {
        {
            INFO(use.name);
            CHECK(use.run(bomb()));
        }
        explosions v;
        for (std::uint64_t seed = 0; seed < scaled(5); ++seed) {
            weft::test_pool in_test_pool(seed);
            explode_everywhere(use, in_test_pool, v);
        }
        for (std::size_t repeat = 0; repeat < scaled(8); ++repeat) explode_everywhere(use, pool, v);
        check(use, v);
    }
}

}  // namespace test
