// examples/channel/pipeline.cpp - a pipeline after Hoare's communicating processes: reader, workers, writer in order.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The reader sends numbered lines to several workers; the workers send what they made to the writer, which puts it back
// in order. Bounded channels push back: a slow stage makes the earlier ones wait instead of filling the memory. Nobody
// says "stop": each stage ends when its input is closed and drained, and closes its output when it ends.
#include <weft/channel/channel.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <thread>
#include <vector>

struct line {
    int number;
    std::string text;
};

int main()
{
    const int lines = 1000;
    const int workers = 3;
    std::vector<std::string> written;
    {
        auto [to_workers, work] = weft::bounded<line>(16);
        auto [to_writer, results] = weft::bounded<line>(16);
        std::vector<std::jthread> threads;

        threads.emplace_back([out = std::move(to_workers)] {
            for (int i = 0; i < lines; ++i) {
                if (!out.send({i, "line " + std::to_string(i)})) return;
            }
        });
        for (int w = 0; w < workers; ++w) {
            threads.emplace_back([in = work, out = to_writer] {  // each has its own handles
                for (line& l : in) {
                    for (char& c : l.text) c = c == 'l' ? 'L' : c;
                    if (!out.send(std::move(l))) return;
                }
            });
        }
        threads.emplace_back([in = std::move(results), &written] {
            std::map<int, std::string> early;  // at most as many as are under way
            for (line& l : in) {
                early.emplace(l.number, std::move(l.text));
                while (!early.empty() && early.begin()->first == static_cast<int>(written.size())) {
                    written.push_back(std::move(early.begin()->second));
                    early.erase(early.begin());
                }
            }
        });
        {
            const auto mine = std::move(to_writer);
        }  // else the writer would wait for this one too
    }
    bool good = written.size() == static_cast<std::size_t>(lines);
    for (std::size_t i = 0; good && i < written.size(); ++i) good = written[i] == "Line " + std::to_string(i);
    std::printf("%zu lines, in order: %s\n", written.size(), good ? "yes" : "no");
    return good ? 0 : 1;
}
