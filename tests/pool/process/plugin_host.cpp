// A plugin that has used its own copy of weft's global pool may be unloaded, and loaded again.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The threads of the pool run code of the plugin: it must not go before they have.
#include "../watchdog.hpp"
#include "process.hpp"

#include <dlfcn.h>
#include <chrono>
#include <thread>

int main(int, char** arguments)
{
    const test::watchdog limit("pool process: plugin_host");
    for (int round = 0; round < 20; ++round) {
        void* const plugin = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        if (plugin == nullptr) std::fprintf(stderr, "%s\n", dlerror());
        EXPECT(plugin != nullptr);
        const auto fib = reinterpret_cast<long (*)(int)>(dlsym(plugin, "plugin_fib"));
        EXPECT(fib != nullptr);
        EXPECT(fib(18) == 2584);
        // At once, while the threads still look for work; and when they sleep.
        if (round % 2 == 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        EXPECT(dlclose(plugin) == 0);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}
