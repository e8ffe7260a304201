// examples/net/service.cpp - a service that computes, on the threads that serve it; overload is refused at once.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     service PORT    serves at that port of the loopback, until Ctrl-C
//     service         serves itself for a moment, and asks more of itself than it can do
//
//     curl 'http://127.0.0.1:PORT/sort?count=1000000&seed=7'          sorts so many numbers, and tells about them
//     curl 'http://127.0.0.1:PORT/sort?count=1000000&seed=7&within=1' the same in a millisecond, or 504
//
// A request becomes a job in a bounded channel, from which two tasks take them; each runs its job as parallel loops on
// the pool. If the channel is full the answer is 503, at once: what would come too late anyway is never begun, and
// nothing grows without bound. A job whose time is over stops in the middle of its loop.
#include "http.hpp"

#include <weft/algorithm/par_sort.hpp>
#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/iter/collect.hpp>
#include <weft/iter/map.hpp>
#include <weft/iter/par_iter.hpp>
#include <weft/iter/range.hpp>
#include <weft/iter/reduce.hpp>
#include <weft/iter/stop.hpp>
#include <weft/net/net.hpp>

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace net = weft::net;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr std::size_t jobs_at_once = 2;
constexpr std::size_t jobs_waiting = 4;
constexpr std::uint64_t most_numbers = 10'000'000;

// --- what is computed ------------------------------------------------------------------------------------------------

struct question {
    std::uint64_t count = 0;
    std::uint64_t seed = 0;
    steady::time_point deadline{};
};

struct finding {
    std::uint64_t smallest = 0;
    std::uint64_t median = 0;
    std::uint64_t sum = 0;  // of the remainders by 1000
};

constexpr std::uint64_t number_of(std::uint64_t seed, std::uint64_t i)
{
    std::uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u ^ seed * 0xd1342543de82ef95u;
    x = (x ^ x >> 32) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 29;
}

/// Nothing: it was not done in time.
std::optional<finding> compute(const question& q)
{
    try {
        std::vector<std::uint64_t> numbers = weft::par_range(std::uint64_t{0}, q.count)
                                                 .map([&](std::uint64_t i) { return number_of(q.seed, i); })
                                                 .deadline(q.deadline)
                                                 .to_vector();
        if (steady::now() >= q.deadline) return std::nullopt;
        weft::par_sort(numbers);
        const std::uint64_t sum =
            weft::par_iter(numbers).map([](std::uint64_t x) { return x % 1000; }).deadline(q.deadline).sum();
        return finding{numbers.front(), numbers[numbers.size() / 2], sum};
    } catch (const weft::stopped&) {
        return std::nullopt;
    }
}

// --- the service -----------------------------------------------------------------------------------------------------

struct job {
    question what;
    weft::sender<std::optional<finding>> answer;
};

weft::task<> work(weft::receiver<job> jobs)
{
    while (auto j = co_await jobs.async_recv()) {
        std::optional<finding> found = compute(j->what);
        static_cast<void>(
            j->answer.try_send(std::move(found)));  // there is room for one; perhaps nobody waits any more
        co_await weft::async_yield();               // who has come meanwhile gets an answer
    }
}

/// The value of a parameter of the target, such as "count" in "/sort?count=3".
std::optional<std::uint64_t> parameter(std::string_view target, std::string_view name)
{
    std::size_t at = target.find('?');
    while (at != std::string_view::npos) {
        target.remove_prefix(at + 1);
        at = target.find('&');
        const std::string_view one = target.substr(0, at);
        if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
            return http::number(one.substr(name.size() + 1));
    }
    return std::nullopt;
}

std::optional<question> question_of(const http::request& r)
{
    constexpr std::uint64_t most_milliseconds = 10'000;
    if (r.method != "GET" || !r.target.starts_with("/sort?")) return std::nullopt;
    const auto count = parameter(r.target, "count");
    if (!count || *count == 0 || *count > most_numbers) return std::nullopt;
    const std::uint64_t within = std::min(parameter(r.target, "within").value_or(most_milliseconds), most_milliseconds);
    return question{*count, parameter(r.target, "seed").value_or(0), steady::now() + std::chrono::milliseconds(within)};
}

weft::task<std::optional<finding>> take(weft::receiver<std::optional<finding>> from)
{
    auto came = co_await from.async_recv();
    co_return came ? std::move(*came) : std::nullopt;
}

std::string text_of(const finding& f)
{
    return "smallest " + std::to_string(f.smallest) + "\nmedian " + std::to_string(f.median) + "\nsum " +
           std::to_string(f.sum) + "\n";
}

