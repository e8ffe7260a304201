// examples/net/http.hpp - connections by HTTP/1.1, of who serves and of who asks.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "http_message.hpp"

#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace http {

/// A connection on which requests come, one after the other, or several at once.
class connection {
public:
    explicit connection(weft::net::tcp_stream stream) : stream_(std::move(stream)) {}

    struct too_long {};

    /// The next head, without the empty line at its end; nothing at the end of the connection. Throws too_long.
    weft::task<std::optional<std::string>> read_head() { return read_until("\r\n\r\n"); }
    /// So many bytes that follow a head.
    weft::task<std::string> read_body(std::size_t length)
    {
        std::string body = come_.substr(0, length);
        come_.erase(0, body.size());
        const std::size_t there = body.size();
        body.resize(length);
        co_await stream_.read_exact(std::as_writable_bytes(std::span<char>(body).subspan(there)));
        co_return body;
    }

    /// A body that comes in chunks. Throws std::runtime_error if it ends too early, or in something else.
    weft::task<std::string> read_chunks()
    {
        std::string body;
        for (;;) {
            const std::optional<std::string> head = co_await read_until("\r\n");
            std::size_t size = 0;
            if (!head ||
                std::from_chars(head->data(), head->data() + head->size(), size, base_of_chunk_sizes).ec != std::errc())
                throw std::runtime_error("this is no chunk");
            const std::string chunk = co_await read_body(size + 2);
            body.append(chunk, 0, size);
            if (size == 0) co_return body;
        }
    }

    [[nodiscard]] weft::net::tcp_stream& stream() noexcept { return stream_; }

private:
    /// Up to a mark, which is read, too.
    weft::task<std::optional<std::string>> read_until(std::string_view mark)
    {
        constexpr std::size_t longest = 16'384;
        std::array<std::byte, 4096> piece;
        for (;;) {
            const std::size_t end = come_.find(mark);
            if (end != std::string::npos) {
                std::string before = come_.substr(0, end);
                come_.erase(0, end + mark.size());
                co_return before;
            }
            if (come_.size() > longest) throw too_long();
            const std::size_t n = co_await stream_.read_some(piece);
            if (n == 0) co_return std::nullopt;
            come_.append(reinterpret_cast<const char*>(piece.data()), n);
        }
    }

    weft::net::tcp_stream stream_;
    std::string come_;  ///< and not been read
};

// --- who asks --------------------------------------------------------------------------------------------------------

struct reply {
    int status = 0;  ///< 0: the connection has ended
    header_map headers;
    std::string body;
};

/// Sends a request as it is, and reads the answer.
inline weft::task<reply> ask(connection& server, std::string text)
{
    co_await server.stream().write_all(text);
    reply r;
    const std::optional<std::string> head = co_await server.read_head();
    if (!head) co_return r;
    std::string_view lines = *head;
    const std::string_view first = next_line(lines);
    r.status = static_cast<int>(number(first.substr(std::min(first.find(' ') + 1, first.size()), 3)).value_or(0));
    if (auto headers = parse_headers(lines)) r.headers = std::move(*headers);
    if (text.starts_with("HEAD ")) co_return r;
    if (r.headers["transfer-encoding"] == "chunked") {
        r.body = co_await server.read_chunks();
    } else {
        r.body = co_await server.read_body(number(r.headers["content-length"]).value_or(0));
    }
    co_return r;
}

}  // namespace http
