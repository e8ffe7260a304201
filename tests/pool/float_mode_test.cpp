// tests/pool/float_mode_test.cpp - work runs in the floating-point environment of whoever handed it out.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/iter/for_each.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/par_bridge.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/pipeline.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/iter/stream.hpp>
#include <weft/pool/test_pool.hpp>
#include <weft/pool/thread_pool.hpp>

#include "pool/float_mode.hpp"
#include "pool/watchdog.hpp"
#include "test.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using weft::detail::float_mode;
using weft::detail::float_registers;

#if defined(__SSE2__) || defined(__aarch64__)
constexpr bool can_flush = true;
#else
constexpr bool can_flush = false;
#endif

float_mode mode_now() { return float_registers::now().mode(); }

/// Rounds, and flushes small numbers to zero, as told, until the end of its life.
class under {
public:
    explicit under(int rounding, bool flush = false) : before_(float_registers::now())
    {
        std::fesetround(rounding);
        if (!flush) return;
#if defined(__SSE2__)
        _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
        std::uint64_t control;
        __asm__ __volatile__("mrs %0, fpcr" : "=r"(control));
        __asm__ __volatile__("msr fpcr, %0" : : "r"(control | 1u << 24));
#endif
    }
    ~under() { before_.restore(); }
    under(const under&) = delete;
    under& operator=(const under&) = delete;

private:
    float_registers before_;
};

/// One of eight modes, the usual one first. They differ in what a thread sees of them at once if their `n` differ by 2.
struct mode_number {
    int rounding;
    bool flush;
    explicit mode_number(std::size_t n)
        : rounding(std::array{FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}[n / 2 % 4]),
          flush(can_flush && n % 2 == 1)
    {
    }
};

/// What calculations show of a mode: 1/3 rounded, its negative, both in long double, and half the least normal number.
///
/// As bits where comparing could flush to zero, too.
struct results {
    std::uint64_t third, negative, half_of_least;
    long double long_third, long_negative;
    friend bool operator==(const results&, const results&) = default;
};

results calculate()
{
    volatile double one = 1, three = 3, least = 2.2250738585072014e-308, half = 0.5;
    volatile long double long_one = 1, long_three = 3;
    const auto bits = [](double x) { return std::bit_cast<std::uint64_t>(x); };
    return {bits(one / three), bits(-one / three), bits(least * half), long_one / long_three, -long_one / long_three};
}

/// Waits for something that another thread does; false after half a minute.
template <class Done>
bool wait_for(Done&& done)
{
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

/// Runs `body(index of the mode, results in it)` in each of the eight modes.
template <class Body>
void in_each_mode(Body&& body)
{
    const results usual = calculate();
    for (std::size_t n = 0; n < 8; ++n) {
        const mode_number m(n);
        const float_mode before = mode_now();
        {
            const under mode(m.rounding, m.flush);
            const results here = calculate();
            if (n >= 1 && can_flush && here == usual) FAIL("the mode makes no difference");
            body(here);
            CHECK(calculate() == here);
        }
        CHECK(mode_now() == before);
    }
    CHECK(calculate() == usual);
}

}  // namespace

TEST_CASE("float mode: what is read can be set again, and nothing else changes")
{
    const float_registers before = float_registers::now();
    for (std::size_t n = 0; n < 8; ++n) {
        const mode_number m(n);
        float_mode wanted = 0;
        results right;
        {
            const under mode(m.rounding, m.flush);
            wanted = mode_now();
            right = calculate();
        }
        before.change_to(wanted);
        const float_mode got = mode_now();
        const std::uint32_t word = float_registers::glance_word();
        const results here = calculate();
        before.restore();
        CHECK(got == wanted);
        CHECK(here == right);
        CHECK((wanted & weft::detail::unknown_mode) == 0);
        CHECK((float_registers::glance_word() != word) ==
              (m.rounding != FE_TONEAREST || (m.flush && !float_registers::may_be(float_registers::glance(), wanted))));
        CHECK(mode_now() == before.mode());
    }
#if defined(__SSE2__)
    // A trap of only one kind, in both units.
    const unsigned sse = _mm_getcsr();
    _mm_setcsr(sse & ~0x200u);
    const float_mode traps = mode_now();
    _mm_setcsr(sse);
    before.change_to(static_cast<float_mode>(traps | 0x4000));
    const unsigned set_sse = _mm_getcsr();
    std::uint16_t set_x87;
    __asm__ __volatile__("fnstcw %0" : "=m"(set_x87));
    before.restore();
    CHECK((set_sse & 0x1f80) == (0x1f80 & ~0x200u));
    CHECK((set_x87 & 0x3f) == (0x3f & ~0x4));
#endif
}

