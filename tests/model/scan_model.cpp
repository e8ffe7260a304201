// tests/model/scan_model.cpp - the turns of a scan under the checker.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/detail/scan_turns.hpp>
#include <weft/model/thread.hpp>

#include <cstddef>

#include "scenarios.hpp"

namespace {

using scenarios::bounded;
using scenarios::enter;
using turns = weft::detail::algorithm::scan_turns<int>;
using weft::model::require;
using weft::model::thread;

/// Blocks 1, 2, 4: what lies before a block is the sum of the others in order, whoever takes them.
void take_all(turns& all, int (&before)[3])
{
    for (;;) {
        const std::size_t mine = all.take();
        if (mine >= 3) return;
        const int total = 1 << mine;
        const int start = all.await(mine);
        all.hand_on(mine, start * 10 + total);
        before[mine] = start;
    }
}

const enter scan_turns_in_order(
    "scan", "scan_turns_in_order",
    [] {
        turns all(0);
        int before[3] = {-1, -1, -1};
        {
            thread other([&] { take_all(all, before); });
            take_all(all, before);
        }
        require(before[0] == 0 && before[1] == 1 && before[2] == 12);
    },
    bounded(3));

}  // namespace
