// weft/seam/thread.hpp - the seam for threads.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace weft::detail {

/// A running thread of weft's own: std::thread with a name and a stack size. Not copied, not moved. It blocks all
/// signals from its beginning, but for those that answer what it does itself and those of profilers, which are as on the
/// thread that starts it.
class thread {
public:
    struct options {
        std::string name;            ///< shown by debuggers; cut to what the system allows (15 bytes on Linux)
        std::size_t stack_size = 0;  ///< bytes; 0: the system's default; raised to the system's minimum
        bool is_punctual = false;    ///< its timed waits end on time; on Linux others take up to 50 us longer
    };

    /// Starts a thread that runs `body()`, which must not throw. Throws std::system_error if none can be started.
    template <class F>
    thread(const options& how, F body) : thread(how, erased(new body_of<F>(std::move(body))))
    {
    }

    /// The thread must have been joined, detached or abandoned.
    ~thread();
    thread(const thread&) = delete;
    thread& operator=(const thread&) = delete;

    /// Waits for the thread to end.
    void join() noexcept;

    /// Lets the thread end by itself; nobody joins it.
    void detach() noexcept;

    /// Forgets the thread without touching it: for the child of a fork, where it does not exist.
    void abandon() noexcept;

private:
    struct body_base {
        virtual ~body_base() = default;
        virtual void run() = 0;
        std::string name;
        bool is_punctual = false;
    };
    template <class F>
    struct body_of final : body_base {
        explicit body_of(F f) : function(std::move(f)) {}
        void run() override { function(); }
        F function;
    };
    using erased = std::unique_ptr<body_base>;
    struct handle;

    thread(const options& how, erased body);
    static void* enter(void* body) noexcept;

    std::unique_ptr<handle> handle_;
};

/// The name of this thread as debuggers show it; of the first one, usually that of the program. Empty if it has none.
[[nodiscard]] std::string this_thread_name();

}  // namespace weft::detail
