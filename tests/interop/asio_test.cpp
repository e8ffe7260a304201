// tests/interop/asio_test.cpp - Asio's operations in weft's tasks, Asio's handlers on weft's pools.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <weft/async/async.hpp>
#include <weft/interop/asio.hpp>
#include <weft/weft.hpp>

#include "../pool/watchdog.hpp"
#include "test.hpp"

#include <asio.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

/// An io_context that a thread runs.
class running_context {
public:
    running_context() : work_(asio::make_work_guard(io_)), thread_([this] { io_.run(); }) {}
    ~running_context()
    {
        work_.reset();
        thread_.join();
    }
    asio::io_context& operator*() noexcept { return io_; }

private:
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::thread thread_;
};

/// Calls its handler at once, with what it is asked to.
template <class Signature, class Token, class... Values>
auto async_give(Token&& token, Values... values)
{
    return asio::async_initiate<Token, Signature>(
        [](auto handler, Values... each) { std::move(handler)(std::move(each)...); }, token, std::move(values)...);
}

weft::task<std::pair<tcp::socket, tcp::socket>> connected_pair(asio::io_context& io)
{
    tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    tcp::socket one(io);
    tcp::socket other = co_await weft::when_all(one.async_connect(acceptor.local_endpoint(), weft::use_weft),
                                                acceptor.async_accept(weft::use_weft));
    co_return std::pair(std::move(one), std::move(other));
}

}  // namespace

TEST_CASE("asio: an operation is a task, whose value is what its handler gets")
{
    const test::watchdog dog("an operation of Asio", 60s);
    CHECK(weft::sync_wait(async_give<void(int)>(weft::use_weft, 5)) == 5);
    weft::sync_wait(async_give<void()>(weft::use_weft));
    CHECK(weft::sync_wait(async_give<void(int, std::string)>(weft::use_weft, 5, std::string("five"))) ==
          std::tuple(5, std::string("five")));
    CHECK(weft::sync_wait(async_give<void(asio::error_code, int)>(weft::use_weft, asio::error_code(), 6)) == 6);
    CHECK(*weft::sync_wait(async_give<void(std::exception_ptr, std::unique_ptr<int>)>(
              weft::use_weft, std::exception_ptr(), std::make_unique<int>(7))) == 7);
}

TEST_CASE("asio: an error is thrown, with its code or as what it is")
{
    const test::watchdog dog("an error of Asio", 60s);
    try {
        weft::sync_wait(async_give<void(asio::error_code)>(weft::use_weft, asio::error_code(asio::error::fault)));
        FAIL("nothing was thrown");
    } catch (const std::system_error& e) {
        CHECK(e.code() == asio::error::fault);
        CHECK(std::string_view(e.what()).find("use_weft") != std::string_view::npos);
    }
    CHECK_THROWS_AS(weft::sync_wait(async_give<void(std::exception_ptr)>(
                        weft::use_weft, std::make_exception_ptr(std::out_of_range("mine")))),
                    std::out_of_range);
    // What nobody has asked to stop was not stopped.
    CHECK_THROWS_AS(weft::sync_wait(async_give<void(asio::error_code)>(
                        weft::use_weft, asio::error_code(asio::error::operation_aborted))),
                    std::system_error);
    running_context io;
    tcp::socket lonely(*io);
    tcp::endpoint nobody;
    {
        const tcp::acceptor gone(*io, {asio::ip::address_v4::loopback(), 0});
        nobody = gone.local_endpoint();
    }
    CHECK_THROWS_AS(weft::sync_wait(lonely.async_connect(nobody, weft::use_weft)), std::system_error);
}

namespace {

/// Can be moved so many times, then throws.
struct fragile {
    explicit fragile(int n) noexcept : moves(n) {}
    fragile(fragile&& other) : moves(other.moves - 1)
    {
        if (moves < 0) throw std::length_error("no more");
    }
    fragile& operator=(fragile&&) = delete;
    int moves;
};

}  // namespace

