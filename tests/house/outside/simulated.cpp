// tests/house/outside/simulated.cpp - a program that runs on a machine of 16 processors which is not there, with a lock of its own.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/atomic.hpp>
#include <weft/model/simulate.hpp>
#include <weft/weft.hpp>

#include <cstdio>

namespace model = weft::model;

namespace {

/// Microseconds of a loop whose items take one each.
double time_on(std::size_t processors, int items, bool locked)
{
    model::machine machine = model::dual_epyc_7763();
    machine.processors = processors;
    const auto found = model::simulate(machine, [&] {
        weft::thread_pool pool({.num_threads = processors});
        model::atomic<bool> held{false};
        pool.install([&] {
            weft::par_range(0, items).for_each([&](int) {
                while (locked && held.exchange(true, std::memory_order_acquire)) weft::spin_hint();
                model::work(std::chrono::microseconds(1));
                if (locked) held.store(false, std::memory_order_release);
            });
        });
    });
    std::printf("%s\n", found.summary().c_str());
    return found.passed ? found.time.count() / 1000 : 0;
}

}  // namespace

int main()
{
    const double alone = time_on(1, 20'000, false);
    const double together = time_on(16, 20'000, false);
    const double one_by_one = time_on(16, 1000, true);
    return alone > 20'000 && together > 0 && together < alone / 8 && one_by_one > 1000 ? 0 : 1;
}
