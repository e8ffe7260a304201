// tests/iter/every_callback_test.cpp - an exception from every callback and every copy of every chain.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "iter/every_chain.hpp"
#include "test.hpp"

#include <string>

namespace {

struct verdict {
    long runs = 0;
    long wrong = 0;      ///< returned a wrong result
    long swallowed = 0;  ///< the bomb went off, and the call returned as if nothing had happened
    long unbalanced = 0;
    long strange = 0;  ///< threw something else
    bool through = false;
};

/// Runs `use` in `pool` with the bomb at every call in turn, until it is not reached.
template <class Pool>
void explode_everywhere(const test::use_case& use, Pool& pool, verdict& v)
{
    v.through = false;
    for (long k = 0; k < 5000 && !v.through; ++k) {
        const long before = test::fragile::alive();
        const test::bomb b(k);
        test::fragile::arm(&b);
        bool right = true;
        bool threw = false;
        try {
            right = pool.install([&] { return use.run(b); });
        } catch (const test::boom&) {
            threw = true;
        } catch (...) {
            ++v.strange;
        }
        test::fragile::arm(nullptr);
        ++v.runs;
        v.wrong += right ? 0 : 1;
        v.swallowed += b.has_gone_off() && !threw ? 1 : 0;
        v.unbalanced += test::fragile::alive() != before ? 1 : 0;
        v.through = !b.has_gone_off();
    }
}

void check(const test::use_case& use, const verdict& v)
{
    INFO(use.name << ": " << v.runs << " runs");
    CHECK(v.wrong == 0);
    CHECK(v.swallowed == 0);
    CHECK(v.unbalanced == 0);
    CHECK(v.strange == 0);
    CHECK(v.through);
}

}  // namespace

TEST_CASE("every chain gives the right result without exceptions")
{
    for (const test::use_case& use : test::every_chain()) {
        INFO(use.name);
        CHECK(use.run(test::bomb()));
    }
}

TEST_CASE(
    "every chain, from every callback and copy: what it made is destroyed once, the exception leaves; in a test_pool")
{
    for (const test::use_case& use : test::every_chain()) {
        verdict v;
        for (std::uint64_t seed = 0; seed < test::scaled(5); ++seed) {
            weft::test_pool pool(seed);
            explode_everywhere(use, pool, v);
        }
        check(use, v);
    }
}

TEST_CASE("every chain, from every callback and copy: what it made is destroyed once, the exception leaves; in threads")
{
    weft::thread_pool pool({.num_threads = 3});
    for (const test::use_case& use : test::every_chain()) {
        verdict v;
        for (std::size_t repeat = 0; repeat < test::scaled(8); ++repeat) explode_everywhere(use, pool, v);
        check(use, v);
    }
}
