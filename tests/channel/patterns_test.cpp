// tests/channel/patterns_test.cpp - programs of the kind that people write with channels.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/channel/select.hpp>

#include "test.hpp"

#include "flavours.hpp"

#include <ctime>

#include <chrono>
#include <vector>

using namespace std::chrono_literals;
using weft::on_default;
using weft::on_recv;
using weft::on_send;
using weft::on_timeout;

EACH_CHANNEL("channel patterns: the sieve of primes, a chain of filters")
{
    std::vector<std::jthread> threads;
    auto [tx, rx] = test::channel<int>(capacity);
    threads.emplace_back([tx = std::move(tx)] {
        for (int i = 2; tx.send(i); ++i) {
            if (i > 200) return;
        }
    });
    std::vector<int> primes;
    auto source = std::move(rx);
    while (const auto p = source.recv()) {
        primes.push_back(*p);
        if (primes.size() == 15) break;
        auto [out, next] = test::channel<int>(capacity);
        threads.emplace_back([in = std::move(source), out = std::move(out), p = *p] {
            for (const int i : in) {
                if (i % p != 0 && !out.send(i)) return;
            }
        });
        source = std::move(next);
    }
    {
        const auto gone = std::move(source);
    }
    CHECK(primes == std::vector<int>{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47});
}

EACH_CHANNEL("channel patterns: a token around a ring of threads")
{
    constexpr int places = 6;
    const int rounds = static_cast<int>(test::scaled(200));
    std::vector<weft::sender<int>> to;
    std::vector<weft::receiver<int>> from;
    for (int i = 0; i < places; ++i) {
        auto [tx, rx] = test::channel<int>(capacity);
        to.push_back(tx);
        from.push_back(rx);
    }
    int last = 0;
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < places; ++i) {
            threads.emplace_back([rx = from[i], tx = to[(i + 1) % places], rounds] {
                for (int r = 0; r < rounds; ++r) static_cast<void>(tx.send(*rx.recv() + 1));
            });
        }
        for (int r = 0; r < rounds; ++r) {
            static_cast<void>(to[1].send(last + 1));
            last = *from[0].recv();
        }
    }
    CHECK(last == places * rounds);
}

EACH_CHANNEL("channel patterns: requests that carry the channel for the answer")
{
    struct request {
        int value;
        weft::sender<int> reply;
    };
    auto [tx, rx] = test::channel<request>(capacity);
    std::jthread server([rx = std::move(rx)] {
        for (request& r : rx) static_cast<void>(r.reply.send(r.value * r.value));
    });
    std::atomic<int> good{0};
    test::run_threads(3, [&good, &tx = tx](std::size_t id) {
        const auto mine = tx;
        for (int i = 0; i < 50; ++i) {
            auto [reply, answer] = weft::bounded<int>(id == 0 ? 0 : 1);
            static_cast<void>(mine.send(request{i, std::move(reply)}));
            good += answer.recv() == i * i ? 1 : 0;
        }
    });
    {
        const auto gone = std::move(tx);
    }
    CHECK(good.load() == 150);
}

EACH_CHANNEL("channel patterns: a worker stops at a signal, whatever it waits for")
{
    auto [jobs, work] = test::channel<int>(capacity);
    auto [stopper, stop] = weft::bounded<int>(0);
    std::atomic<int> done{0};
    std::vector<std::jthread> workers;
    for (int w = 0; w < 3; ++w) {
        workers.emplace_back([&done, work = work, stop = stop] {
            while (weft::select(on_recv(work,
                                        [&](auto job) {
                                            if (job) ++done;
                                            return true;
                                        }),
                                on_recv(stop, [](auto) { return false; }))) {}
        });
    }
    for (int i = 0; i < 50; ++i) CHECK(jobs.send(i));
    while (done.load() < 50) std::this_thread::yield();
    {
        const auto signal = std::move(stopper);
    }  // closing tells all of them
    for (auto& w : workers) w.join();
    CHECK(done.load() == 50);
}

