// examples/async/rate_limit.cpp - no more than so many requests in a time; who is early waits, and holds no thread.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

/// Lets one in per period, in the order of their coming; and up to `burst` at once after a time without any.
class rate_limiter {
public:
    rate_limiter(steady::duration period, int burst) : period_(period), credit_((burst - 1) * period) {}

    weft::task<> admit()
    {
        steady::time_point mine;
        {
            const auto hold = co_await lock_.lock();
            mine = std::max(next_, steady::now() - credit_);
            next_ = mine + period_;
        }
        co_await weft::sleep_until(mine);  // at once if it is past
    }

private:
    const steady::duration period_;
    const steady::duration credit_;
    weft::async_mutex lock_;
    steady::time_point next_{};
};

}  // namespace

int main()
{
    constexpr int requests = 30;
    constexpr int burst = 5;
    constexpr auto period = 1ms;
    rate_limiter limiter(period, burst);
    weft::async_mutex lock;
    std::vector<steady::time_point> admitted;

    const auto request = [&]() -> weft::task<> {
        co_await limiter.admit();
        const auto hold = co_await lock.lock();
        admitted.push_back(steady::now());
    };
    const auto began = steady::now();
    weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        for (int i = 0; i < requests; ++i) s.spawn(request());
        co_return;
    }));
    std::sort(admitted.begin(), admitted.end());

    // However the threads were scheduled: when so many are in, so much time has passed.
    bool good = admitted.size() == requests;
    for (int i = burst; i < requests && good; ++i) {
        good = admitted[static_cast<std::size_t>(i)] - began >= (i - burst + 1) * period;
    }
    std::printf(
        "%zu requests in %lld ms\n", admitted.size(),
        static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - began).count()));
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
