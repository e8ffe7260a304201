// src/topology/system_files.cpp - reading /sys and /proc.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "topology/system_files.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

namespace weft::detail {
namespace {

constexpr std::size_t max_file = std::size_t{1} << 20;
constexpr std::size_t max_cpu_number = (std::size_t{1} << 20) - 1;

template <class Number>
std::optional<Number> to_number(std::string_view text)
{
    Number n{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return n;
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

bool contains(const std::vector<std::string_view>& parts, std::string_view what)
{
    return std::find(parts.begin(), parts.end(), what) != parts.end();
}

/// One mounted hierarchy of control groups, and the process's place in it.
struct hierarchy {
    std::string mount;  ///< where it is mounted
    std::string group;  ///< the process's group, below the mount
};

/// "/a/b" below "/a": "/b". What is not below is taken as it is, as in a container that does not see its own root.
std::string below(std::string_view path, std::string_view root)
{
    if (root == "/" || !path.starts_with(root)) return std::string(path == "/" ? "" : path);
    return std::string(path.substr(root.size()));
}

/// The hierarchy of version 2, or the one of version 1 that has the cpu controller.
std::optional<hierarchy> find_hierarchy(const system_files& files, bool v2)
{
    const auto groups = files.text("/proc/self/cgroup");
    const auto mounts = files.text("/proc/self/mountinfo");
    if (!groups || !mounts) return std::nullopt;

    std::optional<std::string_view> group;
    for (const std::string_view line : split(*groups, '\n')) {  // number:controllers:path
        const std::size_t first = line.find(':');
        if (first == std::string_view::npos) continue;
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        if (v2 ? controllers.empty() : contains(split(controllers, ','), "cpu")) group = line.substr(second + 1);
    }
    if (!group) return std::nullopt;

    for (const std::string_view line :
         split(*mounts, '\n')) {  // id parent dev root mount options ... - type source super
        const std::size_t dash = line.find(" - ");
        if (dash == std::string_view::npos) continue;
        const auto left = split(line.substr(0, dash), ' ');
        const auto right = split(line.substr(dash + 3), ' ');
        if (left.size() < 5 || right.size() < 3) continue;
        const bool match = v2 ? right[0] == "cgroup2" : right[0] == "cgroup" && contains(split(right[2], ','), "cpu");
        if (match) return hierarchy{std::string(left[4]), below(*group, left[3])};
    }
    return std::nullopt;
}

/// The smallest limit on the way from the process's group up to the mount.
template <class LimitOf>
std::optional<double> smallest_limit(const hierarchy& where, LimitOf limit_of)
{
    std::optional<double> smallest;
    for (std::string group = where.group;; group.resize(group.rfind('/'))) {
        if (const std::optional<double> limit = limit_of(where.mount + group);
            limit && (!smallest || *limit < *smallest)) {
            smallest = limit;
        }
        if (group.rfind('/') == std::string::npos) return smallest;
    }
}

std::optional<double> ratio(std::optional<long long> quota, std::optional<long long> period)
{
    if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
    return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace

std::optional<cpu_set> parse_cpu_list(std::string_view text)
{
    cpu_set out;
    if (text.empty()) return out;
    for (const std::string_view part : split(text, ',')) {
        const std::size_t dash = part.find('-');
        const auto first = to_number<std::size_t>(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : to_number<std::size_t>(part.substr(dash + 1));
        if (!first || !last || *first > *last || *last > max_cpu_number) return std::nullopt;
        for (std::size_t cpu = *first; cpu <= *last; ++cpu) out.add(cpu);
    }
    return out;
}

std::optional<std::string> system_files::text(const std::string& path) const
{
    std::FILE* const file = std::fopen((root_ + path).c_str(), "re");
    if (file == nullptr) return std::nullopt;
    std::string out;
    char buffer[4096];
    std::size_t got = 0;
    while (out.size() < max_file && (got = std::fread(buffer, 1, sizeof buffer, file)) > 0) out.append(buffer, got);
    const bool failed = std::ferror(file) != 0;
    std::fclose(file);
    if (failed) return std::nullopt;
    while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
    return out;
}

std::optional<long long> system_files::number(const std::string& path) const
{
    const auto t = text(path);
    return t ? to_number<long long>(*t) : std::nullopt;
}

std::optional<cpu_set> system_files::list(const std::string& path) const
{
    const auto t = text(path);
    return t ? parse_cpu_list(*t) : std::nullopt;
}

processor_counts system_files::counts() const
{
    const std::string cpus = "/sys/devices/system/cpu";
    processor_counts out;
    if (const auto possible = list(cpus + "/possible")) out.configured = possible->size();
    if (const auto online = list(cpus + "/online")) {
        out.online = online->size();
        std::set<std::pair<long long, long long>> cores;
        for (auto cpu = online->next(0); cpu; cpu = online->next(*cpu + 1)) {
            const std::string topology = cpus + "/cpu" + std::to_string(*cpu) + "/topology";
            const auto package = number(topology + "/physical_package_id");
            const auto core = number(topology + "/core_id");
            if (package && core) cores.emplace(*package, *core);
        }
        out.physical = cores.size();
    }
    out.quota = quota();
    return out;
}

std::optional<double> system_files::quota() const
{
    std::optional<double> v2;
    if (const auto where = find_hierarchy(*this, true)) {
        v2 = smallest_limit(*where, [&](const std::string& folder) -> std::optional<double> {
            const auto limit = text(folder + "/cpu.max");  // "max 100000" or "50000 100000"
            if (!limit) return std::nullopt;
            const auto parts = split(*limit, ' ');
            if (parts.size() != 2) return std::nullopt;
            return ratio(to_number<long long>(parts[0]), to_number<long long>(parts[1]));
        });
    }
    std::optional<double> v1;
    if (const auto where = find_hierarchy(*this, false)) {
        v1 = smallest_limit(*where, [&](const std::string& folder) {
            return ratio(number(folder + "/cpu.cfs_quota_us"), number(folder + "/cpu.cfs_period_us"));
        });
    }
    return v1 && v2 ? std::min(v1, v2) : v1 ? v1 : v2;
}

}  // namespace weft::detail
