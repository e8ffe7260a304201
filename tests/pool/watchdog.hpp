// tests/pool/watchdog.hpp - for tests that would wait for ever if they failed.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace test {

/// Ends the program with a message that names `what`, unless it is destroyed in time: a thread that hangs in a pool can
/// be neither stopped nor left behind, so no later test could run.
class watchdog {
public:
    explicit watchdog(std::string what, std::chrono::seconds limit = std::chrono::seconds(30))
        : thread_([this, what = std::move(what), limit] {
              std::unique_lock hold(lock_);
              if (changed_.wait_for(hold, limit, [this] { return over_; })) return;
              std::fprintf(stderr, "hangs: %s (%lld s have passed)\n", what.c_str(),
                           static_cast<long long>(limit.count()));
              std::fflush(stderr);
              std::_Exit(1);
          })
    {
    }
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog()
    {
        {
            const std::lock_guard hold(lock_);
            over_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }

private:
    std::mutex lock_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;  // the last member: it uses the others
};

}  // namespace test
