// examples/async/worker_pool.cpp - many tasks that take work from one channel, and an end without loss, late or early.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A worker ends when there is no more work: the last sender has gone, and the channel is empty. Nobody counts workers, and
// nobody tells them. A stop ends them sooner: each finishes the job that it has, and what nobody took is still in the channel.
#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace {

using namespace std::chrono_literals;

struct job {
    int number = 0;
};
struct answer {
    int job = 0;
    long value = 0;
};

weft::task<> worker(weft::receiver<job> jobs, weft::sender<answer> answers)
{
    while (const auto j = co_await jobs.async_recv()) {
        co_await weft::sleep_for(10us);  // a question to somebody else; no thread waits
        const answer a{j->number, long{j->number} * j->number};
        if (!co_await answers.async_send(a)) co_return;  // nobody listens any more
    }
}

/// A hundred workers, for as many jobs as there are.
weft::task<long> sum_of_squares(int count)
{
    auto [to_workers, jobs] = weft::bounded<job>(16);
    auto [to_us, answers] = weft::bounded<answer>(16);
    long sum = 0;
    const auto ask = [](weft::sender<job> to, int n) -> weft::task<> {
        for (int i = 1; i <= n; ++i) static_cast<void>(co_await to.async_send(job{i}));
    };
    const auto add_up = [](weft::receiver<answer> from, long& total) -> weft::task<> {
        while (const auto a = co_await from.async_recv()) total += a->value;
    };
    // Named, so that the scope's tasks may refer to it; each task has handles of its own.
    const auto body = [&, &jobs = jobs, &to_workers = to_workers, &to_us = to_us,
                       &answers = answers](weft::async_task_scope& s) -> weft::task<> {
        s.spawn(ask(std::move(to_workers), count));
        for (int w = 0; w < 100; ++w) s.spawn(worker(jobs, to_us));
        s.spawn(add_up(std::move(answers), sum));
        {
            const auto mine = std::move(to_us);
        }  // else add_up would wait for this one too
        co_return;
    };
    co_await weft::async_scope(body);
    co_return sum;
}

/// Workers that are stopped at some time: every job is done, or still there.
weft::task<bool> stopped_early(int count)
{
    auto [to_workers, jobs] = weft::unbounded<job>();
    for (int i = 1; i <= count; ++i) static_cast<void>(co_await to_workers.async_send(job{i}));
    int done = 0;
    const auto work = [](weft::receiver<job> from, int& counter) -> weft::task<> {
        while (const auto j = co_await from.async_recv()) {
            co_await weft::detached_from_stop([]() -> weft::task<> { co_await weft::sleep_for(100us); }());
            ++counter;  // begun, so finished
            if ((co_await weft::get_stop_token()).stop_requested()) co_return;
        }
    };
    static_cast<void>(co_await weft::with_timeout(work(jobs, done), 5ms));
    int left = 0;
    while (jobs.try_recv()) ++left;
    std::printf("stopped: %d done, %d left\n", done, left);
    co_return done > 0 && done + left == count;
}

}  // namespace

int main()
{
    constexpr int count = 1000;
    const long sum = weft::sync_wait(sum_of_squares(count));
    std::printf("the sum of the squares up to %d: %ld\n", count, sum);
    const bool right = sum == long{count} * (count + 1) * (2 * count + 1) / 6;
    return right && weft::sync_wait(stopped_early(100'000)) ? EXIT_SUCCESS : EXIT_FAILURE;
}
