// weft/base/chrono.hpp - durations, times and clocks; no calendars, no formatting.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// <chrono> brings streams, strings and calendars along, five times the cost of all that weft needs of it. libstdc++
// keeps that part in a file of its own, of which it makes <mutex> and <thread>; other libraries get the whole header.
#pragma once

#include <cstddef>

#if defined(__GLIBCXX__) && __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
