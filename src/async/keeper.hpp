// src/async/keeper.hpp - a thread of weft's own that looks after something for as long as the process lives.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/thread.hpp>
#include <weft/topology/cpu_set.hpp>

#include "pool/stay_loaded.hpp"
#include "topology/thread_affinity.hpp"

#include <utility>

namespace weft::detail {

/// Starts a thread that runs `keep()`, which never returns, on any processor that the process may use: it would inherit the
/// affinity of the thread that happens to be the first to need it, which may be tied to a processor of its own. Throws
/// std::system_error.
template <class Keep>
void start_keeper(const char* name, Keep keep)
{
    stay_loaded();  // it never ends
    thread keeper({.name = name, .stack_size = 0, .is_punctual = true},
                  [keep = std::move(keep), where = process_affinity()] {
                      try {
                          if (!where.empty()) static_cast<void>(pin_this_thread(where));
                      } catch (...) {  // then it runs where it was started
                      }
                      keep();
                  });
    keeper.detach();
}

}  // namespace weft::detail
