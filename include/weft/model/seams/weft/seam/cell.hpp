// weft/model/seams/weft/seam/cell.hpp - the seam for plain shared memory as the model checker sees it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/cell.hpp>

namespace weft::detail {

template <class T>
using cell = weft::model::cell<T>;

template <class T>
using storage_cell = weft::model::storage_cell<T>;

}  // namespace weft::detail
