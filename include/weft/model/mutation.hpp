// weft/model/mutation.hpp - which memory orders are needed: weaken them one at a time and see what fails.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace weft::model {

/// A place in a source file that names a memory order.
struct order_site {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string what;      ///< load, store, read-modify-write, compare-exchange, fence
    bool failure = false;  ///< the order of a compare-exchange that fails
    std::memory_order order = std::memory_order_relaxed;
};

/// Forgets the known sites and begins to record them. Costs some speed until mutation ends.
void begin_mutation();
void end_mutation();

/// The sites that executions have met since begin_mutation, sorted by file and line.
[[nodiscard]] std::vector<order_site> order_sites();

/// From now on the site has this order instead of its own; a relaxed fence is none. One site at a time.
void mutate(const order_site& site, std::memory_order weaker);
void restore_order() noexcept;

/// The next weaker orders of a site of order `now`; empty if there is none.
[[nodiscard]] std::vector<std::memory_order> weaker_orders(const order_site& site, std::memory_order now);

}  // namespace weft::model
