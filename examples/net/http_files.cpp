// examples/net/http_files.cpp - a server of files by HTTP/1.1, to be read in one sitting; and a client that tries it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     http_files FOLDER PORT    serves the files below the folder at that port of the loopback (0: a free one), until
//                               Ctrl-C
//     http_files                serves a folder of its own for a moment, and asks itself
//
// A task for each connection, as if there were nobody else. Files are read by weft::offload, as the system may block
// there. Nothing outside the folder is served: the system itself refuses a path that leaves it, by dots or by links.
#include "http.hpp"

#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
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
using namespace std::chrono_literals;

class open_file {
public:
    open_file() = default;
    explicit open_file(int fd) noexcept : fd_(fd) {}
    open_file(open_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    open_file& operator=(open_file&&) = delete;
    ~open_file()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_ = -1;
};

// --- which file, and which part of it --------------------------------------------------------------------------------

/// The path that a target means, relative to the folder. Nothing: it is malformed.
std::optional<std::string> path_of(std::string_view target)
{
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    };
    if (!target.starts_with('/')) return std::nullopt;
    target = target.substr(0, target.find('?'));
    std::string path = ".";
    for (std::size_t i = 0; i < target.size(); ++i) {
        char c = target[i];
        if (c == '%') {
            if (i + 2 >= target.size() || digit(target[i + 1]) < 0 || digit(target[i + 2]) < 0) return std::nullopt;
            c = static_cast<char>(digit(target[i + 1]) * 16 + digit(target[i + 2]));
            i += 2;
        }
        if (c == '\0') return std::nullopt;
        path += c;
    }
    if (path.ends_with('/')) path += "index.html";
    return path;
}

struct file_to_send {
    open_file file;
    std::uint64_t size = 0;
};

