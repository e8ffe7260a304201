// examples/latency/graph_walk.cpp - random walks over a graph, one after the other and overlapped.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     example_latency_graph_walk [MiB]
#include "graph_walk.hpp"

int main(int argc, char** argv)
{
    const std::size_t megabytes = latency::megabytes(argc, argv, 32);
    const std::size_t lookups = latency::lookups_for(megabytes);
    const latency::graph_walk structure(megabytes << 20, lookups);
    latency::table t("graph, walks of eight steps, " + std::to_string(megabytes) + " MiB", lookups,
                     latency::is_large(megabytes));
    latency::add_rows(t, structure, lookups);
    t.run();
}