TEST_CASE("asio: a result whose move throws ends the task with that")
{
    const test::watchdog dog("a result whose move throws", 60s);
    int threw = 0;
    for (int n = 0; n < 20; ++n) {
        try {
            weft::sync_wait(async_give<void(fragile)>(weft::use_weft, fragile(n)));
        } catch (const std::length_error&) {
            ++threw;
        }
    }
    CHECK(threw > 3);
    CHECK(threw < 20);
}

#ifdef ASIO_HAS_CO_AWAIT  // not with Clang 14
TEST_CASE("asio: an std::exception_ptr that says that it was cancelled is a stop if that was asked for")
{
    const test::watchdog dog("a coroutine of Asio's is stopped", 60s);
    running_context io;
    const auto sleeps = []() -> asio::awaitable<void> {
        asio::steady_timer timer(co_await asio::this_coro::executor, 1h);
        co_await timer.async_wait(asio::use_awaitable);
    };
    const auto waits = [&](asio::io_context& context) -> weft::task<bool> {
        co_return co_await weft::with_timeout(asio::co_spawn(context, sleeps(), weft::use_weft), 5ms);
    };
    CHECK(!weft::sync_wait(waits(*io)));
}
#endif

TEST_CASE("asio: sockets and timers of Asio in tasks")
{
    const test::watchdog dog("sockets of Asio", 120s);
    running_context io;
    const auto talk = [](asio::io_context& context) -> weft::task<std::string> {
        auto [one, other] = co_await connected_pair(context);
        std::string heard;
        for (int i = 0; i < 50; ++i) {
            co_await asio::async_write(one, asio::buffer("hello", 5), weft::use_weft);
            std::array<char, 5> five{};
            const std::size_t got = co_await asio::async_read(other, asio::buffer(five), weft::use_weft);
            heard.append(five.data(), got);
        }
        asio::steady_timer timer(context, 5ms);
        const auto began = std::chrono::steady_clock::now();
        co_await timer.async_wait(weft::use_weft);
        heard += std::chrono::steady_clock::now() - began >= 4ms ? '.' : '?';
        co_return heard;
    };
    const std::string heard = weft::sync_wait(talk(*io));
    CHECK(heard.size() == 251);
    CHECK(heard.back() == '.');
}

TEST_CASE("asio: a stop cancels the operation, which then has not happened")
{
    const test::watchdog dog("a stop in Asio", 120s);
    running_context io;
    const auto waits = [](asio::io_context& context) -> weft::task<bool> {
        asio::steady_timer timer(context, 1h);
        co_return co_await weft::with_timeout(timer.async_wait(weft::use_weft), 5ms);
    };
    CHECK(!weft::sync_wait(waits(*io)));
    const auto reads = [](asio::io_context& context) -> weft::task<std::string> {
        auto [one, other] = co_await connected_pair(context);
        std::array<char, 3> three{};
        const auto nothing =
            co_await weft::with_timeout(other.async_read_some(asio::buffer(three), weft::use_weft), 5ms);
        if (nothing) co_return "something";
        co_await asio::async_write(one, asio::buffer("abc", 3), weft::use_weft);
        const std::size_t got = co_await asio::async_read(other, asio::buffer(three), weft::use_weft);
        co_return std::string(three.data(), got);  // nothing was lost
    };
    CHECK(weft::sync_wait(reads(*io)) == "abc");
    // Asked before it begins.
    const auto late = [](asio::io_context& context) -> weft::task<bool> {
        asio::steady_timer timer(context, 1h);
        co_return co_await weft::with_timeout(timer.async_wait(weft::use_weft), 0ms);
    };
    CHECK(!weft::sync_wait(late(*io)));
    // Asked while it ends by itself: each time it ends, one way or the other.
    const auto race = [](asio::io_context& context) -> weft::task<int> {
        int in_time = 0;
        for (int i = 0; i < 200; ++i) {
            asio::steady_timer timer(context, 200us);
            const bool done = co_await weft::with_timeout(timer.async_wait(weft::use_weft), 200us);
            in_time += done ? 1 : 0;
        }
        co_return in_time;
    };
    CHECK(weft::sync_wait(race(*io)) <= 200);
    // The loser of a when_any.
    const auto first = [](asio::io_context& context) -> weft::task<std::size_t> {
        asio::steady_timer quick(context, 1ms);
        asio::steady_timer slow(context, 1h);
        const auto which = co_await weft::when_any(slow.async_wait(weft::use_weft), quick.async_wait(weft::use_weft));
        co_return which.index();
    };
    CHECK(weft::sync_wait(first(*io)) == 1);
}

