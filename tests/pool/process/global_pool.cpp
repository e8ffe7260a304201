// init_global_pool sets the global pool up once; later calls are refused.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "process.hpp"

#include <stdexcept>
#include <string>

int main()
{
    bool threw = false;
    try {
        weft::init_global_pool({.num_threads = 3, .on_thread_start = [](std::size_t i) {
                                    if (i == 1) throw std::runtime_error("start");
                                }});
    } catch (const std::runtime_error& e) {
        threw = std::string(e.what()) == "start";
    }
    EXPECT(threw);  // and it is still unmade
    weft::init_global_pool({.num_threads = 5});
    EXPECT(weft::current_num_threads() == 5);
    bool refused = false;
    try {
        weft::init_global_pool({});
    } catch (const std::logic_error& e) {
        refused = std::string(e.what()).find("already running") != std::string::npos;
    }
    EXPECT(refused);
    EXPECT(weft::join([] { return weft::current_num_threads(); }, [] {}) == 5);
}
