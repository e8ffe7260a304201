// src/topology/system_files.cpp - reading /sys and /proc.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "topology/system_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace weft::detail {
namespace {

constexpr std::size_t max_file = std::size_t{1} << 20;
constexpr std::size_t max_lines = std::size_t{16} << 20;  // a machine may have some 10,000 mounts
constexpr std::size_t max_cpu_number = 65535;             // the largest kernels support 8192

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

/// What the kernel writes in /proc/self/mountinfo for a text: blanks, tabs, newlines and backslashes stand there as octal
/// numbers, "\040".
std::string unescaped(std::string_view text)
{
    const auto octal = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '7'; };
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && octal(i + 1) && octal(i + 2) && octal(i + 3)) {
            out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
            i += 3;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// The path of a control group as a process sees it: relative to the root of its namespace, which may lie below.
struct group_path {
    std::size_t up = 0;     ///< how many steps above the root of the namespace it begins: "/../.." has 2
    std::string_view down;  ///< and from there on: "" or "/a/b"

    explicit group_path(std::string_view path)
    {
        for (; path == "/.." || path.starts_with("/../"); ++up) path.remove_prefix(3);
        down = path == "/" ? "" : path;
    }
};

/// The way from the group `root` down to the group `to`, "" or "/a/b"; none if `to` is not below it. From a group
/// above the namespace the names on the way are not known: then "", which is an ancestor all the same.
std::optional<std::string> way_down(std::string_view root, std::string_view to)
{
    const group_path above(root);
    const group_path below(to);
    if (above.up > below.up && above.down.empty()) return std::string();
    if (above.up != below.up || !below.down.starts_with(above.down)) return std::nullopt;
    const std::string_view rest = below.down.substr(above.down.size());
    if (!rest.empty() && rest.front() != '/') return std::nullopt;
    return std::string(rest);
}

/// One mounted hierarchy of control groups, and the process's place in it.
struct hierarchy {
    std::string mount;      ///< where it is mounted
    std::string group;      ///< the process's group, below the mount
    std::size_t root_size;  ///< how long the path of the group is that is mounted there
};

/// The process's group in the hierarchy of version 2, or in the one of version 1 that has the cpu controller.
std::optional<std::string> find_group(const system_files& files, bool v2)
{
    const auto groups = files.lines("/proc/self/cgroup");
    if (!groups) return std::nullopt;
    for (const std::string_view line : split(*groups, '\n')) {  // number:controllers:path, and the path may have colons
        const std::size_t first = line.find(':');
        if (first == std::string_view::npos) continue;
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        if (v2 ? !controllers.empty() : !contains(split(controllers, ','), "cpu")) continue;
        return std::string(line.substr(second + 1));
    }
    return std::nullopt;
}

/// Where that hierarchy is mounted. A mount may show a part of it that the process is not in (a container's), and there
/// may be several that do show it.
std::optional<hierarchy> find_hierarchy(const system_files& files, bool v2)
{
    const auto group = find_group(files, v2);
    const auto mounts = files.lines("/proc/self/mountinfo");
    if (!group || !mounts) return std::nullopt;

    std::vector<hierarchy> found;
    for (const std::string_view line :
         split(*mounts, '\n')) {  // id parent dev root mount options ... - type source super
        const std::size_t dash = line.find(" - ");
        if (dash == std::string_view::npos) continue;
        const auto right = split(line.substr(dash + 3), ' ');
        if (right.size() < 3) continue;
        const bool match = v2 ? right[0] == "cgroup2" : right[0] == "cgroup" && contains(split(right[2], ','), "cpu");
        if (!match) continue;
        const auto left = split(line.substr(0, dash), ' ');
        if (left.size() < 5) continue;
        const std::string root = unescaped(left[3]);
        const std::string mount = unescaped(left[4]);
        // One that is mounted upon another hides it.
        std::erase_if(found, [&](const hierarchy& h) { return h.mount == mount; });
        if (auto way = way_down(root, *group)) found.push_back({mount, std::move(*way), root.size()});
    }
    // The one that shows most ancestors, if the group is to be seen there indeed: others may be mounted over it.
    std::stable_sort(found.begin(), found.end(),
                     [](const hierarchy& a, const hierarchy& b) { return a.root_size < b.root_size; });
    constexpr std::size_t most_looks = 64;
    for (std::size_t i = 0; i < found.size() && i < most_looks; ++i) {
        if (files.is_folder(found[i].mount + found[i].group)) return std::move(found[i]);
    }
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

/// The smallest limit on the way from the process's group up to the mount.
template <class LimitOf>
std::optional<double> smallest_limit(const hierarchy& where, LimitOf limit_of)
{
    constexpr std::size_t longest_path = 4096;  // the system opens no longer one
    std::optional<double> smallest;
    std::string group = where.group;
    if (group.size() > longest_path) {
        const std::size_t end = group.rfind('/', longest_path);
        group.resize(end != std::string::npos ? end : 0);
    }
    for (;; group.resize(group.rfind('/'))) {
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

std::string cpu_path(std::string_view file) { return std::string("/sys/devices/system/cpu/").append(file); }

std::string cpu_path(std::size_t cpu, std::string_view file)
{
    return cpu_path("cpu") + std::to_string(cpu).append("/").append(file);
}

std::optional<cpu_set> parse_cpu_list(std::string_view text)
{
    cpu_set out;
    if (text.empty()) return out;
    std::size_t least = 0;  // the kernel's lists ascend, and one that does not could take for ever
    for (const std::string_view part : split(text, ',')) {
        const std::size_t dash = part.find('-');
        const auto first = to_number<std::size_t>(part.substr(0, dash));
        const auto last = dash == std::string_view::npos ? first : to_number<std::size_t>(part.substr(dash + 1));
        if (!first || !last || *first < least || *first > *last || *last > max_cpu_number) return std::nullopt;
        for (std::size_t cpu = *first; cpu <= *last; ++cpu) out.add(cpu);
        least = *last + 1;
    }
    return out;
}

std::optional<std::string> system_files::read(const std::string& path, std::size_t most) const
{
#if defined(_WIN32)
    constexpr const char* mode = "r";  // an unknown letter may end the program
#else
    constexpr const char* mode = "re";
#endif
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen((root_ + path).c_str(), mode), &std::fclose);
    if (!file) return std::nullopt;
    std::string out;
    char buffer[4096];
    std::size_t got = 0;
    while (out.size() < most && (got = std::fread(buffer, 1, sizeof buffer, file.get())) > 0) out.append(buffer, got);
    if (std::ferror(file.get()) != 0) return std::nullopt;
    return out;
}

std::optional<std::string> system_files::text(const std::string& path) const
{
    auto out = read(path, max_file);
    while (out && !out->empty() && (out->back() == '\n' || out->back() == ' ')) out->pop_back();
    return out;
}

std::optional<std::string> system_files::lines(const std::string& path) const
{
    auto out = read(path, max_lines);
    // What has been cut could be read as something else.
    if (out && out->size() >= max_lines) out->resize(out->rfind('\n') + 1);
    return out;
}

bool system_files::is_folder(const std::string& path) const
{
    std::error_code ignored;
    return std::filesystem::is_directory(root_ + path, ignored);
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
    processor_counts out;
    if (const auto possible = list(cpu_path("possible"))) out.configured = possible->size();
    if (const auto running = online()) {
        out.online = running->size();
        out.physical = cores(*running).size();
    }
    out.quota = quota();
    return out;
}

std::optional<cpu_set> system_files::online() const
{
    auto running = list(cpu_path("online"));
    return running && !running->empty() ? running : std::nullopt;
}

std::vector<cpu_set> system_files::cores(const cpu_set& running) const
{
    std::vector<cpu_set> out;
    cpu_set seen;
    std::map<std::array<long long, 3>, cpu_set> by_number;
    for (const std::size_t cpu : running) {
        if (seen.contains(cpu)) continue;
        const std::string folder = cpu_path(cpu, "topology/");
        auto siblings = list(folder + "core_cpus_list");
        if (!siblings) siblings = list(folder + "thread_siblings_list");  // its name before Linux 5.3
        if (siblings && siblings->contains(cpu)) {
            cpu_set core;  // a processor that another core has named is not named again
            for (const std::size_t sibling : *siblings& running) {
                if (!seen.contains(sibling)) core.add(sibling);
            }
            seen = seen | core;
            out.push_back(std::move(core));
            continue;
        }
        const auto core = number(folder + "core_id");
        if (!core || *core < 0) continue;
        by_number[{number(folder + "physical_package_id").value_or(0), number(folder + "die_id").value_or(0), *core}]
            .add(cpu);
    }
    for (auto& [id, core] : by_number) {
        for (const std::size_t cpu : seen) core.remove(cpu);
        if (!core.empty()) out.push_back(std::move(core));
    }
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
