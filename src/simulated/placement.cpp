// src/simulated/placement.cpp - pool/placement.cpp, which asks how the present machine is built.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool/placement.hpp"

#include <algorithm>
#include <tuple>

// Not topology::system(), which keeps what it has read for ever: the next simulation may have another machine.
#define system read
#include "pool/placement.cpp"
