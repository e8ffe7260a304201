// tests/observe/process/traced.cpp - makes a trace by itself, of many more events than are kept, and forks meanwhile.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/for_each.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/observe/trace.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

// Sanitizers do not find, in a child, what threads own that exist in the parent only.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRACED_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRACED_SANITIZED 1
#endif

#if defined(__unix__) && !defined(TRACED_SANITIZED)
#define TRACED_FORKS 1
#include <sys/wait.h>
#include <unistd.h>
#endif

int main(int, char** argv)
{
    weft::trace_to(std::string(argv[1]));
    for (int i = 0; i < 100'000; ++i) {
        const weft::trace_span span{"a \"span\""};
        if (i == 50'000) std::thread([] { const weft::trace_span other{"another thread"}; }).join();
    }
    weft::par_range(0, 100).for_each([](int) {});
#ifdef TRACED_FORKS
    // The child exits, too, and must leave the file to the parent.
    const pid_t child = fork();
    if (child == 0) {
        weft::par_range(0, 100).for_each([](int) {});
        std::exit(0);
    }
    int status = 1;
    if (waitpid(child, &status, 0) != child || status != 0) return 1;
    if (std::FILE* const written = std::fopen(argv[1], "r")) return std::fclose(written) + 2;
#endif
}