weft::task<std::string> answer(const http::request& r, const weft::sender<job>& jobs)
{
    const std::optional<question> q = question_of(r);
    if (!q) co_return http::answer("404 Not Found", r.keeps_alive, "ask for /sort?count=N&seed=N\n");
    auto [to_us, answers] = weft::bounded<std::optional<finding>>(1);
    if (!jobs.try_send(job{*q, std::move(to_us)}))
        co_return http::answer("503 Service Unavailable", r.keeps_alive, "too much to do\n", "Retry-After: 1\r\n");
    const auto found = co_await weft::with_deadline(take(std::move(answers)), q->deadline);
    if (!found || !*found) co_return http::answer("504 Gateway Timeout", r.keeps_alive, "not done in time\n");
    co_return http::answer("200 OK", r.keeps_alive, text_of(**found));
}

weft::task<> serve_connection(http::connection peer, weft::sender<job> jobs)
{
    constexpr auto patience = 10s;
    try {
        for (bool goes_on = true; goes_on;) {
            const auto head = co_await weft::with_timeout(peer.read_head(), patience);
            if (!head || !*head) co_return;
            const std::optional<http::request> r = http::parse_request(**head);
            goes_on = r && r->keeps_alive;
            std::string text = http::answer("400 Bad Request", false, "");
            if (r) text = co_await answer(*r, jobs);
            co_await peer.stream().write_all(text);
        }
    } catch (const http::connection::too_long&) {
    } catch (const std::exception&) {  // the other side is gone: so is this one
    }
}

/// Until the first of these signals.
weft::task<> serve(net::tcp_listener& listener)
{
    net::signal_set stop{SIGINT, SIGTERM};
    const auto body = [&](weft::async_task_scope& tasks) -> weft::task<> {
        auto [to_workers, jobs] = weft::bounded<job>(jobs_waiting);
        for (std::size_t i = 0; i < jobs_at_once; ++i) tasks.spawn(work(jobs));
        const auto accept_all = [&, &to = to_workers]() -> weft::task<> {
            for (;;) {
                net::tcp_stream peer = co_await listener.accept();
                tasks.spawn(serve_connection(http::connection(std::move(peer)), to));
            }
        };
        static_cast<void>(co_await weft::when_any(accept_all(), stop.next()));
        tasks.request_stop();
    };
    co_await weft::async_scope(body);
}

// --- the clients -----------------------------------------------------------------------------------------------------

weft::task<http::reply> ask(net::endpoint at, std::string target)
{
    net::tcp_stream stream = co_await net::tcp_stream::connect(at);
    http::connection server(std::move(stream));
    const std::string text = "GET " + target + " HTTP/1.1\r\nHost: here\r\n\r\n";
    http::reply r = co_await http::ask(server, text);
    co_return r;
}

/// The same by a plain loop.
finding expected(std::uint64_t count, std::uint64_t seed)
{
    std::vector<std::uint64_t> numbers(count);
    for (std::uint64_t i = 0; i < count; ++i) numbers[i] = number_of(seed, i);
    std::ranges::sort(numbers);
    std::uint64_t sum = 0;
    for (const std::uint64_t x : numbers) sum += x % 1000;
    return {numbers.front(), numbers[count / 2], sum};
}

weft::task<bool> try_all(net::endpoint at)
{
    constexpr std::uint64_t count = 200'000;
    const std::string body = text_of(expected(count, 7));
    const http::reply one = co_await ask(at, "/sort?count=" + std::to_string(count) + "&seed=7");
    bool right = one.status == 200 && one.body == body;

    const http::reply late = co_await ask(at, "/sort?count=10000000&within=1");
    const http::reply nonsense = co_await ask(at, "/sort?count=many");
    right = right && late.status == 504 && nonsense.status == 404;
    std::printf("answered: %d, in a millisecond: %d, nonsense: %d\n", one.status, late.status, nonsense.status);

    std::vector<weft::task<http::reply>> crowd;
    for (int i = 0; i < 100; ++i) crowd.push_back(ask(at, "/sort?count=" + std::to_string(count) + "&seed=7"));
    const std::vector<http::reply> replies = co_await weft::when_all(std::move(crowd));
    const auto done = std::ranges::count(replies, 200, &http::reply::status);
    const auto refused = std::ranges::count(replies, 503, &http::reply::status);
    right = right && done > 0 && refused > 0 && done + refused == std::ssize(replies);
    right =
        right && std::ranges::all_of(replies, [&](const http::reply& r) { return r.status != 200 || r.body == body; });
    std::printf("of %zd at once: %td done, %td refused\n", std::ssize(replies), done, refused);
    ::kill(::getpid(), SIGTERM);
    co_return right;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
        auto listener = net::tcp_listener::bind(net::endpoint("127.0.0.1", port));
        std::printf("listening at http://%s/\n", listener.local_endpoint().to_string().c_str());
        if (argc > 1) {
            weft::sync_wait(serve(listener));
            return EXIT_SUCCESS;
        }
        const auto both = [&]() -> weft::task<bool> {
            const auto result = co_await weft::when_all(serve(listener), try_all(listener.local_endpoint()));
            co_return result;
        };
        return weft::sync_wait(both()) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
