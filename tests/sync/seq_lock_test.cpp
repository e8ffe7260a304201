// tests/sync/seq_lock_test.cpp - seq_lock and atomic_cell: values come out whole.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/atomic_cell.hpp>
#include <weft/sync/seq_lock.hpp>

#include "test.hpp"

#include <array>
#include <cmath>

namespace {

struct odd_size {
    char c[13];
    bool operator==(const odd_size&) const = default;
};
struct padded {
    char c;
    int i;
    bool operator==(const padded&) const = default;
};
struct plain_bytes {  // no ==
    short s[3];
};
using wide = std::array<long, 9>;

}  // namespace

TEMPLATE_TEST_CASE("atomic value: load, store, exchange, compare_exchange", "", (weft::seq_lock<int>),
                   (weft::atomic_cell<int>), (weft::seq_lock<unsigned char>), (weft::atomic_cell<unsigned char>),
                   (weft::atomic_cell<long>))
{
    TestType cell(1);
    CHECK(cell.load() == 1);
    cell.store(2);
    CHECK(cell.exchange(3) == 2);
    auto expected = cell.load();
    CHECK(cell.compare_exchange(expected, 4));
    expected = 9;
    CHECK_FALSE(cell.compare_exchange(expected, 5));
    CHECK(expected == 4);
    CHECK(cell.load() == 4);
}

TEST_CASE("atomic value: types of every shape")
{
    weft::atomic_cell<odd_size> odd(odd_size{"hello"});
    odd_size expected{"hello"};
    CHECK(odd.compare_exchange(expected, odd_size{"world"}));
    CHECK(odd.load() == odd_size{"world"});
    CHECK_FALSE(weft::atomic_cell<odd_size>::is_lock_free);

    weft::atomic_cell<padded> p(padded{'a', 1});
    padded same{'a', 1};
    CHECK(p.compare_exchange(same, padded{'b', 2}));
    CHECK(p.load().i == 2);
    CHECK(weft::atomic_cell<padded>::is_lock_free);

    weft::atomic_cell<plain_bytes> bytes(plain_bytes{{1, 2, 3}});
    plain_bytes before{{1, 2, 3}};
    CHECK(bytes.compare_exchange(before, plain_bytes{{4, 5, 6}}));
    CHECK(bytes.load().s[2] == 6);

    weft::atomic_cell<double> zero(-0.0);
    double plus = 0.0;  // equal, but not the same: as for std::atomic
    CHECK_FALSE(zero.compare_exchange(plus, 1.5));
    CHECK(std::signbit(plus));
    CHECK(zero.compare_exchange(plus, 1.5));
    CHECK(zero.load() == 1.5);

    CHECK(weft::seq_lock<wide>().load() == wide{});
    CHECK(weft::atomic_cell<int*>().load() == nullptr);
}

TEMPLATE_TEST_CASE("atomic value: readers never see half of a store", "", weft::seq_lock<wide>, weft::atomic_cell<wide>)
{
    TestType cell(wide{});
    std::atomic<int> torn{0};
    std::atomic<int> writers{2};
    test::run_threads(4, [&](std::size_t id) {
        if (id < 2) {
            for (std::size_t i = 0; i < test::scaled(20'000); ++i) {
                wide w;
                w.fill(static_cast<long>(i * 2 + id));
                cell.store(w);
            }
            writers.fetch_sub(1);
        } else {
            while (writers.load() > 0) {
                const wide w = cell.load();
                for (const long x : w) torn.fetch_add(x != w[0]);
            }
        }
    });
    CHECK(torn.load() == 0);
}

TEMPLATE_TEST_CASE("atomic value: compare_exchange counts exactly", "", weft::seq_lock<wide>, weft::atomic_cell<wide>)
{
    TestType cell(wide{});
    const long each = static_cast<long>(test::scaled(5'000));
    test::run_threads(3, [&](std::size_t) {
        for (long i = 0; i < each; ++i) {
            wide now = cell.load();
            wide next;
            do {
                next = now;
                for (long& x : next) ++x;
            } while (!cell.compare_exchange(now, next));
        }
    });
    CHECK(cell.load()[8] == 3 * each);
}

TEST_CASE("atomic value: a load sees what came before the store")
{
    for (std::size_t i = 0; i < test::scaled(200); ++i) {
        weft::atomic_cell<int> flag(0);
        int payload = 0;
        int seen = 0;
        test::run_threads(2, [&](std::size_t id) {
            if (id == 0) {
                payload = 5;
                flag.store(1);
            } else {
                while (flag.load() == 0) std::this_thread::yield();
                seen = payload;
            }
        });
        REQUIRE(seen == 5);
    }
}
