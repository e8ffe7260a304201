// examples/queue/seg_queue.cpp - many threads log, one writes: nobody waits, nothing is lost.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/queue/seg_queue.hpp>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

int main()
{
    weft::seg_queue<std::string> log;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&log, t] {
                for (int i = 0; i < 100; ++i) {
                    std::string line = "thread ";
                    line.append(std::to_string(t)).append(", line ").append(std::to_string(i));
                    log.push(std::move(line));
                }
            });
        }
    }
    int lines = 0;
    std::string last;
    while (auto line = log.try_pop()) {
        ++lines;
        last = *std::move(line);
    }
    std::printf("%d lines, the last one: %s\n", lines, last.c_str());
    return lines == 300 ? 0 : 1;
}
