// examples/latency/list_walk.cpp - walks along a list, one after the other and overlapped.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     example_latency_list_walk [MiB]
#include "list_walk.hpp"

int main(int argc, char** argv)
{
    const std::size_t megabytes = latency::megabytes(argc, argv, 32);
    const std::size_t lookups = latency::lookups_for(megabytes);
    const latency::list_walk structure(megabytes << 20, lookups);
    latency::table t("list, ten steps, " + std::to_string(megabytes) + " MiB", lookups, latency::is_large(megabytes));
    latency::add_rows(t, structure, lookups);
    t.run();
}
