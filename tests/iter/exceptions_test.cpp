// tests/iter/exceptions_test.cpp - what a callback throws leaves the loop, soon, and nothing is lost.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_chunks.hpp>
#include <weft/iter/par_iter.hpp>

#include "test.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <vector>

namespace {

struct boom {
    int at;
};

/// Throws at the k-th call.
class bomb {
public:
    explicit bomb(int k) : left_(k) {}
    void tick() const
    {
        if (left_.fetch_sub(1) == 0) throw boom{0};
    }

private:
    mutable std::atomic<int> left_;
};

std::vector<test::counted> counted_items(int n)
{
    std::vector<test::counted> v;
    v.reserve(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) v.emplace_back(i);
    return v;
}

/// Runs `loop(bomb)` with a bomb at every callback, until it goes through; nothing may be left over.
template <class Loop>
void explode_everywhere(Loop loop)
{
    const long before = test::counted::alive();
    bool balanced = true;
    bool through = false;
    int k = 0;
    for (; !through && k < 3000; ++k) {
        bomb b(k);
        try {
            loop(b);
            through = true;
        } catch (const boom&) {
        }
        balanced = balanced && test::counted::alive() == before;
    }
    CHECK(balanced);
    CHECK(through);
    CHECK(k > 1);
}

constexpr int n = 60;

TEST_CASE("exceptions: from every callback, and nothing is lost or destroyed twice")
{
    const auto items = counted_items(n);
    explode_everywhere([&](const bomb& b) { weft::par_iter(items).for_each([&](const test::counted&) { b.tick(); }); });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items)
            .map([&](const test::counted& x) {
                b.tick();
                return test::counted(x.value + 1);
            })
            .to_vector();
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items)
            .filter([&](const test::counted& x) {
                b.tick();
                return x.value % 3 != 0;
            })
            .to_vector();
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(counted_items(n))
            .filter_map([&](test::counted x) -> std::optional<test::counted> {
                b.tick();
                return x;
            })
            .partition([&](const test::counted& x) {
                b.tick();
                return x.value % 2 == 0;
            });
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items)
            .flat_map_iter([&](const test::counted& x) {
                b.tick();
                return std::vector<test::counted>(2, x);
            })
            .collect<std::multiset<test::counted>>();
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items)
            .map([](const test::counted& x) { return x; })
            .reduce([&](test::counted a, const test::counted& x) {
                b.tick();
                return test::counted(a.value + x.value);
            });
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items).reduce(
            [&] {
                b.tick();
                return test::counted(0);
            },
            [&](test::counted a, const test::counted& x) {
                b.tick();
                return test::counted(a.value + x.value);
            });
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items)
            .fold(
                [&] {
                    b.tick();
                    return test::counted(0);
                },
                [&](test::counted& a, const test::counted& x) {
                    b.tick();
                    a.value += x.value;
                })
            .to_vector();
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items).max([&](const test::counted& x, const test::counted& y) {
            b.tick();
            return x < y;
        });
    });
    explode_everywhere([&](const bomb& b) {
        weft::par_iter(items)
            .zip(items)
            .inspect([&](const auto&) { b.tick(); })
            .rev()
            .find_first([&](const test::counted& x, const test::counted&) {
                b.tick();
                return x.value == 0;
            });
    });
    explode_everywhere([&](const bomb& b) {
        std::vector<test::counted> out(3);
        weft::par_iter(items)
            .map([&](const test::counted& x) {
                b.tick();
                return x;
            })
            .collect_into(out);
    });
}

TEST_CASE("exceptions: the rest of the loop stops soon")
{
    std::atomic<std::size_t> visited{0};
    CHECK_THROWS_AS(weft::par_range(0, 100'000'000).for_each([&](int x) {
        visited.fetch_add(1, std::memory_order_relaxed);
        if (x == 1000) throw boom{x};
    }),
                    boom);
    CHECK(visited.load() < 10'000'000);
}

TEST_CASE("exceptions: one of those thrown leaves the loop")
{
    for (int repeat = 0; repeat < 20; ++repeat) {
        int caught = -1;
        try {
            weft::par_range(0, 10000).with_max_len(10).for_each([](int x) {
                if (x % 1000 == 0) throw boom{x};
            });
        } catch (const boom& b) {
            caught = b.at;
        }
        CHECK((caught >= 0 && caught % 1000 == 0));
    }
}

}  // namespace
