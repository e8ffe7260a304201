// examples/net/chat.cpp - a room in which everybody gets what anybody says; who does not listen is shown out.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     chat PORT    serves at that port of the loopback, until Ctrl-C; talk by `nc 127.0.0.1 PORT`
//     chat         serves itself for a moment: four who listen, one who does not
//
// Each member has a bounded channel of lines, and two tasks: one reads what it says and puts that into the channels of
// all, the other writes what is in its own. Nobody waits for a member that is slow: try_send either finds room, or the
// member is dropped. Its connection is closed, which ends both of its tasks, wherever they wait.
#include <weft/async/async.hpp>
#include <weft/channel/channel.hpp>
#include <weft/net/net.hpp>

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

namespace net = weft::net;

using line = std::shared_ptr<const std::string>;

constexpr std::size_t most_waiting = 64;  // lines that a member may be behind
constexpr std::size_t longest = 4096;     // of a line
constexpr int room_in_system =
    16 * 1024;  // what a member does not read is to be noticed before megabytes lie in the system

/// Takes lines off a stream.
class line_reader {
public:
    explicit line_reader(net::tcp_stream& from) noexcept : from_(&from) {}

    /// With its end; nothing at the end of the stream. Throws std::length_error for one that is too long.
    weft::task<std::optional<std::string>> next()
    {
        std::array<std::byte, 1024> piece;
        for (;;) {
            if (const std::size_t end = come_.find('\n'); end != std::string::npos) {
                std::string one = come_.substr(0, end + 1);
                come_.erase(0, end + 1);
                co_return one;
            }
            if (come_.size() > longest) throw std::length_error("a line without an end");
            const std::size_t n = co_await from_->read_some(piece);
            if (n == 0) co_return std::nullopt;
            come_.append(reinterpret_cast<const char*>(piece.data()), n);
        }
    }

private:
    net::tcp_stream* from_;
    std::string come_;
};

class chat_room {
    struct member {
        weft::sender<line> to;
        net::tcp_stream& stream;
    };

public:
    /// Somebody is in the room as long as this is there.
    class membership {
    public:
        membership(chat_room& room, weft::sender<line> to, net::tcp_stream& stream) : room_(room)
        {
            static const line welcome = std::make_shared<const std::string>("welcome\n");
            static_cast<void>(to.try_send(welcome));
            const std::lock_guard hold(room_.lock_);
            place_ = room_.members_.insert(room_.members_.end(), member{std::move(to), stream});
        }
        membership(const membership&) = delete;
        membership& operator=(const membership&) = delete;
        ~membership()
        {
            const std::lock_guard hold(room_.lock_);
            room_.members_.erase(place_);
        }

    private:
        chat_room& room_;
        std::list<member>::iterator place_;
    };

    /// Never waits: the lock is held for as long as it takes to put a pointer into each channel.
    void say(const line& what)
    {
        const std::lock_guard hold(lock_);
        for (const member& m : members_) {
            if (!m.to.try_send(what).full()) continue;
            m.to.close();
            m.stream.close();  // its tasks wake up, and leave
            dropped_.fetch_add(1);
        }
    }
    [[nodiscard]] int dropped() const noexcept { return dropped_.load(); }

private:
    std::mutex lock_;
    std::list<member> members_;
    std::atomic<int> dropped_{0};
};

weft::task<> listen_to(net::tcp_stream& member, chat_room& room)
{
    line_reader lines(member);
    while (auto one = co_await lines.next()) room.say(std::make_shared<const std::string>(std::move(*one)));
}

weft::task<> tell(net::tcp_stream& member, weft::receiver<line> lines)
{
    while (const auto one = co_await lines.async_recv()) co_await member.write_all(std::string_view(**one));
}

weft::task<> serve_member(net::tcp_stream stream, chat_room& room)
{
    auto [to, lines] = weft::bounded<line>(most_waiting);
    const chat_room::membership mine(room, std::move(to), stream);
    try {
        static_cast<void>(co_await weft::when_any(listen_to(stream, room), tell(stream, std::move(lines))));
    } catch (const std::exception&) {  // gone, shown out, or what it said was no line
    }
}

