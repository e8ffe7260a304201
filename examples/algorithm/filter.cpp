// examples/algorithm/filter.cpp - a log without repeats, the slow requests first, and a copy of the failed ones.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/algorithm/par_filter.hpp>
#include <weft/algorithm/par_sort.hpp>
#include <weft/algorithm/subrange.hpp>

#include <cstdio>
#include <vector>

struct request {
    int id;
    int milliseconds;
    int status;
};

int main()
{
    std::vector<request> log{{4, 20, 200}, {2, 310, 500}, {4, 20, 200}, {1, 15, 200}, {3, 470, 200}, {2, 310, 500}};
    weft::par_sort(log, {}, &request::id);
    const weft::subrange repeats = weft::par_unique(log, {}, &request::id);
    log.erase(repeats.begin(), repeats.end());

    std::vector<request> failed(log.size());
    failed.erase(weft::par_copy_if(log, failed.begin(), [](const request& r) { return r.status >= 500; }),
                 failed.end());

    const auto [quick, end] = weft::par_stable_partition(log, [](const request& r) { return r.milliseconds > 100; });
    for (auto r = log.begin(); r != quick; ++r) std::printf("slow: request %d, %d ms\n", r->id, r->milliseconds);
    std::printf("%zu of %zu requests are quick, %zu failed\n", static_cast<std::size_t>(end - quick), log.size(),
                failed.size());
    return log.size() == 4 && quick - log.begin() == 2 && failed.size() == 1 && failed.front().id == 2 ? 0 : 1;
}
