// tests/simulate/compare.hpp - one list of programs for this machine and for a simulated one: what differs between the two.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <functional>

namespace compare {

/// Nanoseconds of one clock.
double now();
/// Sleeps for so many milliseconds.
void sleep(int milliseconds);
/// Calls both at once, on threads that are not of weft.
void at_once(const std::function<void()>& a, const std::function<void()>& b);
/// How often a program is run: the shortest time counts, since others may run here, too. So no run is much longer than a
/// millisecond.
int runs();

/// Runs all programs with pools of so many threads and prints a line for each: name, threads, microseconds.
void run_all(unsigned threads);

}  // namespace compare
