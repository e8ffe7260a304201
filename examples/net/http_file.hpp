// examples/net/http_file.hpp - files of a folder as HTTP sees them: names, kinds, parts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "http_message.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace http {

class open_file {
public:
    open_file() = default;
    explicit open_file(int fd) noexcept : fd_(fd) {}
    open_file(open_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    open_file& operator=(open_file&& other) noexcept
    {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~open_file()
    {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }

private:
    int fd_ = -1;
};

/// The path that a target means, relative to the folder. Nothing: it is malformed.
inline std::optional<std::string> path_of(std::string_view target)
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

/// Whether the system is to give up rather than wait for a disk.
enum class patience { may_block, only_cached };

/// The system itself refuses a path that leaves the folder, by dots or by links. Without a file: there is none that may be
/// read. Nothing: the system would have to wait.
inline std::optional<file_to_send> open_below(int folder, const std::string& path, patience how_long)
{
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;  // a pipe does not block
    how.resolve = RESOLVE_BENEATH | (how_long == patience::only_cached ? RESOLVE_CACHED : 0);
    open_file file(static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
    // EINVAL: a system before Linux 5.12.
    if (file.fd() < 0 && how_long == patience::only_cached && (errno == EAGAIN || errno == EINVAL)) return std::nullopt;
    struct stat about{};
    if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return file_to_send();
    return file_to_send{std::move(file), static_cast<std::uint64_t>(about.st_size)};
}

/// Reads what is there, at most as much as there is room for. 0: the end, or an error. Nothing: the system would have to wait.
inline std::optional<std::size_t> read_at(const open_file& file, std::span<std::byte> into, std::uint64_t at,
                                          patience how_long)
{
    const iovec room{into.data(), into.size()};
    const ssize_t n =
        ::preadv2(file.fd(), &room, 1, static_cast<off_t>(at), how_long == patience::only_cached ? RWF_NOWAIT : 0);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (how_long == patience::only_cached && (errno == EAGAIN || errno == EOPNOTSUPP)) return std::nullopt;
    return 0;
}

struct part {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// What a header "Range" asks for of so many bytes. A part that is empty: there is no such. Nothing: all of it, as for
/// ranges that are malformed, or several, which a server may take for none.
inline std::optional<part> range_of(std::string_view range, std::uint64_t size)
{
    constexpr std::string_view unit = "bytes=";
    if (!range.starts_with(unit)) return std::nullopt;
    range.remove_prefix(unit.size());
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = number(range.substr(0, dash));
    const auto last = number(range.substr(dash + 1));
    if (dash == 0) {  // so many at the end
        if (!last) return std::nullopt;
        return part{size - std::min(*last, size), size};
    }
    if (!first || (!last && dash + 1 != range.size()) || (last && *last < *first)) return std::nullopt;
    if (*first >= size) return part{};
    return part{*first, last ? std::min(*last, size - 1) + 1 : size};
}

struct file_type {
    std::string_view name;
    bool is_compressible;
};

inline file_type type_of(std::string_view path)
{
    constexpr std::pair<std::string_view, file_type> types[] = {{".html", {"text/html; charset=utf-8", true}},
                                                                {".txt", {"text/plain; charset=utf-8", true}},
                                                                {".css", {"text/css", true}},
                                                                {".js", {"text/javascript", true}},
                                                                {".json", {"application/json", true}},
                                                                {".svg", {"image/svg+xml", true}},
                                                                {".png", {"image/png", false}}};
    for (const auto& [ending, type] : types) {
        if (path.ends_with(ending)) return type;
    }
    return {"application/octet-stream", false};
}

}  // namespace http