TEST_CASE("float mode: a function of a join that another thread takes")
{
    const test::watchdog dog("joins under each mode");
    weft::thread_pool pool{{.num_threads = 3}};
    for (int round = 0; round < 5; ++round) {
        in_each_mode([&](const results& here) {
            std::atomic<bool> begun{false};
            results taken;
            std::thread::id by;
            pool.join([&] { REQUIRE(wait_for([&] { return begun.load(); })); },
                      [&] {
                          by = std::this_thread::get_id();
                          taken = calculate();
                          std::fesetround(FE_TOWARDZERO);  // a thread of the pool forgets such changes
                          begun = true;
                      });
            CHECK(by != std::this_thread::get_id());
            CHECK(taken == here);
        });
    }
}

TEST_CASE("float mode: functions of joins that change it themselves, at any depth")
{
    // Each level has its own mode, so whatever a function sees tells who forked it.
    const test::watchdog dog("joins that change the mode", std::chrono::seconds(120));
    weft::thread_pool pool{{.num_threads = 4}};
    std::array<float_mode, 4> modes;
    for (std::size_t n = 0; n < 4; ++n) {
        const mode_number m(2 * n);
        const under mode(m.rounding, m.flush);
        modes[n] = mode_now();
    }
    std::atomic<std::size_t> wrong{0}, taken{0}, calls{0};
    struct tree {
        const std::array<float_mode, 4>& modes;
        std::atomic<std::size_t>&wrong, &taken, &calls;

        void at(std::size_t level, std::size_t depth, unsigned choice, std::thread::id parent) const
        {
            calls.fetch_add(1, std::memory_order_relaxed);
            if (std::this_thread::get_id() != parent) taken.fetch_add(1, std::memory_order_relaxed);
            if (mode_now() != modes[level]) wrong.fetch_add(1, std::memory_order_relaxed);
            if (depth == 0) return;
            // One in three changes the mode before its join, one in three in a function of it, one not at all.
            const bool before = level < 3 && choice % 3 == 0;
            const bool inside = level < 3 && choice % 3 == 1;
            const mode_number next(2 * (level + 1));
            std::optional<under> changed;
            if (before) changed.emplace(next.rounding, next.flush);
            const std::size_t here = before ? level + 1 : level;
            const auto me = std::this_thread::get_id();
            weft::join(
                [&] {
                    std::optional<under> there;
                    if (inside) there.emplace(next.rounding, next.flush);
                    at(inside ? here + 1 : here, depth - 1, choice / 3 + 7, me);
                },
                [&] { at(here, depth - 1, choice / 3 + 11, me); });
            if (mode_now() != modes[here]) wrong.fetch_add(1, std::memory_order_relaxed);
        }
    };
    // On a busy machine it may take a while until another thread comes for any of it.
    std::size_t round = 0;
    for (; round < test::scaled(60) || (taken == 0 && round < 5000); ++round) {
        pool.install([&] {
            tree{modes, wrong, taken, calls}.at(0, 13, static_cast<unsigned>(round * 2654435761u),
                                                std::this_thread::get_id());
        });
    }
    CHECK(wrong == 0);
    CHECK(taken > 0);
    CHECK(calls == round * ((1u << 14) - 1));
}

