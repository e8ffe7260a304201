// weft/latency/latency.hpp - lookups that hide the latency of memory.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

// IWYU pragma: begin_exports
#include <weft/latency/batch_lower_bound.hpp>
#include <weft/latency/control_flow.hpp>
#include <weft/latency/huge_page_allocator.hpp>
#include <weft/latency/lookup.hpp>
#include <weft/latency/overlapped.hpp>
#include <weft/latency/par_overlapped.hpp>
#include <weft/latency/prefetch.hpp>
// IWYU pragma: end_exports
