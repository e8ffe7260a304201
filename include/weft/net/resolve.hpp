// weft/net/resolve.hpp - addresses of names.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/task.hpp>
#include <weft/net/detail/descriptor.hpp>
#include <weft/net/endpoint.hpp>

#include <string>
#include <vector>

namespace weft::net {

/// To be awaited: where `host` offers `service` (a port in digits, or a name such as "http"; empty: port 0), in the order in
/// which the system would try them; none twice. It asks the system's resolver, which may take seconds and cannot be
/// interrupted, by weft::offload.
///
/// Throws:  std::system_error with a code of the resolver's own category, and the names in words.
[[nodiscard]] task<std::vector<endpoint>> resolve(std::string host, std::string service);

}  // namespace weft::net
