// bench/harness/bench.cpp - main of every benchmark program.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <sstream>
#include <thread>

namespace bench {

namespace {

int most_threads = 2;

}  // namespace

const std::vector<int>& thread_counts()
{
    static const std::vector<int> counts = [] {
        std::vector<int> out;
        if (const char* const list = std::getenv("WEFT_BENCH_THREADS"); list != nullptr && *list != '\0') {
            std::stringstream in(list);
            for (std::string part; std::getline(in, part, ',');) out.push_back(std::max(1, std::atoi(part.c_str())));
        } else {
            out = {1, std::max(2, static_cast<int>(std::thread::hardware_concurrency()))};
        }
        return out;
    }();
    return counts;
}

bool thread_counts_are_given()
{
    const char* const list = std::getenv("WEFT_BENCH_THREADS");
    return list != nullptr && *list != '\0';
}

void allow_threads(int threads) { most_threads = std::max(most_threads, threads); }

bool quick()
{
    const char* const set = std::getenv("WEFT_BENCH_QUICK");
    return set != nullptr && *set != '\0';
}

weft::thread_pool& pool(int threads)
{
    static std::map<int, std::unique_ptr<weft::thread_pool>> pools;
    auto& slot = pools[threads];
    if (!slot) {
        slot =
            std::make_unique<weft::thread_pool>(weft::pool_options{.num_threads = static_cast<std::size_t>(threads)});
    }
    return *slot;
}

std::vector<void (*)()>& definition::definitions()
{
    static std::vector<void (*)()> all;
    return all;
}

}  // namespace bench

int main(int argc, char** argv)
{
    for (const int threads : bench::thread_counts()) bench::allow_threads(threads);
    for (const auto define : bench::definition::definitions()) define();
    // oneTBB makes as many workers as there are processors, unless it is allowed more.
    const tbb::global_control allow(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(bench::most_threads));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
