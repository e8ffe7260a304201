// weft/seam/chrono.hpp - durations, times and clocks; no calendars, no formatting.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// <chrono> brings streams, strings and calendars along, at five times the cost of what weft needs of it. libstdc++
// keeps that part in a file of its own, for <mutex> and <thread>; with other libraries the whole header is included.
#pragma once

#include <weft/seam/language.hpp>

#include <cstddef>

#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
