// tests/model/per_worker_model.cpp - values for each worker, of workers that meet in one bucket.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/thread.hpp>
#include <weft/pool/detail/worker.hpp>
#include <weft/pool/per_worker.hpp>
#include <weft/seam/cell.hpp>

#include <cstddef>
#include <cstdint>

#include "scenarios.hpp"

namespace {

using scenarios::enter;
using weft::detail::cell;
using weft::detail::current_worker;
using weft::detail::worker;
using weft::model::require;
using weft::model::thread;

/// Takes the place of a worker that is none: per_worker knows workers by their addresses only. These three addresses
/// have the same hash.
void be_worker(std::size_t which)
{
    constexpr std::uintptr_t numbers[] = {35, 124, 179};
    current_worker::set(reinterpret_cast<worker*>(numbers[which] << 6));
}

const enter one_bucket("per_worker", "per_worker_one_bucket", [] {
    weft::per_worker<cell<int>> values;
    const auto count = [&](std::size_t who) {
        be_worker(who);
        ++values.local().write();
        ++values.local().write();
    };
    {
        thread first([&] { count(0); });
        thread second([&] { count(1); });
        be_worker(2);
        require(values.local().read() == 0);
    }
    int sum = 0;
    int values_made = 0;
    for (const auto& each : values) {
        sum += each.read();
        ++values_made;
    }
    require(sum == 4 && values_made == 3);
    current_worker::set(nullptr);
});

}  // namespace
