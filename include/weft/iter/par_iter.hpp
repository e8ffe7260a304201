// weft/iter/par_iter.hpp - parallel chains: par_iter, par_range, and all adaptors and terminals.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     double norm = std::sqrt(weft::par_iter(v).map([](double x) { return x * x; }).sum());
//
// The members are listed and described in par_iterator.hpp. Other sources have headers of their own: par_chunks.hpp,
// par_lines.hpp, par_bridge.hpp.
#pragma once

// IWYU pragma: begin_exports
#include <weft/iter/chain.hpp>
#include <weft/iter/collect.hpp>
#include <weft/iter/compare.hpp>
#include <weft/iter/filter.hpp>
#include <weft/iter/find.hpp>
#include <weft/iter/find_map.hpp>
#include <weft/iter/flat_map.hpp>
#include <weft/iter/fold.hpp>
#include <weft/iter/for_each.hpp>
#include <weft/iter/init.hpp>
#include <weft/iter/interleave.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/min_max.hpp>
#include <weft/iter/par_iterator.hpp>
#include <weft/iter/partition.hpp>
#include <weft/iter/partition_map.hpp>
#include <weft/iter/progress.hpp>
#include <weft/iter/range.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/iter/scan.hpp>
#include <weft/iter/stop.hpp>
#include <weft/iter/take.hpp>
#include <weft/iter/take_any.hpp>
#include <weft/iter/try.hpp>
#include <weft/iter/unzip.hpp>
#include <weft/iter/with_len.hpp>
#include <weft/iter/zip.hpp>
// IWYU pragma: end_exports

namespace weft::detail {

/// Tells par_iter that the members of chains are defined.
struct all_members {};

}  // namespace weft::detail