TEST_CASE("float mode: two functions of a join that both change it meet a third that does not")
{
    const test::watchdog dog("a change beside a fork", std::chrono::seconds(120));
    weft::thread_pool pool{{.num_threads = 4}};
    const float_mode usual = mode_now();
    std::atomic<std::size_t> wrong{0};
    const auto leaf = [&](float_mode right) {
        if (mode_now() != right) wrong.fetch_add(1, std::memory_order_relaxed);
    };
    for (std::size_t round = 0; round < test::scaled(20'000); ++round) {
        pool.install([&] {
            for (int i = 0; i < 3; ++i) {
                weft::join(
                    [&] {
                        const under up(FE_UPWARD);
                        const float_mode here = mode_now();
                        weft::join([&] { leaf(here); }, [&] { leaf(here); }, [&] { leaf(here); });
                    },
                    [&] { leaf(usual); },
                    [&] {
                        const under down(FE_DOWNWARD, true);
                        const float_mode here = mode_now();
                        weft::par_range(0, 100).for_each([&](int) { leaf(here); });
                    });
                leaf(usual);
            }
        });
    }
    CHECK(wrong == 0);
}

TEST_CASE("float mode: a job that was private when the mode changed above it")
{
    const test::watchdog dog("a private job and a change", std::chrono::seconds(120));
    const float_mode usual = mode_now();
    for (std::size_t round = 0; round < test::scaled(60); ++round) {
        for (const int how : {0, 1, 2, 3}) {
            weft::thread_pool pool{{.num_threads = 2}};
            std::atomic<bool> other_is_busy{false}, gate{false}, public_has_run{false}, inner_has_run{false};
            pool.spawn([&] {
                other_is_busy = true;
                static_cast<void>(wait_for([&] { return gate.load(); }));
            });
            REQUIRE(wait_for([&] { return other_is_busy.load(); }));
            float_mode up = 0, inner = 0, outer = 0;
            std::thread::id inner_by;
            // The other thread becomes free, takes the first job, and asks for more: this publishes all the rest.
            const auto publish = [&] {
                up = mode_now();
                gate = true;
                CHECK(wait_for([&] { return public_has_run.load(); }));
                weft::join(
                    [&] {
                        CHECK(wait_for([&] {
                            weft::poll();  // if others are still public, this one is private, and is asked for later
                            return inner_has_run.load();
                        }));
                    },
                    [&] {
                        inner = mode_now();
                        inner_by = std::this_thread::get_id();
                        inner_has_run = true;
                    });
            };
            const auto change_and_publish = [&] {
                if (how == 0) {  // by hand
                    const under mode(FE_UPWARD);
                    publish();
                } else if (how == 1) {  // by hand, and what is waited for changes nothing more
                    const under mode(FE_UPWARD);
                    weft::scope([&](weft::task_scope& s) { s.spawn(publish); });
                } else if (how == 2) {  // by what is waited for
                    weft::scope([&](weft::task_scope& s) {
                        const under mode(FE_UPWARD);
                        s.spawn(publish);
                    });
                } else {  // by hand, and back again by what is waited for
                    weft::scope([&](weft::task_scope& s) {
                        s.spawn([&, again = publish] {
                            const under mode(FE_UPWARD);
                            again();
                        });
                        s.spawn([] {});
                    });
                }
            };
            pool.install([&] {
                weft::join([&] { weft::join(change_and_publish, [&] { outer = mode_now(); }); },
                           [&] { public_has_run = true; });
            });
            CHECK(inner == up);
            CHECK(inner_by != std::this_thread::get_id());
            CHECK(up != usual);
            CHECK(outer == usual);
        }
    }
}

TEST_CASE("float mode: the tasks of a scope, each as it was when it was spawned")
{
    const test::watchdog dog("scopes");
    weft::thread_pool pool{{.num_threads = 3}};
    std::atomic<std::size_t> wrong{0}, ran{0}, elsewhere{0};
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        in_each_mode([&](const results& here) {
            const float_mode mode = mode_now();
            const auto me = std::this_thread::get_id();
            const auto task = [&](float_mode right) {
                return [&, right] {
                    if (mode_now() != right) wrong.fetch_add(1);
                    if (std::this_thread::get_id() != me) elsewhere.fetch_add(1);
                    ran.fetch_add(1);
                    std::fesetround(FE_DOWNWARD);  // forgotten
                };
            };
            pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 4; ++i) {
                    s.spawn(task(mode));
                    s.spawn_fifo(task(mode));
                    const under other(FE_TOWARDZERO);
                    s.spawn(task(mode_now()));
                    s.spawn_fifo([&, right = mode_now(), task](weft::task_scope& t) {
                        if (mode_now() != right) wrong.fetch_add(1);
                        t.spawn(task(right));
                    });
                }
                s.spawn_broadcast(task(mode));
            });
            if (calculate() != here) wrong.fetch_add(1);
        });
    }
    CHECK(wrong == 0);
    CHECK(elsewhere > 0);
    CHECK(ran == test::scaled(200) * 8 * (4 * 4 + 3));
}

