// tests/model/scenarios.hpp - scenarios of weft's own code for the checker; run_scenarios.cpp runs them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/model/check.hpp>

#include <string>
#include <vector>

namespace scenarios {

struct scenario {
    std::string group;  ///< the file: sync, deque, ...
    std::string name;
    void (*body)();
    weft::model::options how;
};

std::vector<scenario>& all();

/// The usual bounds: random first, then exhaustive.
weft::model::options exhaustive();
/// For scenarios with too many executions: at most so many preemptions, and stores in the order of execution.
weft::model::options bounded(int preemptions);

struct enter {
    enter(const char* group, const char* name, void (*body)(), weft::model::options how = exhaustive())
    {
        all().push_back({group, name, body, how});
    }
};

}  // namespace scenarios
