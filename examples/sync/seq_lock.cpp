// examples/sync/seq_lock.cpp - a position that one thread updates and others read, always whole.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/sync/atomic_cell.hpp>
#include <weft/sync/seq_lock.hpp>

#include <cstdio>
#include <thread>

struct position {
    double x;
    double y;
    double z;
};

int main()
{
    weft::seq_lock<position> where(position{0, 0, 0});
    weft::atomic_cell<int> state(0);  // fits a word: plain loads and stores
    std::jthread mover([&] {
        for (int i = 1; i <= 50'000; ++i) where.store({1.0 * i, 2.0 * i, 3.0 * i});
        state.store(1);
    });
    long looks = 0;
    long torn = 0;
    do {
        const position p = where.load();
        ++looks;
        torn += p.y != 2 * p.x || p.z != 3 * p.x;
    } while (state.load() == 0);
    std::printf("looked %ld times, the end is at %.0f; torn: %ld\n", looks, where.load().x, torn);
    return torn == 0 && where.load().x == 50'000 ? 0 : 1;
}
