// src/topology/cpu_counts.cpp - counting the processors of this machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/cpu_counts.hpp>

#include "topology/machine_facts.hpp"
#include "topology/system_files.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace weft {

processor_counts cpu_counts()
{
#if defined(_WIN32)
    processor_counts out = detail::count_windows();
#else
    processor_counts out = detail::system_files().counts();
#endif
    out.allowed = this_thread_affinity().size();
    if (out.online == 0) out.online = std::thread::hardware_concurrency();
    if (out.configured == 0) out.configured = out.online;
    if (out.allowed == 0) out.allowed = out.online;
    return out;
}

std::size_t available_parallelism() noexcept
{
    try {
        std::size_t n = this_thread_affinity().size();
        if (n == 0) n = std::thread::hardware_concurrency();
        if (const auto quota = detail::system_files().quota(); quota && *quota < static_cast<double>(n)) {
            n = static_cast<std::size_t>(std::ceil(*quota));
        }
        return std::max<std::size_t>(n, 1);
    } catch (...) {  // no memory for the text of a small file
        return std::max(1u, std::thread::hardware_concurrency());
    }
}

}  // namespace weft
