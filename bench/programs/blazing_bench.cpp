// bench/programs/blazing_bench.cpp - the main job of the examples, over 32 MB of CSV in memory.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include "blazing/csv.hpp"
#include "blazing/engines.hpp"
#include "blazing/generate.hpp"

#include <cstdlib>
#include <string>

namespace {

struct input {
    std::string text;
    blazing::truth truth = blazing::generate_csv(text, 32'000'000, 1);
    blazing::csv how{text, "readme"};
    blazing::job job{.text = text, .body = how.body(), .how = how, .pattern = R"((blazing|blazingly|\d+))"};
};

input& the_input()
{
    static input i;
    return i;
}

template <blazing::result (*Search)(const blazing::job&)>
void search()
{
    const blazing::result r = Search(the_input().job);
    if (r.found.matches != the_input().truth.matches) std::abort();
}

const bench::definition here([] {
    const bench::unit records{"records/s", static_cast<double>(the_input().truth.records)};
    bench::add_serial("blazing", "csv", records, search<blazing::search_serial>);
    bench::add_each("blazing", "csv", "weft", records, [](int) { search<blazing::search_weft>(); });
    bench::add_each("blazing", "csv", "tbb", records, [](int) { search<blazing::search_tbb>(); });
});

}  // namespace
