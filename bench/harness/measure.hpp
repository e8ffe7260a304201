// bench/harness/measure.hpp - what benchmarks measure by themselves: processor time, and quantiles of a sample.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <ctime>
#include <vector>

namespace bench {

/// What one of the system's clocks says, in seconds: CLOCK_PROCESS_CPUTIME_ID is the processor time of this process.
inline double seconds_of(clockid_t clock)
{
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// What so large a share of the sample is below, 0.5 for the median. Requires a sample that is not empty.
inline double quantile(std::vector<double> sample, double share)
{
    const auto nth = sample.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(sample.size() - 1));
    std::nth_element(sample.begin(), nth, sample.end());
    return *nth;
}

}  // namespace bench
