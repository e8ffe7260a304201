// tests/pool/process/child.hpp - for tests that fork.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "process.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/// How a child ended.
struct child_end {
    int exit_code = -1;  ///< -1 if a signal ended it
    bool hung = false;   ///< it had to be ended
};

/// Runs `body()`, which returns an exit code, in a child, and waits for its end, for which it has this many seconds.
template <class F>
child_end run_child(unsigned seconds, F body)
{
    std::fflush(nullptr);
    const pid_t child = fork();
    EXPECT(child >= 0);
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(seconds);  // no thread of the parent's is here to watch
        const int code = body();
        _exit(code);
    }
    int status = 0;
    EXPECT(waitpid(child, &status, 0) == child);
    child_end end;
    if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
    end.hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    return end;
}
