// tests/model/litmus.hpp - runs a litmus test and names its outcomes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/atomic.hpp>
#include <weft/model/check.hpp>
#include <weft/model/thread.hpp>

#include <string>

namespace litmus {

namespace model = weft::model;
using order = std::memory_order;
using enum std::memory_order;
using location = model::atomic<int>;

inline model::options exhaustive()
{
    model::options how;
    how.random_executions = 0;
    return how;
}

template <class F>
std::string outcomes_of(F&& scenario, model::options how = exhaustive())
{
    const model::result found = model::check(how, scenario);
    if (!found.passed) return found.failure;
    if (!found.exhaustive) return "not exhaustive";
    std::string all;
    for (const auto& each : found.outcomes) all += (all.empty() ? "" : ", ") + each.values;
    return all;
}

template <class F>
std::string failure_of(F&& scenario, model::options how = {})
{
    return model::check(how, scenario).failure;
}

inline void fence_if(bool wanted, order o)
{
    if (wanted) model::fence(o);
}

/// Both threads load one place and then store to the other.
inline std::string load_buffering(order ld, order st)
{
    return outcomes_of([=] {
        location x, y;
        int a = 0, b = 0;
        {
            model::thread one([&] {
                a = x.load(ld);
                y.store(1, st);
            });
            model::thread two([&] {
                b = y.load(ld);
                x.store(1, st);
            });
        }
        model::record(a * 10 + b);
    });
}

}  // namespace litmus