TEST_CASE("channel patterns: a buffer of two selects, one for each side")
{
    auto [in_tx, in] = weft::bounded<int>(0);
    auto [out, out_rx] = weft::bounded<int>(0);
    const int n = static_cast<int>(test::scaled(1000));
    std::jthread producer([tx = std::move(in_tx), n] {
        for (int i = 0; i < n; ++i) static_cast<void>(tx.send(i));
    });
    std::jthread buffer([in = std::move(in), out = std::move(out)] {
        std::vector<int> held;
        std::size_t next = 0;
        bool open = true;
        while (open || next < held.size()) {
            if (next == held.size()) {
                const auto m = in.recv();
                if (!m) break;
                held.push_back(*m);
            } else if (!open) {
                static_cast<void>(out.send(held[next++]));
            } else {
                weft::select(on_recv(in,
                                     [&](auto m) {
                                         open = !m.closed();
                                         if (m) held.push_back(*m);
                                     }),
                             on_send(out, [&] { return held[next]; }, [&](auto s) { next += s ? 1 : 0; }));
            }
        }
    });
    int expected = 0;
    bool in_order = true;
    for (const int m : out_rx) in_order = in_order && m == expected++;
    CHECK(in_order);
    CHECK(expected == n);
}

TEST_CASE("channel patterns: a semaphore of permits")
{
    auto [release, acquire] = weft::bounded<int>(2);
    REQUIRE(release.send(0));
    REQUIRE(release.send(0));
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    test::run_threads(5, [&, &release = release, &acquire = acquire](std::size_t) {
        const auto give = release;
        const auto take = acquire;
        for (int i = 0; i < 30; ++i) {
            static_cast<void>(take.recv());
            const int now = ++inside;
            int seen = most.load();
            while (seen < now && !most.compare_exchange_weak(seen, now)) {}
            --inside;
            static_cast<void>(give.send(0));
        }
    });
    CHECK(most.load() <= 2);
    CHECK(acquire.len() == 2);
}

EACH_BUFFERED("channel patterns: a select that turns arms off by never()")
{
    auto [tx, rx] = test::channel<int>(capacity);
    REQUIRE(tx.send(1));
    const auto off = weft::never<int>();
    for (const bool on : {false, true})
        CHECK(weft::select(on_recv(on ? rx : off, [](auto) { return true; }), on_default([] { return false; })) == on);
}

EACH_CHANNEL("channel patterns: closing while others send, receive and select, again and again")
{
    const std::size_t rounds = test::scaled(20);
    const long before = test::counted::alive();
    for (std::size_t r = 0; r < rounds; ++r) {
        auto [tx, rx] = test::channel<test::counted>(capacity);
        std::vector<std::jthread> threads;
        threads.emplace_back([tx = tx] {
            while (tx.send(test::counted(1))) {}
        });
        threads.emplace_back([tx = tx] {
            while (weft::select(on_send(tx, [] { return test::counted(2); }, [](auto s) { return bool(s); }))) {}
        });
        threads.emplace_back([rx = rx] {
            for (int i = 0; i < 20; ++i) static_cast<void>(rx.recv());
        });
        threads.emplace_back([rx = rx] {
            for (int i = 0; i < 20; ++i) weft::select(on_recv(rx, [](auto) {}), on_timeout(1ms, [] {}));
        });
        {
            const auto gone = std::move(rx);
        }
        {
            const auto gone = std::move(tx);
        }
    }
    CHECK(test::counted::alive() == before);
}

#ifdef CLOCK_THREAD_CPUTIME_ID
EACH_CHANNEL("channel patterns: a blocked thread uses next to no processor time")
{
    auto [tx, rx] = test::channel<int>(capacity);
    auto [tx2, rx2] = test::channel<int>(capacity);
    const auto used = [] {
        timespec t{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec);
    };
    std::atomic<std::int64_t> plain{0};
    std::atomic<std::int64_t> choosing{0};
    std::jthread one([&, rx = rx] {
        const auto begin = used();
        static_cast<void>(rx.recv_for(60ms));
        plain = (used() - begin).count();
    });
    std::jthread two([&, a = rx, b = rx2] {
        const auto begin = used();
        weft::select(on_recv(a, [](auto) {}), on_recv(b, [](auto) {}), on_timeout(60ms, [] {}));
        choosing = (used() - begin).count();
    });
    one.join();
    two.join();
    CHECK(plain.load() < 5'000'000);  // some tens of microseconds, on a quiet machine
    CHECK(choosing.load() < 5'000'000);
}
#endif