TEST_CASE("float mode: flushing to zero that a task turns on is that of its loops and joins")
{
    if (!can_flush) return;
    const test::watchdog dog("flushing in tasks");
    weft::thread_pool pool{{.num_threads = 3}};
    std::atomic<std::size_t> wrong{0};
    const auto check = [&](float_mode right) {
        if (mode_now() != right) wrong.fetch_add(1);
    };
    for (std::size_t round = 0; round < test::scaled(500); ++round) {
        pool.scope([&](weft::task_scope& s) {
            for (int i = 0; i < 4; ++i) {
                s.spawn([&] {
                    const float_mode outer = mode_now();
                    const auto flushed = [&] {
                        const under mode(FE_TONEAREST, true);
                        const float_mode inner = mode_now();
                        weft::par_range(0, 100).for_each([&](int) { check(inner); });
                        weft::join([&] { check(inner); }, [&] { check(inner); }, [&] { check(inner); });
                    };
                    weft::join(flushed, [&] { check(outer); }, flushed, [&] { check(outer); });
                    weft::par_range(0, 100).for_each([&](int) { check(outer); });
                });
            }
        });
    }
    CHECK(wrong == 0);
}

TEST_CASE("float mode: tasks that nobody waits for, from outside and from inside, and broadcasts")
{
    const test::watchdog dog("spawn and broadcast");
    weft::thread_pool pool{{.num_threads = 3}};
    in_each_mode([&](const results& here) {
        std::atomic<std::size_t> right{0}, ran{0};
        for (int i = 0; i < 10; ++i) {
            pool.spawn([&] {
                if (calculate() == here) right.fetch_add(1);
                weft::spawn([&] {
                    if (calculate() == here) right.fetch_add(1);
                    ran.fetch_add(1);
                });
                ran.fetch_add(1);
                std::fesetround(FE_DOWNWARD);
            });
        }
        REQUIRE(wait_for([&] { return ran == 20; }));
        CHECK(right == 20);
        for (const results& r : pool.broadcast([] { return calculate(); })) CHECK(r == here);
        for (const results& r : pool.install([] { return weft::broadcast([] { return calculate(); }); }))
            CHECK(r == here);
    });
}

TEST_CASE("float mode: loops, streams, pipelines")
{
    const test::watchdog dog("loops", std::chrono::seconds(120));
    weft::thread_pool pool{{.num_threads = 4}};
    in_each_mode([&](const results& here) {
        std::atomic<std::size_t> wrong{0};
        const auto check = [&](int) {
            if (calculate() != here) wrong.fetch_add(1);
            return 1;
        };
        pool.install([&] {
            for (std::size_t round = 0; round < test::scaled(60); ++round) {
                weft::par_range(0, 2000).for_each([&](int i) { static_cast<void>(check(i)); });
            }
            std::vector<int> numbers(500, 1);
            int sum = 0;
            for (const int x : weft::stream(numbers).parallel_map(check, 16).ordered()) sum += x;
            CHECK(sum == 500);
            std::size_t left = 500;
            const auto next = [&]() -> std::optional<int> {
                check(0);
                return left-- > 0 ? std::optional<int>(1) : std::nullopt;
            };
            CHECK(weft::pipeline(16, next, weft::parallel(check), weft::serial_in_order(check),
                                 weft::serial_out_of_order(check)) == 500);
            weft::par_bridge(numbers).for_each([&](int i) { static_cast<void>(check(i)); });
        });
        CHECK(wrong == 0);
    });
}

