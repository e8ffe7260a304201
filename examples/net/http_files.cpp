// examples/net/http_files.cpp - a server of files by HTTP/1.1, to be read in one sitting; and a client that tries it.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//     http_files FOLDER PORT    serves the files below the folder at that port of the loopback (0: a free one), until
//                               Ctrl-C
//     http_files                serves a folder of its own for a moment, and asks itself
//
// A task for each connection, as if there were nobody else. What the system has of a file in memory is read at once; where it
// would have to wait for a disk, weft::offload waits. Text is compressed for those who take it (gzip.hpp), by a parallel loop on
// the same threads. Nothing outside the folder is served: the system itself refuses a path that leaves it, by dots or by links.
//
// To see a page as a browser does: chromium --headless --no-sandbox --dump-dom http://127.0.0.1:PORT/
#include "http.hpp"
#include "http_file.hpp"
#ifdef WEFT_EXAMPLE_HAS_ZLIB
#include "gzip.hpp"
#endif

#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
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

// --- the server ------------------------------------------------------------------------------------------------------

weft::task<http::file_to_send> open(int folder, const std::string& path)
{
    auto found = http::open_below(folder, path, http::patience::only_cached);
    if (!found) {
        found = co_await weft::offload([&] { return http::open_below(folder, path, http::patience::may_block); });
    }
    co_return std::move(*found);
}

/// Takes what has been read off `what`.
weft::task<std::span<const std::byte>> read_piece(const http::open_file& file, std::span<std::byte> buffer,
                                                  http::part& what)
{
    const std::span<std::byte> into = buffer.first(std::min<std::uint64_t>(buffer.size(), what.end - what.begin));
    if (into.empty()) co_return into;
    auto n = http::read_at(file, into, what.begin, http::patience::only_cached);
    if (!n) {
        n = co_await weft::offload([&] { return http::read_at(file, into, what.begin, http::patience::may_block); });
    }
    // The head has promised more than there is now: all that can be done is to end the connection.
    if (*n == 0) throw std::runtime_error("a file has shrunk");
    what.begin += *n;
    co_return into.first(*n);
}

weft::task<> send_plain(net::tcp_stream& to, std::string_view head, const http::open_file& file, http::part what)
{
    constexpr std::size_t piece = 65'536;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(piece, what.end - what.begin));
    const std::span<const std::byte> first = co_await read_piece(file, buffer, what);
    const std::array<std::span<const std::byte>, 2> both{std::as_bytes(std::span(head)), first};
    co_await to.write_all(std::span<const std::span<const std::byte>>(both));
    while (what.begin != what.end) co_await to.write_all(co_await read_piece(file, buffer, what));
}

#ifdef WEFT_EXAMPLE_HAS_ZLIB
constexpr bool can_compress = true;

/// In chunks: how long it will be is not known before its end.
weft::task<> send_compressed(net::tcp_stream& to, std::string_view head, const http::open_file& file, http::part what)
{
    constexpr std::size_t piece = 8 * gzip::block_bytes;
    std::vector<std::byte> buffer(std::min<std::uint64_t>(piece, what.end - what.begin));
    gzip::member all;
    std::string text(head);
    while (what.begin != what.end) {
        const std::span<const std::byte> next = co_await read_piece(file, buffer, what);
        const std::string chunk = all.add(next, what.begin == what.end);
        text += http::chunk_head(chunk.size());
        const std::string_view end = what.begin == what.end ? "\r\n0\r\n\r\n" : "\r\n";
        const std::array<std::span<const std::byte>, 3> parts{
            std::as_bytes(std::span(text)), std::as_bytes(std::span(chunk)), std::as_bytes(std::span(end))};
        co_await to.write_all(std::span<const std::span<const std::byte>>(parts));
        text.clear();
    }
}
#else
constexpr bool can_compress = false;

weft::task<> send_compressed(net::tcp_stream&, std::string_view, const http::open_file&, http::part) { co_return; }
#endif

