// examples/latency/hash_probe.cpp - lookups in a hash table with chains, one after the other and overlapped.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     example_latency_hash_probe [MiB]
#include "hash_probe.hpp"

int main(int argc, char** argv)
{
    const std::size_t megabytes = latency::megabytes(argc, argv, 32);
    const std::size_t lookups = latency::lookups_for(megabytes);
    const latency::hash_probe structure(megabytes << 20, lookups);
    latency::table t("hash table with chains, " + std::to_string(megabytes) + " MiB", lookups,
                     latency::is_large(megabytes));
    latency::add_rows(t, structure, lookups);
    t.run();
}
