// weft/latency/control_flow.hpp - the value by which one of many lookups ends them all.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

namespace weft {

/// What a lookup gives that may end the loop over all lookups: see overlapped_for_each.
///
///     weft::lookup<weft::control_flow> visit(const node* n) {
///         co_await weft::prefetch(n);
///         co_return n->is_wanted ? weft::control_flow::stop : weft::control_flow::go_on;
///     }
enum class control_flow : unsigned char { go_on, stop };

}  // namespace weft
