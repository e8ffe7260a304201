// A pool that is destroyed by one of its own threads says so and ends the program. The test expects that.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include <cstdlib>
#include <exception>
#include <latch>
#include <memory>

int main()
{
    std::set_terminate([] { std::_Exit(0); });  // ctest takes an abort for a crash
    auto pool = std::make_shared<weft::thread_pool>(weft::pool_options{.num_threads = 2});
    std::latch never(1);
    pool->spawn([p = pool.get()] { p->~thread_pool(); });
    never.wait();
}
