// tests/house/import.cpp - a little of each layer by `import weft;`.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <coroutine>
#include <cstdio>
#include <utility>
#include <vector>

import weft;

namespace {

weft::task<int> answer() { co_return 42; }

}  // namespace

int main()
{
    int failures = 0;
    const auto expect = [&](bool holds, const char* what) {
        if (holds) return;
        std::printf("fails: %s\n", what);
        ++failures;
    };

    int left = 0;
    int right = 0;
    weft::join([&] { left = 1; }, [&] { right = 2; });
    expect(left == 1 && right == 2, "join");

    std::vector<int> v{5, 3, 4, 1, 2};
    expect(weft::par_iter(v).map([](int x) { return x * x; }).sum() == 55, "a chain");
    weft::par_sort(v);
    expect(v == std::vector{1, 2, 3, 4, 5}, "a sort");
    expect(weft::simd::sum(std::as_const(v)) == 15, "a kernel");

    auto ends = weft::bounded<int>(1);
    expect(static_cast<bool>(ends.first.send(7)) && ends.second.recv() == 7, "a channel");

    weft::thread_pool pool{{.num_threads = 2}};
    expect(pool.install([] { return weft::current_num_threads(); }) == 2, "a pool");
    expect(weft::sync_wait(pool, answer()) == 42, "a task");
    return failures == 0 ? 0 : 1;
}
