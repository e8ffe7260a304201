// src/topology/topology_sysfs.cpp - the machine according to the files of Linux.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "topology/machine_facts.hpp"
#include "topology/system_files.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <utility>

namespace weft::detail {
namespace {

constexpr std::size_t max_caches = 16;   // of one processor
constexpr std::size_t max_nodes = 1024;  // of the largest kernels

/// The first number in `text`; `rest` receives what follows it.
std::optional<std::uint64_t> leading_number(std::string_view text, std::string_view* rest = nullptr)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc()) return std::nullopt;
    if (rest != nullptr) *rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return n;
}

/// "32K", "2M" or "512" as bytes; 0 if it is none of them.
std::uint64_t to_bytes(std::string_view text)
{
    std::string_view unit;
    const auto n = leading_number(text, &unit);
    if (!n || *n > std::uint64_t{1} << 40) return 0;
    if (unit.empty()) return *n;
    if (unit == "K") return *n << 10;
    if (unit == "M") return *n << 20;
    return 0;
}

std::vector<cpu_set> read_packages(const system_files& files, const cpu_set& online)
{
    std::map<long long, cpu_set> by_number;
    for (const std::size_t cpu : online) {
        const auto package = files.number(cpu_path(cpu, "topology/physical_package_id"));
        if (package && *package >= 0) by_number[*package].add(cpu);
    }
    std::vector<cpu_set> out;
    out.reserve(by_number.size() + 1);
    for (auto& [number, cpus] : by_number) out.push_back(std::move(cpus));
    if (out.empty()) out.push_back(online);  // as on many virtual or small machines, whose one package has no number
    return out;
}

/// The number after `key` in a file of lines like "Node 0 MemTotal:  1234 kB", in bytes; 0 if it is not there.
std::uint64_t memory_total(const system_files& files, const std::string& path)
{
    const auto text = files.text(path);
    constexpr std::string_view key = "MemTotal:";
    const std::size_t at = text ? text->find(key) : std::string::npos;
    if (at == std::string::npos) return 0;
    const auto kibibytes = leading_number(std::string_view(*text).substr(at + key.size()));
    return kibibytes && *kibibytes < std::uint64_t{1} << 50 ? *kibibytes << 10 : 0;
}

std::vector<topology::numa_node> read_nodes(const system_files& files, const cpu_set& online)
{
    const std::string folder = "/sys/devices/system/node/";
    const auto numbers = files.list(folder + "online");
    std::vector<topology::numa_node> nodes;
    if (!numbers || numbers->empty() || numbers->next(0) >= max_nodes) {  // a kernel without NUMA
        nodes.push_back(
            {.number = 0, .cpus = online, .memory_bytes = memory_total(files, "/proc/meminfo"), .distances = {}});
        return nodes;
    }
    for (const std::size_t number : *numbers) {
        if (number >= max_nodes) break;
        const std::string node = folder + "node" + std::to_string(number);
        topology::numa_node& out = nodes.emplace_back();
        out.number = number;
        out.cpus = files.list(node + "/cpulist").value_or(cpu_set());
        out.memory_bytes = memory_total(files, node + "/meminfo");
        const auto distances = files.text(node + "/distance");
        std::string_view rest = distances ? std::string_view(*distances) : std::string_view();
        while (const auto distance = leading_number(rest, &rest)) {
            constexpr std::uint64_t farthest = 255;  // the scale of the firmware's table
            if (out.distances.size() == max_nodes) break;
            out.distances.push_back(static_cast<unsigned>(std::min(*distance, farthest)));
        }
    }
    return nodes;
}

std::vector<topology::cache> read_caches(const system_files& files, const cpu_set& online)
{
    std::vector<topology::cache> out;
    std::vector<cpu_set> seen(max_caches);  // seen[i]: the processors whose i-th cache is in `out`
    for (const std::size_t cpu : online) {
        for (std::size_t i = 0; i < max_caches; ++i) {
            if (seen[i].contains(cpu)) continue;  // another processor has already listed it
            const std::string folder = cpu_path(cpu, "cache/index") + std::to_string(i);
            const auto level = files.number(folder + "/level");
            if (!level) break;
            const auto type = files.text(folder + "/type");
            const auto sharers = files.list(folder + "/shared_cpu_list");
            topology::cache c;
            c.level = *level > 0 && *level < 256 ? static_cast<unsigned>(*level) : 0;
            c.type = type == "Instruction" ? cache_type::instruction
                     : type == "Data"      ? cache_type::data
                                           : cache_type::unified;
            c.size_bytes = to_bytes(files.text(folder + "/size").value_or(""));
            const auto line = files.number(folder + "/coherency_line_size");
            c.line_bytes = line && *line > 0 && *line <= 65536 ? static_cast<unsigned>(*line) : 0;
            c.cpus = sharers && sharers->contains(cpu) ? *sharers & online : cpu_set{cpu};
            seen[i] = seen[i] | c.cpus;
            out.push_back(std::move(c));
        }
    }
    return out;
}

}  // namespace

void read_sysfs_kinds(const system_files& files, machine_facts& facts)
{
    // x86: one list for each kind of core.
    const auto list = [&](const char* kind) {
        return files.list(std::string("/sys/devices/") + kind + "/cpus").value_or(cpu_set()) & facts.online;
    };
    if (cpu_set efficiency = list("cpu_atom") | list("cpu_lowpower"); !efficiency.empty()) {
        facts.efficiency = std::move(efficiency);
        facts.performance = list("cpu_core");
        return;
    }

    // Elsewhere: the capacity of each, 1024 for the strongest. Cores of one kind may differ by some percent.
    std::vector<std::pair<std::size_t, long long>> capacities;
    long long lowest = std::numeric_limits<long long>::max();
    long long highest = 0;
    for (const std::size_t cpu : facts.online) {
        const auto capacity = files.number(cpu_path(cpu, "cpu_capacity"));
        if (!capacity || *capacity <= 0 || *capacity > 1 << 20) return;
        capacities.emplace_back(cpu, *capacity);
        lowest = std::min(lowest, *capacity);
        highest = std::max(highest, *capacity);
    }
    if (4 * highest <= 5 * lowest) return;
    facts.performance = {};
    facts.efficiency = {};
    for (const auto& [cpu, capacity] : capacities) {
        (2 * capacity > lowest + highest ? facts.performance : facts.efficiency).add(cpu);
    }
}

machine_facts read_sysfs(const system_files& files)
{
    machine_facts facts;
    facts.source = "sysfs";
    const auto online = files.online();
    if (!online) {
        facts.missing.emplace_back("no list of the processors that run");
        return facts;
    }
    facts.online = *online;
    facts.cores = files.cores(*online);
    facts.packages = read_packages(files, *online);
    facts.nodes = read_nodes(files, *online);
    facts.caches = read_caches(files, *online);
    read_sysfs_kinds(files, facts);
    return facts;
}

}  // namespace weft::detail
