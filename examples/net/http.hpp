// examples/net/http.hpp - as much of HTTP/1.1 as the examples need: requests without a body, and their answers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <weft/async/async.hpp>
#include <weft/net/net.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace http {

inline std::string in_small_letters(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

/// All of `text` as a number.
inline std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The next line, without its end; takes it off `text`.
inline std::string_view next_line(std::string_view& text)
{
    const std::size_t end = text.find("\r\n");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
    return line;
}

using header_map = std::map<std::string, std::string>;  ///< names in small letters

/// Lines of "Name: value". Nothing: one is none.
inline std::optional<header_map> parse_headers(std::string_view lines)
{
    constexpr std::string_view space = " \t";
    header_map headers;
    while (!lines.empty()) {
        const std::string_view line = next_line(lines);
        const std::size_t colon = line.find(':');
        if (colon == 0 || colon == std::string_view::npos || line.find_first_of(space) < colon) return std::nullopt;
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(space), value.size()));
        value = value.substr(0, value.find_last_not_of(space) + 1);
        const auto [at, is_new] = headers.emplace(in_small_letters(line.substr(0, colon)), value);
        if (!is_new) at->second.append(", ").append(value);
    }
    return headers;
}

struct request {
    std::string method;
    std::string target;
    header_map headers;
    bool keeps_alive = true;  ///< whether another request may follow

    [[nodiscard]] std::string_view header(const std::string& name) const
    {
        const auto at = headers.find(name);
        return at != headers.end() ? std::string_view(at->second) : std::string_view();
    }
};

/// Of the lines up to the empty one, without that. Nothing: this is no request, or one with a body.
inline std::optional<request> parse_request(std::string_view head)
{
    const std::string_view first = next_line(head);
    const std::size_t method_end = first.find(' ');
    const std::size_t target_end = first.rfind(' ');
    if (method_end == 0 || method_end == std::string_view::npos || target_end <= method_end + 1) return std::nullopt;
    const std::string_view target = first.substr(method_end + 1, target_end - method_end - 1);
    const std::string_view version = first.substr(target_end + 1);
    const bool is_new = version == "HTTP/1.1";
    if ((!is_new && version != "HTTP/1.0") || target.find(' ') != std::string_view::npos) return std::nullopt;
    auto headers = parse_headers(head);
    if (!headers || (is_new && !headers->contains("host")) || headers->contains("transfer-encoding"))
        return std::nullopt;
    request r{std::string(first.substr(0, method_end)), std::string(target), std::move(*headers), true};
    if (r.headers.contains("content-length") && r.header("content-length") != "0") return std::nullopt;
    r.keeps_alive = is_new && in_small_letters(r.header("connection")) != "close";
    return r;
}

/// A connection on which requests come, one after the other, or several at once.
class connection {
public:
    explicit connection(weft::net::tcp_stream stream) : stream_(std::move(stream)) {}

    struct too_long {};

    /// The next head, without the empty line at its end; nothing at the end of the connection. Throws too_long.
    weft::task<std::optional<std::string>> read_head()
    {
        constexpr std::size_t longest = 16'384;
        std::array<std::byte, 4096> piece;
        for (;;) {
            const std::size_t end = come_.find("\r\n\r\n");
            if (end != std::string::npos) {
                std::string head = come_.substr(0, end);
                come_.erase(0, end + 4);
                co_return head;
            }
            if (come_.size() > longest) throw too_long();
            const std::size_t n = co_await stream_.read_some(piece);
            if (n == 0) co_return std::nullopt;
            come_.append(reinterpret_cast<const char*>(piece.data()), n);
        }
    }
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

    [[nodiscard]] weft::net::tcp_stream& stream() noexcept { return stream_; }

private:
    weft::net::tcp_stream stream_;
    std::string come_;  ///< and not been read
};

/// The head of an answer: "200 OK", its other lines, each with its end, and how long the body is.
inline std::string answer_head(std::string_view status, bool keeps_alive, std::uint64_t length,
                               std::string_view lines = {})
{
    std::string head = "HTTP/1.1 ";
    head.append(status).append("\r\nContent-Length: ").append(std::to_string(length)).append("\r\n").append(lines);
    head.append(keeps_alive ? "\r\n" : "Connection: close\r\n\r\n");
    return head;
}

/// A short answer as a whole.
inline std::string answer(std::string_view status, bool keeps_alive, std::string_view body, std::string_view lines = {})
{
    return answer_head(status, keeps_alive, body.size(), lines).append(body);
}

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
    const std::size_t length = number(r.headers["content-length"]).value_or(0);
    if (!text.starts_with("HEAD ")) r.body = co_await server.read_body(length);
    co_return r;
}

}  // namespace http
