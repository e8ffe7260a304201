// tests/channel/asleep.hpp - lets one thread go on when another one sleeps.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <atomic>
#include <thread>

#ifdef __linux__
#include <unistd.h>

#include <cstdio>
#include <string>
#endif

namespace test {

/// Tells when a thread that has called here() has gone to sleep, in a channel for instance. A case must hold without
/// it, since a thread may sleep for other reasons; this only makes it likely that the case takes the path on which a
/// sleeper is woken.
class sleeper {
public:
    /// By the thread that is going to sleep.
    void here() noexcept
    {
#ifdef __linux__
        thread_.store(static_cast<long>(gettid()));
#else
        thread_.store(1);
#endif
    }

    /// By another thread: returns when the first one sleeps or has ended, at the latest some milliseconds after here().
    void await() const
    {
        while (thread_.load() == 0) std::this_thread::yield();
        for (int look = 0; look < 500 && runs(); ++look) std::this_thread::yield();
    }

private:
    /// Whether the thread runs or could run; assumed where the system does not say.
    [[nodiscard]] bool runs() const
    {
#ifdef __linux__
        const std::string name = "/proc/self/task/" + std::to_string(thread_.load()) + "/stat";
        std::FILE* const file = std::fopen(name.c_str(), "r");
        if (file == nullptr) return false;  // it has ended
        char state = 0;
        const int found = std::fscanf(file, "%*d (%*[^)]) %c", &state);  // number (name) state
        std::fclose(file);
        return found != 1 || state == 'R';
#else
        return true;
#endif
    }

    std::atomic<long> thread_{0};
};

}  // namespace test
