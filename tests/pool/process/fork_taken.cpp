// The child of a fork inside a join, whose other function a thread has taken that the child lacks: join says so, whatever
// the threads do that find no work.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "../watchdog.hpp"
#include "child.hpp"
#include "process.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

namespace {

constexpr int returned = 6;
constexpr int reported = 7;

}  // namespace

int main()
{
    const test::watchdog limit("pool process: fork_taken");
    for (const weft::idle_policy idle :
         {weft::idle_policy::balanced, weft::idle_policy::frugal, weft::idle_policy::spin}) {
        weft::thread_pool pool{{.num_threads = 2, .idle = idle}};
        std::atomic<bool> taken{false};
        std::atomic<bool> forked{false};
        bool in_child = false;
        pool.install([&] {
            try {
                weft::join(
                    [&] {
                        while (!taken.load()) std::this_thread::yield();
                        const pid_t child = fork();
                        EXPECT(child >= 0);
                        if (child == 0) {
                            in_child = true;
                            signal(SIGALRM, SIG_DFL);
                            alarm(5);
                            return;  // to the join, which waits for the other function
                        }
                        int status = 0;
                        EXPECT(waitpid(child, &status, 0) == child);
                        EXPECT(WIFEXITED(status));  // by a signal: it hung
                        EXPECT(WEXITSTATUS(status) == reported);
                        forked = true;
                    },
                    [&] {
                        taken = true;
                        while (!forked.load()) std::this_thread::yield();
                    });
                if (in_child) _exit(returned);
            } catch (const std::runtime_error&) {
                if (in_child) _exit(reported);
                throw;
            }
        });
    }
}
