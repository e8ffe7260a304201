// src/pool/stay_loaded.hpp - keeps the code that threads run where it is.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

namespace weft::detail {

/// The threads of the global pool never end. If weft is part of a plugin, that plugin must not be unloaded under them:
/// from this call on, dlclose leaves it where it is.
void stay_loaded() noexcept;

}  // namespace weft::detail
