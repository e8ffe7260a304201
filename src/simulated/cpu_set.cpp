// src/simulated/cpu_set.cpp - topology/cpu_set.cpp, without what it asks of the system: system.cpp stands in for that.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/topology/cpu_set.hpp>

#include "topology/thread_affinity.hpp"

#define pin_this_thread pin_thread_of_host
#define this_thread_id thread_id_of_host
#define thread_affinity thread_affinity_of_host
#define process_affinity process_affinity_of_host
#define this_thread_affinity this_thread_affinity_of_host
#define this_thread_cpu this_thread_cpu_of_host
#include "topology/cpu_set.cpp"
