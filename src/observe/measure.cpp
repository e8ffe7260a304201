// src/observe/measure.cpp - runs a function and says where the time went.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/observe/measure.hpp>

#include "observe/recorder.hpp"

#include <weft/seam/ticks.hpp>

namespace weft::detail {

measuring::measuring() : ledger_(std::make_unique<ledger>())
{
    static_cast<void>(ticks_per_microsecond());  // measured now
    recorder::instance().add(*ledger_);
    listens_ = true;
}

measuring::~measuring()
{
    if (!listens_) return;
    try {
        static_cast<void>(recorder::instance().remove(*ledger_));
    } catch (...) {  // it has been removed
    }
}

measurement measuring::end()
{
    listens_ = false;
    const std::uint64_t now = recorder::instance().remove(*ledger_).value_or(ticks());
    return ledger_->end(now, static_cast<double>(ticks_per_microsecond()));
}

}  // namespace weft::detail
