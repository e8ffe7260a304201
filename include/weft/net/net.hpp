// weft/net/net.hpp - sockets, descriptors and signals, awaited by tasks on the threads of the pool. Linux.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/net/byte_stream.hpp>
#include <weft/net/endpoint.hpp>
#include <weft/net/readable.hpp>
#include <weft/net/resolve.hpp>
#include <weft/net/signal_set.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/udp.hpp>
#include <weft/net/unix_socket.hpp>