TEST_CASE("float mode: sums have the same bits in every run, whatever the caller's mode")
{
    weft::thread_pool one{{.num_threads = 1}};
    weft::thread_pool four{{.num_threads = 4}};
    std::vector<double> numbers(100'003);
    std::mt19937_64 random(7);
    for (double& x : numbers) x = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 200) - 1100);
    for (double& x : numbers) x = random() % 2 == 0 ? x : 1 / (1 + x);
    const auto sum = [&](weft::thread_pool& pool) {
        return pool.install([&] {
            return std::bit_cast<std::uint64_t>(
                weft::par_iter(numbers).map([](double x) { return x * 1.0000001 / 3; }).sum());
        });
    };
    std::set<std::uint64_t> all;
    in_each_mode([&](const results&) {
        std::set<std::uint64_t> bits{sum(one)};
        for (int run = 0; run < 51; ++run) {
            // The threads of this pool last worked under another mode.
            if (run % 3 == 0) {
                const under other(FE_DOWNWARD);
                static_cast<void>(sum(four));
            }
            bits.insert(sum(four));
        }
        CHECK(bits.size() == 1);
        all.insert(bits.begin(), bits.end());
    });
    CHECK(all.size() >= 3);  // so the mode matters here
}

TEST_CASE("float mode: exceptions leave everybody's mode as it was")
{
    const test::watchdog dog("exceptions");
    weft::thread_pool pool{{.num_threads = 3}};
    for (std::size_t round = 0; round < test::scaled(200); ++round) {
        in_each_mode([&](const results& here) {
            const float_mode mode = mode_now();
            std::atomic<std::size_t> wrong{0};
            const auto fail = [&] {
                if (mode_now() != mode) wrong.fetch_add(1);
                throw std::runtime_error("x");
            };
            CHECK_THROWS_AS(pool.join(fail, fail, fail), std::runtime_error);
            CHECK_THROWS_AS(pool.scope([&](weft::task_scope& s) {
                for (int i = 0; i < 3; ++i) s.spawn(fail);
            }),
                            std::runtime_error);
            CHECK_THROWS_AS(pool.broadcast(fail), std::runtime_error);
            CHECK(wrong == 0);
            CHECK(calculate() == here);
        });
    }
}

TEST_CASE("float mode: whoever waits or yields runs others' tasks under their modes, and goes on under its own")
{
    const test::watchdog dog("one thread for all");
    weft::thread_pool pool{{.num_threads = 1}};
    std::atomic<std::size_t> ran{0}, wrong{0};
    pool.install([&] {
        const auto spawn_under = [&](weft::task_scope* s, int rounding) {
            const under mode(rounding);
            const auto task = [&, right = mode_now()] {
                if (mode_now() != right) wrong.fetch_add(1);
                ran.fetch_add(1);
            };
            s != nullptr ? s->spawn(task) : weft::spawn(task);
        };
        const under own(FE_TOWARDZERO);
        const float_mode mine = mode_now();
        weft::scope([&](weft::task_scope& s) {
            for (const int rounding : {FE_UPWARD, FE_TONEAREST, FE_DOWNWARD, FE_TOWARDZERO}) spawn_under(&s, rounding);
            CHECK(weft::yield_local() == weft::yield_result::executed);
            CHECK(mode_now() == mine);
        });
        CHECK(mode_now() == mine);
        for (const int rounding : {FE_UPWARD, FE_TONEAREST, FE_DOWNWARD, FE_TOWARDZERO}) {
            spawn_under(nullptr, rounding);
            CHECK(weft::yield_now() == weft::yield_result::executed);
            CHECK(mode_now() == mine);
        }
    });
    CHECK(ran == 8);
    CHECK(wrong == 0);
}

