// examples/net/http_message.hpp - as much of the text of HTTP/1.1 as the examples need: requests without a body, and answers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
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

/// Whether a header "Accept-Encoding" allows gzip.
inline bool accepts_gzip(std::string_view codings)
{
    bool accepts_all = false;
    while (!codings.empty()) {
        const std::size_t comma = std::min(codings.find(','), codings.size());
        std::string one = in_small_letters(codings.substr(0, comma));
        codings.remove_prefix(std::min(comma + 1, codings.size()));
        std::erase_if(one, [](char c) { return c == ' ' || c == '\t'; });
        const std::size_t weight = one.find(";q=");
        const bool is_allowed =
            weight == std::string::npos || one.find_first_not_of("0.", weight + 3) != std::string::npos;
        const std::string name = one.substr(0, one.find(';'));
        if (name == "gzip" || name == "x-gzip") return is_allowed;
        if (name == "*") accepts_all = is_allowed;
    }
    return accepts_all;
}

struct request {
    std::string method;
    std::string target;
    header_map headers;
    bool keeps_alive = true;   ///< whether another request may follow
    bool takes_chunks = true;  ///< HTTP/1.1: the answer's length need not be known at its beginning

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
    request r{std::string(first.substr(0, method_end)), std::string(target), std::move(*headers), true, is_new};
    if (r.headers.contains("content-length") && r.header("content-length") != "0") return std::nullopt;
    r.keeps_alive = is_new && in_small_letters(r.header("connection")) != "close";
    return r;
}

/// The head of an answer: "200 OK", its other lines, each with its end, and how long the body is; nothing: it comes in chunks.
inline std::string answer_head(std::string_view status, bool keeps_alive, std::optional<std::uint64_t> length,
                               std::string_view lines = {})
{
    std::string head = "HTTP/1.1 ";
    head.append(status).append("\r\n");
    if (length) {
        head.append("Content-Length: ").append(std::to_string(*length)).append("\r\n");
    } else {
        head.append("Transfer-Encoding: chunked\r\n");
    }
    head.append(lines).append(keeps_alive ? "\r\n" : "Connection: close\r\n\r\n");
    return head;
}

constexpr int base_of_chunk_sizes = 16;

/// The line before a chunk of so many bytes; a chunk has "\r\n" behind it, and one without bytes is the last.
inline std::string chunk_head(std::size_t size)
{
    char digits[2 * sizeof size];
    const auto end = std::to_chars(digits, digits + sizeof digits, size, base_of_chunk_sizes).ptr;
    return std::string(digits, end).append("\r\n");
}

/// A short answer as a whole.
inline std::string answer(std::string_view status, bool keeps_alive, std::string_view body, std::string_view lines = {})
{
    return answer_head(status, keeps_alive, body.size(), lines).append(body);
}

}  // namespace http
