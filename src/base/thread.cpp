// src/base/thread.cpp - threads with a name and a stack size: POSIX threads, or std::thread where there are none.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/base/this_thread.hpp>
#include <weft/base/thread.hpp>

#include <exception>
#include <system_error>
#include <thread>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#define WEFT_HAS_PTHREADS 1
#endif

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

}  // namespace

thread::thread(const options& how, erased body) : handle_(std::make_unique<handle>())
{
    body->name = how.name.substr(0, 15);
    pthread_attr_t attributes;
    if (const int error = pthread_attr_init(&attributes))
        throw std::system_error(error, std::generic_category(), "weft: cannot start a thread");
    int error = 0;
    if (how.stack_size != 0) error = pthread_attr_setstacksize(&attributes, usable_stack_size(how.stack_size));
    if (error == 0) error = pthread_create(&handle_->id, &attributes, &thread::enter, body.get());
    pthread_attr_destroy(&attributes);
    if (error != 0) throw std::system_error(error, std::generic_category(), "weft: cannot start a thread");
    body.release();
}

void thread::join() noexcept
{
    pthread_join(handle_->id, nullptr);
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
    // By the thread itself: its body never sees another name.
    if (!owned->name.empty()) pthread_setname_np(pthread_self(), owned->name.c_str());
#endif
    owned->run();
    return nullptr;
}

void yield_thread() noexcept { std::this_thread::yield(); }

}  // namespace weft::detail
