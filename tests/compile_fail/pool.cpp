// tests/compile_fail/pool.cpp - misuse of pools, and the first line that the compiler says about it.
#include <weft/pool/thread_pool.hpp>

void use()
{
    weft::thread_pool named({.num_threads = 2});
    // clang-format off: a case and its expectation stand on one line
#if 0
#elif defined(CASE_pool_of_a_number)  // expect: write thread_pool({.num_threads = 4})
    weft::thread_pool p(4);
#elif defined(CASE_pool_of_a_size)  // expect: write thread_pool({.num_threads = 4})
    weft::thread_pool p{sizeof(int)};
#endif
}