/// Answers one request; gives whether another may follow.
weft::task<bool> answer(net::tcp_stream& to, const std::string& head, int folder)
{
    constexpr std::uint64_t least_to_compress = 1024;
    const std::optional<http::request> request = http::parse_request(head);
    const std::optional<std::string> path = request ? http::path_of(request->target) : std::nullopt;
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
    const http::file_to_send found = co_await open(folder, *path);
    if (found.file.fd() < 0) {
        const std::string_view words = "there is no such file\n";
        std::string text = http::answer_head("404 Not Found", keeps_alive, words.size());
        if (!is_head) text += words;
        co_await to.write_all(text);
        co_return keeps_alive;
    }
    const std::uint64_t size = found.size;
    const std::optional<http::part> range = http::range_of(request->header("range"), size);
    if (range && range->begin == range->end) {
        const std::string lines = "Content-Range: bytes */" + std::to_string(size) + "\r\n";
        co_await to.write_all(http::answer_head("416 Range Not Satisfiable", keeps_alive, 0, lines));
        co_return keeps_alive;
    }
    const http::part what = range.value_or(http::part{0, size});
    const http::file_type type = http::type_of(*path);
    const bool may_be_compressed = can_compress && type.is_compressible && size >= least_to_compress;
    const bool is_compressed =
        may_be_compressed && !range && request->takes_chunks && http::accepts_gzip(request->header("accept-encoding"));
    std::string lines = "Accept-Ranges: bytes\r\nContent-Type: ";
    lines.append(type.name).append("\r\n");
    if (may_be_compressed) lines += "Vary: Accept-Encoding\r\n";
    if (is_compressed) lines += "Content-Encoding: gzip\r\n";
    if (range) {
        lines += "Content-Range: bytes " + std::to_string(what.begin) + "-" + std::to_string(what.end - 1) + "/" +
                 std::to_string(size) + "\r\n";
    }
    const std::optional<std::uint64_t> length = is_compressed ? std::nullopt : std::optional(what.end - what.begin);
    const std::string text = http::answer_head(range ? "206 Partial Content" : "200 OK", keeps_alive, length, lines);
    if (is_head) {
        co_await to.write_all(text);
    } else if (is_compressed) {
        co_await send_compressed(to, text, found.file, what);
    } else {
        co_await send_plain(to, text, found.file, what);
    }
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
                peer.set_nodelay(true);  // the pieces of a file are sent as they are
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
    bool is_compressed = false;
};

/// What a body means; nothing if it is not compressed as it should be.
std::optional<std::string> text_of(const http::reply& r, bool is_compressed)
{
    const auto coding = r.headers.find("content-encoding");
    if ((coding != r.headers.end()) != is_compressed) return std::nullopt;
    if (!is_compressed) return r.body;
#ifdef WEFT_EXAMPLE_HAS_ZLIB
    if (coding->second == "gzip") return gzip::text_of(r.body);
#endif
    return std::nullopt;
}

/// All on one connection, which must be kept.
weft::task<bool> ask_all(net::endpoint at, std::vector<expectation> all)
{
    net::tcp_stream stream = co_await net::tcp_stream::connect(at);
    http::connection server(std::move(stream));
    bool right = true;
    for (const expectation& e : all) {
        const std::string text = e.request + " HTTP/1.1\r\nHost: here\r\n" + e.header + "\r\n\r\n";
        const http::reply r = co_await http::ask(server, text);
        if (r.status == e.status && text_of(r, e.is_compressed && can_compress) == e.body) continue;
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
    std::string lines;
    for (int i = 0; lines.size() < 5'000'000; ++i) lines += std::to_string(i) + '\n';
    place.write("www/large.txt", lines);
    for (const std::size_t size : {1023u, 1024u, 131'072u, 131'073u}) {
        place.write(("www/" + std::to_string(size) + ".txt").c_str(), lines.substr(0, size));
    }
    std::filesystem::create_symlink("../secret.txt", place.path() / "www/way_out.txt");

    const http::open_file folder(::open((place.path() / "www").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
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
        {"GET /large.txt", 200, lines},
        {"GET /large.txt", 200, lines, "Accept-Encoding: gzip", true},
        {"GET /large.txt", 200, lines, "Accept-Encoding: br, GZip;q=0.5", true},
        {"GET /large.txt", 200, lines, "Accept-Encoding: *", true},
        {"GET /large.txt", 200, lines, "Accept-Encoding: gzip; q=0, *"},
        {"GET /large.txt", 200, lines, "Accept-Encoding: br, deflate"},
        {"GET /large.txt", 206, lines.substr(5, 10), "Accept-Encoding: gzip\r\nRange: bytes=5-14"},
        {"GET /1023.txt", 200, lines.substr(0, 1023), "Accept-Encoding: gzip"},
        {"GET /1024.txt", 200, lines.substr(0, 1024), "Accept-Encoding: gzip", true},
        {"GET /131072.txt", 200, lines.substr(0, 131'072), "Accept-Encoding: gzip", true},
        {"GET /131073.txt", 200, lines.substr(0, 131'073), "Accept-Encoding: gzip", true},
        {"GET /large.bin", 200, large, "Accept-Encoding: gzip"},
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
        const http::open_file folder(::open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC));
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
