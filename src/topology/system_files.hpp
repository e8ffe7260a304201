// src/topology/system_files.hpp - what Linux tells about a machine in files, read below a root of one's choice.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/topology/cpu_counts.hpp>
#include <weft/topology/cpu_set.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::detail {

/// The files below `root`: "" is this machine, a folder is a copy of another one's /sys and /proc. Every question has
/// an empty answer if its file is missing or makes no sense.
class system_files {
public:
    explicit system_files(std::string root = {}) : root_(std::move(root)) {}

    /// The text of a file, without white space at its end; at most 1 MiB.
    [[nodiscard]] std::optional<std::string> text(const std::string& path) const;
    [[nodiscard]] std::optional<long long> number(const std::string& path) const;
    /// A list like "0-3,8".
    [[nodiscard]] std::optional<cpu_set> list(const std::string& path) const;

    /// The processors that run now; never an empty set.
    [[nodiscard]] std::optional<cpu_set> online() const;
    /// The cores that `running` belongs to, as sets of hardware threads; processors of unknown cores are in none.
    [[nodiscard]] std::vector<cpu_set> cores(const cpu_set& running) const;

    /// All counts but `allowed`, which is no file's business.
    [[nodiscard]] processor_counts counts() const;

    /// Processors' worth of time that the control groups of this process grant.
    [[nodiscard]] std::optional<double> quota() const;

private:
    std::string root_;
};

/// The path of a file about all processors, and of one about processor `cpu`.
[[nodiscard]] std::string cpu_path(std::string_view file);
[[nodiscard]] std::string cpu_path(std::size_t cpu, std::string_view file);

/// A list like "0-3,8"; none if it is no list, does not ascend, or names a processor beyond 65535.
[[nodiscard]] std::optional<cpu_set> parse_cpu_list(std::string_view text);

}  // namespace weft::detail
