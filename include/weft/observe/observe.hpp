// weft/observe/observe.hpp - what happened, and why it was not faster.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

// IWYU pragma: begin_exports
#include <weft/observe/measure.hpp>
#include <weft/observe/report.hpp>
#include <weft/observe/trace.hpp>
// IWYU pragma: end_exports
