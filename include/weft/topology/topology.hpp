// weft/topology/topology.hpp - how the machine is built: packages, NUMA nodes, caches, cores, hardware threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/topology/cpu_set.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft {
namespace detail {
struct machine_facts;
}

/// What a core is made for. A core is `uniform` where all cores are of one kind, or where the system does not say.
enum class core_kind {
    uniform,
    performance,
    efficiency,
};

/// What a cache holds.
enum class cache_type {
    unified,
    data,
    instruction,
};

/// The processors of a machine that run now, and what they share. Every processor is in exactly one core, one package
/// and one NUMA node: where the system does not say, or says nonsense, it counts as a core of its own, and the
/// machine as one package and one node; degraded_reason() says so.
///
/// It is a snapshot: processors may be switched on or off later. It knows nothing of affinity: see
/// this_thread_affinity().
///
/// Thread safety: an ordinary value; system() may be called by any thread, even before main() and after it.
/// Cost:          hwloc, or some ten small files for each processor, read once.
/// Example:       examples/topology/machine.cpp
class topology {
public:
    /// One hardware thread; the operating system's word for it is processor, or CPU.
    struct hardware_thread {
        std::size_t cpu = 0;      ///< its number, as in a cpu_set
        std::size_t core = 0;     ///< its index in cores()
        std::size_t package = 0;  ///< its index in packages()
        std::size_t node = 0;     ///< its index in nodes()
    };

    struct core {
        cpu_set cpus;
        core_kind kind = core_kind::uniform;
    };

    /// What is plugged into one socket.
    struct package {
        cpu_set cpus;
    };

    /// Memory, and the processors near it: none for a node of memory only.
    struct numa_node {
        std::size_t number = 0;  ///< as the operating system numbers it
        cpu_set cpus;
        std::uint64_t memory_bytes = 0;  ///< 0 where the system does not say
        /// How far away the memory of nodes()[i] is; 10 for the node's own. As many as there are nodes.
        std::vector<unsigned> distances;
    };

    struct cache {
        unsigned level = 0;
        cache_type type = cache_type::unified;
        std::uint64_t size_bytes = 0;  ///< 0 where the system does not say
        unsigned line_bytes = 0;       ///< 0 where the system does not say
        cpu_set cpus;                  ///< the processors that share it
    };

    /// The machine that the program runs on, as it was at the first call.
    ///
    /// Throws: std::bad_alloc. What cannot be read is replaced, never an error.
    [[nodiscard]] static const topology& system();

    /// The same, read anew.
    [[nodiscard]] static topology read();

    /// For tests: a machine made of these facts.
    explicit topology(detail::machine_facts facts);

    /// All processors, the parts in the order of their lowest processors (nodes: of their numbers), the caches nearest
    /// first.
    [[nodiscard]] const cpu_set& cpus() const noexcept { return cpus_; }
    [[nodiscard]] std::span<const hardware_thread> hardware_threads() const noexcept { return threads_; }
    [[nodiscard]] std::span<const core> cores() const noexcept { return cores_; }
    [[nodiscard]] std::span<const package> packages() const noexcept { return packages_; }
    [[nodiscard]] std::span<const numa_node> nodes() const noexcept { return nodes_; }
    [[nodiscard]] std::span<const cache> caches() const noexcept { return caches_; }

    /// The processor with this number; null if none such runs.
    [[nodiscard]] const hardware_thread* find(std::size_t cpu) const noexcept;

    /// The largest data or unified cache of `cpu`, its last one before memory; null if none is known.
    [[nodiscard]] const cache* last_cache(std::size_t cpu) const noexcept;

    /// How far apart two processors are: 0 for one and the same, 1 in one core, then by the level of the nearest cache
    /// they share, then in one NUMA node, then by the distance of their nodes. The numbers mean nothing but their
    /// order. A processor that does not run here is farther away than any other.
    [[nodiscard]] unsigned distance(std::size_t a, std::size_t b) const noexcept;

    /// All other processors, nearest first; equally near ones in ascending order from `cpu` on, then from the lowest
    /// on, so that two neighbours do not turn to the same one first.
    [[nodiscard]] std::vector<std::size_t> nearest(std::size_t cpu) const;

    /// Where it comes from: "hwloc", "sysfs", "windows", or "generic" (nowhere, except the number of processors).
    [[nodiscard]] std::string_view source() const noexcept { return source_; }

    /// What could not be found out and was replaced; empty if nothing was.
    [[nodiscard]] const std::string& degraded_reason() const noexcept { return degraded_reason_; }

private:
    void fill_parts(detail::machine_facts& facts);
    void fill_nodes(detail::machine_facts& facts);
    void fill_caches(detail::machine_facts& facts);

    cpu_set cpus_;
    std::vector<hardware_thread> threads_;  // by number
    std::vector<core> cores_;
    std::vector<package> packages_;
    std::vector<numa_node> nodes_;
    std::vector<cache> caches_;
    std::vector<std::vector<std::size_t>> caches_of_;  // for each of threads_, the indices in caches_, nearest first
    std::string source_;
    std::string degraded_reason_;
};

}  // namespace weft