TEST_CASE("asio: what an io_context leaves behind ends with an error")
{
    const test::watchdog dog("the end of an io_context", 60s);
    weft::thread_pool pool({.num_threads = 2});
    auto io = std::make_unique<asio::io_context>();
    std::latch begun(1);
    const auto keep = [&](auto handler) {
        asio::post(*io, std::move(handler));
        begun.count_down();
    };
    auto waiting = pool.spawn(asio::async_initiate<const weft::use_weft_t&, void()>(keep, weft::use_weft));
    begun.wait();
    io.reset();  // nobody has run it: the handler is never called
    CHECK_THROWS_AS(waiting.get(), std::system_error);
}

TEST_CASE("asio: a pool runs handlers, and a strand over it one at a time, in order")
{
    const test::watchdog dog("handlers on a pool", 120s);
    weft::thread_pool pool({.num_threads = 3});
    const weft::asio_executor executor(pool);
    CHECK(executor == weft::asio_executor(pool));
    weft::thread_pool another({.num_threads = 1});
    CHECK(executor != weft::asio_executor(another));

    const std::size_t count = test::scaled(20'000);
    std::atomic<std::size_t> ran{0};
    std::atomic<std::size_t> outside{0};
    for (std::size_t i = 0; i < count; ++i) {
        asio::post(executor, [&, owner = std::make_unique<int>(1)] {
            if (!weft::current_thread_index()) outside.fetch_add(1);
            ran.fetch_add(static_cast<std::size_t>(*owner));
        });
    }
    while (ran.load() != count) std::this_thread::yield();
    CHECK(outside.load() == 0);

    auto strand = asio::make_strand(executor);
    std::size_t next = 0;  // guarded by the strand
    std::size_t out_of_order = 0;
    std::promise<void> all;
    for (std::size_t i = 0; i < count; ++i) {
        asio::post(strand, [&, i] {
            if (next++ != i) ++out_of_order;
            if (next == count) all.set_value();
        });
    }
    all.get_future().wait();
    CHECK(out_of_order == 0);
}

TEST_CASE("asio: timers made with a pool, any_io_executor, dispatch and futures")
{
    const test::watchdog dog("the rest of Asio", 120s);
    weft::thread_pool pool({.num_threads = 2});
    asio::steady_timer timer(weft::asio_executor(pool), 2ms);
    std::promise<bool> fired;
    timer.async_wait(
        [&](asio::error_code error) { fired.set_value(!error && weft::current_thread_index().has_value()); });
    CHECK(fired.get_future().get());
    const asio::any_io_executor any = weft::asio_executor(pool);
    CHECK(asio::post(any, asio::use_future([] { return 6; })).get() == 6);
    std::promise<bool> dispatched;
    asio::dispatch(weft::asio_executor(pool), [&] { dispatched.set_value(weft::current_thread_index().has_value()); });
    CHECK(dispatched.get_future().get());
    // Awaited by a task, whose timer is the pool's.
    const auto waits = [](weft::asio_executor on) -> weft::task<int> {
        asio::steady_timer own(on, 1ms);
        co_await own.async_wait(weft::use_weft);
        co_return 9;
    };
    CHECK(weft::sync_wait(pool, waits(weft::asio_executor(pool))) == 9);
}

TEST_CASE("asio: an exception of a handler goes to on_unhandled")
{
    const test::watchdog dog("an exception of a handler", 60s);
    std::promise<std::string> told;
    weft::thread_pool pool({.num_threads = 1, .on_unhandled = [&](std::exception_ptr error) {
                                try {
                                    std::rethrow_exception(std::move(error));
                                } catch (const std::exception& e) {
                                    told.set_value(e.what());
                                }
                            }});
    asio::post(weft::asio_executor(pool), [] { throw std::runtime_error("mine"); });
    CHECK(told.get_future().get() == "mine");
}
