// tests/model/atomic_test.cpp - modelled atomics count as the real ones do, inside an execution and outside.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/cell.hpp>
#include <weft/model/check.hpp>
#include <weft/model/memory.hpp>
#include <weft/model/thread.hpp>

#include <stdexcept>
#include <string>

#include "test.hpp"

namespace {

namespace model = weft::model;
using enum std::memory_order;

}  // namespace

TEST_CASE("checker: atomics of every small type keep their values, and wrap as they must")
{
    enum class colour : std::uint8_t { red, green };
    const auto found = model::check([] {
        model::atomic<std::uint8_t> small{255};
        model::require(small.fetch_add(1, relaxed) == 255 && small.load(relaxed) == 0);
        model::require(small.fetch_sub(1, relaxed) == 0 && small.load(relaxed) == 255);
        model::require(small.fetch_and(0x0f, relaxed) == 255 && small.fetch_or(0xf0, relaxed) == 0x0f);
        model::require(small.fetch_xor(0xff, relaxed) == 0xff && small.load(relaxed) == 0);
        model::atomic<colour> c{colour::red};
        c.store(colour::green, relaxed);
        model::require(c.exchange(colour::red, relaxed) == colour::green);
        int array[4] = {};
        model::atomic<int*> p{array};
        model::require(p.fetch_add(2, relaxed) == array && p.load(relaxed) == array + 2);
    });
    INFO(found.summary());
    CHECK(found.passed);
}

TEST_CASE("checker: outside an execution the objects are plain ones")
{
    model::atomic<int> x{1};
    CHECK(x.fetch_add(2, relaxed) == 1);
    int expected = 0;
    CHECK_FALSE(x.compare_exchange_strong(expected, 5, relaxed, relaxed));
    CHECK(expected == 3);
    model::cell<int> c{4};
    CHECK(++c.write() == 5);
}
