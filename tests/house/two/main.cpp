// tests/house/two/main.cpp - uses weft in three modules, one inside the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "side.hpp"

#include <weft/weft.hpp>

#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

namespace {

std::atomic<int> wrong{0};

void expect(bool holds, const char* what)
{
    if (holds) return;
    std::fprintf(stderr, "two: %s\n", what);
    ++wrong;
}

void inside()
{
    expect(left::sum(100'000) == 4'999'950'000 && right::sum(100'000) == 4'999'950'000,
           "a sum in the other library is wrong");
#if defined(ONE_POOL)
    expect(left::in_pool() && right::in_pool(), "a library does not know the other's pool thread");
    expect(weft::detail::current_worker::get() != nullptr, "the program does not know the library's pool thread");
#endif
}

}  // namespace

int main()
{
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i)
        callers.emplace_back([] {
            for (int k = 0; k < 50; ++k) {
                left::call(inside);
                right::call([] { left::call(inside); });
                weft::join([] { right::call(inside); }, [] { left::call(inside); });
            }
        });
    for (std::thread& t : callers) t.join();
    try {
        left::stop();
        expect(false, "nothing was thrown");
    } catch (const weft::stopped&) {
    }
    return wrong.load() == 0 ? 0 : 1;
}