/// Nothing: there is no such file, or it is none that may be read.
std::optional<file_to_send> open_below(int folder, const std::string& path)
{
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;  // a pipe does not block
    how.resolve = RESOLVE_BENEATH;
    open_file file(static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
    struct stat about{};
    if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
    return file_to_send{std::move(file), static_cast<std::uint64_t>(about.st_size)};
}

struct part {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// What a header "Range" asks for of so many bytes. A part that is empty: there is no such. Nothing: all of it, as for
/// ranges that are malformed, or several, which a server may take for none.
std::optional<part> range_of(std::string_view range, std::uint64_t size)
{
    constexpr std::string_view unit = "bytes=";
    if (!range.starts_with(unit)) return std::nullopt;
    range.remove_prefix(unit.size());
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = http::number(range.substr(0, dash));
    const auto last = http::number(range.substr(dash + 1));
    if (dash == 0) {  // so many at the end
        if (!last) return std::nullopt;
        return part{size - std::min(*last, size), size};
    }
    if (!first || (!last && dash + 1 != range.size()) || (last && *last < *first)) return std::nullopt;
    if (*first >= size) return part{};
    return part{*first, last ? std::min(*last, size - 1) + 1 : size};
}

std::string_view type_of(std::string_view path)
{
    constexpr std::pair<std::string_view, std::string_view> types[] = {{".html", "text/html; charset=utf-8"},
                                                                       {".txt", "text/plain; charset=utf-8"},
                                                                       {".css", "text/css"},
                                                                       {".js", "text/javascript"},
                                                                       {".png", "image/png"},
                                                                       {".svg", "image/svg+xml"}};
    for (const auto& [ending, type] : types) {
        if (path.ends_with(ending)) return type;
    }
    return "application/octet-stream";
}

// --- the server ------------------------------------------------------------------------------------------------------

weft::task<> send_part(net::tcp_stream& to, const open_file& file, part what)
{
    constexpr std::size_t piece = 65'536;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(piece, what.end - what.begin));
    while (what.begin != what.end) {
        const std::size_t most = std::min<std::uint64_t>(buffer.size(), what.end - what.begin);
        const ssize_t n = co_await weft::offload(
            [&] { return ::pread(file.fd(), buffer.data(), most, static_cast<off_t>(what.begin)); });
        // The head has promised more than there is now: all that can be done is to end the connection.
        if (n <= 0) throw std::runtime_error("a file has shrunk");
        co_await to.write_all(std::span<const std::byte>(buffer).first(static_cast<std::size_t>(n)));
        what.begin += static_cast<std::uint64_t>(n);
    }
}

/// Answers one request; gives whether another may follow.
weft::task<bool> answer(net::tcp_stream& to, const std::string& head, int folder)
{
    const std::optional<http::request> request = http::parse_request(head);
    const std::optional<std::string> path = request ? path_of(request->target) : std::nullopt;
    if (!path) {
        co_await to.write_all(http::answer("400 Bad Request", false, "this is no request\n"));
        co_return false;
    }
    const bool keeps_alive = request->keeps_alive;
    const bool is_head = request->method == "HEAD";
    if (!is_head && request->method != "GET") {
        co_await to.write_all(http::answer("405 Method Not Allowed", keeps_alive, "", "Allow: GET, HEAD\r\n"));
        co_return keeps_alive;
    }
    const std::optional<file_to_send> found = co_await weft::offload([&] { return open_below(folder, *path); });
    if (!found) {
        const std::string_view words = "there is no such file\n";
        std::string text = http::answer_head("404 Not Found", keeps_alive, words.size());
        if (!is_head) text += words;
        co_await to.write_all(text);
        co_return keeps_alive;
    }
    const std::uint64_t size = found->size;
    const std::optional<part> range = range_of(request->header("range"), size);
    if (range && range->begin == range->end) {
        const std::string lines = "Content-Range: bytes */" + std::to_string(size) + "\r\n";
        co_await to.write_all(http::answer_head("416 Range Not Satisfiable", keeps_alive, 0, lines));
        co_return keeps_alive;
    }
    const part what = range.value_or(part{0, size});
    std::string lines = "Accept-Ranges: bytes\r\nContent-Type: ";
    lines.append(type_of(*path)).append("\r\n");
    if (range) {
        lines += "Content-Range: bytes " + std::to_string(what.begin) + "-" + std::to_string(what.end - 1) + "/" +
                 std::to_string(size) + "\r\n";
    }
    const std::string text =
        http::answer_head(range ? "206 Partial Content" : "200 OK", keeps_alive, what.end - what.begin, lines);
    co_await to.write_all(text);
    if (!is_head) co_await send_part(to, found->file, what);
    co_return keeps_alive;
}

weft::task<> serve_connection(http::connection peer, int folder)
{
    constexpr auto patience = 10s;  // a client that sends a byte now and then has the connection no longer than that
    try {
        bool goes_on = true;
        while (goes_on) {
            auto head = co_await weft::with_timeout(peer.read_head(), patience);
            if (!head || !*head) co_return;
            goes_on = co_await answer(peer.stream(), **head, folder);
        }
    } catch (const http::connection::too_long&) {
        // Who sends so much does not listen yet.
    } catch (const std::runtime_error&) {  // the other side is gone: so is this one
    }
}

/// Until the first of these signals.
weft::task<> serve(net::tcp_listener& listener, int folder)
{
    net::signal_set stop{SIGINT, SIGTERM};
    const auto body = [&](weft::async_task_scope& connections) -> weft::task<> {
        const auto accept_all = [&]() -> weft::task<> {
            for (;;) {
                net::tcp_stream peer = co_await listener.accept();
                peer.set_nodelay(true);  // a head and a body are two pieces
                connections.spawn(serve_connection(http::connection(std::move(peer)), folder));
            }
        };
        static_cast<void>(co_await weft::when_any(accept_all(), stop.next()));
        connections.request_stop();
    };
    co_await weft::async_scope(body);
}

// --- the client ------------------------------------------------------------------------------------------------------

struct expectation {
    std::string request;
    int status;
    std::string body;
    std::string header = "X-Nothing: 1";
};

/// All on one connection, which must be kept.
weft::task<bool> ask_all(net::endpoint at, std::vector<expectation> all)
{
    net::tcp_stream stream = co_await net::tcp_stream::connect(at);
    http::connection server(std::move(stream));
    bool right = true;
    for (const expectation& e : all) {
        const std::string text = e.request + " HTTP/1.1\r\nHost: here\r\n" + e.header + "\r\n\r\n";
        const http::reply r = co_await http::ask(server, text);
        if (r.status == e.status && r.body == e.body) continue;
        std::printf("%s: %d and %zu bytes in place of %d and %zu\n", text.c_str(), r.status, r.body.size(), e.status,
                    e.body.size());
        right = false;
    }
    co_return right;
}

weft::task<bool> ask_once(net::endpoint at, std::string text, int status)
{
    net::tcp_stream stream = co_await net::tcp_stream::connect(at);
    http::connection server(std::move(stream));
    const http::reply r = co_await http::ask(server, text);
    if (r.status != status) std::printf("%s: %d in place of %d\n", text.c_str(), r.status, status);
    co_return r.status == status;
}

class folder_of_its_own {
public:
    folder_of_its_own()
    {
        std::string name = std::filesystem::temp_directory_path() / "weft_http_XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::system_category(), "mkdtemp");
        path_ = name;
    }
    folder_of_its_own(const folder_of_its_own&) = delete;
    folder_of_its_own& operator=(const folder_of_its_own&) = delete;
    ~folder_of_its_own()
    {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    void write(const char* name, std::string_view text) const
    {
        std::filesystem::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

bool check_itself()
{
    const folder_of_its_own place;
    std::string large;
    for (int i = 0; large.size() < 300'000; ++i) large += std::to_string(i) + '\n';
    place.write("secret.txt", "not yours\n");
    place.write("www/index.html", "<p>hello</p>\n");
    place.write("www/a b.txt", "with a space\n");
    place.write("www/large.bin", large);
    place.write("www/empty", "");
    std::filesystem::create_symlink("../secret.txt", place.path() / "www/way_out.txt");

    const open_file folder(::open((place.path() / "www").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto listener = net::tcp_listener::bind(net::endpoint("127.0.0.1", 0));
    const net::endpoint at = listener.local_endpoint();
    const std::string missing = "there is no such file\n";
    const std::vector<expectation> all = {
        {"GET /", 200, "<p>hello</p>\n"},
        {"HEAD /large.bin", 200, ""},
        {"GET /large.bin", 200, large},
        {"GET /large.bin", 206, large.substr(0, 1), "Range: bytes=0-0"},
        {"GET /large.bin", 206, large.substr(70'000, 130'000), "Range: bytes=70000-199999"},
        {"GET /large.bin", 206, large.substr(large.size() - 10), "Range: bytes=-10"},
        {"GET /large.bin", 206, large.substr(299'990), "Range: bytes=299990-"},
        {"GET /large.bin", 200, large, "Range: bytes=9-1"},
        {"GET /large.bin", 416, "", "Range: bytes=1000000-"},
        {"GET /empty", 200, ""},
        {"GET /empty", 416, "", "Range: bytes=0-"},
        {"GET /a%20b.txt?x=y", 200, "with a space\n"},
        {"GET /nothing", 404, missing},
        {"HEAD /nothing", 404, ""},
        {"GET /../secret.txt", 404, missing},
        {"GET /%2e%2e/secret.txt", 404, missing},
        {"GET /way_out.txt", 404, missing},
        {"GET //etc/passwd", 404, missing},
        {"DELETE /", 405, ""},
    };
    const auto client = [&]() -> weft::task<bool> {
        bool right = co_await ask_all(at, all);
        for (const char* const text :
             {"nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
              "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n."}) {
            right = co_await ask_once(at, text, 400) && right;
        }
        right = co_await ask_once(at, "GET / HTTP/1.0\r\n\r\n", 200) && right;
        ::kill(::getpid(), SIGTERM);
        co_return right;
    };
    const auto both = [&]() -> weft::task<bool> {
        const auto result = co_await weft::when_all(serve(listener, folder.fd()), client());
        co_return result;
    };
    return weft::sync_wait(both());
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        if (argc < 3) {
            const bool right = check_itself();
            std::printf("%s\n", right ? "every answer was right" : "a wrong answer");
            return right ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        const open_file folder(::open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (folder.fd() < 0) throw std::system_error(errno, std::system_category(), argv[1]);
        auto listener =
            net::tcp_listener::bind(net::endpoint("127.0.0.1", static_cast<std::uint16_t>(std::atoi(argv[2]))));
        std::printf("listening at http://%s/\n", listener.local_endpoint().to_string().c_str());
        std::fflush(stdout);
        weft::sync_wait(serve(listener, folder.fd()));
        return EXIT_SUCCESS;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
