// The threads of pools take no signal that is sent to the process: its own threads do, or wait for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "child.hpp"
#include "process.hpp"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

namespace {

const int not_theirs[] = {SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGUSR1, SIGUSR2,
                          SIGALRM, SIGCHLD, SIGWINCH, SIGIO,   SIGURG};
const int as_the_makers[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP, SIGSYS,   SIGABRT,
                             SIGPIPE, SIGXFSZ, SIGTTIN, SIGTTOU, SIGPROF, SIGVTALRM};

sigset_t mask_here()
{
    sigset_t mask;
    EXPECT(pthread_sigmask(SIG_BLOCK, nullptr, &mask) == 0);
    return mask;
}

bool blocked_here(int signal)
{
    const sigset_t mask = mask_here();
    return sigismember(&mask, signal) == 1;
}

void block(int signal, bool on)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    EXPECT(pthread_sigmask(on ? SIG_BLOCK : SIG_UNBLOCK, &one, nullptr) == 0);
}

bool same_masks(const sigset_t& a, const sigset_t& b)
{
    for (int signal = 1; signal < NSIG; ++signal) {
        if (sigismember(&a, signal) != sigismember(&b, signal)) return false;
    }
    return true;
}

/// Whether a thread of a pool blocks what it should: called on one.
bool mask_is_right(int blocked_by_maker)
{
    const auto blocked = [](int signal) { return blocked_here(signal); };
    return std::all_of(std::begin(not_theirs), std::end(not_theirs), blocked) &&
           std::none_of(std::begin(as_the_makers), std::end(as_the_makers),
                        [&](int signal) { return blocked(signal) != (signal == blocked_by_maker); });
}

std::atomic<int> handled{0};
pthread_t handled_by;

/// The program blocks `signal`, sends it to itself and waits for it.
void take(int signal)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    const timespec limit{20, 0};
    for (int round = 0; round < 50; ++round) {
        EXPECT(kill(getpid(), signal) == 0);
        EXPECT(sigtimedwait(&one, nullptr, &limit) == signal);
    }
}

/// Of a pool with so many threads, made by a thread with a mask of its own, all threads, and those that step in.
void check_pool(int blocked_by_maker)
{
    const pthread_t caller = pthread_self();
    if (blocked_by_maker != 0) block(blocked_by_maker, true);
    const sigset_t before = mask_here();
    std::atomic<int> wrong{0}, checked{0};
    {
        weft::thread_pool pool{{.num_threads = 3, .on_thread_start = [&](std::size_t) {
                                    if (!mask_is_right(blocked_by_maker)) wrong.fetch_add(1);
                                }}};
        EXPECT(same_masks(before, mask_here()));
        EXPECT(pool.install([&] { return same_masks(before, mask_here()); }));  // who calls in keeps its own
        // More tasks that block than the pool has threads: others step in, started by whoever is about to block.
        std::atomic<int> inside{0};
        pool.scope([&](weft::task_scope& s) {
            for (int i = 0; i < 8; ++i) {
                s.spawn([&] {
                    if (pthread_equal(pthread_self(), caller) == 0) {
                        checked.fetch_add(1);
                        if (!mask_is_right(blocked_by_maker)) wrong.fetch_add(1);
                    }
                    weft::blocking([&] {
                        inside.fetch_add(1);
                        for (int n = 0; n < 2000 && inside.load() < 8; ++n)
                            std::this_thread::sleep_for(std::chrono::milliseconds(1));
                    });
                });
            }
        });
        EXPECT(inside == 8);
    }
    EXPECT(wrong == 0);
    EXPECT(checked >= 4);  // so somebody has stepped in
    EXPECT(same_masks(before, mask_here()));
    if (blocked_by_maker != 0) block(blocked_by_maker, false);
}

int all()
{
    check_pool(0);
    check_pool(SIGPROF);
    check_pool(SIGPIPE);

    // A pool that was there before the signal was blocked.
    EXPECT(weft::join([] { return 1; }, [] { return 2; }) == std::tuple(1, 2));
    weft::thread_pool pool{{.num_threads = 4}};
    block(SIGUSR1, true);
    take(SIGUSR1);

    // A handler runs on a thread of the program, here its only one, also while all others compute.
    struct sigaction act;
    std::memset(&act, 0, sizeof act);
    act.sa_handler = [](int) {
        handled_by = pthread_self();
        handled.fetch_add(1);
    };
    handled = 0;
    EXPECT(sigaction(SIGINT, &act, nullptr) == 0);
    std::atomic<bool> over{false};
    for (int i = 0; i < 4; ++i) {
        pool.spawn([&] {
            while (!over) std::this_thread::yield();
        });
    }
    for (int round = 1; round <= 50; ++round) {
        EXPECT(kill(getpid(), SIGINT) == 0);
        for (int n = 0; n < 20'000 && handled < round; ++n) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT(handled == round);
        EXPECT(pthread_equal(handled_by, pthread_self()) != 0);
    }
    over = true;

    // A task that wants one unblocks it on its thread.
    EXPECT(sigaction(SIGUSR2, &act, nullptr) == 0);
    block(SIGUSR2, true);
    handled = 0;
    pthread_t taker{};
    std::atomic<bool> done{false};
    pool.spawn([&] {
        taker = pthread_self();
        block(SIGUSR2, false);
        EXPECT(kill(getpid(), SIGUSR2) == 0);
        for (int n = 0; n < 20'000 && handled == 0; ++n) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        block(SIGUSR2, true);
        done = true;
    });
    while (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    EXPECT(handled == 1);
    EXPECT(pthread_equal(handled_by, taker) != 0);
    return 0;
}

}  // namespace

int main()
{
    EXPECT(all() == 0);
    // In a fork's child the global pool is made anew, by a thread that blocks one of the signals.
    const child_end end = run_child(60, [] {
        EXPECT(weft::join([] { return 1; }, [] { return 2; }) == std::tuple(1, 2));
        take(SIGUSR1);
        const pthread_t me = pthread_self();
        for (const bool right :
             weft::broadcast([&] { return pthread_equal(me, pthread_self()) != 0 || mask_is_right(0); }))
            EXPECT(right);
        return all();
    });
    EXPECT(!end.hung);
    EXPECT(end.exit_code == 0);
    return 0;
}
