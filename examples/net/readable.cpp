// examples/net/readable.cpp - waiting for descriptors that are no sockets: a pipe, and a timer of the system.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// weft::net::readable(fd) says when reading would not block; the reading is up to whoever waits. So any descriptor that
// the system can poll fits into a task: here a timer that beats, and a pipe to which each beat is written.
#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <fcntl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <system_error>
#include <utility>

namespace {

int checked(int result, const char* what)
{
    if (result < 0) throw std::system_error(errno, std::system_category(), what);
    return result;
}

class owned_fd {
public:
    explicit owned_fd(int fd) noexcept : fd_(fd) {}
    owned_fd(const owned_fd&) = delete;
    owned_fd& operator=(const owned_fd&) = delete;
    ~owned_fd() { close(); }
    void close() noexcept
    {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

/// All that comes from a pipe that does not block, up to its end.
weft::task<std::string> read_all(int fd)
{
    std::string all;
    std::array<char, 64> buffer;
    for (;;) {
        co_await weft::net::readable(fd);
        const ssize_t n = ::read(fd, buffer.data(), buffer.size());
        if (n == 0) co_return all;
        if (n > 0) all.append(buffer.data(), static_cast<std::size_t>(n));
        // Less than nothing: somebody else was faster, or it was a mistake. Wait again.
        if (n < 0 && errno != EAGAIN && errno != EINTR) checked(-1, "read");
    }
}

/// Writes a line for each beat, and closes the pipe after the last.
weft::task<std::uint64_t> write_beats(int timer, owned_fd& pipe, std::uint64_t count)
{
    std::uint64_t beats = 0;
    while (beats < count) {
        co_await weft::net::readable(timer);
        std::uint64_t missed = 0;  // how many there were since the last reading
        if (::read(timer, &missed, sizeof missed) < 0) continue;
        for (; missed > 0 && beats < count; --missed) {
            const std::string line = "beat " + std::to_string(++beats) + '\n';
            co_await weft::net::writable(pipe.get());
            checked(static_cast<int>(::write(pipe.get(), line.data(), line.size())), "write");
        }
    }
    pipe.close();
    co_return beats;
}

}  // namespace

int main()
{
    constexpr std::uint64_t count = 20;
    constexpr long millisecond = 1'000'000;
    try {
        int ends[2];
        checked(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), "pipe2");
        const owned_fd from(ends[0]);
        owned_fd to(ends[1]);
        const owned_fd timer(checked(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create"));
        const itimerspec every{{0, 2 * millisecond}, {0, millisecond}};
        checked(::timerfd_settime(timer.get(), 0, &every, nullptr), "timerfd_settime");

        const auto [text, beats] =
            weft::sync_wait(weft::when_all(read_all(from.get()), write_beats(timer.get(), to, count)));
        std::string expected;
        for (std::uint64_t i = 1; i <= count; ++i) expected += "beat " + std::to_string(i) + '\n';
        std::printf("%s%s\n", text.c_str(), text == expected ? "every beat came through" : "some are missing");
        return text == expected && beats == count ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
