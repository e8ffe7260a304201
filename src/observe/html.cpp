// src/observe/html.cpp - a report as a page that needs nothing else.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/observe/report.hpp>

namespace weft {

std::string measurement::html() const { return "<pre>" + text() + "</pre>"; }

}  // namespace weft
