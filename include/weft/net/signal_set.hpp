// weft/net/signal_set.hpp - signals, awaited.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/detail/descriptor.hpp>

#include <initializer_list>

namespace weft {

namespace detail {
struct signal_subscription;
}

namespace net {

/// Signals that a task waits for. From construction on they go to the set instead of doing what they did before; what that was
/// comes back when the last set with that signal is destroyed. A signal that comes several times before anybody asks may
/// count once, as the system has it. Every set with that signal gets it; what nobody has asked for by the end of a set is
/// dropped. The threads of pools take no signals: std::raise there reaches nobody.
///
/// Thread safety: one next() at a time. A set is neither moved nor copied.
/// Example:       examples/net/echo.cpp
class signal_set {
public:
    /// `weft::net::signal_set stop{SIGINT, SIGTERM};`. Throws std::system_error: std::errc::invalid_argument for a number
    /// that is no signal, that cannot be caught, or that tells of a fault of the thread itself (SIGSEGV ..), and std::errc::too_many_files_open if there are 64 sets already.
    explicit signal_set(std::initializer_list<int> signals);
    signal_set(const signal_set&) = delete;
    signal_set& operator=(const signal_set&) = delete;
    ~signal_set();

    /// To be awaited: the number of the next signal that has come; of several, the lowest. Throws weft::stopped if the task
    /// is asked to stop while it waits; none is lost then.
    [[nodiscard]] task<int> next();

private:
    detail::signal_subscription* mine_ = nullptr;
    detail::descriptor bell_;
};

}  // namespace net

}  // namespace weft
