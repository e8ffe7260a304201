// src/topology/system_files.hpp - what the files of Linux say about a machine, read below any root.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/topology/cpu_counts.hpp>
#include <weft/topology/cpu_set.hpp>

#include <cstddef>
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
    /// The lines of a file that may be long, as they are; of one above 16 MiB the first ones.
    [[nodiscard]] std::optional<std::string> lines(const std::string& path) const;
    [[nodiscard]] bool is_folder(const std::string& path) const;
    [[nodiscard]] std::optional<long long> number(const std::string& path) const;
    /// A list like "0-3,8".
    [[nodiscard]] std::optional<cpu_set> list(const std::string& path) const;

    /// The processors that run now; never an empty set.
    [[nodiscard]] std::optional<cpu_set> online() const;
    /// The cores that `running` belongs to, as sets of hardware threads; processors of unknown cores are in none.
    [[nodiscard]] std::vector<cpu_set> cores(const cpu_set& running) const;

    /// All counts except `allowed`, which no file holds.
    [[nodiscard]] processor_counts counts() const;

    /// Processors' worth of time that the control groups of this process grant: the smallest quota of its group and of
    /// those above it that can be seen, in version 1 and version 2. None where no mount shows its group.
    [[nodiscard]] std::optional<double> quota() const;

private:
    [[nodiscard]] std::optional<std::string> read(const std::string& path, std::size_t most) const;

    std::string root_;
};

/// The path of a file about all processors, and of one about processor `cpu`.
[[nodiscard]] std::string cpu_path(std::string_view file);
[[nodiscard]] std::string cpu_path(std::size_t cpu, std::string_view file);

/// A list like "0-3,8"; none if it is not a list, does not ascend, or names a processor beyond 65535.
[[nodiscard]] std::optional<cpu_set> parse_cpu_list(std::string_view text);

}  // namespace weft::detail
