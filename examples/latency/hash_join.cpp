// examples/latency/hash_join.cpp - joins two tables, row by row and with the rows overlapped.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     example_latency_hash_join [MILLIONS OF ROWS]
#include "hash_join.hpp"

int main(int argc, char** argv)
{
    const std::size_t rows = argc < 2 ? 200'000 : latency::megabytes(argc, argv, 1) * 1'000'000;
    latency::hash_join join(rows);
    latency::table t("join of two tables of " + std::to_string(rows) + " rows", rows, rows > 1'000'000,
                     rows > 1'000'000 ? 3 : 5);
    t.row("plain loop", [&] { join.plain(); }, join.out);
    t.row("dependent loop", [&] { join.dependent(); }, join.out);
    t.row("by hand, AMAC", [&] { join.by_amac(); }, join.out);
    t.row("by hand, groups", [&] { join.by_groups(); }, join.out);
    t.row("weft", [&] { join.by_weft(); }, join.out);
    t.row("plain, all threads", [&] { join.on_all_threads_plain(); }, join.out);
    t.row("weft, all threads", [&] { join.on_all_threads(); }, join.out);
    t.run();
}
