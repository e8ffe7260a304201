// examples/async/pipeline.cpp - a pipeline whose stages are a thread, tasks and a parallel loop, joined by channels.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each stage is what suits it: reading blocks, so it is a thread; asking others is waiting, so these are tasks, many of them;
// computing is a loop over a batch, on the same pool. Bounded channels push back through all of them: when the loop is slow,
// the tasks wait, and then the thread. Each stage ends when the one before it has.
#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/iter/par_iter.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// The first stage, a thread: it reads, and may block.
void read(const weft::sender<int>& out, int count)
{
    for (int i = 0; i < count; ++i) {
        if (!out.send(i)) return;
    }
}

/// The second one: each of these waits most of the time.
weft::task<> look_up(weft::receiver<int> in, weft::sender<double> out)
{
    while (const auto key = co_await in.async_recv()) {
        co_await weft::sleep_for(20us);
        if (!co_await out.async_send(*key * 0.5)) co_return;
    }
}

/// The third: a batch at a time, on all threads of the pool.
weft::task<double> compute(weft::receiver<double> in)
{
    double sum = 0;
    std::vector<double> batch;
    for (bool more = true; more;) {
        const auto first = co_await in.async_recv();
        more = static_cast<bool>(first);
        if (first) batch.push_back(*first);
        while (batch.size() < 1000) {  // what is there already
            const auto next = in.try_recv();
            if (!next) break;
            batch.push_back(*next);
        }
        sum += weft::par_iter(batch).map([](double x) { return x * 2; }).sum();
        batch.clear();
    }
    co_return sum;
}

}  // namespace

int main()
{
    constexpr int count = 20'000;
    auto [to_tasks, keys] = weft::bounded<int>(64);
    auto [to_loop, values] = weft::bounded<double>(256);

    std::jthread reader([out = std::move(to_tasks)] { read(out, count); });
    for (int i = 0; i < 50; ++i) static_cast<void>(weft::spawn(look_up(keys, to_loop)));
    {
        const auto mine = std::move(to_loop);
        const auto not_read_here = std::move(keys);
    }  // else the ends would not be noticed
    const double sum = weft::sync_wait(compute(std::move(values)));
    std::printf("sum: %.0f\n", sum);
    return sum == double{count} * (count - 1) / 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
