// src/pool/steal_from.hpp - takes from a queue that others take from.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/base/spin_hint.hpp>
#include <weft/pool/detail/task.hpp>

namespace weft::detail {

/// The oldest item, or null; tries again while others are faster.
template <class Source>
task* steal_from(Source&& source) noexcept
{
    constexpr int most_tries = 1000;  // in the child of a fork nobody finishes what another thread was about to do
    for (int tries = 0; tries < most_tries; ++tries) {
        auto taken = source.steal();
        if (taken) return *taken;
        if (taken.empty()) return nullptr;
        spin_hint();
    }
    return nullptr;
}

}  // namespace weft::detail
