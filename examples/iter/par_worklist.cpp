// examples/iter/par_worklist.cpp - all files below a folder, where folders are found on the way.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/par_worklist.hpp>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <vector>

int main(int argc, char** argv)
{
    namespace fs = std::filesystem;
    const fs::path root = argc > 1 ? argv[1] : ".";

    std::atomic<std::uintmax_t> bytes{0};
    std::atomic<long> files{0};
    weft::par_worklist(std::vector{root}, [&](const fs::path& folder, weft::feeder<fs::path>& more) {
        std::error_code failed;
        for (const auto& entry : fs::directory_iterator(folder, failed)) {
            if (entry.is_symlink(failed)) continue;
            if (entry.is_directory(failed)) {
                more.add(entry.path());
            } else if (entry.is_regular_file(failed)) {
                files.fetch_add(1, std::memory_order_relaxed);
                const std::uintmax_t size = entry.file_size(failed);
                if (!failed) bytes.fetch_add(size, std::memory_order_relaxed);
            }
        }
    });
    std::printf("%ld files, %ju bytes\n", files.load(), bytes.load());
}
