// src/simulated/system.cpp - the system as a simulated program sees it: the processors, caches and sockets of its machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/detail/short_lived.hpp>
#include <weft/topology/cpu_counts.hpp>
#include <weft/topology/cpu_set.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <system_error>

#include "model/simulation.hpp"
#include "pool/environment.hpp"
#include "pool/limits.hpp"
#include "pool/stay_loaded.hpp"
#include "topology/machine_facts.hpp"
#include "topology/system_files.hpp"
#include "topology/thread_affinity.hpp"

namespace weft {
namespace {

using model::detail::in_simulation;
using model::detail::surely_simulated;

std::size_t processors() noexcept { return in_simulation() ? surely_simulated().on().processors : 1; }

cpu_set range(std::size_t from, std::size_t to)
{
    cpu_set out;
    for (std::size_t cpu = from; cpu < to; ++cpu) out.add(cpu);
    return out;
}

/// The processors in groups of `size`.
std::vector<cpu_set> groups(std::size_t size)
{
    std::vector<cpu_set> out;
    for (std::size_t from = 0; from < processors(); from += size)
        out.push_back(range(from, std::min(processors(), from + size)));
    return out;
}

}  // namespace

std::error_code pin_this_thread(const cpu_set& cpus)
{
    const std::optional<std::size_t> first = cpus.next(0);
    if (!in_simulation() || !first || *first >= processors()) return std::make_error_code(std::errc::invalid_argument);
    // A set of several is where the thread runs anyway, if the others leave it there.
    if (cpus.size() == 1) {
        surely_simulated().pin(*first);
    } else {
        surely_simulated().unpin();
    }
    return {};
}

cpu_set this_thread_affinity() { return range(0, processors()); }
std::optional<std::size_t> this_thread_cpu() noexcept
{
    return in_simulation() ? std::optional(surely_simulated().processor_of_thread()) : std::nullopt;
}

processor_counts cpu_counts()
{
    const std::size_t n = processors();
    return {.configured = n, .online = n, .allowed = n, .physical = n, .quota = std::nullopt};
}
std::size_t available_parallelism() noexcept { return processors(); }

namespace detail {

std::size_t default_thread_count() noexcept { return std::min(processors(), most_threads); }
pin_policy default_pin_policy() noexcept { return pin_policy::none; }

std::int64_t this_thread_id() noexcept { return model::detail::simulated_here.thread; }
cpu_set thread_affinity(std::int64_t) { return this_thread_affinity(); }
cpu_set process_affinity() { return this_thread_affinity(); }

void stay_loaded() noexcept {}

// The lists of free blocks that threads have belong to threads of the system; here all are the heap's.
void* allocate_short_lived(std::size_t bytes) { return allocate(bytes, short_lived_alignment); }
void free_short_lived(void* memory, std::size_t bytes) noexcept { deallocate(memory, bytes, short_lived_alignment); }

std::optional<machine_facts> read_hwloc(const char*)
{
    machine_facts out;
    out.source = "simulated";
    out.online = range(0, processors());
    if (!in_simulation()) return out;
    const model::machine& m = surely_simulated().on();
    out.cores = groups(1);
    out.packages = groups(m.cores_per_cache * m.caches_per_socket);
    for (std::size_t i = 0; i < out.packages.size(); ++i)
        out.nodes.push_back({.number = i, .cpus = out.packages[i], .memory_bytes = 0, .distances = {}});
    for (const cpu_set& each : groups(m.cores_per_cache))
        out.caches.push_back(
            {.level = 3, .type = cache_type::unified, .size_bytes = 0, .line_bytes = 64, .cpus = each});
    return out;
}

machine_facts read_sysfs(const system_files&) { return {}; }
void read_sysfs_kinds(const system_files&, machine_facts&) {}

}  // namespace detail
}  // namespace weft
