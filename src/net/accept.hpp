// src/net/accept.hpp - accepting connections, of whatever kind; and waiting until one is made.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/detail/descriptor.hpp>

#include "net/source.hpp"

#include <utility>

namespace weft::detail {

/// The next connection, as a descriptor that nobody owns yet; it does not block.
weft::task<int> accept_one(io_use given);

/// Makes streams.
struct net_access {
    /// The next connection. `reads_all`: see descriptor::kind.
    template <class Stream>
    static weft::task<Stream> accept(io_use use, bool reads_all)
    {
        const int fd = co_await accept_one(std::move(use));
        co_return Stream(descriptor(fd, {.blocks = false, .reads_all = reads_all}));
    }
};

/// Waits until `fd`, which is about to be connected, is so. `given` is that of its writer. Gives the system's error, or 0.
weft::task<int> connected(io_use given);

}  // namespace weft::detail
