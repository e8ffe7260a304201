// tests/simulate/on_machine.hpp - programs on the pool, on simulated machines of two sockets.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/simulate.hpp>
#include <weft/weft.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace on_machine {

/// Two sockets, of whose processors so many are there.
inline weft::model::machine of(std::size_t processors)
{
    weft::model::machine m = weft::model::dual_epyc_7763();
    m.processors = processors;
    return m;
}

/// program() on a pool of so many threads, which has run it before.
inline weft::model::simulation_result in_pool(std::size_t processors, const std::function<void()>& program)
{
    return weft::model::simulate(on_machine::of(processors), [&] {
        weft::thread_pool pool({.num_threads = processors});
        pool.install([&] {
            program();
            weft::model::start_measuring();
            program();
            weft::model::stop_measuring();
        });
    });
}

/// A loop after a rest, and how many wake-ups' times it took until all threads were at work.
struct rested {
    weft::model::simulation_result result;
    double wake_ups = 0;
};

inline rested after_a_rest(std::size_t processors)
{
    const weft::model::machine m = on_machine::of(processors);
    std::vector<double> first(processors, 1e18);
    const auto r = weft::model::simulate(m, [&] {
        weft::thread_pool pool({.num_threads = processors});
        const auto loop = [&] {
            weft::par_range(0L, static_cast<long>(processors) * 1000).for_each([&](long) {
                double& mine = first[weft::current_thread_index().value_or(0)];
                mine = std::min(mine, weft::model::virtual_time().count());
                weft::model::work(weft::model::nanoseconds(1000));
            });
        };
        pool.install(loop);
        weft::model::sleep_for(weft::model::nanoseconds(50e6));
        std::fill(first.begin(), first.end(), 1e18);
        weft::model::start_measuring();
        const double begin = weft::model::virtual_time().count();
        pool.install(loop);
        weft::model::stop_measuring();
        for (double& each : first) each -= begin;
    });
    return {r, *std::max_element(first.begin(), first.end()) / m.wake_latency.count()};
}

}  // namespace on_machine
