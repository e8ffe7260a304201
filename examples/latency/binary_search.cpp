// examples/latency/binary_search.cpp - binary searches, one after the other and overlapped; and as batch_lower_bound does them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     example_latency_binary_search [MiB]
#include "binary_search.hpp"

int main(int argc, char** argv)
{
    const std::size_t megabytes = latency::megabytes(argc, argv, 32);
    const std::size_t lookups = latency::lookups_for(megabytes);
    const latency::binary_search structure(megabytes << 20, lookups);
    latency::table t("sorted array, " + std::to_string(megabytes) + " MiB", lookups, latency::is_large(megabytes));
    latency::add_rows(t, structure, lookups);
    const auto batch = [&structure] {
        weft::batch_lower_bound(structure.sorted, structure.keys, structure.out.begin());
    };
    t.row("batch_lower_bound", batch, structure.out);
    t.run();
}
