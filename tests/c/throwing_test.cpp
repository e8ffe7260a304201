// tests/c/throwing_test.cpp - callbacks of the C interface that throw, as some that are written in C++ do.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/weft.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace {

int throws(void*) { throw std::runtime_error("thrown"); }
int throws_in_scope(void*, weft_scope*) { throw std::runtime_error("thrown"); }
int throws_a_number(void*) { throw 5; }
int throws_for_range(void*, std::size_t begin, std::size_t end)
{
    if (begin <= 500 && 500 < end) throw std::runtime_error("thrown");
    return 0;
}
int is_good(void*) { return 0; }

bool says_thrown(weft_status status)
{
    return status == WEFT_EXCEPTION && std::strcmp(weft_last_error(), "thrown") == 0;
}

}  // namespace

int main()
{
    bool good = true;
    for (int i = 0; i < 100; ++i) {
        good = good && says_thrown(weft_join(nullptr, throws, nullptr, is_good, nullptr));
        good = good && says_thrown(weft_join(nullptr, is_good, nullptr, throws, nullptr));
        good = good && says_thrown(weft_parallel_for(nullptr, 0, 1000, throws_for_range, nullptr));
        good = good && says_thrown(weft_scope_run(nullptr, throws_in_scope, nullptr));
        good = good && says_thrown(weft_blocking(throws, nullptr));
        good = good && weft_blocking(throws_a_number, nullptr) == WEFT_EXCEPTION;
        weft_group* group = nullptr;
        good = good && weft_group_create(nullptr, &group) == WEFT_OK;
        good = good && weft_group_spawn(group, throws, nullptr) == WEFT_OK && says_thrown(weft_group_wait(group));
        weft_group_destroy(group);
        good = good && weft_spawn(nullptr, throws, nullptr) == WEFT_OK;
    }
    if (!good) std::fputs("an exception was not reported\n", stderr);
    return good ? 0 : 1;
}
