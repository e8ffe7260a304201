// tests/topology/fake_machine.hpp - the files of machines that are not here.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace test {

/// A folder of its own with a /sys and a /proc below it; removed at the end.
class fake_machine {
public:
    fake_machine()
    {
        std::random_device random;
        do {
            root_ = std::filesystem::temp_directory_path() / ("weft_machine_" + std::to_string(random()));
        } while (!std::filesystem::create_directory(root_));
    }
    fake_machine(const fake_machine&) = delete;
    fake_machine& operator=(const fake_machine&) = delete;
    ~fake_machine()
    {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    [[nodiscard]] std::string root() const { return root_.string(); }

    void write(const std::string& path, const std::string& text) { write_bare(path, text + '\n'); }
    /// Without a newline at the end.
    void write_bare(const std::string& path, const std::string& text)
    {
        const std::filesystem::path file = root_ / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
    }
    void remove(const std::string& path) { std::filesystem::remove_all(root_ / path); }

    void cpus(const std::string& possible, const std::string& online)
    {
        write("sys/devices/system/cpu/possible", possible);
        write("sys/devices/system/cpu/present", possible);
        write("sys/devices/system/cpu/online", online);
    }
    void cpu(int number, int package, int core, const std::string& core_cpus, const std::string& package_cpus)
    {
        const std::string folder = cpu_folder(number) + "topology/";
        write(folder + "physical_package_id", std::to_string(package));
        write(folder + "core_id", std::to_string(core));
        for (const char* name : {"core_cpus", "thread_siblings"}) {
            write(folder + name + "_list", core_cpus);
            write(folder + name, mask(core_cpus));
        }
        for (const char* name : {"package_cpus", "core_siblings"}) {
            write(folder + name + "_list", package_cpus);
            write(folder + name, mask(package_cpus));
        }
    }
    void cache(int number, int index, int level, const std::string& type, const std::string& size,
               const std::string& shared)
    {
        const std::string folder = cpu_folder(number) + "cache/index" + std::to_string(index) + "/";
        write(folder + "level", std::to_string(level));
        write(folder + "type", type);
        write(folder + "size", size);
        write(folder + "coherency_line_size", "64");
        write(folder + "shared_cpu_list", shared);
        write(folder + "shared_cpu_map", mask(shared));
    }
    void node(int number, const std::string& cpulist, const std::string& distances, long kibibytes)
    {
        const std::string folder = "sys/devices/system/node/node" + std::to_string(number) + "/";
        write(folder + "cpulist", cpulist);
        write(folder + "cpumap", mask(cpulist));
        write(folder + "distance", distances);
        write(folder + "meminfo", "Node " + std::to_string(number) + " MemTotal:       " + std::to_string(kibibytes) +
                                      " kB\nNode " + std::to_string(number) + " MemFree:  1 kB");
    }

    /// All files, below root().
    [[nodiscard]] std::vector<std::string> files() const
    {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
            if (entry.is_regular_file()) out.push_back(std::filesystem::relative(entry.path(), root_).string());
        }
        return out;
    }

    /// Two packages, each a NUMA node of four cores with two hardware threads and one L3: processors 0-3 and 8-11, and
    /// 4-7 and 12-15, as Linux counts them.
    void be_two_nodes()
    {
        cpus("0-15", "0-15");
        for (int cpu_number = 0; cpu_number < 16; ++cpu_number) {
            const int core = cpu_number % 8;
            const bool second = core >= 4;
            const std::string package = second ? "4-7,12-15" : "0-3,8-11";
            const std::string siblings = std::to_string(core) + "," + std::to_string(core + 8);
            cpu(cpu_number, second ? 1 : 0, core % 4, siblings, package);
            cache(cpu_number, 0, 1, "Data", "32K", siblings);
            cache(cpu_number, 1, 1, "Instruction", "32K", siblings);
            cache(cpu_number, 2, 2, "Unified", "1024K", siblings);
            cache(cpu_number, 3, 3, "Unified", "32768K", package);
        }
        write("sys/devices/system/node/online", "0-1");
        node(0, "0-3,8-11", "10 21", 1048576);
        node(1, "4-7,12-15", "21 10", 2097152);
    }

    /// Two performance cores of two hardware threads (0-3) and four efficiency cores that share an L2 (4-7).
    void be_hybrid()
    {
        cpus("0-7", "0-7");
        for (int number = 0; number < 8; ++number) {
            const bool fast = number < 4;
            const int first = number / 2 * 2;
            const std::string core =
                fast ? std::to_string(first) + "-" + std::to_string(first + 1) : std::to_string(number);
            cpu(number, 0, fast ? first * 4 : number * 4, core, "0-7");
            cache(number, 0, 1, "Data", fast ? "48K" : "32K", core);
            cache(number, 1, 1, "Instruction", fast ? "32K" : "64K", core);
            cache(number, 2, 2, "Unified", fast ? "1280K" : "2048K", fast ? core : "4-7");
            cache(number, 3, 3, "Unified", "12288K", "0-7");
        }
        write("sys/devices/cpu_core/cpus", "0-3");
        write("sys/devices/cpu_atom/cpus", "4-7");
        write("sys/devices/system/node/online", "0");
        node(0, "0-7", "10", 16777216);
    }

private:
    static std::string cpu_folder(int number) { return "sys/devices/system/cpu/cpu" + std::to_string(number) + "/"; }

    /// "0-3,8" as the kernel's other way to write a set, for fewer than 32 processors.
    static std::string mask(const std::string& list)
    {
        unsigned bits = 0;
        for (std::size_t at = 0; at < list.size();) {
            std::size_t used = 0;
            const int first = std::stoi(list.substr(at), &used);
            at += used;
            int last = first;
            if (at < list.size() && list[at] == '-') {
                last = std::stoi(list.substr(at + 1), &used);
                at += used + 1;
            }
            for (int i = first; i <= last && i < 32; ++i) bits |= 1u << i;
            ++at;
        }
        char text[16];
        std::snprintf(text, sizeof text, "%08x", bits);
        return text;
    }

    std::filesystem::path root_;
};

}  // namespace test