/// Until the first of these signals.
weft::task<> serve(net::tcp_listener& listener, chat_room& room)
{
    net::signal_set stop{SIGINT, SIGTERM};
    const auto body = [&](weft::async_task_scope& members) -> weft::task<> {
        const auto accept_all = [&]() -> weft::task<> {
            for (;;) {
                net::tcp_stream member = co_await listener.accept();
                member.set_nodelay(true);
                ::setsockopt(member.native_handle(), SOL_SOCKET, SO_SNDBUF, &room_in_system, sizeof room_in_system);
                members.spawn(serve_member(std::move(member), room));
            }
        };
        static_cast<void>(co_await weft::when_any(accept_all(), stop.next()));
        members.request_stop();
    };
    co_await weft::async_scope(body);
}

// --- a visit to the room ---------------------------------------------------------------------------------------------

std::string text_of(int number)
{
    constexpr std::size_t length = 1000;
    std::string text = std::to_string(number) + ' ';
    text.resize(length, '.');
    return text + '\n';
}

weft::task<net::tcp_stream> enter(net::endpoint at)
{
    constexpr std::string_view welcome = "welcome\n";
    net::tcp_stream stream = co_await net::tcp_stream::connect(at);
    stream.set_nodelay(true);
    std::array<std::byte, welcome.size()> greeting;
    co_await stream.read_exact(greeting);
    co_return stream;
}

/// Hears every line, in order, up to the end.
weft::task<> hear_all(net::tcp_stream& from, weft::async_semaphore& heard)
{
    line_reader lines(from);
    for (int number = 0;; ++number) {
        const std::optional<std::string> one = co_await lines.next();
        if (one == "end\n") co_return;
        if (one != text_of(number)) throw std::runtime_error("a line is missing");
        heard.release();
    }
}

/// Talks until the one that does not listen has been shown out; never further ahead of the others than they may be
/// behind.
weft::task<> talk(net::tcp_stream& to, weft::async_semaphore& heard, std::size_t listeners, const chat_room& room)
{
    constexpr int most_rounds = 1000;
    constexpr std::size_t at_once = most_waiting / 4;
    int number = 0;
    for (int round = 0; round < most_rounds && room.dropped() == 0; ++round) {
        for (std::size_t i = 0; i < at_once; ++i) {
            const std::string text = text_of(number++);
            co_await to.write_all(text);
        }
        for (std::size_t i = 0; i < at_once * listeners; ++i) co_await heard.acquire();
    }
    co_await to.write_all("end\n");
    std::printf("said %d lines\n", number);
}

weft::task<bool> visit(net::endpoint at, const chat_room& room)
{
    constexpr std::size_t listeners = 4;
    std::vector<net::tcp_stream> streams;
    for (std::size_t i = 0; i < listeners; ++i) {
        net::tcp_stream stream = co_await enter(at);
        streams.push_back(std::move(stream));
    }
    net::tcp_stream sleeper = co_await enter(at);
    ::setsockopt(sleeper.native_handle(), SOL_SOCKET, SO_RCVBUF, &room_in_system, sizeof room_in_system);
    weft::async_semaphore heard(0);
    std::vector<weft::task<>> all;
    all.push_back(talk(streams.front(), heard, listeners, room));
    for (net::tcp_stream& stream : streams) all.push_back(hear_all(stream, heard));
    co_await weft::when_all(std::move(all));

    std::size_t late = 0;  // what the system had kept for the sleeper
    std::array<std::byte, 4096> piece;
    while (const std::size_t n = co_await sleeper.read_some(piece)) late += n;
    std::printf("the one who slept was shown out, and finds %zu bytes\n", late);
    ::kill(::getpid(), SIGTERM);
    co_return room.dropped() == 1;
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        const auto port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
        auto listener = net::tcp_listener::bind(net::endpoint("127.0.0.1", port));
        chat_room room;
        std::printf("listening at %s\n", listener.local_endpoint().to_string().c_str());
        if (argc > 1) {
            weft::sync_wait(serve(listener, room));
            return EXIT_SUCCESS;
        }
        const auto both = [&]() -> weft::task<bool> {
            const auto result = co_await weft::when_all(serve(listener, room), visit(listener.local_endpoint(), room));
            co_return result;
        };
        return weft::sync_wait(both()) ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
