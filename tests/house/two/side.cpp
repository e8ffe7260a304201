// tests/house/two/side.cpp - one of the two libraries.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "side.hpp"

#include <weft/weft.hpp>

namespace SIDE {

// As the code that is compiled into this library sees it.
bool in_pool() { return weft::detail::current_worker::get() != nullptr; }

long sum(long n)
{
    return weft::par_range(0L, n).map([](long i) { return i; }).sum();
}

void call(void (*f)())
{
    weft::join([f] { f(); }, [f] { f(); });
}

void stop() { throw weft::stopped(); }

}  // namespace SIDE
