// src/seam/thread.cpp - threads with a name and a stack size: POSIX threads, or std::thread where there are none.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/seam/this_thread.hpp>
#include <weft/seam/thread.hpp>

#include <exception>
#include <system_error>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <signal.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <unistd.h>

#include <algorithm>
#include <climits>
#define WEFT_HAS_PTHREADS 1
#endif

#if !defined(_WIN32)

namespace weft::detail {

#if defined(WEFT_HAS_PTHREADS)
struct thread::handle {
    pthread_t id;
};

namespace {

std::size_t usable_stack_size(std::size_t wanted)
{
    const auto page = static_cast<std::size_t>(std::max(sysconf(_SC_PAGESIZE), 4096L));
    const auto least = static_cast<std::size_t>(std::max(sysconf(_SC_THREAD_STACK_MIN), 64L * 1024));
    const std::size_t size = std::max(wanted, least);
    return size > static_cast<std::size_t>(-1) - page ? size : (size + page - 1) / page * page;
}

/// Blocks, on this thread and during the life of this object, the signals that a new thread of weft's is not to take: a
/// thread begins with the mask of the one that starts it, so there is no moment at which it has another one. Those that
/// answer what a thread does itself, a fault or a write to a broken pipe, stay as they are, and so do those by which
/// profilers sample each thread.
class blocks_signals {
public:
    blocks_signals() noexcept
    {
        sigset_t all;
        sigfillset(&all);
        for (const int kept : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT,  // faults
                               SIGPIPE, SIGXFSZ, SIGTTIN, SIGTTOU,                         // of reading and writing
                               SIGPROF, SIGVTALRM})                                        // profilers
            sigdelset(&all, kept);
        blocked_ = pthread_sigmask(SIG_BLOCK, &all, &before_) == 0;
    }
    ~blocks_signals()
    {
        if (blocked_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    blocks_signals(const blocks_signals&) = delete;
    blocks_signals& operator=(const blocks_signals&) = delete;

private:
    sigset_t before_;
    bool blocked_;
};

}  // namespace

thread::thread(const options& how, erased body) : handle_(std::make_unique<handle>())
{
    body->name = how.name.substr(0, 15);
    body->is_punctual = how.is_punctual;
    pthread_attr_t attributes;
    if (const int error = pthread_attr_init(&attributes))
        throw std::system_error(error, std::generic_category(), "weft: cannot start a thread");
    int error = 0;
    if (how.stack_size != 0) error = pthread_attr_setstacksize(&attributes, usable_stack_size(how.stack_size));
    if (error == 0) {
        const blocks_signals meanwhile;
        error = pthread_create(&handle_->id, &attributes, &thread::enter, body.get());
    }
    pthread_attr_destroy(&attributes);
    if (error != 0) throw std::system_error(error, std::generic_category(), "weft: cannot start a thread");
    body.release();
}

void thread::join() noexcept
{
    pthread_join(handle_->id, nullptr);
    handle_.reset();
}

void thread::detach() noexcept
{
    pthread_detach(handle_->id);
    handle_.reset();
}

void thread::abandon() noexcept { handle_.reset(); }
#else
struct thread::handle {
    std::thread running;
};

thread::thread(const options&, erased body) : handle_(std::make_unique<handle>())
{
    handle_->running = std::thread(&thread::enter, static_cast<void*>(body.get()));
    body.release();
}

void thread::join() noexcept
{
    handle_->running.join();
    handle_.reset();
}

void thread::detach() noexcept
{
    handle_->running.detach();
    handle_.reset();
}

void thread::abandon() noexcept { handle_.release(); }
#endif

thread::~thread()
{
    if (handle_) std::terminate();
}

void* thread::enter(void* body) noexcept
{
    const erased owned(static_cast<body_base*>(body));
#if defined(__linux__)
    // The thread does it itself, so that its body never sees another name.
    if (!owned->name.empty()) pthread_setname_np(pthread_self(), owned->name.c_str());
    if (owned->is_punctual) prctl(PR_SET_TIMERSLACK, 1);  // in nanoseconds
#endif
    owned->run();
    return nullptr;
}

std::string this_thread_name()
{
#if defined(__linux__)
    char name[16];
    if (pthread_getname_np(pthread_self(), name, sizeof name) == 0) return name;
#endif
    return {};
}

void yield_thread() noexcept { std::this_thread::yield(); }

}  // namespace weft::detail

#endif
