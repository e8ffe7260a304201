// weft/net/readable.hpp - waiting for any descriptor.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/detail/descriptor.hpp>

namespace weft::net {

/// `co_await weft::net::readable(fd)`: waits until reading from `fd` would not block: there are data, or the end, or an
/// error. For pipes, terminals, eventfd, signalfd, timerfd, inotify, sockets of other libraries, ..; a file is always
/// readable. The descriptor stays the caller's, blocking or not; several may wait for the same one, and whoever is first
/// to read may leave nothing for the others.
///
/// Throws:  std::system_error: std::errc::bad_file_descriptor, and what epoll gives; weft::stopped if the task is asked to
///          stop. Closing `fd` meanwhile wakes nobody.
/// Cost:    some system calls; none of them blocks.
/// Example: examples/net/readable.cpp
[[nodiscard]] task<void> readable(int fd);

/// The same for writing.
[[nodiscard]] task<void> writable(int fd);

}  // namespace weft::net