TEST_CASE("float mode: flags that a caller has raised stay")
{
    weft::thread_pool pool{{.num_threads = 2}};
    std::feclearexcept(FE_ALL_EXCEPT);
    std::feraiseexcept(FE_UNDERFLOW);
    for (int round = 0; round < 50; ++round) {
        const under up(FE_UPWARD);
        pool.scope([](weft::task_scope& s) {
            for (int i = 0; i < 4; ++i) s.spawn([] { std::feraiseexcept(FE_DIVBYZERO); });
        });
        CHECK(std::fetestexcept(FE_UNDERFLOW) != 0);
    }
    std::feclearexcept(FE_ALL_EXCEPT);
}

TEST_CASE("float mode: the threads of a pool have that of its maker whenever they run nothing")
{
    const auto modes_at_the_end = [](auto&& use) {
        std::mutex lock;
        std::vector<float_mode> modes;
        {
            weft::thread_pool pool{{.num_threads = 4,
                                    .on_thread_start = [](std::size_t) { std::fesetround(FE_TOWARDZERO); },
                                    .on_thread_exit =
                                        [&](std::size_t) {
                                            const std::lock_guard hold(lock);
                                            modes.push_back(mode_now());
                                        }}};
            use(pool);
        }
        return modes;
    };
    const auto work = [](weft::thread_pool& pool) {
        const under up(FE_UPWARD, true);
        pool.broadcast([] { std::fesetround(FE_DOWNWARD); });
        pool.install([] { weft::par_range(0, 10'000).for_each([](int) { std::fesetround(FE_DOWNWARD); }); });
        pool.spawn([] { std::fesetround(FE_DOWNWARD); });
        // A thread that steps in for one that blocks.
        pool.broadcast([] { weft::blocking([] { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }); });
        std::fesetround(FE_UPWARD);
    };
    const float_mode usual = mode_now();
    CHECK(modes_at_the_end(work) == std::vector<float_mode>(4, usual));
    const under flushed(FE_TONEAREST, true);
    const float_mode makers = mode_now();
    CHECK(modes_at_the_end([&](weft::thread_pool& pool) {
              work(pool);
              std::thread([&] { work(pool); }).join();
          }) == std::vector<float_mode>(4, makers));
    CHECK((makers != usual) == can_flush);
}

TEST_CASE("float mode: a test_pool keeps it whatever the order")
{
    const auto failing = weft::find_failing_seed(test::scaled(200), [](weft::test_pool& pool) {
        bool right = true;
        const auto tree = [&](auto&& self, unsigned seed, int depth, float_mode mode) -> void {
            right = right && mode_now() == mode;
            if (depth == 0) return;
            std::mt19937 random(seed);
            const mode_number m(random() % 8);
            const unsigned below = static_cast<unsigned>(random());
            const under changed(m.rounding, m.flush);
            const float_mode here = mode_now();
            if (random() % 2 == 0) {
                weft::join([&] { self(self, below, depth - 1, here); },
                           [&] { self(self, below + 1, depth - 1, here); });
            } else {
                weft::scope([&](weft::task_scope& s) {
                    for (unsigned i = 0; i < 3; ++i) s.spawn([&, i] { self(self, below + i, depth - 1, here); });
                    s.spawn_fifo([&] { self(self, below, depth - 1, here); });
                });
            }
            weft::yield_now();
            right = right && mode_now() == here;
        };
        const float_mode usual = mode_now();
        pool.install([&] { tree(tree, 5, 4, usual); });
        return right && mode_now() == usual;
    });
    CHECK_FALSE(failing);
}
