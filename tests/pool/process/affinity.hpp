// tests/pool/process/affinity.hpp - on which processors the threads of this process may run.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "process.hpp"

#include <sched.h>
#include <filesystem>
#include <map>
#include <string>

struct affinity {
    cpu_set_t set;

    affinity() { CPU_ZERO(&set); }
    friend bool operator==(const affinity& a, const affinity& b) { return CPU_EQUAL(&a.set, &b.set) != 0; }

    /// Only the first processor of this set.
    affinity first() const
    {
        affinity out;
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (!CPU_ISSET(cpu, &set)) continue;
            CPU_SET(cpu, &out.set);
            return out;
        }
        return out;
    }
};

/// Of one thread; 0 is the caller.
inline affinity affinity_of(pid_t thread = 0)
{
    affinity out;
    EXPECT(sched_getaffinity(thread, sizeof out.set, &out.set) == 0);
    return out;
}

/// Of all threads of this process, by their number.
inline std::map<pid_t, affinity> affinities()
{
    std::map<pid_t, affinity> all;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) {
        const pid_t thread = std::stoi(entry.path().filename().string());
        affinity one;
        // A thread may end between the two calls.
        if (sched_getaffinity(thread, sizeof one.set, &one.set) == 0) all[thread] = one;
    }
    return all;
}

/// Lets all threads of this process run there and nowhere else, as `taskset --all-tasks --pid` does.
inline void confine_all(const affinity& to)
{
    for (const auto& [thread, before] : affinities()) sched_setaffinity(thread, sizeof to.set, &to.set);
}

/// Whether all threads of this process have this affinity.
inline bool all_are(const affinity& expected)
{
    for (const auto& [thread, now] : affinities()) {
        if (!(now == expected)) return false;
    }
    return true;
}
