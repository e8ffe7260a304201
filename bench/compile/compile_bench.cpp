// bench/compile/compile_bench.cpp - what headers cost: a small program, and each public header alone (-O2).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "harness/bench.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

const bench::unit whole{"ns/file"};

void add_command(const std::string& name, const std::string& impl, const std::string& compiler, const std::string& file)
{
    const std::string command = "'" + compiler + "' -std=c++20 -O2 " INCLUDES " -c -o /dev/null " + file;
    bench::add("compile", name, impl, 1, whole, [command](benchmark::State& state) {
        for (auto _ : state) {
            if (std::system(command.c_str()) != 0) std::abort();
        }
    })->UseRealTime();
}

/// The names of all public headers, or with --quick of those that most programs begin with.
std::vector<std::string> headers()
{
    if (std::getenv("WEFT_BENCH_QUICK") != nullptr) {
        return {"weft.hpp", "iter/par_iter.hpp", "pool/join.hpp", "channel/channel.hpp", "algorithm/par_sort.hpp"};
    }
    std::vector<std::string> names;
    for (const auto& e : fs::recursive_directory_iterator(HEADERS)) {
        const std::string name = fs::relative(e.path(), HEADERS).generic_string();
        const bool inner = name.find("/detail/") != name.npos || name.find("/seams/") != name.npos;
        if (e.path().extension() == ".hpp" && !inner) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

const bench::definition here([] {
    const std::array<std::string, 2> compilers{COMPILER, OTHER_COMPILER};
    for (const std::string& compiler : compilers) {
        if (compiler.empty()) continue;
        const std::string name = "use, " + fs::path(compiler).filename().string();
        for (const char* impl : {"weft", "tbb", "serial"}) {
            add_command(name, impl, compiler, std::string("'" SOURCES "/use_") + impl + ".cpp'");
        }
    }
    for (const std::string& header : headers()) {
        std::string name = header;  // a slash would end the name of the case
        std::replace(name.begin(), name.end(), '/', ' ');
        add_command(name, "weft", COMPILER, "-include weft/" + header + " -x c++ /dev/null");
    }
});

}  // namespace
