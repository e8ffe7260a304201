// An idle pool uses no processor time.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/thread_pool.hpp>

#include "process.hpp"
#include "rest.hpp"

int main()
{
    weft::thread_pool pool{{.num_threads = 8}};
    for (int i = 0; i < 1000; ++i) pool.join([] {}, [] {});
    EXPECT(process_test::comes_to_rest());
}
