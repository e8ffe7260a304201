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

/// Signals that a task waits for, from the construction on, instead of what they did before; what that was comes back when
/// the last set with that signal is destroyed. A signal that comes several times before anybody asks may count once, as
/// the system has it. Every set with that signal gets it.
///
/// Thread safety: one next() at a time. A set is neither moved nor copied.
/// Example:       examples/net/echo.cpp
class signal_set {
public:
    /// `weft::net::signal_set stop{SIGINT, SIGTERM};`. Throws std::system_error: std::errc::invalid_argument for a number
    /// that is no signal, or one that cannot be caught, and std::errc::too_many_files_open if there are 64 sets already.
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
