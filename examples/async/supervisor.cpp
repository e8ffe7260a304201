// examples/async/supervisor.cpp - children that fail are started again, a few times; then their failure ends the whole family.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

using namespace std::chrono_literals;

namespace {

/// Runs what `make` makes until it ends well; after a failure again, a little later each time. The last failure is thrown.
/// `make` is kept by the caller, or by this task's copy: a lambda that is a coroutine must outlive its task.
template <class Make>
weft::task<> supervise(const char* name, Make make, int restarts)
{
    auto pause = 1ms;
    for (int failures = 0;; pause *= 2) {
        std::exception_ptr failure;
        try {
            co_await make();
            co_return;
        } catch (const weft::stopped&) {
            throw;  // no failure of its own
        } catch (const std::exception& e) {
            failure = std::current_exception();
            std::printf("%s has failed (%s)\n", name, e.what());
        }
        if (++failures > restarts) std::rethrow_exception(failure);
        co_await weft::sleep_for(pause);  // not in the handler: there no coroutine may wait
    }
}

}  // namespace

int main()
{
    std::atomic<int> attempts{0};
    const auto flaky = [&]() -> weft::task<> {
        co_await weft::async_yield();
        if (++attempts < 3) throw std::runtime_error("not today");
    };
    std::atomic<int> goodbyes{0};
    const auto serves = [&]() -> weft::task<> {
        struct says_goodbye {
            std::atomic<int>& count;
            ~says_goodbye() { ++count; }
        };
        const says_goodbye at_end{goodbyes};
        co_await weft::sleep_for(1h);
    };
    const auto hopeless = []() -> weft::task<> {
        co_await weft::async_yield();
        throw std::runtime_error("never");
    };

    // One that comes to its senses, beside one that serves until the other has ended.
    weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
        s.spawn(supervise("server", serves, 3));
        co_await supervise("flaky", flaky, 5);
        s.request_stop();
    }));
    bool good = attempts == 3 && goodbyes == 1;

    // One that never does: its failure asks the others to stop, and is thrown when they have.
    bool failed = false;
    try {
        weft::sync_wait(weft::async_scope([&](weft::async_task_scope& s) -> weft::task<> {
            s.spawn(supervise("server", serves, 3));
            s.spawn(supervise("hopeless", hopeless, 2));
            co_return;
        }));
    } catch (const std::runtime_error&) {
        failed = true;
    }
    good = good && failed && goodbyes <= 2;
    std::printf("%s\n", good ? "all have ended" : "something is wrong");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
