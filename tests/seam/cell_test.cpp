// tests/seam/cell_test.cpp - cells hold a value; storage cells hold one for as long as they are told.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/cell.hpp>

#include "test.hpp"

#include <memory>
#include <stdexcept>

TEST_CASE("cell: reads what was written, and begins with the value's default")
{
    weft::detail::cell<int> number;
    CHECK(number.read() == 0);
    number.write() = 4;
    CHECK(number.read() == 4);

    weft::detail::cell<std::unique_ptr<int>> owner(std::make_unique<int>(6));
    CHECK(*owner.read() == 6);
}

TEST_CASE("storage_cell: the value lives from construct to destroy")
{
    const long before = test::counted::alive();
    {
        weft::detail::storage_cell<test::counted> room;
        CHECK(test::counted::alive() == before);
        CHECK(room.construct(3).value == 3);
        CHECK(test::counted::alive() == before + 1);
        room.write().value = 8;
        CHECK(room.read().value == 8);
        room.destroy();
        CHECK(test::counted::alive() == before);

        room.construct(5);
        const test::counted out = room.take();
        CHECK(out.value == 5);
        CHECK(test::counted::alive() == before + 1);  // `out` alone
    }
    CHECK(test::counted::alive() == before);
}

namespace {

struct stubborn {
    stubborn() { ++alive; }
    stubborn(stubborn&&) { throw std::runtime_error("does not move"); }
    ~stubborn() { --alive; }
    inline static int alive = 0;
};

}  // namespace

TEST_CASE("storage_cell: a move that throws ends the value's life, too")
{
    weft::detail::storage_cell<stubborn> room;
    room.construct();
    CHECK(stubborn::alive == 1);
    CHECK_THROWS_AS((void)room.take(), std::runtime_error);
    CHECK(stubborn::alive == 0);
}
