// examples/latency/btree.cpp - lookups in a B+-tree, one after the other and overlapped.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     example_latency_btree [MiB]
#include "btree.hpp"

int main(int argc, char** argv)
{
    const std::size_t megabytes = latency::megabytes(argc, argv, 32);
    const std::size_t lookups = latency::lookups_for(megabytes);
    const latency::btree structure(megabytes << 20, lookups);
    latency::table t("B+-tree of nodes of four lines, " + std::to_string(megabytes) + " MiB", lookups,
                     latency::is_large(megabytes));
    latency::add_rows(t, structure, lookups);
    t.run();
}
