// examples/topology/machine.cpp - how is this machine built, and which processors are near each other?
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/topology.hpp>

#include <cstdio>
#include <string>

namespace {

std::string text(const weft::cpu_set& cpus)
{
    std::string out;
    for (const std::size_t cpu : cpus) out.append(out.empty() ? "" : ",").append(std::to_string(cpu));
    return out.empty() ? "none" : out;
}

const char* text(weft::core_kind kind)
{
    switch (kind) {
        case weft::core_kind::performance:
            return " (performance)";
        case weft::core_kind::efficiency:
            return " (efficiency)";
        case weft::core_kind::uniform:
            break;
    }
    return "";
}

}  // namespace

int main()
{
    const weft::topology& machine = weft::topology::system();
    std::printf("told by %s%s%s\n", std::string(machine.source()).c_str(),
                machine.degraded_reason().empty() ? "" : ": ", machine.degraded_reason().c_str());
    for (const auto& package : machine.packages()) std::printf("package: processors %s\n", text(package.cpus).c_str());
    for (const auto& node : machine.nodes())
        std::printf("node %zu: %.1f GiB, processors %s\n", node.number,
                    static_cast<double>(node.memory_bytes) / (1 << 30), text(node.cpus).c_str());
    for (const auto& core : machine.cores())
        std::printf("core%s: processors %s\n", text(core.kind), text(core.cpus).c_str());
    for (const auto& cache : machine.caches())
        std::printf("L%u%s: %.0f KiB, processors %s\n", cache.level,
                    cache.type == weft::cache_type::instruction ? " for instructions" : "",
                    static_cast<double>(cache.size_bytes) / 1024, text(cache.cpus).c_str());

    const std::size_t first = *machine.cpus().begin();
    std::printf("from processor %zu:", first);
    for (const std::size_t cpu : machine.nearest(first)) std::printf(" %zu (%u)", cpu, machine.distance(first, cpu));
    std::printf("\n");
    return machine.cpus().size() == machine.hardware_threads().size() ? 0 : 1;
}
