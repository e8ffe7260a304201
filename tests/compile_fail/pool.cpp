// tests/compile_fail/pool.cpp - misuse of pools, and the first line that the compiler says about it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/pool/join.hpp>
#include <weft/pool/thread_pool.hpp>

#include <string>

void use()
{
    weft::thread_pool named({.num_threads = 2});
    int n = 0;
    (void)n;
    // clang-format off: a case and its expectation stand on one line
#if 0
#elif defined(CASE_pool_of_a_number)  // expect: write thread_pool({.num_threads = 4})
    weft::thread_pool p(4);
#elif defined(CASE_pool_of_a_size)  // expect: write thread_pool({.num_threads = 4})
    weft::thread_pool p{sizeof(int)};
#elif defined(CASE_join_with_argument)  // expect: join calls its functions without arguments
    weft::join([] {}, [](int) {});
#elif defined(CASE_join_of_results)  // expect: join calls its functions without arguments
    weft::join(n + 1, n + 2);
#elif defined(CASE_join_in_pool_with_argument)  // expect: join calls its functions without arguments
    named.join([] {}, [](int) {});
#elif defined(CASE_join_context_with_argument)  // expect: join_context calls its functions without arguments, or with an fn_context
    weft::join_context([](int) {}, [](weft::fn_context) {});
#elif defined(CASE_spawn_with_argument)  // expect: the task must be callable without arguments
    weft::spawn([](int) {});
#elif defined(CASE_spawn_a_number)  // expect: the task must be callable without arguments
    weft::spawn(n);
#elif defined(CASE_scope_without_argument)  // expect: the body must be callable as body(task_scope&)
    weft::scope([] {});
#elif defined(CASE_scope_task_with_argument)  // expect: a task of a scope is called without arguments, or with the task_scope&
    weft::scope([](weft::task_scope& s) { s.spawn([](int) {}); });
#elif defined(CASE_scope_fifo_task_with_argument)  // expect: a task of a scope is called without arguments, or with the task_scope&
    weft::scope([](weft::task_scope& s) { s.spawn_fifo([](std::string) {}); });
#elif defined(CASE_scope_broadcast_of_mutable)  // expect: a task of spawn_broadcast is called by all threads at once
    weft::scope([&](weft::task_scope& s) { s.spawn_broadcast([n]() mutable { ++n; }); });
#elif defined(CASE_broadcast_of_mutable)  // expect: the function must be callable as f(index) or f(), even if it is const
    weft::broadcast([n]() mutable { return ++n; });
#elif defined(CASE_broadcast_with_text)  // expect: the function must be callable as f(index) or f(), even if it is const
    weft::broadcast([](std::string) {});
#elif defined(CASE_install_with_argument)  // expect: install calls its function without arguments
    named.install([](int) {});
#elif defined(CASE_blocking_with_argument)  // expect: blocking calls its function without arguments
    weft::blocking([](int) {});
#endif
}
