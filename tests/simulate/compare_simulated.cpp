// tests/simulate/compare_simulated.cpp - compare.cpp on the simulated machine that stands for the one at hand.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/model/simulate.hpp>
#include <weft/model/thread.hpp>

#include "compare.hpp"
#include "programs.hpp"

#include <cstdio>

namespace model = weft::model;

void programs::work(double nanoseconds) { model::work(model::nanoseconds(nanoseconds)); }
double compare::now() { return model::virtual_time().count(); }
void compare::sleep(int milliseconds) { model::sleep_for(std::chrono::milliseconds(milliseconds)); }

void compare::at_once(const std::function<void()>& a, const std::function<void()>& b)
{
    model::thread other([&b] { b(); });
    a();
}

int compare::runs() { return 5; }

int main()
{
    for (const unsigned threads : {1u, 2u}) {
        const model::simulation_result r =
            model::simulate(model::two_processors(), [threads] { compare::run_all(threads); });
        if (r.passed) continue;
        std::printf("%s", r.summary().c_str());
        return 1;
    }
    return 0;
}
