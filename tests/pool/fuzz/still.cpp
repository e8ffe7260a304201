// tests/pool/fuzz/still.cpp - the library as it is: nothing delays it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "stage.hpp"

void fuzz::stir(std::uint64_t) {}
